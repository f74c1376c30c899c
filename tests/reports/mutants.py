# SPDX-License-Identifier: Apache-2.0
"""Mutants of arithmetic: `python tests/reports/mutants.py [--each N] [--seed S] [--survivors] [--list]`, in the root.

mutmut, with those of its operators that change what is computed: a number, a comparison, `and`, `or`, `not`, `is`,
`in`, an operator of arithmetic, True and False, `break` and `continue`, the condition of `a if b else c`, the side
from which a text is taken apart. Left out are those that change words, that drop an argument, or that assign None.
Prints a line for each mutant that no test saw; a later call goes on where an earlier one ended.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.mutation import file_mutation, mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

ARITHMETIC = (
    mutators.operator_number, mutators.operator_swap_op, mutators.operator_remove_unary_ops, mutators.operator_keywords,
    mutators.operator_name, mutators.operator_augmented_assignment, mutators.operator_if_exp, mutators.operator_lambda,
    mutators.operator_symmetric_string_methods_swap, mutators.operator_unsymmetrical_string_methods_swap,
)  # fmt: skip
# mutants/ is a copy of the checkout, with other neighbours. (Importing `reports` here would hide its mutants.)
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "report_corpus"
SKIPPED = next(code for code, status in status_by_exit_code.items() if status == "skipped")
SETTLED = ("killed", "timeout", "skipped", "not checked")
ENDS = ("killed", "timeout", "survived", "no tests", "skipped", "not checked")


def generate() -> list[SourceFileMutationData]:
    """Write the mutants below mutants/, as the beginning of `mutmut run` does."""
    file_mutation.mutation_operators[:] = [
        (kind, operator) for kind, operator in mutators.mutation_operators if operator in ARITHMETIC
    ]
    Path("mutants").mkdir(exist_ok=True)
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.create_mutants(1)
    return list(_modules())


def _modules() -> Iterator[SourceFileMutationData]:
    for path in sorted(mutmut.walk_mutatable_files()):
        module = SourceFileMutationData(path=path)
        module.load()
        yield module


def leave_out(modules: Sequence[SourceFileMutationData], each: int, seed: int) -> None:
    """Skip what is beyond `each` mutants of a parser; gates are never sampled.

    What earlier calls chose stays chosen, also where they were interrupted, and functions that changed are run whole.
    """
    for module in modules:
        codes = module.exit_code_by_key
        new = all(code is None for code in codes.values())
        left = sorted(name for name, code in codes.items() if code == SKIPPED or new)
        sampled = Path(module.path).parent.name == "parsers"
        wanted = min(max(0, each - len(codes) + len(left)), len(left)) if sampled else len(left)
        taken = set(random.Random(f"{seed}/{module.path}").sample(left, wanted))
        codes.update((name, None if name in taken else SKIPPED) for name in left)
        module.save()


def forget_survivors(modules: Sequence[SourceFileMutationData]) -> None:
    """Let what no test saw be run again."""
    for module in modules:
        for name, code in module.exit_code_by_key.items():
            if status_by_exit_code[code] not in SETTLED:
                module.exit_code_by_key[name] = None
        module.save()


def table(modules: Sequence[SourceFileMutationData]) -> str:
    """Counts by module, in markdown."""
    lines = [f"| module | mutants | {' | '.join(ENDS)} |", f"|---|{'---:|' * (1 + len(ENDS))}"]
    total: Counter[str] = Counter()
    for module in modules:
        found = Counter(status_by_exit_code[code] for code in module.exit_code_by_key.values())
        total += found
        if found:
            lines.append(_row(f"`{'.'.join(Path(module.path).with_suffix('').parts)}`", found))
    return "\n".join([*lines, _row("together", total)])


def _row(name: str, found: Counter[str]) -> str:
    return f"| {name} | {found.total()} | {' | '.join(str(found[end]) for end in ENDS)} |"


def survivors(modules: Sequence[SourceFileMutationData]) -> Iterator[str]:
    """Name, line as it is and as the mutant has it, of each mutant that no test saw."""
    for module in modules:
        for name, code in module.exit_code_by_key.items():
            if status_by_exit_code[code] not in SETTLED:
                lines = get_diff_for_mutant(name, path=module.path).split("\n")[3:]
                old, new = (" ".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+")
                yield f"{name}: {status_by_exit_code[code]}\n    {old}\n    {new}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what has not been run; 0 however many survive, since a person must read them."""
    parser = argparse.ArgumentParser(prog="mutants.py", description=__doc__)
    parser.add_argument("--each", type=int, default=10_000, metavar="N", help="at most N mutants of each parser")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--survivors", action="store_true", help="run again what survived, with the tests of today")
    parser.add_argument("--list", action="store_true", help="only print what earlier calls found")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("REPORT_CORPUS", str(CORPUS))
    if not asked.list:
        modules = generate()
        leave_out(modules, asked.each, asked.seed)
        if asked.survivors:
            forget_survivors(modules)
        print(json.dumps({str(module.path): len(module.exit_code_by_key) for module in modules}, indent=1))
        mutmut._run((), 1)
    found = list(_modules())
    print("\n".join([*survivors(found), "", table(found)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
