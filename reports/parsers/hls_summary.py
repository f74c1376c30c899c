# SPDX-License-Identifier: Apache-2.0
"""Vitis HLS `csynth.rpt`, the "Synthesis Summary Report": the tree of modules and loops of a design.

Latency and interval are the largest ones only. `-` says nothing: it stands for none as well as for unknown; where a
gate needs that figure, the module's own `_csynth.rpt` has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from reports.grid import Table
from reports.parsed import CSYNTH, Draft, Figures, Module
from reports.parsers import hls_text as text
from reports.parsers import hls_values as values
from reports.source import Source

KIND = "vitis_hls_summary_rpt"
_ESTIMATES = "Performance & Resource Estimates"
_NODE = re.compile(r"( *)([+o]) (\S.*?)(\*?)\Z")
_AMOUNT = re.compile(r"([0-9]{1,18}) \((~0|[0-9]{1,9})%\)\Z")
_CYCLES = {"Latency (cycles)": "latency_max", "Interval": "ii_max"}
_COLUMNS = ("Modules & Loops", "Slack", "Latency (ns)", *_CYCLES)
# The last section that each version writes, by what its name holds.
_LAST = (((2021, 2), "Storage Report"), ((2021, 1), "SW I/O Information"))


# Later sections list modules again, without the loops, with what they bind.
_BOUND = {
    "Bind Op Report": {"DSP": "dsp"},
    "Bind Storage Report": {"BRAM": "bram18", "URAM": "uram"},
    "Storage Report": {"BRAM": "bram18", "URAM": "uram"},
}


def recognise(source: Source) -> str | None:
    """`vitis_hls_summary_rpt` or None."""
    match = text.title(source.head)
    return KIND if match is not None and match["what"] == "Synthesis Summary" else None


def read(source: Source, draft: Draft) -> None:
    """Figures of the top row; each further module by its path."""
    draft.tool, draft.stage = values.VITIS_HLS, CSYNTH
    found = text.outline(source, (_ESTIMATES, *_BOUND))
    text.header(draft, found)
    part = found.parts.get(_ESTIMATES)
    table = part.table() if part is not None and part.times == 1 else None
    if table is None:
        line = part.line if part is not None else None
        draft.problem(f"table {_ESTIMATES!r} is missing, cut or has a broken line", line=line, field="lut")
    else:
        tree = _table(draft, table)
        for section, columns in _BOUND.items():
            bound = found.parts.get(section)
            _compare(draft, tree, bound.table() if bound is not None else None, columns)
    _end(draft, found)
    if len(found.titles) > 1:
        draft.withdraw(*values.RESOURCES, *values.CYCLES)


Tree = dict[str, list[dict[str, int]]]


def _table(draft: Draft, table: Table) -> Tree:
    """Add figures and modules; the figures of each module by its path without loops come back."""
    tree: Tree = {}
    names = text.columns(table) or ()
    missing = [name for name in (*_COLUMNS, "BRAM", "DSP", "FF", "LUT") if name not in names]
    if missing:
        draft.problem(f"the table has no column {missing[0]!r}", line=table.first, field="lut")
        return tree
    shares: dict[str, tuple[Decimal, Decimal]] = {}
    clock: tuple[Decimal, Decimal] = (Decimal(0), Decimal("Infinity"))
    above: list[tuple[str, str]] = []
    for line, cells, depth, kind, name in _nodes(draft, table, names):
        if depth > len(above) or (above and depth == 0):
            draft.problem("the row does not hang below the one before it", line=line, field="modules")
            continue
        above = [*above[:depth], (kind, name)]
        clock = _clock(draft, cells, clock, line)
        if kind != "+":
            continue
        _shares(draft, cells, shares, line)
        figures, unknown = _figures(draft, cells, line)
        draft.module(Module("/".join(step for _, step in above), Figures(**figures), None, unknown))
        tree.setdefault("/".join(step.partition(" (")[0] for what, step in above if what == "+"), []).append(figures)
        values.check_interval(draft, figures, cells.get("Pipelined", ""), line)
        if depth == 0:
            _top(draft, cells, name, line)
    if not tree:
        draft.problem("the table has no module", line=table.first, field="lut")
    return tree


def _compare(draft: Draft, tree: Tree, table: Table | None, columns: Mapping[str, str]) -> None:
    """Each module of a later section stands in the tree, with the same numbers."""
    left = {path: len(rows) for path, rows in tree.items()}
    above: list[str] = []
    for row in text.records(table) if table is not None and len(table.blocks) > 1 else ():
        match = _NODE.match(row.padded[1:].rstrip())
        if match is None or match[2] != "+":
            continue
        above = [*above[: len(match[1])], match[3].partition(" (")[0]]  # an instance may stand behind it
        path = "/".join(above)
        left[path] = left.get(path, 0) - 1
        if left[path] < 0:
            said = f"module {values.shown(path)} stands in a later section, but not in the tree of estimates"
            draft.problem(said, line=row.line, field="modules")
            return
        for column, figure in columns.items():
            number = values.whole(row.cells.get(column, ""))
            if number is not None and number not in {one.get(figure, 0) for one in tree[path]}:
                draft.problem(f"{number} here are not those of the estimates", line=row.line, field=figure)


def _nodes(
    draft: Draft, table: Table, names: tuple[str, ...]
) -> Iterator[tuple[int, Mapping[str, str], int, str, str]]:
    """Line, cells, depth, `+` or `o`, and name of each row."""
    for row in (row for block in table.blocks[1:] for row in block):
        match = _NODE.match(row.texts[0].rstrip())
        if match is None or len(row.cells) != len(names):
            draft.problem(f"{values.shown(row.cells[0])} is no row of this table", line=row.number, field="modules")
            continue
        cells = dict(zip(names, row.cells, strict=True))
        yield row.number, cells, len(match[1]), match[2], match[3]


def _amount(cell: str) -> tuple[int, str | None] | None:
    """`190 (65%)` as number and share; a plain number has no share."""
    if (match := _AMOUNT.match(cell)) is not None:
        return int(match[1]), match[2]
    number = values.whole(cell)
    return None if number is None else (number, None)


def _figures(draft: Draft, cells: Mapping[str, str], line: int) -> tuple[dict[str, int], dict[str, str]]:
    figures: dict[str, int] = {}
    unknown: dict[str, str] = {}
    for column, cell in cells.items():
        name = _CYCLES.get(column) or values.resource(column)
        if name is None:
            continue
        amount = _amount(cell)
        if amount is not None:
            figures[name] = amount[0]
        elif cell in values.LITERALS:
            unknown[name] = cell
        elif name not in _CYCLES.values() or not cell.isalpha():
            draft.problem(f"{values.shown(cell)} is neither a number nor -", line=line, field=name)
        else:
            unknown[name] = cell[:40]
    return figures, unknown


def _top(draft: Draft, cells: Mapping[str, str], name: str, line: int) -> None:
    if name != draft.top:
        draft.problem(
            f"the first module is {values.shown(name)}, the report is of {values.shown(draft.top or '')}",
            line=line,
            field="top",
        )
    figures, unknown = _figures(draft, cells, line)
    for figure, value in figures.items():
        draft.figure(figure, value, line)
    for figure, literal in unknown.items():
        if literal in values.LITERALS:
            draft.unknown(figure, literal, line)
        else:
            draft.problem(f"{values.shown(literal)} is neither a number nor -", line=line, field=figure)
    slack = values.decimal(cells["Slack"])
    if slack is None:
        draft.problem(f"slack {values.shown(cells['Slack'])} is no number", line=line, field="slack_ns")
    else:
        draft.details["slack_ns"] = float(slack)
    if "Pipelined" in cells:
        draft.details["pipeline"] = cells["Pipelined"]


def _shares(draft: Draft, cells: Mapping[str, str], shares: dict[str, tuple[Decimal, Decimal]], line: int) -> None:
    """All shares of a column are of one device: there must be an amount of which each is that share."""
    for column, cell in cells.items():
        name, amount = values.resource(column), _amount(cell)
        if name is None or amount is None or amount[1] is None:
            continue
        used, share = Decimal(amount[0]), amount[1]
        low, high = shares.get(name, (Decimal(0), Decimal("Infinity")))
        if used == 0:
            continue
        if share in ("~0", "0"):
            low = max(low, used * 100)
        else:
            low = max(low, used * 100 / (int(share) + 1))
            high = min(high, used * 100 / (int(share) - Decimal("0.5")))  # cut off or rounded
        if low > high:
            draft.withdraw(name)
            draft.problem(f"{values.shown(cell)} is not of the same device as the rows above", line=line, field=name)
            continue
        shares[name] = (low, high)


def _clock(
    draft: Draft, cells: Mapping[str, str], clock: tuple[Decimal, Decimal], line: int
) -> tuple[Decimal, Decimal]:
    """Rows that meet their clock share it: there must be a period by which cycles and nanoseconds agree."""
    cycles, duration = values.whole(cells["Latency (cycles)"]), values.time(cells["Latency (ns)"], "ns")
    slack = values.decimal(cells["Slack"])
    if not cycles or duration is None or slack is None or slack < Decimal("-0.01"):
        return clock
    low = max(clock[0], (duration.ns - duration.step) / cycles)
    high = min(clock[1], (duration.ns + duration.step) / cycles)
    if low > high:
        draft.withdraw("latency_max")
        cell = cells["Latency (ns)"]
        draft.problem(f"{cycles} cycles are not {cell} ns at the rows' clock", line=line, field="latency_max")
        return clock
    return low, high


def _end(draft: Draft, found: text.Outline) -> None:
    made = values.version(draft.version)
    for since, name in _LAST:
        if made >= since:
            if not any(name in section for section in found.sections):
                draft.problem(f"section {name!r} at the end is missing; the report is truncated", field="sections")
            break
    if not found.ended:
        draft.problem("the last table is cut; the report is truncated", field="sections")
