# SPDX-License-Identifier: Apache-2.0
"""Designs around one op: pixels become codes, the op under test, and what closes a graph."""

from __future__ import annotations

import numpy as np

from flow.boards import load_board
from flow.design import Design
from flow.graph import Graph
from flow.ops import BinaryConv, Folding, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.thermometer_encode import official_thresholds
from flow.rewrite import pool_first
from flow.types import Shape


def conv(
    name: str,
    source: str,
    channels: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    seed: int = 0,
) -> BinaryConv:
    """A convolution of random weight bits; channels are (in, out)."""
    bits = np.random.default_rng(seed).integers(0, 2, (channels[1], *kernel, channels[0]), np.uint8)
    return BinaryConv(name, (source,), bits, stride, padding)


def pool(source: str, channels: int) -> GlobalPool:
    """The op that closes a graph."""
    return GlobalPool("pool", (source,), np.ones(channels, np.float32))


def encode(colours: int, expansion: int) -> ThermometerEncode:
    """The op that opens a graph."""
    return ThermometerEncode("encode", ("image",), colours, official_thresholds(expansion))


def design(
    nodes: tuple[Op, ...], image: Shape, foldings: dict[str, Folding], depths: dict[str, int] | None = None
) -> Design:
    """A design of these nodes on the kv260; ops without a folding move one channel a beat."""
    graph = Graph("bench", image.channels, nodes)
    chosen = {node.name: foldings.get(node.name, Folding()) for node in nodes}
    return Design(graph, image, load_board("kv260"), chosen, depths or {})


def conv_design(
    image: Shape,
    channels: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    folding: Folding,
    source_channels: int = 1,
) -> Design:
    """Codes, one convolution, the pool; `channels` are (codes a colour times colours, out). A convolution of several
    pixels a beat gets them from the image."""
    nodes = (
        encode(image.channels, channels[0] // image.channels),
        conv("conv", "encode", channels, kernel, stride, padding, seed=image.height * image.width),
        pool("conv", channels[1]),
    )
    pixels = folding.pixels_in
    source = Folding(stream_channels=source_channels, pixels=pixels, pixels_in=pixels)
    return design(nodes, image, {"encode": source, "conv": folding})


def residual_design(image: Shape, width: int, lanes: int) -> Design:
    """All five ops, with a fork, a short path and one comparison of each kind."""
    rng = np.random.default_rng(width)

    def threshold(name: str, source: str) -> Threshold:
        steps = np.sort(rng.integers(-20, 20, (width, 3)), axis=1)
        return Threshold(name, (source,), steps, rng.integers(0, 2, width).astype(np.uint8))

    nodes: tuple[Op, ...] = (
        encode(image.channels, 3),
        conv("conv1", "encode", (3 * image.channels, width), (3, 2), (1, 2), (1, 1), 1),
        threshold("act1", "conv1"),
        conv("conv2", "act1", (width, width), (3, 3), (1, 1), (1, 1), 2),
        conv("short", "act1", (width, width), (1, 1), seed=3),
        ResidualAdd("add", ("conv2", "short"), width),
        threshold("act2", "add"),
        conv("classifier", "act2", (width, 5), (1, 1), seed=4),
        pool("classifier", 5),
    )
    folded = Folding(pe=lanes, depth=lanes, stream_channels=lanes)
    foldings = {name: folded for name in ("act1", "act2", "add", "conv2", "short")}
    foldings |= {"conv1": Folding(lanes, 3, lanes), "classifier": Folding(5, width, 1)}
    return design(nodes, image, foldings, {"act1__short_0": 128, "short__add_1": 128})


def pooled(case: Design) -> Design:
    """The same design with its classifier behind the pool; digits have the beats of the codes they are made of."""
    graph = pool_first(case.graph)
    added = [node for node in graph.nodes if node.name not in case.foldings]
    beats = {node.name: Folding(stream_channels=case.stream_channels(node.inputs[0])) for node in added}
    return Design(graph, case.image, case.board, {**case.foldings, **beats}, case.depths)
