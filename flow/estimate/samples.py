# SPDX-License-Identifier: Apache-2.0
"""Residual networks with random weights: what the cost model is fitted and tested on. No training, no data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from flow.graph import IMAGE, Graph
from flow.ops import BinaryConv, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.thermometer_encode import official_thresholds
from flow.types import PIXEL


@dataclass
class Builder:
    """Collects nodes; every method returns the name of the stream it adds.

    Attributes:
        seed: of the random weights and thresholds.
        nodes: nodes so far, in topological order.
    """

    seed: int = 0
    nodes: list[Op] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.ranges = {IMAGE: PIXEL}

    def _add(self, node: Op) -> str:
        self.nodes.append(node)
        self.ranges[node.name] = node.range(*(self.ranges[stream] for stream in node.inputs))
        return node.name

    def encode(self, colours: int, expansion: int) -> str:
        """Pixels to codes."""
        return self._add(ThermometerEncode("encode", (IMAGE,), colours, official_thresholds(expansion)))

    def conv(
        self,
        name: str,
        stream: str,
        channels: tuple[int, int],
        kernel: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: tuple[int, int] | None = None,
    ) -> str:
        """Binary convolution of `channels` = (in, out), padded by half a kernel unless told otherwise."""
        kernels = (kernel, kernel) if isinstance(kernel, int) else kernel
        strides = (stride, stride) if isinstance(stride, int) else stride
        weights = self.random.integers(0, 2, (channels[1], *kernels, channels[0]), dtype=np.uint8)
        padded = padding if padding is not None else (kernels[0] // 2, kernels[1] // 2)
        return self._add(BinaryConv(name, (stream,), weights, strides, padded))

    def threshold(self, name: str, stream: str, channels: int, spread: int = 60) -> str:
        """Random thresholds within `spread` of zero and within the stream's range, some channels negative."""
        proven = self.ranges[stream]
        levels = np.sort(self.random.integers(-spread, spread, (channels, 3)), axis=1).clip(proven.low, proven.high + 1)
        return self._add(Threshold(name, (stream,), levels, self.random.integers(0, 2, channels).astype(np.uint8)))

    def add(self, name: str, first: str, second: str, channels: int) -> str:
        """Sum of two streams."""
        return self._add(ResidualAdd(name, (first, second), channels))

    def block(self, name: str, stream: str, channels: tuple[int, int], stride: int = 1, down: bool = True) -> str:
        """Pre-activation basic block; the first one of a stage has a downsample on its skip path."""
        codes = self.threshold(f"{name}_act0", stream, channels[0])
        skip = self.conv(f"{name}_downsample", codes, channels, 1, stride) if down else stream
        first = self.conv(f"{name}_conv1", codes, channels, 3, stride)
        second = self.conv(f"{name}_conv2", self.threshold(f"{name}_act1", first, channels[1]), (channels[1],) * 2)
        return self.add(f"{name}_add", second, skip, channels[1])

    def pool(self, stream: str, channels: int) -> str:
        """Sum over the frame."""
        return self._add(GlobalPool("pool", (stream,), np.ones(channels, np.float32)))


def network(
    name: str = "ern_small",
    stem: tuple[int, ...] = (32, 64, 64),
    stem_strides: tuple[int, ...] = (1, 2),
    stages: tuple[int, ...] = (64, 128),
    first_strides: tuple[int, ...] | None = None,
    blocks: int = 1,
    classes: int = 10,
    colours: int = 1,
    expansion: int = 10,
    seed: int = 0,
) -> Graph:
    """An Efficiera Residual Network with random weights; the default is ern_small (33 M products at 28 x 28).

    Args:
        name: of the graph.
        stem: output channels of the stem's 3x3 convolutions and, last, of its 1x1 convolution.
        stem_strides: strides of the 3x3 convolutions.
        stages: channels of each stage.
        first_strides: stride of each stage's first block; 1 in the first stage and 2 in the others when None.
        blocks: basic blocks a stage.
        classes, colours, expansion: of classifier and encoder.
        seed: of the weights.
    """
    build = Builder(seed)
    stream, channels = build.encode(colours, expansion), colours * expansion
    for i, (out, stride) in enumerate(zip(stem[:-1], stem_strides, strict=True)):
        conv = build.conv(f"stem_conv{i + 1}", stream, (channels, out), 3, stride)
        stream, channels = build.threshold(f"stem_act{i + 1}", conv, out), out
    stream, channels = build.conv("stem_conv1_2", stream, (channels, stem[-1]), 1), stem[-1]
    strides = first_strides or tuple(1 if i == 0 else 2 for i in range(len(stages)))
    for i, (out, stride) in enumerate(zip(stages, strides, strict=True)):
        for j in range(blocks):
            stream = build.block(f"layer{i + 1}_{j}", stream, (channels, out), stride if j == 0 else 1, j == 0)
            channels = out
    codes = build.threshold("last_act", stream, channels)
    build.pool(build.conv("classifier", codes, (channels, classes), 1), classes)
    return Graph(name, colours, tuple(build.nodes))
