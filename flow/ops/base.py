# SPDX-License-Identifier: Apache-2.0
"""What every op tells about itself: integers, shapes, ranges, and the folding facts a build asks for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from flow.types import Range, Shape

Array = NDArray[Any]

LARGEST_FRAME = 2**20
"""Pixels of the largest frame that ranges are proven for when no image size is fixed."""


@dataclass(frozen=True)
class Folding:
    """How one op is spread over time; belongs to a build, not to a graph (docs/semantics.md, Folding).

    Attributes:
        pe: output channels computed at once.
        depth: input channels taken at once (binary_conv: simd = kh * kw * depth).
        stream_channels: channels a beat of the output stream.
        pixels: neighbouring pixels of a row a beat of the output stream; with more than one, whole pixels.
        pixels_in: the same of the input stream.
        memory: where weights sit, "lut" or "block" or "ultra".
        hold: neighbouring output pixels of a row that a weight word is kept for; the memory is 1/hold as wide.
        by_column: kernel columns are taken one after another: simd = kh * depth, kw times as many steps.
    """

    pe: int = 1
    depth: int = 1
    stream_channels: int = 1
    memory: str = "lut"
    hold: int = 1
    by_column: bool = False
    pixels: int = 1
    pixels_in: int = 1

    @property
    def values(self) -> int:
        """Values a beat of the output stream."""
        return self.stream_channels * self.pixels


@dataclass(frozen=True, eq=False)
class Op(ABC):
    """One node. The stream it writes carries the node's own name.

    Attributes:
        name: `[a-z][a-z0-9_]*`, unique in its graph.
        inputs: names of the streams it reads.
    """

    name: str
    inputs: tuple[str, ...]

    kind: ClassVar[str]
    arity: ClassVar[int] = 1
    array_names: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def out_channels(self) -> int:
        """Channels of the output stream."""

    @abstractmethod
    def problems(self) -> Iterator[str]:
        """Each broken rule of this node's own attributes and arrays, as a sentence."""

    @abstractmethod
    def shape(self, *inputs: Shape) -> Shape:
        """Output shape for the given input shapes."""

    @abstractmethod
    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        """Proven range of the output for the given input ranges and pixels a frame of the input."""

    @abstractmethod
    def run(self, *inputs: Array) -> Array:
        """Exact integers, N x H x W x C."""

    @abstractmethod
    def attributes(self) -> dict[str, Any]:
        """JSON attributes (docs/semantics.md)."""

    @classmethod
    @abstractmethod
    def load(cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]) -> Op:
        """The node that `attributes()` and `arrays()` describe."""

    def arrays(self) -> dict[str, Array]:
        """Arrays saved beside the attributes."""
        return {key: getattr(self, key) for key in self.array_names}

    def macs(self, *inputs: Shape) -> int:
        """Products of one weight bit and one code a frame."""
        return 0

    # What a build asks. Beats of the input and output streams bind every op; an op adds its own cycles here.

    def foldings(self) -> Iterator[Folding]:
        """Every legal folding, in its plainest form (see `forms`)."""
        for channels in divisors(self.out_channels):
            yield Folding(pe=channels, depth=channels, stream_channels=channels)

    def forms(self, folding: Folding, *inputs: Shape) -> Iterator[Folding]:
        """A legal folding as it is and in forms that differ in memories alone: same streams, never more cycles."""
        yield folding

    def wide(self, folding: Folding, pixels: int) -> Folding | None:
        """A legal folding with `pixels` whole pixels a beat of the input; None where the op cannot take so many."""
        return None

    def cycles(self, folding: Folding, *inputs: Shape) -> int:
        """Cycles a frame when its streams never stall."""
        return self.shape(*inputs).values // folding.values

    def accepts(self, folding: Folding, *values: int) -> bool:
        """Whether input streams of so many values a beat fit this folding; all beats alike unless an op says more."""
        return all(number == folding.values for number in values)


@dataclass(frozen=True, eq=False)
class ChannelwiseOp(Op):
    """An op without arrays whose streams all have `channels` channels."""

    channels: int

    @property
    def out_channels(self) -> int:
        return self.channels

    @property
    def in_channels(self) -> int:
        """Channels of every input stream."""
        return self.channels

    def problems(self) -> Iterator[str]:
        if self.channels < 1:
            yield f"channels must be at least 1, found {self.channels}"

    def attributes(self) -> dict[str, Any]:
        return {"channels": self.channels}

    @classmethod
    def load(
        cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> Self:
        return cls(name, inputs, int(attributes["channels"]))


@cache
def divisors(number: int) -> tuple[int, ...]:
    """Positive divisors, ascending.

    >>> divisors(10)
    (1, 2, 5, 10)
    """
    return tuple(d for d in range(1, number + 1) if number % d == 0)


def integers(array: Array, dtype: type = np.int64) -> Array:
    """A read-only contiguous copy in `dtype`."""
    copy: Array = np.array(array, dtype=dtype, order="C")
    copy.setflags(write=False)
    return copy
