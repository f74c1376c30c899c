# SPDX-License-Identifier: Apache-2.0
"""Integers are equal or wrong: the comparison of two rooms, stream by stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from flow.errors import SimulationError
from flow.ops.base import Array


@dataclass(frozen=True)
class Comparison:
    """What comparing one stream found.

    Attributes:
        stream: name.
        values: values compared.
        mismatches: values that differ.
        first: position (frame, row, column, channel) of the first difference, or None.
        expected, found: the values there.
    """

    stream: str
    values: int
    mismatches: int
    first: tuple[int, ...] | None = None
    expected: int | None = None
    found: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return f"{self.stream}: {self.values} values, equal"
        return (
            f"{self.stream}: {self.mismatches} of {self.values} values differ, first at {list(self.first)}: "
            f"expected {self.expected}, found {self.found}"
        )


def compare(expected: Mapping[str, Array], found: Mapping[str, Array]) -> list[Comparison]:
    """Compare every found stream with the expected one of its name, value for value.

    Args:
        expected: integer arrays by stream; streams that were not found are left out.
        found: integer arrays by stream, each of the shape of its expected one.

    Returns:
        One comparison a found stream, in the order of `expected` (which is the order of the graph).

    Raises:
        SimulationError: nothing to compare, a stream nobody expects, or another shape.
    """
    unknown = [stream for stream in found if stream not in expected]
    if unknown or not found:
        raise SimulationError(
            f"streams found: {', '.join(found) or 'none'}; expected some of: {', '.join(expected)}; "
            "both sides must come from one graph"
        )
    return [_compare(stream, expected[stream], found[stream]) for stream in expected if stream in found]


def _compare(stream: str, expected: Array, found: Array) -> Comparison:
    if expected.shape != found.shape:
        raise SimulationError(
            f"{stream}: shape {list(found.shape)} found, {list(expected.shape)} expected; run both on the same images"
        )
    wrong = np.argwhere(expected != found)
    if not len(wrong):
        return Comparison(stream, expected.size, 0)
    first = tuple(int(i) for i in wrong[0])
    return Comparison(stream, expected.size, len(wrong), first, int(expected[first]), int(found[first]))
