# SPDX-License-Identifier: Apache-2.0
"""What can be chosen: for every node, each folding that meets a target, with its cost.

It asks the op and knows none by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from flow.boards import Board
from flow.buffer import alone
from flow.design import SMALLEST_FIFO, Design
from flow.errors import FoldError
from flow.estimate import Resources, Site, edge_cost, node_cost
from flow.graph import IMAGE, Graph
from flow.ops import Folding, Op
from flow.ops.wide_row import PIXELS
from flow.types import Shape

KEPT = 2
"""Foldings kept of those that differ in pe alone: the smallest ones that meet the target."""
WIDTHS = 4
"""Widths kept of a stream: the narrowest ones that meet the target."""


@dataclass(frozen=True)
class Option:
    """One choice for one node.

    Attributes:
        folding: of the node.
        beats: values a beat of each input that it goes with.
        cost: of the node's hardware.
    """

    folding: Folding
    beats: tuple[int, ...]
    cost: Resources


class Space:
    """Every choice for a graph, one image size and a board.

    Attributes:
        graph, image, board: what is folded.
        shapes, ranges: of every stream.
        losses: by node name, how much longer than `cycles` its schedule takes (1 or absent: not at all).
        matched: targets whose widths of streams are matched with those of the inputs before the narrowest are kept.
    """

    def __init__(self, graph: Graph, image: Shape, board: Board) -> None:
        self.graph, self.image, self.board = graph, image, board
        self.shapes = graph.shapes(image)
        self.ranges = graph.ranges(image)
        self.losses: dict[str, float] = {}
        self.matched: set[int] = set()
        self._matches: dict[tuple[str, int], list[int]] = {}
        self._alone: dict[tuple[str, Folding, tuple[int, ...]], int] = {}
        self._costs: dict[tuple[object, ...], Resources] = {}
        self._options: dict[tuple[object, ...], list[Option]] = {}

    def on(self, board: Board) -> Space:
        """The choices on another board of the family, which cost the same: what is known of costs stays known."""
        if board.family != self.board.family:
            raise FoldError(f"{board.name}: is {board.family}, costs are known of {self.board.family}")
        other = Space(self.graph, self.image, board)
        other._costs, other._alone = self._costs, self._alone
        return other

    def alone(self, draft: Design, node: Op) -> int:
        """Cycles a frame of a node of a draft when nothing else stalls it, by the schedule model."""
        key = (node.name, draft.foldings[node.name], tuple(draft.values(s) for s in node.inputs))
        if key not in self._alone:
            self._alone[key] = alone(draft, node)
        return self._alone[key]

    @cached_property
    def foldings(self) -> dict[str, list[tuple[int, Folding]]]:
        """(cycles a frame, folding) of every node, by its name; first those for one pixel a beat."""
        found: dict[str, list[tuple[int, Folding]]] = {}
        pixels = {IMAGE: {p for p in PIXELS if self.image.width % p == 0}}
        for node in self.graph.nodes:
            plain = list(node.foldings())
            several = sorted(set.intersection(*(pixels[stream] for stream in node.inputs)) - {1})
            wide = [made for p in several for folding in plain if (made := node.wide(folding, p))]
            pixels[node.name] = {folding.pixels for folding in (*plain, *wide)}
            found[node.name] = [(self._cycles(node, folding), folding) for folding in (*plain, *wide)]
        return found

    @cached_property
    def several(self) -> set[str]:
        """Streams that may have more than one pixel a beat."""
        return {IMAGE, *(n for n, pairs in self.foldings.items() if any(f.pixels > 1 for _, f in pairs))}

    def pixels(self, target: int) -> int:
        """Pixels a beat of the image: the fewest that let a frame enter in `target` cycles, else the most there are."""
        possible = [p for p in PIXELS if self.image.width % p == 0]
        return next((p for p in possible if self.image.pixels // p <= target), possible[-1])

    def beats(self, stream: str, target: int) -> list[int]:
        """Possible values a beat of a stream, ascending, in designs of so many cycles a frame."""
        pixels = self.pixels(target)
        if stream == IMAGE:
            return [pixels * self.image.channels]
        return sorted({folding.values for _, folding in self.foldings[stream] if folding.pixels_in in (1, pixels)})

    def stream_cycles(self, stream: str, values: int) -> int:
        """Beats a frame."""
        return self.shapes[stream].values // values

    def edge_cost(self, stream: str, values: int) -> Resources:
        """Cost of the smallest FIFO of a stream."""
        return edge_cost(self.board.family, SMALLEST_FIFO, values * self.ranges[stream].bits)

    def fastest(self, node: Op) -> int:
        """Fewest cycles a frame of a node, its streams included."""
        own = int(min(cycles for cycles, _ in self.foldings[node.name]) * self.losses.get(node.name, 1.0))
        return max(own, *(self.stream_cycles(s, self.beats(s, 0)[-1]) for s in node.inputs))

    def targets(self) -> list[int]:
        """Every cycle count that some node or stream can have, ascending: nothing changes between them."""
        own = {cycles for pairs in self.foldings.values() for cycles, _ in pairs}
        image = {self.image.pixels // p for p in PIXELS if self.image.width % p == 0}
        streams = {self.stream_cycles(name, f.values) for name, pairs in self.foldings.items() for _, f in pairs}
        return sorted(own | image | streams)

    def widths(self, stream: str, target: int, in_time: int | None = None) -> list[int]:
        """Values a beat of a stream worth looking at, ascending; `in_time`: cycles a frame it may take, if fewer."""
        possible = self._matching(stream, target) if target in self.matched else self.beats(stream, target)
        return [v for v in possible if self.stream_cycles(stream, v) <= (in_time or target)][:WIDTHS]

    def _matching(self, stream: str, target: int) -> list[int]:
        """Values a beat that go with some width of each input, ascending."""
        key = (stream, target)
        if key not in self._matches:
            found = self.beats(stream, target)
            if stream != IMAGE:
                node = self.graph.by_name[stream]
                inputs = list(product(*(self.widths(s, target) for s in node.inputs)))
                accepted = {f.values for _, f in self.foldings[stream] if any(node.accepts(f, *b) for b in inputs)}
                found = [values for values in found if values in accepted]
            self._matches[key] = found
        return self._matches[key]

    def together(self, target: int) -> bool:
        """Whether the choices of all nodes leave each stream a width that all its ends can have."""
        widths = {stream: set(self.beats(stream, target)) for stream in (IMAGE, *self.foldings)}
        ends = {n.name: {(*o.beats, o.folding.values) for o in self.options(n, target)} for n in self.graph.nodes}
        before = None
        while before != ends:
            before = dict(ends)
            for node in self.graph.nodes:
                streams = (*node.inputs, node.name)
                ends[node.name] = {
                    values
                    for values in ends[node.name]
                    if all(v in widths[s] for v, s in zip(values, streams, strict=True))
                }
                for place, stream in enumerate(streams):
                    widths[stream] &= {values[place] for values in ends[node.name]}
        return all(ends.values())

    def alike(self, node: Op) -> tuple[object, ...]:
        """Equal for nodes that have the same choices at the same costs."""
        streams = (*node.inputs, node.name)
        ranges = tuple((self.ranges[s].bits, self.ranges[s].signed) for s in streams)
        several = tuple(stream in self.several for stream in node.inputs)
        return node.kind, str(node.attributes()), tuple(self.shapes[s] for s in streams), ranges, several

    def options(self, node: Op, target: int) -> list[Option]:
        """Choices of a node that meet a target, without those that another one beats in LUT, BRAM18 and URAM."""
        key = (self.alike(node), target, self.losses.get(node.name, 1.0), target in self.matched)
        if key not in self._options:
            self._options[key] = self._find_options(node, target)
        return self._options[key]

    def _find_options(self, node: Op, target: int) -> list[Option]:
        alike = self.alike(node)
        # A loss may come from a narrow input, which a faster folding of the node alone would not change.
        in_time = int(target / self.losses.get(node.name, 1.0))
        inputs = list(product(*(self.widths(s, target, in_time) for s in node.inputs)))
        shapes = [self.shapes[s] for s in node.inputs]
        best: dict[tuple[int, ...], list[Option]] = defaultdict(list)
        for folding in self._smallest(node, target):
            accepted = [beats for beats in inputs if node.accepts(folding, *beats)]
            for form in node.forms(folding, *shapes) if accepted else ():
                for beats in accepted:
                    option = Option(form, beats, self._cost(node, form, beats, alike))
                    if option.cost.uram <= self.board.uram:
                        best[(*beats, folding.values)].append(option)
        return [option for options in best.values() for option in _pareto(options)]

    def _smallest(self, node: Op, target: int) -> Iterator[Folding]:
        alike: dict[tuple[int, int, bool, int], list[Folding]] = defaultdict(list)
        loss, widths = self.losses.get(node.name, 1.0), self.widths(node.name, target)
        for cycles, folding in self.foldings[node.name]:
            if cycles * loss <= target and folding.values in widths:
                alike[(folding.depth, folding.values, folding.by_column, folding.pixels_in)].append(folding)
        for foldings in alike.values():
            yield from sorted(foldings, key=lambda folding: folding.pe)[:KEPT]

    def _cycles(self, node: Op, folding: Folding) -> int:
        own = node.cycles(folding, *(self.shapes[s] for s in node.inputs))
        return max(own, self.stream_cycles(node.name, folding.values))

    def _cost(self, node: Op, folding: Folding, beats: tuple[int, ...], alike: tuple[object, ...]) -> Resources:
        key = (alike, folding, beats)
        if key not in self._costs:
            place = Site(
                self.board.family,
                folding,
                beats,
                tuple(self.shapes[s] for s in node.inputs),
                tuple(self.ranges[s] for s in node.inputs),
                self.shapes[node.name],
                self.ranges[node.name],
            )
            self._costs[key] = node_cost(node, place)
        return self._costs[key]


def _pareto(options: list[Option]) -> list[Option]:
    """Those that no other one beats in LUT, BRAM18 and URAM together."""
    kept: list[Option] = []
    ordered = sorted(options, key=lambda o: (o.cost.lut, o.cost.bram18, o.cost.uram, o.folding.pe, o.folding.depth))
    for option in ordered:
        if not any(o.cost.bram18 <= option.cost.bram18 and o.cost.uram <= option.cost.uram for o in kept):
            kept.append(option)
    return kept
