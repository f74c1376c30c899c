# SPDX-License-Identifier: Apache-2.0
"""Which exact rewrites (flow/rewrite.py) save hardware at a rate."""

from __future__ import annotations

from flow.boards import Board
from flow.estimate.model import coefficients, node_cost
from flow.estimate.parts import Site
from flow.graph import Graph
from flow.ops import DigitPool, Folding
from flow.rewrite import pool_first
from flow.types import CODE, Shape


def worthwhile(graph: Graph, image: Shape, board: Board, fps: float | None = None) -> tuple[str, ...]:
    """Names of the rewrites that cost fewer LUTs than they save.

    Args:
        graph: as it was lowered.
        image: size of one frame.
        board: clock and family.
        fps: frames a second; None takes the board's default rate.
    """
    cycles = board.clock_mhz * 1e6 / (fps or board.default_fps)
    pooled = pool_first(graph)
    added = [node for node in pooled.nodes if isinstance(node, DigitPool)]
    if pooled is graph or not added:
        return ()
    shapes = pooled.shapes(image)
    source, digits = shapes[added[0].inputs[0]], shapes[added[0].name]
    site = Site(board.family, Folding(), (1,), (source,), (CODE,), digits, CODE)
    lut_a_mac = coefficients(board.family)["unit"]["lut"]["mac"]
    saved = (graph.macs(image) - pooled.macs(image)) / cycles * lut_a_mac
    return ("pool_first",) if saved > node_cost(added[0], site).lut else ()
