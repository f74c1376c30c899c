# SPDX-License-Identifier: Apache-2.0
"""Sections of a Vivado report against its table of contents, and the rows of its utilization tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from reports.grid import Table, is_border, tables
from reports.parsed import Draft
from reports.parsers.vivado_text import number
from reports.source import Line

_TITLE = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})*\.? \S.*")
CONTENTS = "Table of Contents"


@dataclass(frozen=True)
class Section:
    """Lines under a title.

    Attributes:
        title: as in the table of contents, without its number.
        line: where the title stands.
    """

    title: str
    line: int
    lines: list[Line] = field(default_factory=list)

    def tables(self) -> list[Table]:
        """Every table of the section."""
        return list(tables(self.lines))

    @property
    def borders(self) -> int:
        """How many `+---+` lines it has."""
        return sum(is_border(line.text) for line in self.lines)


def sections(lines: list[Line], draft: Draft) -> list[Section]:
    """Sections in order; every title of the table of contents must be there, or the report is not whole.

    A section whose next title is lost may hold lines of another one: nothing of it is vouched for, so it is left out.
    """
    contents: list[str] = []
    found: list[tuple[str, Section]] = []
    reading = False
    for line, below in pairwise([*lines, Line(0, "")]):
        text = line.text.rstrip()
        if text == CONTENTS:
            reading = True
        elif reading and _TITLE.fullmatch(text):
            contents.append(text)
        elif reading and set(text) != {"-"}:
            reading = False
        elif not reading and _TITLE.fullmatch(text) and below.text.strip() == "-" * len(text):
            found.append((text, Section(text.partition(" ")[2], line.number)))
            continue
        if not reading and found:
            found[-1][1].lines.append(line)
    titles = [title for title, _ in found]
    if not contents:
        draft.problem("the table of contents is missing (truncated?)")
    elif titles != contents:
        missing = [title for title in contents if title not in titles] or ["the order"]
        text = f"sections are not those of the table of contents; lost: {', '.join(missing)} (truncated?)"
        draft.problem(text, line=lines[-1].number)
        expected = dict(pairwise([*contents, ""]))
        followed = zip(found, [*titles[1:], ""], strict=False)  # no title at all: nothing
        found = [entry for entry, after in followed if expected.get(entry[0]) == after]
    return [section for _, section in found]


@dataclass(frozen=True)
class Site:
    """A row of a utilization table.

    Attributes:
        name: of the site type, without stars.
        depth: how far it is indented, 0 at the left.
        cells: by column name.
        line: where it stands.
    """

    name: str
    depth: int
    cells: dict[str, str]
    line: int

    def number(self, column: str) -> float | None:
        """A cell as a number."""
        return number(self.cells.get(column, ""))


def sites(table: Table) -> Iterator[Site]:
    """Rows below the header of a table that is whole; none of another."""
    if not table.closed or table.broken or len(table.blocks[0]) != 1:
        return
    header = table.blocks[0][0]
    names = header.cells
    for row in (row for block in table.blocks[1:] for row in block):
        if row.bars == header.bars:
            text = row.texts[0].rstrip()
            depth = (len(text) - len(text.lstrip()) - 1) // 2
            yield Site(text.strip().rstrip("*").strip(), depth, dict(zip(names, row.cells, strict=True)), row.number)


def unsound(table: Table) -> tuple[str, int] | None:
    """What is wrong with the drawing of a table, and where; None for a whole one."""
    if table.broken:
        return "row or border of a table is cut or shifted", table.broken[0].number
    if not table.closed:
        return "table has no last border (truncated)", table.first
    header = table.blocks[0][0]
    for row in (row for block in table.blocks[1:] for row in block):
        if row.bars != header.bars:
            return "row has other columns than its header", row.number
    return None


def sites_of(part: Section, draft: Draft) -> Iterator[Site]:
    """Rows of every table of a section; what is wrong with one is a problem."""
    for table in part.tables():
        wrong = unsound(table)
        if wrong:
            draft.problem(wrong[0], line=wrong[1], field=part.title)
        yield from sites(table)
