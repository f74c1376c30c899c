# SPDX-License-Identifier: Apache-2.0
"""global_pool: integer sum of the classifier convolution over H x W; the host scales it to logits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from flow.ops.base import LARGEST_FRAME, Array, Folding, Op, integers
from flow.ops.digit_pool import DIGIT_BITS, digits
from flow.types import Range, Shape


@dataclass(frozen=True, eq=False)
class GlobalPool(Op):
    """Sum over H x W; logits = alpha[c] / (H*W) * sum, on the host.

    Attributes:
        alpha: float32 [C], the classifier's scale (a_o times the scale of its input codes).
        shift: bits that the sum so far moves up before a pixel is added; 2 where pixels are digits of a digit_pool.
    """

    alpha: Array
    shift: int = 0

    kind: ClassVar[str] = "global_pool"
    array_names: ClassVar[tuple[str, ...]] = ("alpha",)

    @property
    def channels(self) -> int:
        """Channels (classes) of both streams."""
        return int(self.alpha.shape[0])

    @property
    def out_channels(self) -> int:
        return self.channels

    @property
    def in_channels(self) -> int:
        """Channels of the input stream."""
        return self.channels

    def problems(self) -> Iterator[str]:
        if self.alpha.ndim != 1 or not self.alpha.size:
            yield f"alpha must be [C], found {list(self.alpha.shape)}"
        elif not np.isfinite(self.alpha).all():
            yield "alpha holds NaN or infinity"
        if self.shift not in (0, DIGIT_BITS):
            yield f"shift must be 0 or {DIGIT_BITS}, found {self.shift}"

    def shape(self, *inputs: Shape) -> Shape:
        return Shape(1, 1, self.channels)

    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        count = min(pixels, digits(LARGEST_FRAME))
        total = ((1 << self.shift * count) - 1) // ((1 << self.shift) - 1) if self.shift else pixels
        return Range(inputs[0].low * total, inputs[0].high * total)

    def run(self, *inputs: Array) -> Array:
        if not self.shift:
            return np.asarray(inputs[0].sum(axis=(1, 2), keepdims=True, dtype=np.int64))
        pixels = inputs[0].reshape(len(inputs[0]), -1, self.channels)
        weights = 1 << (self.shift * np.arange(pixels.shape[1] - 1, -1, -1, dtype=np.int64))
        return np.asarray((pixels * weights[:, None]).sum(axis=1, dtype=np.int64))[:, None, None, :]

    def logits(self, sums: Array, pixels: int) -> Array:
        """float32 [N, C] from integer sums [N, 1, 1, C] of `pixels` pixels."""
        scale = self.alpha.astype(np.float64) / pixels
        return np.asarray(sums.reshape(len(sums), -1) * scale, dtype=np.float32)

    def attributes(self) -> dict[str, Any]:
        return {"channels": self.channels} | ({"shift": self.shift} if self.shift else {})

    @classmethod
    def load(
        cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> GlobalPool:
        return cls(name, inputs, integers(arrays["alpha"], np.float32), int(attributes.get("shift", 0)))

    def foldings(self) -> Iterator[Folding]:
        """Sums leave one class a beat: the host reads them in class order."""
        yield Folding()

    def cycles(self, folding: Folding, *inputs: Shape) -> int:
        return self.channels

    def accepts(self, folding: Folding, *values: int) -> bool:
        """Any beat of one pixel: the sums are addressed by channel."""
        return all(number <= self.channels for number in values)
