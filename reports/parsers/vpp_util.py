# SPDX-License-Identifier: Apache-2.0
"""v++ `report_accelerator_utilization`: platform, budget, and each kernel with its instances."""

from __future__ import annotations

import re
from itertools import islice

from reports.grid import tables
from reports.parsed import Draft, Figures, Module
from reports.parsers.vivado_sections import Site, sections, sites, unsound
from reports.parsers.vivado_text import TOOL, lines_after_head
from reports.source import Source

KIND = "vivado_accel_util"
TITLE = "Accelerator Utilization Design Information"
_CELL = re.compile(r"([0-9]{1,18})\s*\[\s*<?\s*[0-9]{1,4}(?:\.[0-9]{1,4})?\s*%\s*\]")
_COLUMNS = {"lut": "LUT", "ff": "REG", "lutram": "LUTAsMem", "bram18": "BRAM", "uram": "URAM", "dsp": "DSP"}
_NEEDED = ("lut", "ff", "bram18", "dsp")
USED, UNUSED, BUDGET, PLATFORM = "Used Resources", "Unused Resources", "User Budget", "Platform"


def recognise(source: Source) -> str | None:
    """`vivado_accel_util` or None."""
    head = source.head
    return KIND if TOOL.search(head) and re.search(rf"^{TITLE}\s*$", head, re.MULTILINE) else None


def read(source: Source, draft: Draft) -> None:
    """What all kernels use; budget as available; platform, kernels and their instances as modules."""
    lines = list(islice(lines_after_head(source, draft, ("Design", "Device", "Command", "Design State")), 200_000))
    for part in sections(lines, draft):
        for table in tables(part.lines):
            wrong = unsound(table)
            if wrong:
                draft.problem(wrong[0], line=wrong[1], field=part.title)
            elif table.blocks[0][0].cells[0] == "Name" and "LUT" in table.blocks[0][0].cells:
                _table(list(sites(table)), draft)
    for name in _NEEDED:
        if draft.value(name) is None:
            draft.problem(f"the row `{USED}` is missing or not whole", field=name)


def _table(rows: list[Site], draft: Draft) -> None:
    kernels: list[dict[str, float]] = []
    groups: dict[str, dict[str, float]] = {}
    kernel = ""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        counts = _counts(row, draft)
        if counts is None:
            continue
        if row.name in (USED, UNUSED, BUDGET, PLATFORM):
            if row.name in groups:
                draft.problem(f"{row.name} stands twice", line=row.line)
            groups[row.name] = counts
        elif row.depth == 0:
            kernels.append(counts)
            kernel = row.name
            _once((kernel, ""), seen, row, draft)
            draft.module(Module(kernel, Figures(**counts), "kernel"))  # type: ignore[arg-type]
        else:
            _once((kernel, row.name), seen, row, draft)
            draft.module(Module(f"{kernel}/{row.name}", Figures(**counts), kernel))  # type: ignore[arg-type]
    line = rows[0].line if rows else None
    for name, count in groups.get(USED, {}).items():
        draft.figure(name, count, line)
    draft.available.update(groups.get(BUDGET, {}))
    if PLATFORM in groups:
        draft.module(Module(PLATFORM, Figures(**groups[PLATFORM]), "platform"))  # type: ignore[arg-type]
    _compare(groups, kernels, draft, line)


def _once(path: tuple[str, str], seen: set[tuple[str, str]], row: Site, draft: Draft) -> None:
    if path in seen:
        draft.problem(f"{row.name} stands twice", line=row.line)
    seen.add(path)


def _counts(row: Site, draft: Draft) -> dict[str, float] | None:
    counts: dict[str, float] = {}
    for name, column in _COLUMNS.items():
        cell = row.cells.get(column)
        if cell is None:
            continue
        match = _CELL.fullmatch(cell)
        if match is None:
            draft.problem(f"{row.name}: {cell[:40]!r} is not a count with its share", line=row.line, field=name)
            return None
        counts[name] = int(match.group(1)) * (2 if name == "bram18" else 1)
    return counts


def _compare(
    groups: dict[str, dict[str, float]], kernels: list[dict[str, float]], draft: Draft, line: int | None
) -> None:
    """Used and unused make the budget; the kernels make what is used."""
    for name in (PLATFORM, USED, UNUSED, BUDGET):
        if name not in groups:
            draft.problem(f"the row `{name}` is missing", line=line)
    for name, used in groups.get(USED, {}).items():
        budget, unused = groups.get(BUDGET, {}).get(name), groups.get(UNUSED, {}).get(name)
        if budget is not None and unused is not None and used + unused != budget:
            draft.problem(f"used {used:g} and unused {unused:g} do not make {budget:g}", line=line, field=name)
            draft.withdraw(name)
        total = sum(kernel[name] for kernel in kernels)
        if total != used:
            draft.problem(f"kernels add up to {total:g}, used is {used:g}", line=line, field=name)
