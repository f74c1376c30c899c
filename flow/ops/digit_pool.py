# SPDX-License-Identifier: Apache-2.0
"""digit_pool: sums of codes over H x W, written as two-bit digits, so that a binary_conv can read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from flow.ops.base import LARGEST_FRAME, Array, Op
from flow.types import CODE, Range, Shape

DIGIT_BITS = 2


def digits(pixels: int) -> int:
    """Two-bit digits of the largest sum of so many codes.

    >>> digits(1), digits(5), digits(6), digits(64)
    (1, 2, 3, 4)
    """
    return -(-(CODE.high * pixels).bit_length() // DIGIT_BITS)


@dataclass(frozen=True, eq=False)
class DigitPool(Op):
    """Sum of each channel over H x W in base four: one pixel a digit, the most significant one first."""

    channels: int

    kind: ClassVar[str] = "digit_pool"

    @property
    def out_channels(self) -> int:
        return self.channels

    @property
    def in_channels(self) -> int:
        """Channels of both streams."""
        return self.channels

    def problems(self) -> Iterator[str]:
        if self.channels < 1:
            yield f"channels must be at least 1, found {self.channels}"

    def shape(self, *inputs: Shape) -> Shape:
        return Shape(1, digits(inputs[0].pixels), self.channels)

    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        return CODE

    def run(self, *inputs: Array) -> Array:
        codes = inputs[0]
        sums = codes.sum(axis=(1, 2), dtype=np.int64)[:, None, None, :]
        count = digits(codes.shape[1] * codes.shape[2])
        shifts = DIGIT_BITS * np.arange(count - 1, -1, -1)[None, None, :, None]
        return np.asarray(sums >> shifts & CODE.high, dtype=np.uint8)

    def attributes(self) -> dict[str, Any]:
        return {"channels": self.channels}

    @classmethod
    def load(
        cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> DigitPool:
        return cls(name, inputs, int(attributes["channels"]))
