# SPDX-License-Identifier: Apache-2.0
"""Vivado `report_utilization -hierarchical`: one row an instance, read by lines however long the report is.

Flip-flops, memories and DSPs of a row are the sum over the rows below it, and its LUTs at most that (LUTs of several
modules may be combined); a lost, doubled or shifted row shows there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reports.errors import ReportError
from reports.grid import is_border
from reports.parsed import Draft, Figures, Module
from reports.parsers.vivado_text import TOOL, lines_after_head
from reports.source import Line, Source

WHOLE, FRAGMENT = "vivado_util_hier", "vivado_util_hier_fragment"
TITLE = "Utilization by Hierarchy"
_HEADER = re.compile(r"^\| +Instance +\| +Module +\| +Total LUTs +\|", re.MULTILINE)
_CELL = re.compile(r"\s*(\d{1,18})\s*(?:\(\s*<?\d{1,4}(?:\.\d{1,4})?%\s*\))?\s*")
_COLUMNS = {
    "lut": ("Total LUTs",),
    "logic": ("Logic LUTs",),
    "lutram": ("LUTRAMs",),
    "srl": ("SRLs",),
    "ff": ("FFs",),
    "ramb36": ("RAMB36",),
    "ramb18": ("RAMB18",),
    "uram": ("URAM",),
    "dsp": ("DSP Blocks", "DSP48 Blocks"),
}
_OPTIONAL = {"uram"}
_FIELD = {"logic": "lut", "srl": "lutram", "ramb36": "bram18", "ramb18": "bram18"}
_DEEPEST = 500


@dataclass
class Frame:
    """An instance whose rows below are being read.

    Attributes:
        name: of the instance.
        line: of its row.
        counts: of its row.
        below: sums over the rows one level deeper; None until there is one.
    """

    name: str
    line: int
    counts: dict[str, int]
    below: dict[str, int] | None = None


@dataclass
class Columns:
    """The drawing of the table.

    Attributes:
        bars: where the bars stand.
        at: index of the cell by what is counted.
    """

    bars: list[int]
    at: dict[str, int] = field(default_factory=dict)

    def cells(self, text: str) -> list[str] | None:
        """Cells of a row; None where a bar stands elsewhere."""
        bars = self.bars
        if len(text) != bars[-1] + 1 or any(text[bar] != "|" for bar in bars):
            return None
        return [text[left + 1 : right] for left, right in zip(bars, bars[1:], strict=False)]


def recognise(source: Source) -> str | None:
    """`vivado_util_hier`, or its fragment where there is a table and no head."""
    head = source.head
    if TOOL.search(head):
        return WHOLE if re.search(rf"^\d+\. {TITLE}\s*$", head, re.MULTILINE) else None
    return FRAGMENT if _HEADER.search(head) else None


def read(source: Source, draft: Draft) -> None:
    """Figures of the row of the top; every row as a module."""
    if draft.kind == FRAGMENT:
        draft.tool = "Vivado"
        draft.problem("is a table out of a report: no tool version, device or design state; not a whole report")
        lines: Iterator[Line] = source.lines()
    else:
        lines = lines_after_head(source, draft, ("Design", "Device", "Command", "Design State"))
    columns = _columns(lines, source)
    stack: list[Frame] = []
    closed = False
    last = ""
    number = 0
    for number, text in lines:
        if is_border(text):
            closed = [at for at, letter in enumerate(text) if letter == "+"] == columns.bars
            break
        if not text.startswith("|"):
            break
        if text == last:
            draft.problem("the same row stands twice in a row", line=number)
        _row(text, number, columns, stack, draft)
        last = text
    if closed:
        _close(stack, 0, draft)
    else:
        draft.kind = FRAGMENT
        draft.problem("the table of the hierarchy has no last border (truncated)", line=number or None)
    for number, text in lines:  # a second report behind this one shows here
        if text.startswith("|"):
            draft.problem("a row stands outside the table", line=number)
            break
    for name in ("lut", "ff", "bram18", "dsp"):
        if draft.value(name) is None:
            draft.problem("the row of the top is missing or not whole", field=name)


def _columns(lines: Iterator[Line], source: Source) -> Columns:
    """The drawing, from the border and the names below it; `lines` stands at the first row then."""
    border: list[int] = []
    for number, text in lines:
        if is_border(text):
            border = [at for at, letter in enumerate(text) if letter == "+"]
        elif _HEADER.match(text) and border:
            columns = Columns(border)
            cells = columns.cells(text)
            below = next(lines, None)
            if cells is None or below is None or [i for i, c in enumerate(below.text) if c == "+"] != border:
                raise ReportError(source.name, "the head of the table is cut or shifted", line=number)
            names = [cell.strip() for cell in cells]
            for key, known in _COLUMNS.items():
                found = [names.index(name) for name in known if name in names]
                if found:
                    columns.at[key] = found[0]
                elif key not in _OPTIONAL:
                    raise ReportError(source.name, f"has no column {known[0]}", key, number)
            return columns
    raise ReportError(source.name, "has no table of the hierarchy (truncated?)")


def _row(text: str, number: int, columns: Columns, stack: list[Frame], draft: Draft) -> None:
    cells = columns.cells(text.rstrip())
    if cells is None:
        draft.problem("row is cut or shifted", line=number)
        return
    counts: dict[str, int] = {}
    for key, at in columns.at.items():
        match = _CELL.fullmatch(cells[at])
        if match is None:
            draft.problem(f"is {cells[at].strip()[:40]!r}, not a count", line=number, field=_FIELD.get(key, key))
            return
        counts[key] = int(match.group(1))
    name = cells[0].strip()
    depth = (len(cells[0]) - len(cells[0].lstrip()) - 1) // 2
    _close(stack, depth, draft)
    if depth > len(stack) or depth > _DEEPEST:
        draft.problem(f"{name} is indented below no row (line lost?)", line=number)
        return
    if depth == 0 and draft.has("lut"):
        draft.problem(f"{name} is a second top; two designs in one table", line=number)
        return
    figures = _figures(counts)
    if counts["lut"] != counts["logic"] + counts["lutram"] + counts["srl"]:
        draft.problem(f"{name}: LUTs are not logic, RAM and shift registers together", line=number, field="lut")
        figures.pop("lut")
        figures.pop("lutram")
    if stack:
        below = stack[-1].below = stack[-1].below or dict.fromkeys(counts, 0)
        for key, count in counts.items():
            below[key] += count
    stack.append(Frame(name, number, counts))
    kind = cells[1].strip()
    if depth == 0:
        _top(name, kind, figures, number, draft)
    draft.module(Module("/".join(frame.name for frame in stack), Figures(**figures), kind or None))  # type: ignore[arg-type]


def _top(name: str, kind: str, figures: dict[str, float], number: int, draft: Draft) -> None:
    if kind != "(top)" or (draft.top is not None and name != draft.top):
        draft.problem(f"the first row is {name} ({kind}), not the top {draft.top or ''}", line=number)
        return
    draft.top = name
    for key, value in figures.items():
        draft.figure(key, value, number)


def _figures(counts: dict[str, int]) -> dict[str, float]:
    figures: dict[str, float] = {key: counts[key] for key in ("lut", "ff", "uram", "dsp") if key in counts}
    return {**figures, "lutram": counts["lutram"] + counts["srl"], "bram18": 2 * counts["ramb36"] + counts["ramb18"]}


def _close(stack: list[Frame], depth: int, draft: Draft) -> None:
    """Leave the instances at this depth and deeper, each against the sum over its rows."""
    while len(stack) > depth:
        frame = stack.pop()
        if frame.below is None:
            continue
        for key, total in frame.below.items():
            stated = frame.counts[key]
            if stated > total or (stated < total and key not in ("lut", "logic")):
                text = f"{frame.name} has {stated} {key}, the rows below it {total} (line lost, doubled or changed)"
                draft.problem(text, line=frame.line, field=_FIELD.get(key, key))
