# SPDX-License-Identifier: Apache-2.0
"""design: folding and FIFO depths together, checked against the schedule and the budget; `explain` says what binds."""

from __future__ import annotations

from flow.boards import Board
from flow.buffer import Schedule, depths
from flow.design import Design
from flow.errors import FoldError
from flow.estimate import Resources, estimate, total
from flow.fold.folding import SLACK, Fold, OutOfReach, best_fold
from flow.fold.options import Space
from flow.graph import Graph
from flow.ops import Folding
from flow.types import Shape

TOLERANCE = 0.005
"""Share of cycles that a node's schedule may take longer than its own count before it is given a faster folding."""
ROUNDS = 24


def fold(graph: Graph, image: Shape, board: Board, fps: float | None = None) -> dict[str, Folding]:
    """Folding of every node: fewest LUTs that reach a rate within a board.

    Args:
        graph: integer graph.
        image: size of one frame.
        board: budgets and clock.
        fps: frames a second; None asks for the board's default rate within its `lut_fraction`, or the best that fits.

    Raises:
        FoldError: the rate is out of reach; names what binds and the best rate.
        GraphError: the image is smaller than a kernel.
    """
    return settle(Space(graph, image, board), fps).foldings


def settle(space: Space, fps: float | None, reserve: Resources | None = None, slack: float = SLACK) -> Fold:
    """A fold whose every node reaches the target on its own, by the schedule model; see `best_fold`."""
    try:
        return _settle(space, fps, reserve, slack)
    except OutOfReach as error:
        best = error.best
        while best > 0:
            try:
                _settle(space, best, reserve, slack)
                break
            except OutOfReach as closer:
                best = min(best * 99 // 100, closer.best)
        raise OutOfReach(error.wish, error.reason, best) from None


def _settle(space: Space, fps: float | None, reserve: Resources | None, slack: float) -> Fold:
    for _ in range(ROUNDS):
        found = best_fold(space, fps, reserve, slack)
        draft = Design(space.graph, space.image, space.board, found.foldings, {})
        cycles = {node.name: space.alone(draft, node) for node in space.graph.nodes}
        late = [node for node in space.graph.nodes if cycles[node.name] > found.target * (1 + TOLERANCE)]
        if not late:
            return found
        for node in late:
            loss = cycles[node.name] / draft.cycles(node)
            space.losses[node.name] = max(loss, space.losses.get(node.name, 1.0))
    wish = f"FPS={found.asked_fps:g} on {space.board.name}"
    raise OutOfReach(
        wish, f"{', '.join(node.name for node in late)} binds: no folding keeps up", int(found.asked_fps * 0.9)
    )


def design(graph: Graph, image: Shape, board: Board, fps: float | None = None) -> Design:
    """Folding and FIFO depths; arguments and errors as `fold`.

    The schedule of the design reaches the rate, and nodes and FIFOs fit the budget.
    """
    return plan(graph, image, board, fps)[0]


def plan(graph: Graph, image: Shape, board: Board, fps: float | None = None) -> tuple[Design, Fold, Schedule]:
    """A design, its fold and its schedule; see `design`."""
    return plan_in(Space(graph, image, board), fps)


def plan_in(space: Space, fps: float | None = None) -> tuple[Design, Fold, Schedule]:
    """`plan` among choices that may be known already."""
    graph, image, board = space.graph, space.image, space.board
    reserve, slack = Resources(), SLACK
    for _ in range(ROUNDS):
        found = settle(space, fps, reserve, slack)
        draft = Design(graph, image, board, found.foldings, {})
        deep, schedule = depths(draft)
        result = Design(graph, image, board, found.foldings, deep)
        fifos, small = estimate(result)["fifos"], estimate(draft)["fifos"]
        wanted = Resources(fifos.lut - small.lut, 0.0, fifos.bram18 - small.bram18, 0)
        spent = total(estimate(result).values())
        late = schedule.cycles_per_frame * found.fps > found.cycles * found.fps * (1 + TOLERANCE)
        late = late and schedule.cycles_per_frame > board.clock_mhz * 1e6 / found.asked_fps
        over = spent.lut > found.limit.lut or spent.bram18 > found.limit.bram18 or spent.uram > found.limit.uram
        if not late and not over:
            return result, found, schedule
        if over:
            reserve = Resources(max(reserve.lut, wanted.lut), 0.0, max(reserve.bram18, wanted.bram18), 0)
        if late:
            slack = 1 - (1 - slack) * found.cycles / schedule.cycles_per_frame
    remedy = f"deep FIFOs take {wanted}; allow more" if over else "it stalls; ask for a lower FPS"
    raise FoldError(f"{graph.name}: no folding within {found.limit} keeps its rate: {remedy}")


def explain(result: Design, found: Fold, schedule: Schedule) -> str:
    """A few lines for people: rate, what sets it, what it costs, what is left."""
    board, spent = result.board, total(estimate(result).values())
    slowest = max(result.graph.nodes, key=result.cycles)
    rate = board.clock_mhz * 1e6 / schedule.cycles_per_frame
    lines = [
        f"{result.graph.name} on {board.name} at {board.clock_mhz:g} MHz: {schedule.cycles_per_frame} cycles a frame, "
        f"{rate:.0f} FPS (asked: {found.asked_fps:.0f}), latency {schedule.latency_cycles} cycles",
        f"slowest node: {slowest.name}, {result.cycles(slowest)} cycles a frame",
    ]
    limits = {"lut": found.limit.lut, "bram18": found.limit.bram18} | ({"uram": found.limit.uram} if spent.uram else {})
    for kind, limit in limits.items():
        used, device = getattr(spent, kind), getattr(board, kind)
        share = used / device if device else 0.0
        lines.append(f"{kind.upper()}: {used:.0f} of {device} ({share:.1%}), allowed {limit}")
    return "\n".join(lines)
