# SPDX-License-Identifier: Apache-2.0
"""Outline of the text reports of Vivado HLS and Vitis HLS: title, header fields, sections, headings and tables.

A table is found by the path of the headings above it, as `Performance Estimates/Latency/Summary`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reports.errors import ReportError
from reports.grid import Table, tables
from reports.parsed import Draft
from reports.parsers import hls_values as values
from reports.source import Line, Source

LARGEST_TABLE = 50_000
_MARKS = ("=", "+", "*")
_TITLE = re.compile(r"== (?P<tool>.{0,40}?)(?P<what>HLS|Synthesis Summary) Report (?:for|of) '(?P<top>[^']*)'\s*\Z")
_SECTION = re.compile(r"== (\S.{0,200})\Z")
_FIELD = re.compile(r"\s*\* ([A-Z][A-Za-z ]{2,30}):(?:\s+(\S.{0,500}))?\Z")
_HEADING = re.compile(r"( *)[+*] ([A-Za-z][^|:]{0,80}?)(?: \((\S[^)]{0,20})\))?: *\Z")
_FIELDS = ("Date", "Version", "Project", "Solution", "Product family", "Target device")


@dataclass
class Part:
    """What stands under one path of headings.

    Attributes:
        line: of the last heading.
        unit: text in parentheses behind a heading of the path, as `ns`.
        lines: everything below it, up to the next heading.
        times: how often the same path was seen.
    """

    line: int
    unit: str | None = None
    lines: list[Line] = field(default_factory=list)
    times: int = 1

    def table(self) -> Table | None:
        """The first table, if it is whole; None where there is none or it is broken."""
        table = next(tables(self.lines), None)
        return table if table is not None and table.closed and not table.broken else None

    def is_whole(self) -> bool:
        """Whether every table is closed and has a row, or the part says `N/A`."""
        found = list(tables(self.lines))
        empty = any(line.text.strip() == "N/A" for line in self.lines)
        good = all(table.closed and not table.broken and len(table.blocks) > 1 for table in found)
        return good and (bool(found) or empty)


class Record(NamedTuple):
    """A row: its line, its first cell, all cells by column, and the first cell with its blanks."""

    line: int
    name: str
    cells: Mapping[str, str]
    padded: str


@dataclass
class Outline:
    """A report by its headings.

    Attributes:
        tool: words before `Report` in the title.
        top: name in the title.
        fields: header fields by name.
        sections: names and lines of the `==` sections.
        parts: by path.
        titles: lines of the titles; two are two reports in one file.
        border: the last border of a table but one.
        last: the last line that is not blank.
    """

    tool: str = ""
    top: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    titles: list[int] = field(default_factory=list)
    border: str = ""
    last: str = ""

    @property
    def ended(self) -> bool:
        """Whether the last line is not the middle of a table, nor a heading without what it announces."""
        if self.last.startswith("+"):
            return self.last == self.border
        return not self.last.startswith(("|", "*", "="))


def title(head: str, most: int = 8) -> re.Match[str] | None:
    """The title among the first lines that are not blank."""
    seen = 0
    for text in head.split("\n"):
        if text.strip():
            seen += 1
            match = _TITLE.match(text.rstrip())
            if match or seen == most:
                return match
    return None


def outline(source: Source, wanted: Iterable[str]) -> Outline:
    """The outline of a report, with the lines of the parts that are wanted.

    Raises:
        ReportError: a table beyond all reason.
    """
    result, keep = Outline(), set(wanted)
    section = ""
    steps: list[tuple[int, str, str | None]] = []
    part: Part | None = None
    for line in source.lines():
        values.check_length(source.name, line.number)
        text = line.text.rstrip()
        if text:
            result.border = result.last if result.last.startswith("+-") else result.border
            result.last = text
        if text.lstrip(" ")[:1] not in _MARKS:
            if part is not None and text:
                _keep(part, line, source.name)
        elif (match := _TITLE.match(text)) is not None:
            result.titles.append(line.number)
            result.tool, result.top = f"{match['tool']}{match['what']}", match["top"]
            section, steps, part = "", [], None
        elif (match := _SECTION.match(text)) is not None:
            section, steps = match[1], []
            result.sections.setdefault(section, line.number)
            part = _open(result, section, steps, line.number) if section in keep else None
        elif (match := _HEADING.match(text)) is not None:
            indent = len(match[1])
            steps = [*(step for step in steps if step[0] < indent), (indent, match[2], match[3])]
            path = "/".join(name for name in (section, *(step[1] for step in steps)) if name)
            part = _open(result, path, steps, line.number) if path in keep else None
        elif not section and (match := _FIELD.match(text)) is not None and match[1] in _FIELDS:
            result.fields.setdefault(match[1], (match[2] or "").strip())
        elif part is not None:
            _keep(part, line, source.name)
    return result


def _keep(part: Part, line: Line, file: str) -> None:
    if len(part.lines) >= LARGEST_TABLE:
        raise ReportError(file, f"a table has more than {LARGEST_TABLE} lines", line=line.number)
    part.lines.append(line)


def _open(result: Outline, path: str, steps: list[tuple[int, str, str | None]], line: int) -> Part:
    known = result.parts.get(path)
    if known is not None:
        known.times += 1
        return known
    unit = next((step[2] for step in reversed(steps) if step[2]), None)
    result.parts[path] = part = Part(line, unit)
    return part


def columns(table: Table) -> tuple[str, ...] | None:
    """Names of a table's columns, header lines joined; a name above several columns is part of each.

    `| Latency |` above `| min | max |` gives `Latency min` and `Latency max`. None where the lines do not fit.
    """
    header = table.blocks[0]
    bars = header[-1].bars
    names: list[list[str]] = [[] for _ in bars[1:]]
    for row in header:
        if not set(row.bars) <= set(bars) or (row.bars[0], row.bars[-1]) != (bars[0], bars[-1]):
            return None
        for cell, left, right in zip(row.cells, row.bars, row.bars[1:], strict=False):
            for number, bar in enumerate(bars[:-1]):
                if cell and left <= bar < right:
                    names[number].append(cell)
    return tuple(" ".join(parts) for parts in names)


def records(table: Table) -> Iterator[Record]:
    """Every row below the header by the names of its columns; none where the header's lines do not fit."""
    names = columns(table) or ()
    for row in (row for block in table.blocks[1:] for row in block):
        if len(row.cells) == len(names):
            yield Record(row.number, row.cells[0], dict(zip(names, row.cells, strict=True)), row.texts[0])


def header(draft: Draft, found: Outline) -> None:
    """Tool, version, device and top; two titles are two reports in one file."""
    draft.top = found.top
    draft.version = (found.fields.get("Version") or "").partition(" ")[0] or None
    draft.device = found.fields.get("Target device") or None
    for name, value in (("Version", draft.version), ("Target device", draft.device)):
        if value is None:
            draft.problem(f"the header has no {name!r}; a part of the file is missing", field=name.lower())
    for name in ("Date", "Project", "Solution", "Product family"):
        if found.fields.get(name):
            draft.details[name.lower().replace(" ", "_")] = found.fields[name]
    if len(found.titles) > 1:
        draft.problem("a second report begins in this file; give one report a file", line=found.titles[1])
