# SPDX-License-Identifier: Apache-2.0
"""Spoil reports and look for wrong figures: `python tests/reports/fuzz/campaign.py [--cases N] [--seed S]`.

Every case can be made again from its seed, base and label, which a finding names. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path += [str(Path(__file__).parents[1] / room) for room in ("fuzz", "parsers", "")]

import heavy
from bases import Base, corpus, own
from judge import Reading, Rule, faults, mixed, read
from mutations import MUTATIONS


class Finding(NamedTuple):
    """A case that breaks its rule."""

    base: str
    mutation: str
    case: str
    what: str


class Tally:
    """Counts by kind, mutation and outcome."""

    def __init__(self) -> None:
        self.cases: Counter[tuple[str, str]] = Counter()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.findings: list[Finding] = []
        self.slowest = 0.0

    def add(self, base: str, mutation: str, rule: Rule, case: str, true: Reading, data: bytes, path: Path) -> None:
        """Read a mutant and judge it."""
        self.cases[str(true.told[0]), mutation] += 1
        start = time.process_time()
        try:
            got, wrong = read(data, path)
        except Exception as error:
            self.findings.append(Finding(base, mutation, case, f"{type(error).__name__}: {error}"))
            return
        self.slowest = max(self.slowest, time.process_time() - start)
        same = got == true
        self.outcomes[mutation, "same" if same else "usable" if got.usable else "refused"] += 1
        for what in [*wrong, *faults(rule, true, got)]:
            self.findings.append(Finding(base, mutation, case, f"{'usable' if got.usable else 'refused'}, {what}"))


def spoil(bases: Sequence[Base], cases: int, seed: int, folder: Path, every_byte: int = 0) -> Tally:
    """Spoil every base in every way; `cases` in all, as far as the bases have room for them.

    Args:
        every_byte: reports of at most this many bytes are cut at each of them.
    """
    tally = Tally()
    path = folder / "spoilt"
    share = cases / (len(bases) * sum(mutation.weight for mutation in MUTATIONS))
    for base in bases:
        true, wrong = read(base.data, path)
        tally.findings += [Finding(base.name, "none", "", what) for what in wrong]
        for mutation in MUTATIONS:
            rng = random.Random(f"{seed}/{base.name}/{mutation.name}")
            count = max(1, round(share * mutation.weight))
            if mutation.name == "cut" and len(base.data) <= every_byte:
                count = len(base.data)
            for case, data in mutation.spoil(base.data, rng, count):
                if data != base.data:
                    tally.add(base.name, mutation.name, mutation.rule, case, true, data, path)
    _join(bases, tally, path, seed)
    return tally


def _join(bases: Sequence[Base], tally: Tally, path: Path, seed: int) -> None:
    """Two reports in one file, and one that goes on as another of its kind: never a mixture of both."""
    by_kind: dict[str, list[tuple[Base, Reading]]] = {}
    for base in bases:
        true, _ = read(base.data, path)
        by_kind.setdefault(str(true.told[0]), []).append((base, true))
    for pairs in by_kind.values():
        for (first, true), (second, other) in pairwise([*pairs, pairs[0]]):
            name = f"{first.name} + {second.name}"
            joined = [("two reports", "", first.data + b"\n" + second.data)]
            for case, data in _splices(first.data, second.data, random.Random(f"{seed}/{name}")):
                joined.append(("splice", case, data))
            for mutation, case, data in joined:
                tally.cases[str(true.told[0]), mutation] += 1
                got, wrong = read(data, path)
                if got.usable and first is not second:
                    wrong += ["is usable"] if mutation == "two reports" else mixed(true, other, got)
                tally.outcomes[mutation, "usable" if got.usable else "refused"] += 1
                tally.findings += [Finding(name, mutation, case, what) for what in wrong]


def _splices(first: bytes, second: bytes, rng: random.Random, count: int = 12) -> Iterator[tuple[str, bytes]]:
    before, after = first.splitlines(keepends=True), second.splitlines(keepends=True)
    for _ in range(count):
        left, right = rng.randint(1, len(before)), rng.randint(0, len(after) - 1)
        yield f"{left} lines, then from line {right + 1}", b"".join(before[:left] + after[right:])


def _heavy() -> Iterator[Finding]:
    """Seconds and memory of each heavy file are printed."""
    for name in heavy.HEAVY:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "heavy"
            heavy.make(name, path)
            run = subprocess.run([sys.executable, heavy.__file__, str(path)], capture_output=True, text=True)
        if run.returncode:
            yield Finding(name, "heavy", "", f"ended with {run.returncode}: {run.stderr[-300:]}")
            continue
        found = json.loads(run.stdout)
        print(f"heavy: {name:30}{found['seconds']:>8.2f} s{found['mib']:>8.0f} MiB")
        if found["seconds"] > heavy.LONGEST or found["mib"] > heavy.MOST_MIB or found["complete"]:
            yield Finding(name, "heavy", "", str(found))


def _table(counts: Counter[tuple[str, str]], at: int) -> list[tuple[str, int]]:
    summed: Counter[str] = Counter()
    for key, count in counts.items():
        summed[key[at]] += count
    return sorted(summed.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; print counts by kind and by mutation, and what was found."""
    parser = argparse.ArgumentParser(prog="campaign.py", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every-byte", type=int, default=0, metavar="SIZE", help="cut reports up to SIZE at each byte")
    parser.add_argument("--heavy", action="store_true", help="and the files made to take long, each in its own process")
    parser.add_argument("--only", default="", help="bases whose name holds this")
    parser.add_argument("--show", type=int, default=40, help="findings that are printed in full")
    asked = parser.parse_args(arguments)
    bases = [base for base in (*own(), *corpus()) if asked.only in base.name]
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        tally = spoil(bases, asked.cases, asked.seed, Path(folder), asked.every_byte)
    seconds, total = time.process_time() - start, sum(tally.cases.values())
    for title, at in (("kind", 0), ("mutation", 1)):
        print(f"\n{title:38}{'cases':>8}" + ("" if at == 0 else f"{'same':>8}{'usable':>8}{'refused':>8}"))
        for name, count in _table(tally.cases, at):
            ends = [f"{tally.outcomes[name, end]:>8}" for end in ("same", "usable", "refused")] if at else []
            print(f"{name:38}{count:>8}" + "".join(ends))
    if asked.heavy:
        tally.findings += _heavy()
    for finding in tally.findings[: asked.show]:
        print(f"FOUND: {finding.base}: {finding.mutation}: {finding.case}: {finding.what}")
    more = Counter((finding.base, finding.mutation) for finding in tally.findings[asked.show :])
    for (base, mutation), count in more.most_common(40):
        print(f"FOUND: {base}: {mutation}: {count} more")
    print(
        f"\n{total} cases of {len(bases)} reports, seed {asked.seed}, {seconds:.0f} s "
        f"({1000 * seconds / max(1, total):.1f} s a thousand), slowest {tally.slowest:.2f} s, "
        f"{len(tally.findings)} findings"
    )
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
