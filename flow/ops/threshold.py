# SPDX-License-Identifier: Apache-2.0
"""threshold: integer sums to two-bit codes; BatchNorm, scale and activation in three comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from flow.ops.base import LARGEST_FRAME, Array, Op, integers
from flow.types import CODE, Range, Shape


@dataclass(frozen=True, eq=False)
class Threshold(Op):
    """y = #{m : acc >= thresholds[c][m]}; a negative channel gives 3 - y.

    Attributes:
        thresholds: int [C,3], not decreasing.
        negative: uint8 [C], 1 where the BatchNorm gain is negative.
    """

    thresholds: Array
    negative: Array

    kind: ClassVar[str] = "threshold"
    array_names: ClassVar[tuple[str, ...]] = ("thresholds", "negative")

    @property
    def channels(self) -> int:
        """Channels of both streams."""
        return int(self.thresholds.shape[0])

    @property
    def out_channels(self) -> int:
        return self.channels

    @property
    def in_channels(self) -> int:
        """Channels of the input stream."""
        return self.channels

    def problems(self) -> Iterator[str]:
        if self.thresholds.ndim != 2 or self.thresholds.shape[1] != 3 or not self.thresholds.size:
            yield f"thresholds must be [C,3], found {list(self.thresholds.shape)}"
            return
        if (np.diff(self.thresholds, axis=1) < 0).any():
            yield "thresholds of a channel must not decrease"
        if self.negative.shape != (self.channels,) or self.negative.max() > 1:
            yield f"negative must be {self.channels} bits, found {list(self.negative.shape)}"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        return CODE

    def run(self, *inputs: Array) -> Array:
        acc = inputs[0]
        codes = np.zeros(acc.shape, np.uint8)
        for m in range(3):
            codes += acc >= self.thresholds[:, m]
        return np.where(self.negative.astype(bool), np.uint8(3) - codes, codes)

    def attributes(self) -> dict[str, Any]:
        return {"channels": self.channels}

    @classmethod
    def load(
        cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> Threshold:
        return cls(name, inputs, integers(arrays["thresholds"]), integers(arrays["negative"], np.uint8))
