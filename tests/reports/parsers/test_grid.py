# SPDX-License-Identifier: Apache-2.0
"""Drawn tables: which rows count, where a table ends, and how many rows it may have."""

from __future__ import annotations

import pytest

import reports.grid
from reports.grid import Table, is_border, row_of, tables
from reports.parsers.hls_text import columns
from reports.source import Line

HEAD = "+---+---+\n| A | B |\n+---+---+\n"
ROW, END = "| a | 1 |\n", "+---+---+\n"


def drawn(text: str) -> list[Table]:
    return list(tables(Line(number, line) for number, line in enumerate(text.splitlines(), 1)))


def shape(text: str) -> list[tuple[bool, list[int], list[int]]]:
    """Of each table: whether it is closed, the lines that are broken, and how many rows each block has."""
    return [
        (table.closed, [line.number for line in table.broken], [len(block) for block in table.blocks])
        for table in drawn(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + ROW * 2 + END, [(True, [], [1, 2])]),
        (HEAD + ROW * 2, [(False, [], [1])]),
        (HEAD + "| a  | 1|\n" + END, [(False, [4], [1])]),  # a bar elsewhere
        (HEAD + ROW + "  a | 1 |\n" + ROW + END, [(True, [5], [1, 2])]),  # the first bar is lost
        (HEAD + ROW + "| a | 1\n" + END, [(True, [5], [1, 1])]),  # the last bar is lost
        (HEAD + ROW + "+---+\n" + ROW + END, [(True, [5], [1, 1])]),  # a border is cut
        (HEAD + ROW + "words\n" + HEAD + ROW + END, [(False, [], [1]), (True, [], [1, 1])]),  # the end is lost
        (HEAD + ROW + END + "words |\n" + HEAD + ROW + END, [(True, [], [1, 1])] * 2),  # a text between two tables
        (HEAD + ROW + END + ROW, [(False, [], [1, 1])]),  # a row behind the end
    ],
)
def test_what_is_whole_and_what_is_not(text: str, expected: list[tuple[bool, list[int], list[int]]]) -> None:
    assert shape(text) == expected


def test_the_smallest_border_and_the_smallest_row() -> None:
    assert [text for text in ("", "+", "++", "+-+", " +-+ ", "+-|", "--") if is_border(text)] == ["+-+", " +-+ "]
    cells = {text: row.texts for text in ("|", " |", "||", "| a |", "a | b |") if (row := row_of(Line(1, text)))}
    assert cells == {"||": ("",), "| a |": (" a ",)}


@pytest.mark.parametrize(
    "text",
    [
        "+-------+\n| A   B |\n+---+---+\n| a | 1 |\n+---+---+\n",
        "+---+---+\n| A | B |\n+-------+\n| a | 1 |\n+-------+\n",
    ],
)
def test_corners_of_all_borders_count_together(text: str) -> None:
    assert shape(text) == [(True, [], [1, 1])]


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.grid, "MOST_ROWS", 4)
    assert shape(HEAD + ROW * 3 + END) == [(True, [], [1, 3])], "the header is one of them"
    assert shape(HEAD + ROW * 4 + END) == [(True, [7], [1, 3])]
    assert shape((HEAD + ROW * 3 + END + "\n") * 2) == [(True, [], [1, 3])] * 2, "of each table"
    assert len(drawn(HEAD + "|\n" * 9 + END)[0].broken) == 4
    assert len(drawn(HEAD + "+--+\n" * 9 + END)[0].broken) == 4


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("|   L   | M |\n| A | B | C |\n", ("L A", "L B", "M C")),
        ("| K | L | M |\n|   A   | C |\n", None),  # a bar where the names have none
    ],
)
def test_names_of_two_lines(header: str, names: tuple[str, ...] | None) -> None:
    border = "+---+---+---+\n"
    (table,) = drawn(f"{border}{header}{border}| a | b | c |\n{border}")
    assert columns(table) == names
