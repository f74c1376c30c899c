# SPDX-License-Identifier: Apache-2.0
"""Seeded small random graphs and foldings, for tests that carry them through every stage.

Among them: H != W, kh != kw, sh != sw, odd channels, plain and bottleneck residual blocks with and without a downsample
branch, falling and constant threshold channels, any K, one class, one-pixel frames.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from flow.graph import IMAGE, Graph
from flow.ops import BinaryConv, Folding, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.base import Array, integers
from flow.ops.thermometer_encode import official_thresholds, paper_thresholds
from flow.types import PIXEL, Range, Shape

LARGEST_CHANNELS = 12
LARGEST_CODES = 24
CONSTANT = 0.15
"""Share of channels whose thresholds are all always or never reached."""


def random_graph(seed: int) -> tuple[Graph, Shape]:
    """A graph and the size of its images (3 to 12 pixels a side, 1 to 3 colours); equal seeds give equal graphs."""
    return _Builder(np.random.default_rng(seed), f"random_{seed}").build()


def random_folding(graph: Graph, image: Shape, seed: int, pixels: int = 1) -> dict[str, Folding]:
    """A random legal folding of every node (`Op.foldings`, `Op.wide`, `Op.forms`, `Op.accepts`), by node name.

    Beats that must be alike are found by narrowing the choices of every stream until each node accepts one of them.

    Args:
        graph, image: what is folded.
        seed: of the choices.
        pixels: a beat of the image; divides its width.
    """
    rng = np.random.default_rng(seed)
    shapes = graph.shapes(image)
    options = {node.name: list(node.foldings()) for node in graph.nodes}
    if pixels > 1:
        for node in graph.nodes:
            options[node.name] += [wide for f in options[node.name] if (wide := node.wide(f, pixels))]
    beats = {name: {f.values for f in found} for name, found in options.items()}
    beats[IMAGE] = {pixels * image.channels}
    _narrow(graph, options, beats)
    for name in rng.permutation([node.name for node in graph.nodes]):
        beats[name] = {int(rng.choice(sorted(beats[name])))}
        _narrow(graph, options, beats)
    foldings = {}
    for node in graph.nodes:
        inputs = [min(beats[stream]) for stream in node.inputs]
        legal = [f for f in options[node.name] if f.values in beats[node.name] and node.accepts(f, *inputs)]
        forms = list(node.forms(legal[int(rng.integers(len(legal)))], *(shapes[s] for s in node.inputs)))
        foldings[node.name] = forms[int(rng.integers(len(forms)))]
    return foldings


def _narrow(graph: Graph, options: Mapping[str, list[Folding]], beats: dict[str, set[int]]) -> None:
    """Drop beats that no folding of a producer or consumer allows, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for node in graph.nodes:
            found = [f for f in options[node.name] if f.values in beats[node.name]]
            for stream in dict.fromkeys(node.inputs):
                # Inputs of one node are alike wherever they are tied at all, so each may be looked at alone.
                kept = {b for b in beats[stream] if any(node.accepts(f, *[b] * len(node.inputs)) for f in found)}
                found = [f for f in found if any(node.accepts(f, *[b] * len(node.inputs)) for b in kept)]
                changed |= kept != beats[stream]
                beats[stream] = kept
            own = {f.values for f in found}
            changed |= own != beats[node.name]
            beats[node.name] = own


