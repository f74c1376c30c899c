# SPDX-License-Identifier: Apache-2.0
"""What hardware costs: four counts that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Resources:
    """Counts as the reports make them: LUT primitives, flip-flops, 18 Kb block memories, UltraRAMs.

    Predictions are fractions of a LUT until they are printed.
    """

    lut: float = 0.0
    ff: float = 0.0
    bram18: int = 0
    uram: int = 0

    def __add__(self, other: Resources) -> Resources:
        return Resources(self.lut + other.lut, self.ff + other.ff, self.bram18 + other.bram18, self.uram + other.uram)

    def __str__(self) -> str:
        return f"{self.lut:.0f} LUT, {self.ff:.0f} FF, {self.bram18} BRAM18, {self.uram} URAM"


def total(parts: Iterable[Resources]) -> Resources:
    """Sum of many."""
    result = Resources()
    for part in parts:
        result = result + part
    return result
