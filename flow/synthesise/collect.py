# SPDX-License-Identifier: Apache-2.0
"""Put the netlists of the units together: instances of each module, cells of each instance, every DSP block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from flow.boards.board import ARITHMETIC
from flow.errors import ToolError
from flow.synthesise import rtlil
from flow.synthesise.levels import longest
from flow.synthesise.result import DspCell, InstanceCells, ModuleCells, SynthResult
from flow.synthesise.units import Unit
from reports.cells import count
from reports.errors import UnknownCellError

Cells = dict[str, int]
# A module of a netlist: the root of its unit, and its name there.
Node = tuple[str, str]
_DEPTH = 2


class _Design:
    """The mapped design as one tree over the netlists of all units."""

    def __init__(self, units: Sequence[Unit], netlists: Mapping[str, Mapping[str, Any]]) -> None:
        self.boundary = {unit.root: {_plain(name): name for name in unit.stubs} for unit in units}
        self.netlists = netlists
        self.top: Node = (units[0].root, _plain(units[0].root))

    def title(self, node: Node) -> str:
        return rtlil.title(node[1])

    def _all(self, node: Node) -> Mapping[str, int]:
        cells: Mapping[str, int] = self.netlists[node[0]]["modules"][node[1]]
        return cells

    def own(self, node: Node) -> Cells:
        """Leaf cells of a module itself."""
        modules = self.netlists[node[0]]["modules"]
        return {
            kind: n for kind, n in self._all(node).items() if kind not in modules and kind not in self.boundary[node[0]]
        }

    def children(self, node: Node) -> list[tuple[str, Node]]:
        """Instance name and module of each child; the list of instances must agree with the statistics."""
        root, module = node
        found = []
        counted: Cells = {}
        for name, kind in self.netlists[root]["instances"][module]:
            counted[kind] = counted.get(kind, 0) + 1
            owner = self.boundary[root].get(kind, root)
            found.append((name, (owner, kind)))
        own = self.own(node)
        stated = {kind: n for kind, n in self._all(node).items() if kind not in own}
        if stated != counted:
            raise ToolError(f"yosys: {self.title(node)}: netlist holds modules {counted}, its statistics {stated}")
        return found

    @cache  # noqa: B019 (lives as long as one collection)
    def below(self, node: Node) -> Cells:
        """Leaf cells of a module and everything below it."""
        total = self.own(node)
        for _, child in self.children(node):
            for kind, number in self.below(child).items():
                total[kind] = total.get(kind, 0) + number
        return dict(sorted(total.items()))

    def instances(self) -> dict[Node, int]:
        """How often the design holds each module."""
        order: list[Node] = []
        seen: set[Node] = set()

        def visit(node: Node) -> None:
            if node not in seen:
                seen.add(node)
                for _, child in self.children(node):
                    visit(child)
                order.append(node)

        visit(self.top)
        found = dict.fromkeys(order, 0)
        found[self.top] = 1
        for node in reversed(order):
            for _, child in self.children(node):
                found[child] += found[node]
        return dict(reversed(found.items()))

    def levels(self) -> dict[Node, int]:
        """LUT levels of each module."""
        nodes = self.instances()
        arcs = {node: self.netlists[node[0]]["arcs"][node[1]] for node in nodes}
        return longest(arcs, {node: dict(self.children(node)) for node in nodes})

    def paths(self, node: Node, path: str = "", depth: int = _DEPTH) -> list[InstanceCells]:
        """Instances of the upper levels."""
        found = []
        if depth:
            for name, child in sorted(self.children(node)):
                inner = f"{path}.{name}" if path else name
                found.append(InstanceCells(inner, self.title(child), self.below(child)))
                found += self.paths(child, inner, depth - 1)
        return found


def collect(
    units: Sequence[Unit],
    netlists: Mapping[str, Mapping[str, Any]],
    top: str,
    family: str,
    version: str,
    seconds: float,
) -> SynthResult:
    """The result of a whole design from the netlists of its units; `units[0]` is the top's.

    Raises:
        ToolError: a cell whose cost is not known, or a netlist that contradicts its own statistics.
    """
    plain = {root: _plain_netlist(netlist) for root, netlist in netlists.items()}
    design = _Design(units, plain)
    modules: list[ModuleCells] = []
    dsps: list[DspCell] = []
    used: dict[str, int] = {}
    levels = design.levels() if family in ARITHMETIC else {}
    for node, number in design.instances().items():
        title = design.title(node)
        cells = dict(sorted(design.own(node).items()))
        try:
            count(cells, family, file=f"module {title}")
        except UnknownCellError as error:
            raise ToolError(f"yosys: {error}") from error
        used[title] = used.get(title, 0) + 1
        name = title if used[title] == 1 else f"{title} ({used[title]})"
        shared = plain[node[0]]["shared"].get(node[1])
        modules.append(ModuleCells(name, number, cells, levels.get(node), shared))
        dsps += [DspCell(name, cell, kind, place) for cell, kind, place in plain[node[0]]["dsp"].get(node[1], [])]
    paths = tuple(design.paths(design.top))
    return SynthResult(top, family, version, tuple(modules), paths, tuple(dsps), round(seconds, 3))


def _plain_netlist(netlist: Mapping[str, Any]) -> dict[str, Any]:
    """Names without Yosys' leading backslash."""

    def listed(key: str) -> dict[str, list[tuple[str, ...]]]:
        return {_plain(m): [tuple(map(_plain, cell)) for cell in cells] for m, cells in netlist[key].items()}

    arcs, shared = ({_plain(module): found for module, found in netlist[key].items()} for key in ("arcs", "shared"))
    return {
        "modules": netlist["modules"],
        "arcs": arcs,
        "shared": shared,
        "instances": listed("instances"),
        "dsp": listed("dsp"),
    }


def _plain(name: str) -> str:
    return name.removeprefix("\\")
