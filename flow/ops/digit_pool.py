# SPDX-License-Identifier: Apache-2.0
"""digit_pool: sums of codes over H x W, written as two-bit digits, so that a binary_conv can read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from flow.ops.base import LARGEST_FRAME, Array, ChannelwiseOp
from flow.types import CODE, Range, Shape

DIGIT_BITS = 2


def digits(pixels: int) -> int:
    """Two-bit digits of the largest sum of so many codes.

    >>> digits(1), digits(5), digits(6), digits(64)
    (1, 2, 3, 4)
    """
    return -(-(CODE.high * pixels).bit_length() // DIGIT_BITS)


@dataclass(frozen=True, eq=False)
class DigitPool(ChannelwiseOp):
    """Sum of each channel over H x W in base four: one pixel a digit, the most significant one first."""

    kind: ClassVar[str] = "digit_pool"

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
