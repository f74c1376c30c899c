# SPDX-License-Identifier: Apache-2.0
"""Read keys of a state_dict with their shapes checked, and tell which were never read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from flow.errors import ModelError
from flow.importer.tensors import Stored, kind_of
from flow.lower.network import Norm
from flow.ops.base import Array

EPSILON = 1e-5
"""Of every BatchNormalization of the official code."""

NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
COUNTER = "num_batches_tracked"
AT_ONCE = 2**24
"""Weights that are widened to float64 at once; every official layer has fewer."""


class State:
    """A state_dict that remembers what was read.

    Attributes:
        source: what messages call it.
        kinds: number types found where float32 was expected, with the first key of each.
    """

    def __init__(self, arrays: Mapping[str, Array | Stored], source: str) -> None:
        self.source = source
        self.kinds: dict[str, str] = {}
        self._arrays = dict(arrays)
        self._read: set[str] = set()
        self._counted = any(key.endswith(COUNTER) for key in arrays)

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    def holds(self, pattern: str) -> bool:
        """Whether a regular expression matches the start of a key."""
        return any(re.match(pattern, key) for key in self._arrays)

    def numbers(self, pattern: str) -> list[int]:
        """Sorted distinct numbers that the one group of a regular expression finds at the start of keys."""
        found = (re.match(pattern, key) for key in self._arrays)
        return sorted({int(match.group(1)) for match in found if match})

    def kind(self, key: str) -> str:
        """Number type that an array is stored in."""
        return kind_of(self._arrays[key])

    def shape(self, key: str, expected: tuple[int | None, ...] | None = None) -> tuple[int, ...]:
        """Shape of one array, without reading it; None in the expected shape fits any size.

        Raises:
            ModelError: a key that is missing, of another shape, or not numeric.
        """
        if key not in self._arrays:
            longer = next((found for found in self._arrays if found.endswith(f".{key}")), None)
            remedy = (
                f"{longer!r} is there: save the keys without that prefix"
                if longer
                else "is this a whole ERN classifier?"
            )
            raise ModelError(f"{self.source}: key {key!r} is missing; {remedy}")
        array = self._arrays[key]
        if expected is not None and (
            array.ndim != len(expected) or any(n not in (None, m) for n, m in zip(expected, array.shape, strict=True))
        ):
            wanted = "x".join("?" if n is None else str(n) for n in expected) or "a scalar"
            found = "x".join(map(str, array.shape)) or "a scalar"
            raise ModelError(f"{self.source}: {key!r} must be {wanted}, found {found}")
        if array.dtype.kind not in "fiu" or not array.size:
            raise ModelError(f"{self.source}: {key!r} must hold numbers, found {array.size} of type {array.dtype}")
        return array.shape

    def read(self, key: str, shape: tuple[int | None, ...] | None = None) -> Array:
        """One array as float32; None in the shape fits any size.

        Raises:
            ModelError: see `shape`; NaN or infinite values; values that float32 does not hold exactly.
        """
        self.shape(key, shape)
        self._read.add(key)
        array = np.asarray(self._arrays[key])
        bad = ~np.isfinite(array)
        if bad.any():
            raise ModelError(
                f"{self.source}: {key!r} holds {_first(array, bad)} ({int(bad.sum())} of {array.size} values are not "
                "finite); take an earlier checkpoint"
            )
        with np.errstate(over="ignore"):
            narrow: Array = array.astype(np.float32, copy=False)
            bad = np.zeros(1, bool) if narrow is array else narrow.astype(array.dtype) != array
        if bad.any():
            raise ModelError(
                f"{self.source}: {key!r} holds {_first(array, bad)}, which float32 does not ({int(bad.sum())} of "
                f"{array.size} values of type {array.dtype}); save the state_dict with every tensor as .float()"
            )
        self.kinds.setdefault(self.kind(key), key)
        return narrow

    def weights(
        self, key: str, shape: tuple[int | None, ...], shared: float | None = None
    ) -> tuple[Array, Array, tuple[int, int]]:
        """Bits [out,kh,kw,in], scale [out] and padding of latent weights [out,in,kh,kw]; scale `shared` or mean |w|."""
        height, width = self.shape(key, shape)[2:]
        if height != width or height % 2 == 0:
            raise ModelError(f"{self.source}: {key!r} must have a square kernel of odd size, found {height}x{width}")
        return *self._binary(key, shared), (height // 2, width // 2)

    def _binary(self, key: str, shared: float | None) -> tuple[Array, Array]:
        return binary(self.read(key), shared)

    def norm(self, key: str, name: str, source: str, channels: int) -> Norm:
        """The BatchNormalization `key`."""
        gamma, beta, mean, variance = (self.read(f"{key}.{part}", (channels,)) for part in NORM_PARTS)
        self._counter(f"{key}.{COUNTER}")
        return Norm(name, (source,), gamma, beta, mean, variance, EPSILON)

    def unused_norm(self, key: str, channels: int) -> None:
        """Take a norm that a classifier does not use: all of it or nothing."""
        if any(found.startswith(f"{key}.") for found in self._arrays):
            self.norm(key, "", "", channels)

    def _counter(self, key: str) -> None:
        """Take the counter of a norm, which nothing uses; it is there for all norms or for none."""
        if self._counted:
            self.shape(key, ())
            self._read.add(key)

    def same(self, duplicates: str, originals: str, parts: Sequence[str]) -> None:
        """Take keys that the official code stores twice; the duplicates must equal the originals."""
        for part in parts:
            if part == COUNTER:
                self._counter(f"{duplicates}{part}")
                continue
            duplicate, original = f"{duplicates}{part}", f"{originals}{part}"
            if not np.array_equal(self.read(duplicate, self.shape(original)), self.read(original)):
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


class Outline(State):
    """A state whose values all count as 1: keys and shapes are checked as ever, and no value is read."""

    def read(self, key: str, shape: tuple[int | None, ...] | None = None) -> Array:
        self._read.add(key)
        return np.broadcast_to(np.float32(1), self.shape(key, shape))

    def _binary(self, key: str, shared: float | None) -> tuple[Array, Array]:
        self._read.add(key)
        out, channels, height, width = self.shape(key)
        bit = np.broadcast_to(np.uint8(1), (out, height, width, channels))
        return bit, np.broadcast_to(np.float32(1), (out,))


def _first(array: Array, bad: Array) -> str:
    place = [int(index) for index in np.argwhere(bad)[0]]
    return f"{array[tuple(place)]} at {place}"


def binary(weights: Array, shared: float | None = None) -> tuple[Array, Array]:
    """Bits uint8 [out,kh,kw,in] and scale float32 [out] of latent weights [out,in,kh,kw].

    The sign of both zeros is +1. The scale is the constant, or the mean of |w|, summed in float64 and rounded once.
    """
    bits = (weights >= 0).view(np.uint8).transpose(0, 2, 3, 1)
    if shared is not None:
        return bits, np.full(len(weights), shared, np.float32)
    rows = max(1, AT_ONCE * len(weights) // weights.size)
    means = [
        np.abs(weights[first : first + rows].astype(np.float64)).mean(axis=(1, 2, 3))
        for first in range(0, len(weights), rows)
    ]
    return bits, np.concatenate(means).astype(np.float32)
