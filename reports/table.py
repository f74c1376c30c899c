# SPDX-License-Identifier: Apache-2.0
"""Tables of figures, for the terminal and in markdown. A name out of a report drives neither terminal, page nor CI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NONE = "-"
WIDEST = 1000
"""Characters of a cell."""
_MARKDOWN = set("\\`*_|<>[]&#!~")


@dataclass(frozen=True)
class Table:
    """A titled table of texts; `note` stands below it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def number(value: float | None) -> str:
    """A figure with thousands apart; a dash where there is none.

    >>> number(1234567), number(0.02), number(None)
    ('1,234,567', '0.02', '-')
    """
    if value is None:
        return NONE
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.6g}"


def percent(old: float | None, new: float | None) -> str:
    """How much a figure changed.

    >>> percent(100, 103), percent(0, 5)
    ('+3.00 %', '-')
    """
    return NONE if not old or new is None else f"{100 * (new / old - 1):+.2f} %"


def clean(text: str) -> str:
    """Text without control characters: a name in a report never drives a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def shown(cell: str) -> str:
    """A cell of a table: clean, and not longer than a screen; a table is as wide as its longest cell.

    >>> len(shown("a" * 10**6)), shown("ab")
    (1000, 'ab')
    """
    return clean(cell if len(cell) <= WIDEST else f"{cell[: WIDEST // 2]}...{cell[3 - WIDEST // 2 :]}")


def harmless(line: str) -> str:
    """A line that no CI server takes as a command: GitHub reads `::name` where a line starts, and `##[name]` anywhere.

    >>> harmless("::set-output name=x::y"), harmless("a::b"), harmless("##vso[task]")
    (': :set-output name=x::y', 'a::b', '# #vso[task]')
    """
    bare = line.lstrip()
    if bare.startswith("::"):
        line = line[: len(line) - len(bare)] + ": :" + bare[2:]
    return line.replace("##", "# #")


def to_text(table: Table) -> str:
    """A table for the terminal."""
    rows = [table.head, *table.rows]
    widths = [max(len(shown(row[i])) for row in rows) for i in range(len(table.head))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(shown(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

    parts = [clean(table.title), line(table.head), line(["-" * width for width in widths]), *map(line, table.rows)]
    return "\n".join(harmless(part) for part in [*parts, *map(clean, table.note.splitlines())])


def to_markdown(table: Table) -> str:
    """A table in markdown."""

    def line(row: Sequence[str]) -> str:
        return f"| {' | '.join(escape(shown(cell)) for cell in row)} |"

    notes = ["", *(escape(note) for note in table.note.splitlines())] if table.note else []
    rule = "|" + "---|" * len(table.head)
    return "\n".join([f"## {escape(table.title)}", "", line(table.head), rule, *map(line, table.rows), *notes])


def escape(text: str) -> str:
    """Text that markdown shows as it is: no markup, no HTML, no link, no mention of a person.

    >>> escape("<b>|@name")
    '\\\\<b\\\\>\\\\|@\\u200bname'
    """
    marked = "".join(f"\\{c}" if c in _MARKDOWN else c for c in clean(text))
    return marked.replace("@", "@\u200b").replace("://", ":\u200b//")
