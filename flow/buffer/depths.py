# SPDX-License-Identifier: Apache-2.0
"""FIFO depths: as deep as the schedule needs to lose no throughput, never so shallow that anything can hang."""

from __future__ import annotations

from flow.buffer.model import UNBOUNDED, Schedule, schedule
from flow.design import SMALLEST_FIFO, Design

LOSS = 0.002
"""Share of the cycles a frame that shallower FIFOs may cost."""
MARGIN = 2
"""Beats added to a peak: constant latencies that the schedule rounds."""


def depths(design: Design) -> tuple[dict[str, int], Schedule]:
    """Depth of every FIFO that needs more than the smallest one, and the schedule with them.

    FIFOs before a join are unbounded in a first run whose source is slowed down to the slowest node, and get the peak
    seen there. If the full-speed run then loses throughput, they grow until it does not.

    Returns:
        Depths in beats by edge name, schedule of the full-speed run.

    Raises:
        FoldError: a deadlock even with unbounded FIFOs before every join.
    """
    joins = {e.name for node in design.graph.nodes if node.arity > 1 for e in design.inputs(node)}
    free = {edge.name: UNBOUNDED for edge in design.edges if edge.name in joins}
    best = schedule(design, depths=free)
    if not free:
        return {}, best
    paced = schedule(design, depths=free, period=best.cycles_per_frame)
    bounds = {name: best.peaks[name] + MARGIN for name in free}
    sized = {name: min(bounds[name], max(SMALLEST_FIFO, paced.peaks[name] + MARGIN)) for name in free}
    while True:
        result = schedule(design, depths=sized)
        if result.cycles_per_frame <= best.cycles_per_frame * (1 + LOSS) or sized == bounds:
            return {name: depth for name, depth in sized.items() if depth > SMALLEST_FIFO}, result
        sized = {name: min(bounds[name], depth + max(4, depth // 4)) for name, depth in sized.items()}
