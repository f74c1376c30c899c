# SPDX-License-Identifier: Apache-2.0
"""What an experiment is: a claim, and a run that measures it and says whether it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?(e[+-]?\d+)?")


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    Attributes:
        result: JSON-able figures.
        text: the same for people.
        holds: whether the claim held.
    """

    result: dict[str, Any]
    text: str
    holds: bool


@dataclass(frozen=True)
class Experiment:
    """A claim as a command.

    Attributes:
        name: what `ern experiment` calls it.
        claim: one sentence.
        run: measures it; writes pictures and tables below the folder it is given.
    """

    name: str
    claim: str
    run: Callable[[Path], Outcome]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers to the right.

    >>> print(table(["net", "LUT"], [["a", 12]]))
    | net | LUT |
    | --- | --: |
    | a   |  12 |
    """
    cells = [list(header), *[[_text(value) for value in row] for row in rows]]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(header))]
    right = [bool(rows) and all(_NUMBER.fullmatch(row[i]) for row in cells[1:]) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        padded = [
            text.rjust(width) if r else text.ljust(width) for text, width, r in zip(row, widths, right, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * (width - 1) + ":" if r else "-" * width for width, r in zip(widths, right, strict=True)]
    return "\n".join([line(cells[0]), f"| {' | '.join(rule)} |", *map(line, cells[1:])])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def check_lines(checks: dict[str, bool]) -> str:
    """One line a check, `holds` or `FAILS` in front of what was checked."""
    return "\n".join(f"{'holds' if good else 'FAILS'}: {what}" for what, good in checks.items())
