# SPDX-License-Identifier: Apache-2.0
"""The cheapest folding for a rate and a board, by the ops' own cycle counts; what binds when there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flow.boards import Board
from flow.design import Design
from flow.errors import FoldError
from flow.estimate import Resources, estimate, total
from flow.fold.options import Space
from flow.fold.solve import Budget, Solution, solve
from flow.graph import IMAGE, Graph
from flow.ops import Folding

SLACK = 0.0
"""Share of a frame's cycles kept for stalls at first; more is kept where a schedule turns out to have some."""
FILL = 0.7
"""Share of a device's LUTs that a placer can use when a rate is asked for explicitly."""
BLOCK_BITS = 18 * 1024
"""Bits of a BRAM18."""
TOP_LUTS = 200
"""LUTs kept for what belongs to no node."""


class OutOfReach(FoldError):
    """A rate that no folding reaches.

    Attributes:
        wish: what was asked for.
        reason: what binds.
        best: frames a second that can be had; 0 when nothing fits.
    """

    def __init__(self, wish: str, reason: str, best: int) -> None:
        self.wish, self.reason, self.best = wish, reason, best
        rest = f"the best that can be had is FPS={best}" if best else "no rate fits; take a larger board"
        super().__init__(f"{wish}: {reason}; {rest}")


@dataclass(frozen=True)
class Fold:
    """A folded graph and how it came about.

    Attributes:
        foldings: by node name.
        target: cycles a frame that were asked of every node.
        cycles: cycles a frame of the slowest node.
        cost: predicted, with the smallest FIFOs.
        limit: what the whole design may cost.
        asked_fps: frames a second that were asked for.
        fps: frames a second of the slowest node.
    """

    foldings: dict[str, Folding]
    target: int
    cycles: int
    cost: Resources
    limit: Budget
    asked_fps: float
    fps: float


def best_fold(space: Space, fps: float | None, reserve: Resources | None = None, slack: float = SLACK) -> Fold:
    """The cheapest choice that reaches a rate, by the ops' own cycle counts.

    Args:
        space: what can be chosen.
        fps: frames a second; None asks for the board's default rate within its `lut_fraction`, or the best that fits.
        reserve: kept for deep FIFOs.
        slack: share of the cycles kept for stalls.

    Raises:
        FoldError: the rate is out of reach; names what binds and the best rate.
    """
    board = space.board
    if fps is not None and not fps > 0:
        raise FoldError(f"FPS={fps}: a rate must be a positive number")
    asked = float(board.default_fps if fps is None else fps)
    fraction = board.lut_fraction if fps is None else FILL
    budget = budget_of(board, fraction, reserve)
    target = int(board.clock_mhz * 1e6 / asked * (1 - slack) + 1e-6)
    solution = solve(space, target, budget)
    if solution is None and fps is None:
        for fraction in (board.lut_fraction, FILL):
            budget = budget_of(board, fraction, reserve)
            slowest = _best_target(space, budget)
            if slowest is not None:
                target, solution = slowest, solve(space, slowest, budget)
                break
    if solution is None:
        wish = f"FPS={asked:g} on {board.name} at {board.clock_mhz:g} MHz ({target} cycles a frame)"
        best = best_rate(space, budget, slack)
        raise OutOfReach(wish, binds(space, target if best else space.targets()[-1], budget), best)
    draft = Design(space.graph, space.image, board, solution.foldings, {})
    limit = allowed(board, fraction)
    cost = total(estimate(draft).values())
    return Fold(solution.foldings, target, draft.cycles_per_frame, cost, limit, asked, draft.fps)


def allowed(board: Board, fraction: float) -> Budget:
    """What a whole design may cost: the user's limits, else `fraction` of the LUTs and all memories of the device."""
    asked = board.limits
    return Budget(
        lut=int(board.lut * fraction) if asked.lut is None else min(board.lut, asked.lut),
        bram18=board.bram18 if asked.bram18 is None else min(board.bram18, asked.bram18),
        uram=board.uram if asked.uram is None else min(board.uram, asked.uram),
    )


