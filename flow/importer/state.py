# SPDX-License-Identifier: Apache-2.0
"""Read keys of a state_dict with their shapes checked, and tell which were never read."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from flow.errors import ModelError
from flow.lower.network import Norm
from flow.ops.base import Array

EPSILON = 1e-5
"""Of every BatchNormalization of the official code."""

NORM_PARTS = ("weight", "bias", "running_mean", "running_var")


class State:
    """A state_dict that remembers what was read.

    Attributes:
        source: what messages call it.
    """

    def __init__(self, arrays: Mapping[str, Array], source: str) -> None:
        self.source = source
        self._arrays = dict(arrays)
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    def numbers(self, pattern: str) -> list[int]:
        """Sorted distinct numbers that the one group of a regular expression finds at the start of keys."""
        found = (re.match(pattern, key) for key in self._arrays)
        return sorted({int(match.group(1)) for match in found if match})

    def read(self, key: str, shape: tuple[int | None, ...] | None = None) -> Array:
        """One array as float32; None in the shape fits any size.

        Raises:
            ModelError: a key that is missing, of another shape, not numeric, or NaN or infinite.
        """
        if key not in self._arrays:
            raise ModelError(f"{self.source}: key {key!r} is missing; is this a whole ERN classifier?")
        self._read.add(key)
        array = np.asarray(self._arrays[key])
        if shape is not None and (
            array.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True))
        ):
            expected = "x".join("?" if n is None else str(n) for n in shape)
            raise ModelError(
                f"{self.source}: {key!r} must be {expected}, found {'x'.join(map(str, array.shape)) or 'a scalar'}"
            )
        if array.dtype.kind not in "fiu" or not array.size:
            raise ModelError(f"{self.source}: {key!r} must hold numbers, found {array.size} of type {array.dtype}")
        bad = ~np.isfinite(array)
        if bad.any():
            place = [int(index) for index in np.argwhere(bad)[0]]
            raise ModelError(
                f"{self.source}: {key!r} holds {array[tuple(place)]} at {place} ({int(bad.sum())} of {array.size} "
                "values are not "
                "finite); take an earlier checkpoint"
            )
        return array.astype(np.float32)

    def weights(
        self, key: str, shape: tuple[int | None, ...], shared: float | None = None
    ) -> tuple[Array, Array, tuple[int, int]]:
        """Bits [out,kh,kw,in], scale [out] and padding of latent weights [out,in,kh,kw]; scale `shared` or mean |w|."""
        latent = self.read(key, shape)
        height, width = latent.shape[2:]
        if height != width or height % 2 == 0:
            raise ModelError(f"{self.source}: {key!r} must have a square kernel of odd size, found {height}x{width}")
        return *binary(latent, shared), (height // 2, width // 2)

    def norm(self, key: str, name: str, source: str, channels: int) -> Norm:
        """The BatchNormalization `key`."""
        gamma, beta, mean, variance = (self.read(f"{key}.{part}", (channels,)) for part in NORM_PARTS)
        self._read.add(f"{key}.num_batches_tracked")
        return Norm(name, (source,), gamma, beta, mean, variance, EPSILON)

    def same(self, duplicate: str, original: str) -> None:
        """Take a key that the official code stores twice; both must agree where both are there."""
        self._read.add(duplicate)
        if duplicate in self and original in self and not np.array_equal(self.read(duplicate), self.read(original)):
            raise ModelError(
                f"{self.source}: {duplicate!r} and {original!r} are one tensor stored twice, but differ; keep the "
                "right one"
            )

    def close(self) -> None:
        """Raise ModelError if a key was never read."""
        extra = sorted(set(self._arrays) - self._read)
        if extra:
            more = f" and {len(extra) - 3} more" if len(extra) > 3 else ""
            raise ModelError(
                f"{self.source}: unknown keys {', '.join(map(repr, extra[:3]))}{more}; is this an ERN classifier?"
            )


def binary(weights: Array, shared: float | None = None) -> tuple[Array, Array]:
    """Bits uint8 [out,kh,kw,in] and scale float32 [out] of latent weights [out,in,kh,kw].

    The sign of both zeros is +1. The scale is the constant, or the mean of |w|, summed in float64 and rounded once.
    """
    bits = (weights >= 0).astype(np.uint8).transpose(0, 2, 3, 1)
    if shared is not None:
        return bits, np.full(len(weights), shared, np.float32)
    means = np.abs(weights.astype(np.float64)).mean(axis=(1, 2, 3))
    return bits, means.astype(np.float32)
