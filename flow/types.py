# SPDX-License-Identifier: Apache-2.0
"""Shapes and ranges: the two facts known about every stream."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Size of one frame of a stream, in pixels and channels (NHWC without N)."""

    height: int
    width: int
    channels: int

    @property
    def pixels(self) -> int:
        """Pixels a frame."""
        return self.height * self.width

    @property
    def values(self) -> int:
        """Values a frame."""
        return self.pixels * self.channels

    def __str__(self) -> str:
        return f"{self.height}x{self.width}x{self.channels}"


@dataclass(frozen=True)
class Range:
    """Closed interval of integers that a stream is proven to stay in."""

    low: int
    high: int

    @property
    def signed(self) -> bool:
        """Whether the stream needs a sign bit."""
        return self.low < 0

    @property
    def bits(self) -> int:
        """Fewest bits that hold every value: two's complement if signed, else unsigned."""
        if self.signed:
            return max((-self.low - 1).bit_length(), self.high.bit_length() if self.high > 0 else 0) + 1
        return max(1, self.high.bit_length())

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __str__(self) -> str:
        return f"[{self.low}, {self.high}]"


CODE = Range(0, 3)
PIXEL = Range(0, 255)
