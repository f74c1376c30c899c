# SPDX-License-Identifier: Apache-2.0
"""The cheapest legal choice for a target, by constraint programming (OR-tools CP-SAT), the same every time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ortools.sat.python import cp_model

from flow.estimate import Resources, total
from flow.fold.options import Option, Space
from flow.graph import IMAGE
from flow.ops import Folding

BRAM18_PRICE = 12
"""LUTs that one BRAM18 may save less than and still not be worth taking."""
URAM_PRICE = 60
"""The same for one UltraRAM."""
LOAD_PRICE = 5000
"""LUTs that UltraRAM must save: a design that uses it has weights to load before its first frame."""
GAP = 0.003
"""Share of the cost that a search may stop short of the best one."""
EFFORT = 20.0
"""Deterministic time of one search (about seconds): wall-clock limits would give other designs on other machines."""
SEED = 1


@dataclass(frozen=True)
class Budget:
    """Most that nodes and FIFOs may cost."""

    lut: int
    bram18: int
    uram: int


@dataclass(frozen=True)
class Solution:
    """A choice for every node.

    Attributes:
        options: by node name.
        cost: of all nodes and smallest FIFOs.
    """

    options: dict[str, Option]
    cost: Resources

    @property
    def foldings(self) -> dict[str, Folding]:
        """Folding by node name."""
        return {name: option.folding for name, option in self.options.items()}


def solve(space: Space, target: int, budget: Budget, first: bool = False) -> Solution | None:
    """The choice of fewest LUTs whose every node and stream takes at most `target` cycles a frame.

    Args:
        space: what can be chosen.
        target: cycles a frame.
        budget: most that all nodes and smallest FIFOs may cost.
        first: take the first choice found; enough to know whether there is one.

    Returns:
        None when there is none within the budget.
    """
    if not space.together(target):
        space.matched.add(target)
        if not space.together(target):
            return None
    model = cp_model.CpModel()
    streams = {
        stream: {v: model.NewBoolVar("") for v in space.beats(stream, target)} for stream in (IMAGE, *space.foldings)
    }
    chosen: dict[str, list[tuple[Option, cp_model.IntVar]]] = {}
    for node in space.graph.nodes:
        picks = [(option, model.NewBoolVar("")) for option in space.options(node, target)]
        if not picks:
            return None
        chosen[node.name] = picks
        model.AddExactlyOne(pick for _, pick in picks)
        for position, stream in enumerate(node.inputs):
            _tie(model, streams[stream], [(option.beats[position], pick) for option, pick in picks])
        _tie(model, streams[node.name], [(option.folding.values, pick) for option, pick in picks])
    edges = [
        (space.edge_cost(stream, values), literal)
        for node in space.graph.nodes
        for stream in node.inputs
        for values, literal in streams[stream].items()
    ]
    costs = [(option.cost, pick) for picks in chosen.values() for option, pick in picks] + edges
    for kind, limit in (("lut", budget.lut), ("bram18", budget.bram18)):
        model.Add(sum(_ceil(getattr(cost, kind)) * pick for cost, pick in costs) <= limit)
    load = model.NewBoolVar("")
    model.Add(sum(cost.uram * pick for cost, pick in costs) <= budget.uram * load)
    model.Minimize(
        sum((_ceil(cost.lut) + BRAM18_PRICE * cost.bram18 + URAM_PRICE * cost.uram) * pick for cost, pick in costs)
        + LOAD_PRICE * load
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_search_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.catch_sigint_signal = False  # else the solver leaves Ctrl-C without a handler
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.relative_gap_limit = GAP
    solver.parameters.stop_after_first_solution = first
    solver.parameters.cp_model_probing_level = 0  # takes most of the time of large networks and finds nothing
    if solver.Solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    options = {name: next(o for o, pick in picks if solver.Value(pick)) for name, picks in chosen.items()}
    spent = total(cost for cost, pick in costs if solver.Value(pick))
    return Solution(options, spent)


def _tie(model: cp_model.CpModel, stream: dict[int, cp_model.IntVar], picks: list[tuple[int, cp_model.IntVar]]) -> None:
    """A stream has the values a beat that the chosen option asks for."""
    groups: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for values, pick in picks:
        groups[values].append(pick)
    for values, literal in stream.items():
        model.Add(sum(groups[values]) == literal)


def _ceil(value: float) -> int:
    return int(-(-value // 1))
