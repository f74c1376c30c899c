# SPDX-License-Identifier: Apache-2.0
"""Tables drawn with `+---+` and `| |`, as every Xilinx tool prints them.

A line that was cut, doubled or shifted must not become a number: a row counts only if its bars stand where the
border's corners stand, and a table only if its last border is there.

>>> lines = [Line(1, "+----+----+"), Line(2, "| A  | B  |"), Line(3, "+----+----+"), Line(4, "| 1  | 2  |"),
...          Line(5, "+----+----+")]
>>> table = next(tables(lines))
>>> table.blocks[1][0].cells, table.closed
(('1', '2'), True)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reports.source import Line

MOST_ROWS = 100_000
"""Rows of a table; further ones break it."""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        number: line of the file.
        texts: cells as they stand, with blanks.
        bars: columns of the bars in the line.
    """

    number: int
    texts: tuple[str, ...]
    bars: tuple[int, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """Cells without blanks around them."""
        return tuple(text.strip() for text in self.texts)


@dataclass
class Table:
    """Rows between borders.

    Attributes:
        first: line of the first border.
        indent: blanks before it.
        corners: columns of the `+` of each border, all borders together.
        blocks: rows between one border and the next; mostly the header, then the body.
        closed: whether the last border came.
        broken: rows whose bars stand elsewhere than a corner, or that do not end in a bar.
    """

    first: int
    indent: int
    corners: set[int]
    blocks: list[list[Row]] = field(default_factory=list)
    closed: bool = False
    broken: list[Line] = field(default_factory=list)


def is_border(text: str) -> bool:
    """Whether a line is `+---+---+`."""
    line = text.strip()
    return len(line) > 2 and line[0] == line[-1] == "+" and set(line) <= {"+", "-"}


def row_of(line: Line) -> Row | None:
    """The row in a line `| a | b |`; None where it does not begin and end with a bar."""
    text = line.text.rstrip()
    start = len(text) - len(text.lstrip())
    if len(text) < start + 2 or text[start] != "|" or text[-1] != "|":
        return None
    bars = tuple(i for i, letter in enumerate(text) if letter == "|")
    return Row(line.number, tuple(text.split("|")[1:-1]), bars)


def tables(lines: Iterable[Line]) -> Iterator[Table]:
    """Every table, in the order of the file; a table of millions of rows is better read by `row_of`."""
    table: Table | None = None
    block: list[Row] = []
    rows = 0
    for line in lines:
        if is_border(line.text):
            corners = {i for i, letter in enumerate(line.text) if letter == "+"}
            if table is None:
                table = Table(line.number, min(corners), corners)
            elif (min(corners), max(corners)) != (table.indent, max(table.corners)):
                if len(table.broken) < MOST_ROWS:
                    table.broken.append(line)  # cut, or another table's
            elif block:
                table.corners |= corners
                table.blocks.append(block)
                table.closed = True
            block = []
        elif table is not None:
            text = line.text.strip()
            if text.startswith("|") or (text and text.endswith("|") and not table.closed):
                row = row_of(line)
                rows += 1
                if row is None or not set(row.bars) <= table.corners or rows > MOST_ROWS:
                    if len(table.broken) < MOST_ROWS:
                        table.broken.append(line)
                else:
                    block.append(row)
                table.closed = False
                continue
            yield table  # anything else ends it
            table, block, rows = None, [], 0
    if table is not None:
        yield table