def budget_of(board: Board, fraction: float, reserve: Resources | None = None) -> Budget:
    """What nodes may cost beside FIFOs and the top, on a board of which `fraction` of the LUTs is used."""
    kept, limit = reserve or Resources(), allowed(board, fraction)
    lut = int(limit.lut - kept.lut - TOP_LUTS)
    return Budget(max(0, lut), max(0, limit.bram18 - kept.bram18), max(0, limit.uram - kept.uram))


def _best_target(space: Space, budget: Budget) -> int | None:
    """Fewest cycles a frame that fit a budget, by bisection; None when nothing fits."""
    fastest = max(space.fastest(node) for node in space.graph.nodes)
    targets = [target for target in space.targets() if target >= fastest]
    low, high = 0, len(targets) - 1
    if not targets or solve(space, targets[high], budget, first=True) is None:
        return None
    while low < high:
        middle = (low + high) // 2
        if solve(space, targets[middle], budget, first=True):
            high = middle
        else:
            low = middle + 1
    return targets[low]


def best_rate(space: Space, budget: Budget, slack: float) -> int:
    """Most frames a second that fit a budget; 0 when nothing fits."""
    best = _best_target(space, budget)
    return int(space.board.clock_mhz * 1e6 * (1 - slack) / best) if best else 0


def binds(space: Space, target: int, budget: Budget) -> str:
    """What stops a design at a target: an op, the image stream, or a resource of the board."""
    pixels = space.pixels(target)
    if space.stream_cycles(IMAGE, pixels * space.image.channels) > target:
        return f"the input binds: {space.image.pixels} pixels a frame enter {pixels} a cycle at most"
    slowest = max(space.graph.nodes, key=space.fastest)
    if space.fastest(slowest) > target:
        return f"{slowest.name} binds: it takes {space.fastest(slowest)} cycles a frame even when fully unfolded"
    unbound = Budget(2**40, 2**40, 2**40)
    wanted = relaxed(space, target, budget)
    if wanted:
        texts = [_most_expensive(space, found, kind, getattr(budget, kind)) for kind, found in wanted.items()]
        return "; or ".join(texts) + _missing_memory(space)
    free = solve(space, target, unbound)
    if free is None:
        return f"{slowest.name} binds: no folding of all ops goes together"
    return " and ".join(
        _most_expensive(space, free, kind, getattr(budget, kind))
        for kind in ("lut", "bram18")
        if getattr(free.cost, kind) > getattr(budget, kind)
    )


def relaxed(space: Space, target: int, budget: Budget) -> dict[str, Solution]:
    """What a target takes with as much LUT, BRAM18 or UltraRAM as it likes and the other two within the budget."""
    found = {kind: solve(space, target, replace(budget, **{kind: 2**40})) for kind in ("lut", "bram18", "uram")}
    return {kind: solution for kind, solution in found.items() if solution is not None}


def weight_bits(graph: Graph) -> int:
    """Bits of all weights."""
    return sum(node.arrays()["weights"].size for node in graph.nodes if "weights" in node.array_names)


def _missing_memory(space: Space) -> str:
    """What a board without UltraRAM lacks for the weights, if block RAM cannot hold them."""
    bits = weight_bits(space.graph)
    held = space.board.bram18 * BLOCK_BITS
    if space.board.uram or bits <= held:
        return ""
    need = f"the weights take {bits} bits, all block RAM holds {held}"
    return f"; {need}: {bits - held} bits are missing, and {space.board.name} has no UltraRAM"


def _most_expensive(space: Space, solution: Solution, kind: str, limit: int) -> str:
    spent = {name: getattr(option.cost, kind) for name, option in solution.options.items()}
    worst = max(spent, key=lambda name: spent[name])
    return (
        f"{kind.upper()} binds: {getattr(solution.cost, kind):.0f} needed, {limit} allowed, "
        f"most of them ({spent[worst]:.0f}) by {worst}"
    )
