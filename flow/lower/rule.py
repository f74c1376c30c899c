# SPDX-License-Identifier: Apache-2.0
"""The one rule of what a sum means: scale, BatchNormalization and activation in stated roundings; NumPy only.

The Keras layers compute the same numbers bit for bit (tests/lower/test_rule.py). With `acc` an integer below 2^24:

    x = float32(acc) * scale                                  one float32 product
    A = float32(gamma / sqrt(variance + epsilon))             in float64, rounded once
    B = float32(beta - mean * gamma / sqrt(variance + epsilon))   in float64, rounded once
    y = float32(float64(x) * A + B)                           the product is exact in float64
    code = (y >= 0x3EAAAAAA) + (y >= 0x3F800000) + (y >= 0x3FD55555)

Every step is monotone in acc, so thresholds are found by bisection on the rule itself and no float is ever turned into
an integer threshold by rounding.
"""

from __future__ import annotations

import numpy as np

from flow.errors import LowerError
from flow.ops.base import Array
from flow.types import Range

CODE_THRESHOLDS: Array = np.array([0x3EAAAAAA, 0x3F800000, 0x3FD55555], np.uint32).view(np.float32)
"""Smallest float32 that reaches codes 1, 2, 3 (the first is one ulp below 1/3, as the official code rounds)."""

EXACT = 2**24
"""Integers below this are exact in float32."""


def affine(gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: float) -> tuple[Array, Array]:
    """Gain A and offset B, float32 [C], of a BatchNormalization in inference.

    Raises:
        LowerError: a gain or offset that is not a finite float32.
    """
    g, b, m, v = (np.asarray(array, np.float32).astype(np.float64) for array in (gamma, beta, mean, variance))
    with np.errstate(all="ignore"):
        gain = g / np.sqrt(v + epsilon)
        offset = b - m * gain
        rounded = gain.astype(np.float32), offset.astype(np.float32)
    for what, array in zip(("gain", "offset"), rounded, strict=True):
        if not np.isfinite(array).all():
            channel = int(np.flatnonzero(~np.isfinite(array))[0])
            raise LowerError(
                f"{what} of channel {channel} is not a finite float32; gamma, beta, mean or variance is out of bounds"
            )
    return rounded


def value(acc: Array, scale: Array, gain: Array, offset: Array) -> Array:
    """y, float32, of integer sums; the last axes of all arguments broadcast (channels last)."""
    x = np.asarray(acc).astype(np.float32) * np.asarray(scale, np.float32)
    y = x.astype(np.float64) * np.asarray(gain, np.float32).astype(np.float64) + np.asarray(offset, np.float32)
    with np.errstate(over="ignore"):
        return np.asarray(y, dtype=np.float32)


def codes(values: Array) -> Array:
    """Codes 0..3 (uint8) of float32 values, shape kept; NaN gives 0."""
    counted = np.zeros(values.shape, np.uint8)
    for threshold in CODE_THRESHOLDS:
        counted += values >= threshold
    return counted


def thresholds(scale: Array, gain: Array, offset: Array, range: Range) -> tuple[Array, Array]:
    """Integer thresholds that give the rule's code for every sum of a proven range.

    Args:
        scale: float32 [C], not negative, value of one step of the sum.
        gain: float32 [C], A.
        offset: float32 [C], B.
        range: range of the sums.

    Returns:
        thresholds int64 [C,3] in [low, high + 1], not decreasing, and negative uint8 [C], 1 where the gain is below 0.
        low means always reached, high + 1 never.

    Raises:
        LowerError: a NaN, a negative scale, or values that leave float32.
    """
    scale, gain, offset = (np.asarray(array, np.float32) for array in (scale, gain, offset))
    for what, array in (("scale", scale), ("gain", gain), ("offset", offset)):
        if not np.isfinite(array).all():
            raise LowerError(f"{what} of channel {int(np.flatnonzero(~np.isfinite(array))[0])} is NaN or infinite")
    bound = max(abs(range.low), abs(range.high))
    if bound >= EXACT:
        raise LowerError(f"sums in {range} may pass 2^24, where float32 is not exact; use fewer channels")
    if (scale < 0).any():
        raise LowerError(f"scale of channel {int(np.flatnonzero(scale < 0)[0])} is negative; a scale is a mean of |w|")
    if float(scale.max(initial=0)) * bound > float(np.finfo(np.float32).max):
        raise LowerError(
            f"scale of channel {int(scale.argmax())} takes sums in {range} out of float32; the weights are too large"
        )
    negative = gain < 0
    # A falling channel counts the thresholds it has fallen below, the highest one first.
    limit = np.where(negative[:, None], CODE_THRESHOLDS[::-1], CODE_THRESHOLDS)
    low = np.full(limit.shape, range.low, np.int64)
    high = np.full(limit.shape, range.high + 1, np.int64)
    while (open_ := low < high).any():
        middle = low + (high - low) // 2
        reached = value(middle, scale[:, None], gain[:, None], offset[:, None]) >= limit
        reached ^= negative[:, None]
        high = np.where(open_ & reached, middle, high)
        low = np.where(open_ & ~reached, middle + 1, low)
    return low, negative.astype(np.uint8)
