# SPDX-License-Identifier: Apache-2.0
"""How long parsing takes, and how much memory: `python -m reports.bench [--corpus FOLDER] [--write PAGE]`.

A folder of reports is parsed in one process; hierarchical utilization reports of two sizes, made here, each in a
process of their own. Time must grow with the size and no faster, memory not at all.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from reports.parse import parse
from reports.table import Table, to_markdown
from reports.text import write_atomic

MIB = 2**20
_HEAD = """Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
---------------------------------------------------------
| Tool Version : Vivado v.2023.2 (lin64) Build 4029153
| Command      : report_utilization -hierarchical
| Design       : top
| Device       : xcu250-figd2104-2L-e
| Design State : Routed
---------------------------------------------------------

Utilization Design Information

Table of Contents
-----------------
1. Utilization by Hierarchy

1. Utilization by Hierarchy
---------------------------

"""
_NAMES = ("Instance", "Module", "Total LUTs", "Logic LUTs", "LUTRAMs", "SRLs", "FFs", "RAMB36", "RAMB18", "DSP Blocks")
_WIDTHS = (60, 60, 12, 12, 12, 12, 12, 12, 12, 12)
_LEAF = (7, 4, 2, 1, 9, 1, 1, 1)
_BLOCK = 100


class Measured(NamedTuple):
    """One run.

    Attributes:
        seconds: processor time of parsing.
        peak_mib: most memory that the process ever held.
        modules: rows of the hierarchy that were read.
    """

    seconds: float
    peak_mib: float
    modules: int


def hierarchy(megabytes: int) -> Iterator[str]:
    """Lines of a hierarchical report of about that size, whose rows add up."""
    border = "+" + "+".join("-" * (width + 2) for width in _WIDTHS) + "+\n"
    blocks = max(1, megabytes * MIB // (len(border) * (_BLOCK + 1)))
    yield _HEAD
    yield border
    yield _row(_NAMES)
    yield border
    yield _row(("top", "(top)", *(str(count * _BLOCK * blocks) for count in _LEAF)))
    for block in range(blocks):
        yield _row((f"  block_{block}", "block", *(str(count * _BLOCK) for count in _LEAF)))
        for leaf in range(_BLOCK):
            yield _row((f"    leaf_{leaf}", "leaf", *(str(count) for count in _LEAF)))
    yield border


def _row(cells: Sequence[str]) -> str:
    first, *rest = (
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return f"| {first} | {' | '.join(rest)} |\n"


def peak_mib() -> float:
    """Most memory that this program has held, MiB.

    Linux counts `ru_maxrss` on from the program that started this one; VmHWM is this program's own.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(path: Path) -> Measured:
    """Parse a report in this process.

    Raises:
        RuntimeError: the report is not usable, so that nothing was measured.
    """
    start = time.process_time()
    parsed = parse(path)
    seconds = time.process_time() - start
    if not parsed.usable:
        raise RuntimeError(f"{path}: {parsed.problems[0] if parsed.problems else 'not complete'}")
    rows = len(parsed.modules) + parsed.modules_left_out
    return Measured(seconds, peak_mib(), rows)


def measure_apart(megabytes: int) -> Measured:
    """Parse a hierarchical report of that size in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hierarchy.rpt"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(hierarchy(megabytes))
        run = subprocess.run(
            [sys.executable, "-m", "reports.bench", "--one", str(path)], capture_output=True, text=True, check=True
        )
    seconds, peak, rows = run.stdout.split()
    return Measured(float(seconds), float(peak), int(rows))


def page(corpus: Path | None, sizes: Sequence[int]) -> str:
    """The page, as markdown."""
    lines = [
        "# Benchmarks of reports/",
        "",
        "Written by `python -m reports.bench`. One run on one machine; processor time.",
        "",
        f"- {platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores",
        "",
    ]
    if corpus is not None:
        files = sorted(path for path in corpus.iterdir() if path.is_file() and path.name.count("__") >= 2)
        size = sum(path.stat().st_size for path in files) / MIB
        start = time.process_time()
        for path in files:
            parse(path)
        seconds = time.process_time() - start
        row = (str(len(files)), f"{size:.1f}", f"{seconds:.2f}")
        table = Table("A corpus of reports of every tool, one process", ("reports", "MiB", "seconds"), (row,))
        lines += [to_markdown(table), ""]
    runs = [(megabytes, measure_apart(megabytes)) for megabytes in sizes]
    rows = [(str(size), f"{run.modules:,}", f"{run.seconds:.2f}", f"{run.peak_mib:.0f}") for size, run in runs]
    head = ("size (MiB)", "rows", "seconds", "peak (MiB)")
    lines += [to_markdown(Table("Hierarchical utilization report of Vivado", head, tuple(rows))), ""]
    for (small, first), (large, second) in pairwise(runs):
        ratio = second.seconds / first.seconds
        lines += [
            f"{large} MiB take {ratio:.2f} times as long as {small} MiB ({large / small:.2f} times as large).",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(prog="python -m reports.bench", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of reports, named KIND__VERSION__DEVICE__...")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 200], metavar="MIB")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    parser.add_argument("--one", type=Path, metavar="REPORT", help="parse one report; print seconds, peak MiB and rows")
    asked = parser.parse_args(arguments)
    if asked.one is not None:
        print(*measure(asked.one))
        return 0
    text = page(asked.corpus, asked.sizes)
    if asked.write is not None:
        write_atomic(asked.write, text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
