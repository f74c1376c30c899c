# SPDX-License-Identifier: Apache-2.0
"""Tensors that still lie in their file: type and shape are known, values are read when they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from flow.errors import ModelError
from flow.ops.base import Array
from flow.store import UNREADABLE

MOST_BYTES = 2**29
"""Of the tensors of one network; the largest official one takes 178 MB, 356 MB in float64."""

MOST_AXES = 32
"""NumPy 1 has no more, and does not check."""

BFLOAT16 = "bfloat16"
Order = Literal["<", ">", "="]


class Storage:
    """Flat values in a file.

    Attributes:
        label: what messages call it.
        kind: type of the stored numbers, `bfloat16` or a NumPy name.
        count: how many.
        users: tensors made of them; values used once are not kept.

    Raises:
        ValueError: a count that is none.
    """

    def __init__(self, label: str, kind: str, count: int, read: Callable[[], bytes], order: Order = "<") -> None:
        if type(count) is not int or count < 0:
            raise ValueError(f"a storage of {count!r:.40} values")
        self.label, self.kind, self.count, self.users = label, kind, count, 0
        self._type = np.dtype(np.uint16 if kind == BFLOAT16 else kind).newbyteorder(order)
        self._read = read
        self._kept: Array | None = None

    def __setstate__(self, _: object) -> None:
        raise ValueError("a pickle tries to change a storage")

    @property
    def nbytes(self) -> int:
        """Bytes in the file."""
        return self.count * self._type.itemsize

    def values(self) -> Array:
        """The numbers; bfloat16 as float32, which holds them exactly.

        Raises:
            ModelError: values that are not there or damaged.
        """
        if self._kept is not None:
            return self._kept
        try:
            data = self._read()
        except UNREADABLE as error:
            raise ModelError(
                f"{self.label} cannot be read ({error}); the file is damaged, fetch or save it anew"
            ) from error
        if len(data) != self.nbytes:
            raise ModelError(f"{self.label} has {len(data):,} bytes, expected {self.nbytes:,}; the file is truncated")
        found: Array = np.frombuffer(data, self._type)
        if self.kind == BFLOAT16:
            found = (found.astype(np.uint32) << 16).view(np.float32)
        if self.users > 1:
            self._kept = found
        return found

    def part(self, offset: int, count: int) -> Storage:
        """The storage of `count` of the values from `offset` on."""
        if not 0 <= offset <= offset + count <= self.count:
            raise ValueError(f"values {offset} to {offset + count} of {self.count}")
        self.users += 2  # kept: every part reads it
        kind = "float32" if self.kind == BFLOAT16 else self.kind
        return Storage(
            self.label, kind, count, lambda: self.values()[offset : offset + count].astype(kind).tobytes(), "="
        )


@dataclass(frozen=True, eq=False)
class Stored:
    """A tensor in a file: the values of a storage from `offset` on, by `shape` and `strides` (in values).

    Raises:
        ValueError: a tensor that reaches past its storage.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        numbers = (self.offset, *self.shape, *self.strides)
        if (
            len(self.shape) != len(self.strides)
            or len(self.shape) > MOST_AXES
            or not all(type(n) is int and n >= 0 for n in numbers)
        ):
            raise ValueError(
                f"a tensor of {self.shape} at {self.offset} with strides {self.strides} reaches past its values"
            )
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        if self.size and last >= self.storage.count:
            raise ValueError(f"a tensor of {self.shape} reaches past its {self.storage.count} values")
        self.storage.users += 1

    def __setstate__(self, _: object) -> None:
        raise ValueError("a pickle tries to change a tensor")

    @property
    def kind(self) -> str:
        """Type of the stored numbers."""
        return self.storage.kind

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the array that the tensor becomes."""
        return np.dtype(np.float32 if self.kind == BFLOAT16 else self.kind)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes as an array."""
        return self.size * self.dtype.itemsize

    def __array__(self, dtype: object = None, copy: object = None) -> Array:
        """The values; any strides are honoured."""
        values = self.storage.values()[self.offset :]
        strides = [s * values.itemsize for s in self.strides]
        view = np.lib.stride_tricks.as_strided(values, self.shape, strides, writeable=False)
        found = np.asarray(view, dtype=dtype or self.dtype, order="C")  # type: ignore[call-overload]
        return found.copy() if copy else found  # type: ignore[no-any-return]


def kind_of(array: Array | Stored) -> str:
    """Type of the stored numbers of an array or tensor."""
    return array.kind if isinstance(array, Stored) else array.dtype.name
