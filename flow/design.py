# SPDX-License-Identifier: Apache-2.0
"""A design: a graph, one image size, a board, a folding of each op, a depth of each FIFO: all that emitters read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from flow import store
from flow.boards import Board
from flow.errors import FoldError
from flow.graph import IMAGE, Graph
from flow.ops import Folding, Op
from flow.types import Range, Shape

SMALLEST_FIFO = 2


@dataclass(frozen=True)
class Edge:
    """One connection of a stream with one of its consumers, through a FIFO.

    Attributes:
        producer: stream, which is its producer's name (or `image`).
        consumer: node that reads it.
        index: which input of the consumer.
        depth: FIFO depth in beats.
    """

    producer: str
    consumer: str
    index: int
    depth: int = SMALLEST_FIFO

    @property
    def name(self) -> str:
        """Unique name of the edge."""
        return f"{self.producer}__{self.consumer}_{self.index}"


@dataclass(frozen=True, eq=False)
class Design:
    """What is built.

    Attributes:
        graph: integer graph.
        image: size of one input frame.
        board: part, budgets and clock.
        foldings: by node name.
        depths: FIFO depth in beats by edge name; edges that are not named have the smallest depth.
    """

    graph: Graph
    image: Shape
    board: Board
    foldings: Mapping[str, Folding]
    depths: Mapping[str, int]

    def __post_init__(self) -> None:
        for node in self.graph.nodes:
            if node.name not in self.foldings:
                raise FoldError(f"{node.name}: has no folding; fold the graph first")
            folding = self.foldings[node.name]
            if node.out_channels % folding.stream_channels:
                raise FoldError(
                    f"{node.name}: stream_channels {folding.stream_channels} must divide its "
                    f"{node.out_channels} channels"
                )
            self._check_pixels(node, folding)

    def _check_pixels(self, node: Op, folding: Folding) -> None:
        """Several pixels a beat: whole ones, of one row, as many as the other end of each stream has."""
        if folding.pixels > 1 and folding.stream_channels != node.out_channels:
            raise FoldError(
                f"{node.name}: a beat of {folding.pixels} pixels has all their channels, found stream_channels "
                f"{folding.stream_channels} of {node.out_channels}; fold it anew"
            )
        for stream in node.inputs:
            pixels, width = self.pixels(stream), self.shape(stream).width
            if folding.pixels_in != pixels:
                raise FoldError(
                    f"{node.name}: takes {folding.pixels_in} pixels a beat of {stream!r}, which has {pixels}; "
                    "fold both alike"
                )
            if width % pixels:
                raise FoldError(
                    f"{node.name}: {pixels} pixels a beat must divide the {width} pixels of a row of {stream!r}; feed "
                    "images of another width or fold for fewer pixels a beat"
                )
            if pixels > 1 and not node.accepts(folding, pixels * self.shape(stream).channels):
                raise FoldError(f"{node.name}: cannot take {pixels} pixels a beat with {folding}; fold it anew")

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Shape of every stream."""
        return self.graph.shapes(self.image)

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """Proven range of every stream at this image size."""
        return self.graph.ranges(self.image)

    def shape(self, stream: str) -> Shape:
        """Shape of a stream, one frame."""
        return self.shapes[stream]

    def range(self, stream: str) -> Range:
        """Proven range of a stream."""
        return self.ranges[stream]

    def bits(self, stream: str) -> int:
        """Bits of one value of a stream."""
        return self.ranges[stream].bits

    def stream_channels(self, stream: str) -> int:
        """Channels a beat; `image` moves whole pixels."""
        return self.image.channels if stream == IMAGE else self.foldings[stream].stream_channels

    def pixels(self, stream: str) -> int:
        """Neighbouring pixels of a row a beat; of `image` as many as its readers take."""
        if stream != IMAGE:
            return self.foldings[stream].pixels
        return next((self.foldings[node.name].pixels_in for node in self.graph.consumers[stream]), 1)

    def values(self, stream: str) -> int:
        """Values a beat of a stream."""
        return self.stream_channels(stream) * self.pixels(stream)

    def beats(self, stream: str) -> int:
        """Beats a frame of a stream."""
        return self.shapes[stream].values // self.values(stream)

    def beat_bits(self, stream: str) -> int:
        """Bits of one beat of a stream."""
        return self.values(stream) * self.bits(stream)

    def consumers(self, stream: str) -> tuple[Edge, ...]:
        """Edges that leave a stream."""
        return tuple(edge for edge in self.edges if edge.producer == stream)

    def inputs(self, node: Op) -> tuple[Edge, ...]:
        """Edges that enter a node, in input order."""
        return tuple(edge for edge in self.edges if edge.consumer == node.name)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge, in graph order of the consumers."""
        edges = [Edge(s, node.name, i) for node in self.graph.nodes for i, s in enumerate(node.inputs)]
        return tuple(replace(edge, depth=self.depths.get(edge.name, SMALLEST_FIFO)) for edge in edges)

    def cycles(self, node: Op) -> int:
        """Cycles a frame of one node when nothing stalls: its own, or the beats of its streams if more."""
        own = node.cycles(self.foldings[node.name], *(self.shapes[s] for s in node.inputs))
        return max(own, self.beats(node.name), *(self.beats(stream) for stream in node.inputs))

    @property
    def cycles_per_frame(self) -> int:
        """Cycles between the ends of successive frames: those of the slowest node."""
        return max(self.cycles(node) for node in self.graph.nodes)

    @property
    def fps(self) -> float:
        """Frames a second at the board's clock, by this model."""
        return self.board.clock_mhz * 1e6 / self.cycles_per_frame

    def for_family(self, family: str) -> Design:
        """The same design with lanes in the form of a family, which need not be the board's."""
        return self if family == self.board.family else replace(self, board=replace(self.board, family=family))

    def to_json(self) -> dict[str, Any]:
        """Everything but the graph's arrays."""
        return {
            "graph": store.digest(self.graph),
            "image": asdict(self.image),
            "board": self.board.name,
            "arithmetic": self.board.form,
            "foldings": {node.name: _entry(self.foldings[node.name]) for node in self.graph.nodes},
            "depths": {edge.name: edge.depth for edge in self.edges},
        }

    @cached_property
    def digest(self) -> str:
        """sha256 of the graph and every choice of this build."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


def _entry(folding: Folding) -> dict[str, Any]:
    """A folding as JSON; one pixel a beat, as nearly all streams have, goes unsaid."""
    unsaid = {key for key in ("pixels", "pixels_in") if getattr(folding, key) == 1}
    return {key: value for key, value in asdict(folding).items() if key not in unsaid}
