# SPDX-License-Identifier: Apache-2.0
"""A network as plain data: what Keras models and checkpoints are read into, and what the passes turn into a graph.

A layer reads streams by name and writes one stream of its own name. Layers hold NumPy arrays and no framework; the
passes replace them one kind after another by ops of `flow.ops`, so a network on its way holds both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flow.errors import LowerError
from flow.ops import Op
from flow.ops.base import Array
from flow.types import Range

IMAGE = "image"
RAW = np.float32(1.0)
SCALED = np.float32(2.0 / 3.0)
"""What one code is worth in a post-scaled activation, 0x3F2AAAAB."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Base of the layers.

    Attributes:
        name: any text; a pass makes it `[a-z][a-z0-9_]*`.
        inputs: names of the streams it reads.
    """

    name: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Encode(Layer):
    """Pixels to codes: channel colour*K + i counts how many of thresholds[i] (int [K,3]) the pixel reaches (>=)."""

    thresholds: Array


@dataclass(frozen=True, eq=False)
class Convolution(Layer):
    """Value = float32(sum of +-code) * scale.

    Attributes:
        weights: bits [out,kh,kw,in], 1 is +1.
        scale: float32 [out], the multiplier of the rounded sum (weight scale times input scale, rounded once).
        input_scale: what the layer takes one input code for, 1 or 2/3.
        stride: (sh, sw).
        padding: (ph, pw), symmetric zeros.
    """

    weights: Array
    scale: Array
    input_scale: np.float32
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)


@dataclass(frozen=True, eq=False)
class Norm(Layer):
    """BatchNormalization in inference; arrays float32 [C]."""

    gamma: Array
    beta: Array
    mean: Array
    variance: Array
    epsilon: float


@dataclass(frozen=True, eq=False)
class Activation(Layer):
    """Two-bit activation; `scale` is what one code is worth outside, 1 (raw) or 2/3 (post-scaled)."""

    scale: np.float32


@dataclass(frozen=True, eq=False)
class Add(Layer):
    """Sum of two residual streams."""


@dataclass(frozen=True, eq=False)
class Pool(Layer):
    """Mean over H x W, the logits."""


@dataclass(frozen=True, eq=False)
class Stream:
    """What is known about a stream.

    Attributes:
        kind: "pixels", "codes", "sums" (of a convolution or an addition), "normed" or "logits".
        channels: its channels.
        scale: float32 [C] value of one integer step (codes and sums), else None.
        range: range of its integers, where the network is fed from outside.
    """

    kind: str
    channels: int
    scale: Array | None = None
    range: Range | None = None


Item = Layer | Op


@dataclass(frozen=True, eq=False)
class Network:
    """Layers (and ops) in topological order; checked when made, so after every pass.

    Attributes:
        name: name of the network.
        streams: the streams fed from outside; the pass `trace_streams` adds all others.
        layers: layers not yet replaced and ops.
        labels: facts about the origin.
    """

    name: str
    streams: Mapping[str, Stream]
    layers: tuple[Item, ...]
    labels: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {name for name, stream in self.streams.items() if stream.kind == "pixels" or stream.range is not None}
        for layer in self.layers:
            if layer.name in known:
                raise LowerError(f"network {self.name!r}: two layers are called {layer.name!r}; rename one")
            if arity(layer) != len(layer.inputs):
                raise LowerError(f"layer {layer.name!r}: reads {arity(layer)} streams, found {len(layer.inputs)}")
            for stream in layer.inputs:
                if stream not in known:
                    raise LowerError(f"layer {layer.name!r}: reads {stream!r}, which no earlier layer writes")
            known.add(layer.name)

    def replace(self, layers: tuple[Item, ...], **changes: Any) -> Network:
        """The same network with other layers."""
        return dataclasses.replace(self, layers=layers, **changes)

    def ops(self) -> Iterator[Op]:
        """The layers, all of which must be ops by now."""
        for layer in self.layers:
            if not isinstance(layer, Op):
                raise LowerError(
                    f"layer {layer.name!r} ({type(layer).__name__}) was left over; it has no integer form here"
                )
            yield layer


def arity(layer: Item) -> int:
    """Streams that a layer reads."""
    return layer.arity if isinstance(layer, Op) else 2 if isinstance(layer, Add) else 1


def images(channels: int) -> dict[str, Stream]:
    """The streams of a network that starts at uint8 images of `channels` colours."""
    return {IMAGE: Stream("pixels", channels)}
