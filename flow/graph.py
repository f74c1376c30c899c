# SPDX-License-Identifier: Apache-2.0
"""The integer graph: a few ops, callable on NumPy, which makes it the golden model of every later stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from flow.check import check
from flow.errors import DataError
from flow.ops import DigitPool, GlobalPool, Op
from flow.ops.base import Array
from flow.types import PIXEL, Range, Shape

IMAGE = "image"
BATCH = 64
BATCH_PIXELS = 8 * 256 * 256
"""Images and pixels that go through the network at once; they bound the memory."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in topological order; checked when made (flow.check).

    Attributes:
        name: name of the network.
        in_channels: colours of the uint8 input stream `image`.
        nodes: ops; the last one is the global_pool whose stream is `classifier_sum` in results.
        labels: facts about the origin, kept in the file and never used by a later stage.
    """

    name: str
    in_channels: int
    nodes: tuple[Op, ...]
    labels: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(self)

    @cached_property
    def by_name(self) -> dict[str, Op]:
        """Nodes by name."""
        return {node.name: node for node in self.nodes}

    @property
    def output(self) -> GlobalPool:
        """The last node."""
        last = self.nodes[-1]
        assert isinstance(last, GlobalPool)  # flow.check
        return last

    @cached_property
    def pooled(self) -> str:
        """The stream whose pixels `classifier_sum` is a sum over."""
        return next((node for node in self.nodes if isinstance(node, DigitPool)), self.output).inputs[0]

    @cached_property
    def consumers(self) -> dict[str, tuple[Op, ...]]:
        """Nodes that read each stream, in graph order; a node that reads it twice is listed twice."""
        readers: dict[str, list[Op]] = {IMAGE: [], **{node.name: [] for node in self.nodes}}
        for node in self.nodes:
            for stream in node.inputs:
                readers[stream].append(node)
        return {stream: tuple(nodes) for stream, nodes in readers.items()}

    def shapes(self, image: Shape) -> dict[str, Shape]:
        """Shape of every stream for one image size.

        Raises:
            GraphError: an image smaller than a kernel.
        """
        shapes = {IMAGE: image}
        for node in self.nodes:
            shapes[node.name] = node.shape(*(shapes[stream] for stream in node.inputs))
        return shapes

    def ranges(self, image: Shape | None = None) -> dict[str, Range]:
        """Proven range of every stream; the pooled sums need an image size to be tight."""
        shapes = self.shapes(image) if image else None
        ranges = {IMAGE: PIXEL}
        for node in self.nodes:
            pixels = {"pixels": shapes[node.inputs[0]].pixels} if shapes else {}
            ranges[node.name] = node.range(*(ranges[stream] for stream in node.inputs), **pixels)
        return ranges

    def run(self, images: Array, taps: bool = False, batch: int | None = None) -> dict[str, Array]:
        """Exact integers of every image.

        Args:
            images: uint8, N x H x W x in_channels.
            taps: whether to return every stream by name.
            batch: images a pass; bounds the memory (default: what suits their size).

        Returns:
            `classifier_sum` int64 [N, classes] and `logits` float32 [N, classes]; with taps also every stream.

        Raises:
            DataError: images of a wrong type or shape.
        """
        self.check_images(images)
        batch = batch or min(BATCH, max(1, BATCH_PIXELS // (images.shape[1] * images.shape[2])))
        parts = [self._run(images[first : first + batch], taps) for first in range(0, len(images), batch)]
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def _run(self, images: Array, taps: bool) -> dict[str, Array]:
        streams: dict[str, Array] = {IMAGE: images}
        pixels = self.shapes(Shape(*images.shape[1:]))[self.pooled].pixels
        last_use = {stream: node.name for node in self.nodes for stream in node.inputs}
        for node in self.nodes:
            streams[node.name] = node.run(*(streams[stream] for stream in node.inputs))
            if not taps:
                for stream in set(node.inputs):
                    if last_use[stream] == node.name and node is not self.nodes[-1]:
                        del streams[stream]
        sums = streams[self.output.name]
        results: dict[str, Array] = dict(streams) if taps else {}
        results["classifier_sum"] = sums.reshape(len(sums), -1)
        results["logits"] = self.output.logits(sums, pixels)
        return results

    def check_images(self, images: Array) -> None:
        """Raise DataError unless images are uint8 N x H x W x in_channels with N >= 1."""
        expected = f"uint8 N x H x W x {self.in_channels}"
        if not isinstance(images, np.ndarray) or images.dtype != np.uint8:
            found = getattr(images, "dtype", type(images).__name__)
            raise DataError(
                f"{self.name}: images must be {expected}, found type {found}; convert with .astype('uint8')"
            )
        if images.ndim != 4 or images.shape[3] != self.in_channels or not images.size:
            raise DataError(f"{self.name}: images must be {expected}, found shape {list(images.shape)}")
        self.shapes(Shape(*images.shape[1:]))

    def macs(self, image: Shape) -> int:
        """Products of one weight bit and one code a frame."""
        shapes = self.shapes(image)
        return sum(node.macs(*(shapes[stream] for stream in node.inputs)) for node in self.nodes)

    def replace(self, nodes: Iterable[Op]) -> Graph:
        """The same graph with other nodes."""
        return Graph(self.name, self.in_channels, tuple(nodes), self.labels)
