# SPDX-License-Identifier: Apache-2.0
"""Vivado `report_utilization -hierarchical`: one row an instance, read by lines however long the report is.

Flip-flops, memories and DSPs of a row are the sum over the rows below it, and its LUTs at most that (LUTs of several
modules may be combined); a lost, doubled or shifted row shows there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from reports.errors import ReportError
from reports.grid import is_border
from reports.parsed import Draft, Figures, Module
from reports.parsers.vivado_text import TOOL, lines_after_head
from reports.source import Line, Source

WHOLE, FRAGMENT = "vivado_util_hier", "vivado_util_hier_fragment"
TITLE = "Utilization by Hierarchy"
_HEADER = re.compile(r"^\| +Instance +\| +Module +\| +Total LUTs +\|", re.MULTILINE)
_CELL = re.compile(r"([0-9]{1,18})\s*\(\s*<?[0-9]{1,4}(?:\.[0-9]{1,4})?%\s*\)")
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


def recognise(source: Source) -> str | None:
    """`vivado_util_hier`, or its fragment where there is a table and no head."""
    head = source.head
    if TOOL.search(head):
        return WHOLE if re.search(rf"^[0-9]+\. {TITLE}\s*$", head, re.MULTILINE) else None
    return FRAGMENT if _HEADER.search(head) else None


def read(source: Source, draft: Draft) -> None:
    """Figures of the row of the top; every row as a module."""
    if draft.kind == FRAGMENT:
        draft.tool = "Vivado"
        draft.problem("is a table out of a report: no tool version, device or design state; not a whole report")
        lines: Iterator[Line] = source.lines()
    else:
        lines = lines_after_head(source, draft, ("Design", "Device", "Command", "Design State"))
    bars, names, number = _drawing(lines, source)
    reader = HierarchyReader(names, draft, number, source.name)
    closed = False
    last = ""
    for number, text in lines:
        if is_border(text):
            closed = _corners(text) == bars
            break
        if not text.startswith("|"):
            break
        if text == last:
            draft.problem("the same row stands twice in a row", line=number)
        last = text
        cells = _cells(text.rstrip(), bars)
        if cells is None:
            draft.problem("row is cut or shifted", line=number)
        else:
            reader.row(cells, number, 1)
    if not closed:
        draft.kind = FRAGMENT
        draft.problem("the table of the hierarchy has no last border (truncated)", line=number)
    reader.finish(closed)
    for number, text in lines:  # a second report behind this one shows here
        if text.startswith("|"):
            draft.problem("a row stands outside the table", line=number)
            break


def _corners(text: str) -> list[int]:
    return [at for at, letter in enumerate(text) if letter == "+"]


def _cells(text: str, bars: list[int]) -> list[str] | None:
    """Cells of a row; None where a bar stands elsewhere."""
    if len(text) != bars[-1] + 1 or any(text[bar] != "|" for bar in bars):
        return None
    return [text[left + 1 : right] for left, right in pairwise(bars)]


def _drawing(lines: Iterator[Line], source: Source) -> tuple[list[int], list[str], int]:
    """Where the bars stand, the names of the columns, and their line; `lines` stands at the first row then."""
    border: list[int] = []
    for number, text in lines:
        if is_border(text):
            border = _corners(text)
        elif border and _HEADER.match(text):
            cells = _cells(text.rstrip(), border)
            below = next(lines, None)
            if cells is None or below is None or _corners(below.text) != border:
                raise ReportError(source.name, "the head of the table is cut or shifted", line=number)
            return border, [cell.strip() for cell in cells], number
    raise ReportError(source.name, "has no table of the hierarchy (truncated?)")


class HierarchyReader:
    """Takes the rows of a hierarchy one by one, from text or XML."""

    def __init__(self, names: list[str], draft: Draft, number: int, file: str) -> None:
        """Columns are found by name.

        Raises:
            ReportError: a column is missing, or stands elsewhere than Vivado writes it: no number can be told then.
        """
        self.draft = draft
        self.stack: list[Frame] = []
        self.width = len(names)
        self.at: dict[str, int] = {}
        for key, known in _COLUMNS.items():
            found = [names.index(name) for name in known if name in names]
            if found:
                self.at[key] = found[0]
            elif key not in _OPTIONAL:
                raise ReportError(file, f"has no column {known[0]}", key, number)
        if list(self.at.values()) != sorted(self.at.values()):
            raise ReportError(file, "columns stand in another order than any Vivado writes", line=number)

    def row(self, cells: list[str], number: int, margin: int = 0) -> None:
        """A row; `margin` blanks stand before an instance that is not indented."""
        draft = self.draft
        counts = self._counts(cells, number)
        if counts is None:
            return
        name = cells[0].strip()
        depth = (len(cells[0]) - len(cells[0].lstrip()) - margin) // 2
        if depth < 0:
            draft.problem(f"{name} stands left of its column", line=number)
            return
        self._close(depth)
        if depth > len(self.stack) or depth > _DEEPEST:
            draft.problem(f"{name} is indented below no row (line lost?)", line=number)
            return
        if depth == 0 and draft.has("ff"):
            draft.problem(f"{name} is a second top; two designs in one table", line=number)
            return
        whole = counts["lut"] == counts["logic"] + counts["lutram"] + counts["srl"]
        if not whole:
            draft.problem(f"{name}: LUTs are not logic, RAM and shift registers together", line=number, field="lut")
            draft.withdraw("lut", "lutram")
        if self.stack:
            frame = self.stack[-1]
            if frame.below is None:
                frame.below = dict(counts)
            else:
                for key, count in counts.items():
                    frame.below[key] += count
        self.stack.append(Frame(name, number, counts))
        if depth and not draft.keeps_modules:
            draft.leave_out()
            return
        figures = _figures(counts)
        if not whole:
            del figures["lut"], figures["lutram"]
        kind = cells[1].strip()
        if depth == 0:
            self._top(name, kind, figures, number)
        path = "/".join(frame.name for frame in self.stack)
        draft.module(Module(path, Figures(**figures), kind or None))  # type: ignore[arg-type]

    def _counts(self, cells: list[str], number: int) -> dict[str, int] | None:
        if len(cells) != self.width:
            self.draft.problem(f"row has {len(cells)} cells, not {self.width}", line=number)
            return None
        counts: dict[str, int] = {}
        for key, at in self.at.items():
            text = cells[at].strip()
            if text.isdecimal() and text.isascii() and len(text) <= 18:
                counts[key] = int(text)
                continue
            match = _CELL.fullmatch(text)
            if match is None:
                text = f"is {text[:40]!r}, not a count"
                self.draft.problem(text, line=number, field=_FIELD.get(key, key))
                return None
            counts[key] = int(match.group(1))
        return counts

    def _top(self, name: str, kind: str, figures: dict[str, float], number: int) -> None:
        draft = self.draft
        if kind != "(top)" or (draft.top is not None and name != draft.top):
            draft.problem(f"the first row is {name} ({kind}), not the top {draft.top or ''}", line=number)
            return
        draft.top = name
        for key, value in figures.items():
            draft.figure(key, value, number)

    def _close(self, depth: int) -> None:
        """Leave the instances at this depth and deeper, each against the sum over its rows."""
        while len(self.stack) > depth:
            frame = self.stack.pop()
            for key, total in (frame.below or {}).items():
                stated = frame.counts[key]
                if stated > total or (stated < total and key not in ("lut", "logic")):
                    text = f"{frame.name} has {stated} {key}, the rows below it {total} (line lost, doubled or changed)"
                    self.draft.problem(text, line=frame.line, field=_FIELD.get(key, key))
                    self.draft.withdraw(_FIELD.get(key, key))

    def finish(self, closed: bool = True) -> None:
        """After the last row; sums are compared only if the table came to its end."""
        if closed:
            self._close(0)
        for name in ("lut", "ff", "bram18", "dsp"):
            if self.draft.value(name) is None:
                self.draft.problem("the row of the top is missing or not whole", field=name)


def _figures(counts: dict[str, int]) -> dict[str, float]:
    figures: dict[str, float] = {key: counts[key] for key in ("lut", "ff", "uram", "dsp") if key in counts}
    return {**figures, "lutram": counts["lutram"] + counts["srl"], "bram18": 2 * counts["ramb36"] + counts["ramb18"]}
