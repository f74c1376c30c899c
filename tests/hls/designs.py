# SPDX-License-Identifier: Apache-2.0
"""Small designs for the tests of the HLS room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flow.boards import load_board
from flow.design import Design
from flow.graph import Graph
from flow.ops import BinaryConv, Folding, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.base import Array, integers
from flow.types import Shape


@dataclass
class Case:
    """Grows one graph with its foldings; every array from one seed."""

    name: str
    image: Shape
    seed: int

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.nodes: list[Op] = []
        self.foldings: dict[str, Folding] = {}
        self.depths: dict[str, int] = {}

    def add(self, node: Op, folding: Folding) -> str:
        self.nodes.append(node)
        self.foldings[node.name] = folding
        return node.name

    def encode(self, levels: int, stream: int = 1) -> str:
        thresholds = integers(np.sort(self.rng.integers(0, 257, (levels, 3)), axis=1))
        node = ThermometerEncode("encode", ("image",), self.image.channels, thresholds)
        return self.add(node, Folding(stream_channels=stream))

    def conv(
        self,
        name: str,
        source: str,
        channels: tuple[int, int],
        kernel: tuple[int, int] = (1, 1),
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        folding: Folding | None = None,
    ) -> str:
        weights = self.rng.integers(0, 2, (channels[1], *kernel, channels[0])).astype(np.uint8)
        node = BinaryConv(name, (source,), integers(weights, np.uint8), stride, padding)
        return self.add(node, folding or Folding())

    def threshold(self, name: str, source: str, channels: int, stream: int = 1, spread: int = 12) -> str:
        levels = np.sort(self.rng.integers(-spread, spread + 1, (channels, 3)), axis=1)
        negative = self.rng.integers(0, 2, channels)
        node = Threshold(name, (source,), integers(levels), integers(negative, np.uint8))
        return self.add(node, Folding(stream_channels=stream))

    def residual(self, name: str, sources: tuple[str, str], channels: int, stream: int = 1) -> str:
        return self.add(ResidualAdd(name, sources, channels), Folding(stream_channels=stream))

    def design(self, source: str, classes: int, board: str = "kv260") -> Design:
        alpha = self.rng.uniform(0.1, 1, classes).astype(np.float32)
        self.add(GlobalPool("pool", (source,), integers(alpha, np.float32)), Folding())
        graph = Graph(self.name, self.image.channels, tuple(self.nodes))
        return Design(graph, self.image, load_board(board), self.foldings, self.depths)


def frames(design: Design, count: int = 3, seed: int = 0) -> Array:
    """Seeded uint8 frames, the first all 0 and the second all 255."""
    size = (count, design.image.height, design.image.width, design.image.channels)
    images = np.random.default_rng(seed).integers(0, 256, size).astype(np.uint8)
    images[:1], images[1:2] = 0, 255
    return images


def residual_case(seed: int = 7, board: str = "kv260") -> Design:
    """All five ops, a residual block with a downsample branch, three readers of one stream, odd sizes."""
    case = Case("residual", Shape(7, 5, 3), seed)
    source = case.conv("conv1", case.encode(3, 3), (9, 6), (3, 3), padding=(1, 1), folding=Folding(4, 3, 2))
    codes = case.threshold("act1", source, 6, 3)
    main = case.conv("conv2", codes, (6, 10), (3, 2), (2, 1), (1, 1), Folding(4, 2, 2, "block"))
    skip = case.conv("down", codes, (6, 10), (1, 2), (2, 1), (0, 1), Folding(5, 6, 5))
    more = case.conv("more", codes, (6, 10), (1, 2), (2, 1), (0, 1), Folding(10, 1, 1))
    case.depths = {"act1__down_0": 40, "down__add_1": 17}
    added = case.residual("add", (main, skip), 10, 2)
    both = case.residual("add2", (added, more), 10, 5)
    last = case.threshold("act2", both, 10, 2)
    return case.design(case.conv("classify", last, (10, 4), folding=Folding(4, 5, 2)), 4, board)
