# SPDX-License-Identifier: Apache-2.0
"""FIFO depths: as deep as the schedule needs to lose no throughput, never so shallow that anything can hang."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from flow.buffer.joins import places
from flow.buffer.model import UNBOUNDED, Schedule, schedule
from flow.design import SMALLEST_FIFO, Design
from flow.errors import FoldError

LOSS = 0.002
"""Share of the cycles a frame that shallower FIFOs may cost."""
MARGIN = 2
"""Beats added to a peak: constant latencies that the schedule rounds."""


def depths(design: Design) -> tuple[dict[str, int], Schedule]:
    """Depth of every FIFO that needs more than the smallest one, and the schedule with them.

    FIFOs before a join (`places`) are unbounded in a first run whose source is slowed down to the slowest node. The
    input of each join that held most gets the peak seen there, the others the smallest depth. If the full-speed run
    then hangs or loses throughput, the others get their peaks too, and then all grow until nothing is lost.

    Returns:
        Depths in beats by edge name, schedule of the full-speed run.

    Raises:
        FoldError: a deadlock even with unbounded FIFOs before every join.
    """
    joins = places(design)
    free = {name: UNBOUNDED for names in joins for name in names}
    best = schedule(design, depths=free)
    if not free:
        return {}, best
    paced = schedule(design, depths=free, period=best.cycles_per_frame)
    bounds = {name: best.peaks[name] + MARGIN for name in free}
    sized = {name: min(bounds[name], max(SMALLEST_FIFO, paced.peaks[name] + MARGIN)) for name in free}
    for trial in (_deepest(joins, sized), *_growing(sized, bounds)):
        with suppress(FoldError):
            result = schedule(design, depths=trial)
            if result.cycles_per_frame <= best.cycles_per_frame * (1 + LOSS):
                return _deep(trial), result
    return _deep(bounds), schedule(design, depths=bounds)


def _deep(chosen: Mapping[str, int]) -> dict[str, int]:
    return {name: depth for name, depth in chosen.items() if depth > SMALLEST_FIFO}


def _deepest(joins: list[list[str]], sized: Mapping[str, int]) -> dict[str, int]:
    """The depth of the deepest input of each join, and the smallest depth for its other inputs."""
    deepest = {max(names, key=lambda name: sized[name]) for names in joins}
    return {name: depth if name in deepest else SMALLEST_FIFO for name, depth in sized.items()}


def _growing(sized: dict[str, int], bounds: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Depths, ever deeper; the last ones are the bounds."""
    while sized != bounds:
        yield sized
        sized = {name: min(bounds[name], depth + max(4, depth // 4)) for name, depth in sized.items()}
    yield sized
