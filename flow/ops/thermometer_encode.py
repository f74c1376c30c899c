# SPDX-License-Identifier: Apache-2.0
"""thermometer_encode: uint8 pixel to K two-bit codes a colour (paper section 3.3, equations 5 to 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from flow.ops.base import LARGEST_FRAME, Array, Folding, Op, integers
from flow.types import CODE, Range, Shape


def official_thresholds(expansion: int) -> Array:
    """Thresholds [K,3] of the official code: m of channel i when pixel > s*(K*(m-1)+i+1), s = max(1, 255//(3K))."""
    return paper_thresholds(expansion) + 1


def paper_thresholds(expansion: int) -> Array:
    """Thresholds [K,3] of the paper's formula: one lower than the official code's (no 1e-4 offset)."""
    step = max(1, 255 // (3 * expansion))
    i, m = np.meshgrid(np.arange(expansion), np.arange(1, 4), indexing="ij")
    return np.asarray(step * (expansion * (m - 1) + i + 1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class ThermometerEncode(Op):
    """Output channel colour*K + i counts how many of thresholds[i] the pixel reaches (>=)."""

    in_channels: int
    thresholds: Array

    kind: ClassVar[str] = "thermometer_encode"
    array_names: ClassVar[tuple[str, ...]] = ("thresholds",)

    @property
    def expansion(self) -> int:
        """K, code channels a colour."""
        return int(self.thresholds.shape[0])

    @property
    def out_channels(self) -> int:
        return self.in_channels * self.expansion

    def problems(self) -> Iterator[str]:
        if self.thresholds.ndim != 2 or self.thresholds.shape[1] != 3 or not self.thresholds.size:
            yield f"thresholds must be [K,3], found {list(self.thresholds.shape)}"
        elif (np.diff(self.thresholds, axis=1) < 0).any():
            yield "thresholds of a channel must not decrease"
        if self.in_channels < 1:
            yield f"in_channels must be at least 1, found {self.in_channels}"

    def shape(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].height, inputs[0].width, self.out_channels)

    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        return CODE

    def run(self, *inputs: Array) -> Array:
        pixels = np.arange(256)
        table = (pixels[:, None, None] >= self.thresholds).sum(axis=2, dtype=np.uint8)
        codes: Array = table[inputs[0]]
        return codes.reshape(*inputs[0].shape[:3], self.out_channels)

    def attributes(self) -> dict[str, Any]:
        return {"in_channels": self.in_channels, "expansion": self.expansion}

    @classmethod
    def load(
        cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> ThermometerEncode:
        return cls(name, inputs, int(attributes["in_channels"]), integers(arrays["thresholds"]))

    def wide(self, folding: Folding, pixels: int) -> Folding | None:
        """As many whole pixels leave as come."""
        whole = folding.stream_channels == self.out_channels
        return replace(folding, pixels=pixels, pixels_in=pixels) if whole else None

    def accepts(self, folding: Folding, *values: int) -> bool:
        """Whole pixels a beat, whatever leaves of each."""
        return all(number == folding.pixels_in * self.in_channels for number in values)
