# SPDX-License-Identifier: Apache-2.0
"""Rows that come several pixels a beat: which beats the windows of a row wait for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import gcd

PIXELS = (1, 2, 4, 8)
"""Pixels that a beat may have; they divide the width of the frame."""

WIDE_WORDS = 16
"""Beats of all kernel rows that wait between the row store and the register."""


@dataclass(frozen=True)
class WideRow:
    """One row of windows over `groups` beats of `pixels` columns each (rtl_templates/common/window_wide.sv).

    A register holds the last beats of a row. Windows are read from it one after another, and before each it takes in
    the beats, of zeros beyond the right edge, up to the one with the last column of the window.

    Attributes:
        width: columns of the image, a multiple of `pixels`.
        out_width: windows.
        kernel, stride, padding: along the row.
        pixels: columns a beat.
    """

    width: int
    out_width: int
    kernel: int
    stride: int
    padding: int
    pixels: int

    @property
    def groups(self) -> int:
        """Beats a row."""
        return self.width // self.pixels

    def last_column(self, window: int) -> int:
        """Last column of a window; it may lie beyond the image."""
        return window * self.stride - self.padding + self.kernel - 1

    @property
    def taken(self) -> int:
        """Beats that the register takes in for a row, those of zeros and those that no window reads included."""
        return max(self.groups, self.last_column(self.out_width - 1) // self.pixels + 1)

    def shifts(self) -> list[int]:
        """For each window, beats taken in between the window before it and itself.

        >>> WideRow(8, 4, 3, 2, 1, 4).shifts(), WideRow(8, 8, 3, 1, 1, 4).shifts()
        ([1, 0, 1, 0], [1, 0, 0, 1, 0, 0, 0, 1])
        """
        newest = [-1, *(self.last_column(window) // self.pixels for window in range(self.out_width))]
        return [after - before for before, after in pairwise(newest)]

    @property
    def offsets(self) -> int:
        """Places in the newest beat where the last column of a window may lie."""
        return self.pixels // gcd(self.pixels, self.stride)

    @property
    def columns(self) -> int:
        """Columns of the register: the newest beat, and those before it that some window reads."""
        places = {self.last_column(window) % self.pixels for window in range(self.offsets)}
        return self.pixels + max(0, self.kernel - 1 - min(places))

    @property
    def unread(self) -> int:
        """Beats at the end of a row that no window reads."""
        return self.taken - sum(self.shifts())

    def cycles(self, groups: int, beats: int) -> int:
        """Cycles a row: each window is read `groups` times, `beats` cycles apart, and a beat is taken in a cycle."""
        first, *others = self.shifts()
        return sum((groups - 1) * beats + max(beats, shifts) for shifts in (first + self.unread, *others))