class _Builder:
    """Grows a graph node by node while one batch of random images runs along, so thresholds fall among real sums."""

    def __init__(self, rng: np.random.Generator, name: str) -> None:
        self.rng = rng
        self.name = name
        self.nodes: list[Op] = []
        self.values: dict[str, Array] = {}
        self.ranges: dict[str, Range] = {IMAGE: PIXEL}

    def build(self) -> tuple[Graph, Shape]:
        """The whole graph."""
        rng = self.rng
        image = Shape(int(rng.integers(3, 13)), int(rng.integers(3, 13)), int(rng.integers(1, 4)))
        self.values[IMAGE] = rng.integers(0, 256, (4, image.height, image.width, image.channels), np.uint8)
        sums = self.conv("conv1", self.encode(image.channels), self.channels(), self.kernel(), self.stride())
        if rng.random() < 0.5:
            sums = self.conv("conv2", self.threshold("act1", sums), self.channels(), self.kernel(), self.stride())
        for index in range(rng.integers(0, 3)):
            sums = self.block(f"block{index + 1}_", sums)
        classes = int(rng.integers(1, 8))
        plain = rng.random() < 0.7
        kernel, stride = ((1, 1), (1, 1)) if plain else (self.kernel(), self.stride())
        sums = self.conv("conv", self.threshold("last_act", sums), classes, kernel, stride)
        alpha = rng.uniform(0.01, 1.0, classes).astype(np.float32)
        self.nodes.append(GlobalPool("pool", (sums,), integers(alpha, np.float32)))
        return Graph(self.name, image.channels, tuple(self.nodes), {"source": "random"}), image

    def channels(self) -> int:
        """1 to 12 channels, odd as often as even."""
        return int(self.rng.integers(1, LARGEST_CHANNELS + 1))

    def kernel(self) -> tuple[int, int]:
        """Kernel sizes 1 to 4, 3 more often; kh != kw as a rule."""
        kh, kw = self.rng.choice([1, 2, 3, 3, 4], 2)
        return int(kh), int(kw)

    def stride(self) -> tuple[int, int]:
        """Strides 1 to 3, 1 more often."""
        sh, sw = self.rng.choice([1, 1, 1, 2, 2, 3], 2)
        return int(sh), int(sw)

    def add(self, node: Op) -> str:
        """Append a node and run it."""
        self.nodes.append(node)
        self.values[node.name] = node.run(*(self.values[stream] for stream in node.inputs))
        self.ranges[node.name] = node.range(*(self.ranges[stream] for stream in node.inputs))
        return node.name

    def encode(self, colours: int) -> str:
        """Thresholds of the official code, of the paper, or any."""
        rng = self.rng
        expansion = (
            int(rng.integers(1, LARGEST_CODES // colours + 1)) if rng.random() < 0.3 else int(rng.integers(1, 5))
        )
        kind = rng.integers(3)
        found = official_thresholds(expansion) if kind == 0 else paper_thresholds(expansion)
        if kind == 2:
            found = np.sort(rng.integers(0, 257, (expansion, 3)), axis=1)
        return self.add(ThermometerEncode("encode", (IMAGE,), colours, integers(found)))

    def conv(
        self, name: str, source: str, out: int, kernel: tuple[int, int], stride: tuple[int, int], same: bool = False
    ) -> str:
        """A convolution with any legal padding, or with that of half the kernel."""
        rng, shape = self.rng, self.values[source].shape
        padding = []
        for axis in range(2):
            least = max(0, -(-(kernel[axis] - shape[1 + axis]) // 2))
            half = max(least, kernel[axis] // 2)
            anything = int(rng.integers(least, max(kernel[axis] - 1, least) + 1))
            padding.append(half if same or (rng.random() < 0.6 and half < kernel[axis]) else anything)
        weights = rng.integers(0, 2, (out, *kernel, shape[3]), np.uint8)
        if rng.random() < 0.1:
            weights[rng.integers(out)] = rng.integers(0, 2)
        return self.add(BinaryConv(name, (source,), integers(weights, np.uint8), stride, (padding[0], padding[1])))

    def threshold(self, name: str, source: str) -> str:
        """Thresholds near the quantiles of each channel's sums; some channels fall, some are constant."""
        rng, acc, bounds = self.rng, self.values[source], self.ranges[source]
        channels = acc.shape[3]
        flat = acc.reshape(-1, channels)
        found = np.stack([np.quantile(flat[:, c], np.sort(rng.random(3))) for c in range(channels)])
        found = np.sort(np.rint(found + rng.normal(0, 1.0, found.shape)).astype(np.int64), axis=1)
        for c in np.flatnonzero(rng.random(channels) < CONSTANT):
            always = int(rng.integers(4))
            found[c] = [bounds.low] * always + [bounds.high + 1] * (3 - always)
        found = np.clip(found, bounds.low, bounds.high + 1)
        negative = rng.random(channels) < 0.3
        return self.add(Threshold(name, (source,), integers(found), integers(negative, np.uint8)))

    def block(self, prefix: str, source: str) -> str:
        """A pre-activation residual block, plain or bottleneck; the branch reads the activated tensor."""
        rng = self.rng
        codes = self.threshold(f"{prefix}act0", source)
        down = rng.random() < 0.6
        stride = self.stride() if down else (1, 1)
        out = self.channels() if down else self.values[source].shape[3]
        kernel = tuple(int(k) for k in rng.choice([1, 3, 3], 2))
        if rng.random() < 0.5:
            inner = self.conv(f"{prefix}conv1", codes, self.channels(), (1, 1), (1, 1))
            inner = self.threshold(f"{prefix}act1", inner)
            inner = self.conv(f"{prefix}conv2", inner, self.channels(), (kernel[0], kernel[1]), stride, same=True)
            inner = self.threshold(f"{prefix}act2", inner)
            main = self.conv(f"{prefix}conv3", inner, out, (1, 1), (1, 1), same=True)
        else:
            inner = self.conv(f"{prefix}conv1", codes, self.channels(), (kernel[0], kernel[1]), stride, same=True)
            inner = self.threshold(f"{prefix}act1", inner)
            main = self.conv(f"{prefix}conv2", inner, out, (kernel[1], kernel[0]), (1, 1), same=True)
        skip = self.conv(f"{prefix}downsample", codes, out, (1, 1), stride, same=True) if down else source
        return self.add(ResidualAdd(f"{prefix}add", (main, skip) if rng.random() < 0.5 else (skip, main), out))
