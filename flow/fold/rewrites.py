# SPDX-License-Identifier: Apache-2.0
"""Which exact rewrites (flow/rewrite.py) save hardware at a rate."""

from __future__ import annotations

from collections.abc import Iterable

from flow.boards import Board
from flow.fold.options import Space
from flow.fold.solve import BRAM18_PRICE, URAM_PRICE
from flow.graph import Graph
from flow.rewrite import REWRITES
from flow.types import Shape


def worthwhile(graph: Graph, image: Shape, board: Board, fps: float | None = None) -> tuple[str, ...]:
    """Names of the rewrites whose nodes cost less than those that they replace.

    Args:
        graph: as it was lowered.
        image: size of one frame.
        board: clock, family and what there is.
        fps: frames a second; None takes the board's default rate.
    """
    target = int(board.clock_mhz * 1e6 / (fps or board.default_fps))
    names = []
    for name, rewrite in REWRITES.items():
        other = rewrite(graph)
        common = {node.name for node in graph.nodes if other.by_name.get(node.name) is node}
        before, after = (
            _cheapest(Space(g, image, board), [n.name for n in g.nodes if n.name not in common], target)
            for g in (graph, other)
        )
        if after < before:
            names.append(name)
            graph = other
    return tuple(names)


def _cheapest(space: Space, names: Iterable[str], target: int) -> float:
    """Price of some nodes, each for itself at its cheapest; infinite if one cannot keep up."""
    return sum(
        min(
            (o.cost.lut + BRAM18_PRICE * o.cost.bram18 + URAM_PRICE * o.cost.uram for o in options),
            default=float("inf"),
        )
        for options in (space.options(space.graph.by_name[name], target) for name in names)
    )
