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
        """Channels a beat; `image` moves one whole pixel a beat."""
        return self.image.channels if stream == IMAGE else self.foldings[stream].stream_channels

    def beats(self, stream: str) -> int:
        """Beats a frame of a stream."""
        return self.shapes[stream].values // self.stream_channels(stream)

    def beat_bits(self, stream: str) -> int:
        """Bits of one beat of a stream."""
        return self.stream_channels(stream) * self.bits(stream)

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
            "foldings": {node.name: asdict(self.foldings[node.name]) for node in self.graph.nodes},
            "depths": {edge.name: edge.depth for edge in self.edges},
        }

    @cached_property
    def digest(self) -> str:
        """sha256 of the graph and every choice of this build."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()
