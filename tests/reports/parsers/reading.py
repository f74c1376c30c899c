# SPDX-License-Identifier: Apache-2.0
"""What the fixture `read` is, and the ways in which a line is spoilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reports.parsed import Parsed

Read = Callable[[str], Parsed]


def spoilt_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Number (from 0) and text of each line but the last, and the report with that line lost, doubled, or exchanged
    with the next."""
    lines = text.split("\n")
    for at in range(len(lines) - 1):
        for spoilt in (
            lines[:at] + lines[at + 1 :],
            lines[: at + 1] + lines[at:],
            [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
        ):
            yield at, lines[at], "\n".join(spoilt)
