# SPDX-License-Identifier: Apache-2.0
"""LUT levels between registers, from mapped netlists.

A level is a LUT, an inverter or the read port of distributed RAM; carry chains and wide multiplexers are none. CCU2C
and CCU2 hold a LUT before the carry: one level from the operands, none from the carry in. WIDEFN9 holds two before its
multiplexer. A netlist is reduced to the longest paths between the pins of a module and of the modules in it
(`reduce`); these are put together over the hierarchy (`longest`), so a path through several modules counts as a whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from flow.errors import ToolError

REG = "reg"
"""Stands for every register and block memory, as start and as end of paths."""
Arc = tuple[str, str, int]
"""Start, end, levels. Pins: `reg`, `i:port:bit`, `o:port:bit` of the module, `c:cell:port:bit` of one inside it."""

_LUT = re.compile(r"LUT[1-6]|INV|WIDEFN9")
_FREE = re.compile(r"CARRY[48]|MUXF[5-9]|PFUMX|L6MUX21|GND|VCC|VLO|VHI")
# Distributed RAM: read address pins start a path through it, all others end one.
_LUTRAM = re.compile(r"RAM(16|32|64|128|256|512)X?[0-9]*[A-Z]*[0-9]*|TRELLIS_DPR16X4|DPR16X4C?")
_READ = re.compile(r"ADDR[A-H]|DPRA[0-9]*|A[0-9]?|RAD")
_REGISTER = re.compile(
    r"(FD|LD)[CPRS]E(_1)?|SRL.*|CFGLUT5|RAMB.*|FIFO.*|URAM.*|TRELLIS_FF|DP16KD|PDPW16KD|DSP.*|MULT.*|ALU(24|54).|PRADD.*|"
    r"FD1P3[BDIJ]X|(DP|PDP|PDPSC)16K"
)


def reduce(module: Mapping[str, Any], children: Iterable[str]) -> list[Arc]:
    """Longest paths of one mapped module.

    Args:
        module: as Yosys' write_json has it, cells with their port directions.
        children: cell types that are modules of their own.

    Raises:
        ToolError: a cell kind that is not known, or a loop without a register.
    """
    inner = frozenset(children)
    edges: dict[Any, list[tuple[Any, int]]] = defaultdict(list)
    for port, entry in module["ports"].items():
        for i, net in enumerate(entry["bits"]):
            pin = f"{entry['direction'][0]}:{port}:{i}"
            edges[pin if pin[0] == "i" else net].append((net if pin[0] == "i" else pin, 0))
    for name, cell in module["cells"].items():
        _add_cell(edges, name, cell, inner)
    return [(start, end, n) for end, found in _ends(edges).items() for start, n in found.items()]


def _add_cell(
    edges: dict[Any, list[tuple[Any, int]]], name: str, cell: Mapping[str, Any], inner: frozenset[str]
) -> None:
    kind = cell["type"]
    ins, outs = _pins(cell, "input"), _pins(cell, "output")
    if kind in inner:
        for port, i, net in ins:
            edges[net].append((f"c:{name}:{port}:{i}", 0))
        for port, i, net in outs:
            edges[f"c:{name}:{port}:{i}"].append((net, 0))
    elif _REGISTER.fullmatch(kind):
        for _, _, net in ins:
            edges[net].append((REG, 0))
        for _, _, net in outs:
            edges[f"{REG}:start"].append((net, 0))
    elif _LUTRAM.fullmatch(kind):
        reads = [pin for pin in ins if _READ.fullmatch(pin[0])]
        for _, _, net in outs:
            edges[f"{REG}:start"].append((net, 1))
            for _, _, address in reads:
                edges[address].append((net, 1))
        for _, _, net in ins:
            edges[net].append((REG, 0))
    elif kind == "LUT6_2":
        for port, _, net in ins:
            edges[net] += [(out, 1) for output, _, out in outs if _depends(cell, output, port)]
    elif _LUT.fullmatch(kind) or _FREE.fullmatch(kind) or kind in ("CCU2C", "CCU2"):
        for port, _, net in ins:
            level = 0 if _FREE.fullmatch(kind) or port in ("CIN", "SEL") else 1
            for _, _, out in outs:
                edges[net].append((out, level))
    elif kind != "$scopeinfo":
        raise ToolError(f"yosys: cell {name}: the levels of a {kind} are not known")


def _depends(cell: Mapping[str, Any], output: str, port: str) -> bool:
    """Whether an output of a LUT6_2 depends on an input: its two functions seldom share all inputs."""
    table = int(cell["parameters"]["INIT"], 2)
    fixed = {f"I{i}": cell["connections"][f"I{i}"][0] for i in range(6)} | ({"I5": "0"} if output == "O5" else {})
    ties = {int(name[1]): int(net) for name, net in fixed.items() if net in ("0", "1")}
    rows = [row for row in range(64) if all(row >> i & 1 == value for i, value in ties.items())]
    bit = 1 << int(port[1])
    return int(port[1]) not in ties and any((table >> row ^ table >> (row ^ bit)) & 1 for row in rows)


def _pins(cell: Mapping[str, Any], direction: str) -> list[tuple[str, int, int]]:
    """Port, bit and net of the pins of one direction; constants are no nets."""
    ports = [(p, nets) for p, nets in cell["connections"].items() if cell["port_directions"][p] == direction]
    return [(port, i, net) for port, nets in ports for i, net in enumerate(nets) if isinstance(net, int)]


def _ends(edges: Mapping[Any, list[tuple[Any, int]]]) -> dict[str, dict[str, int]]:
    """Most levels from every start pin (no edge leads to it) to every end pin (none leads on)."""
    waiting: dict[Any, int] = defaultdict(int)
    for targets in edges.values():
        for target, _ in targets:
            waiting[target] += 1
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    ready = [node for node in edges if not waiting[node]]
    for node in ready:
        if isinstance(node, str):
            found[node] = {REG if node == f"{REG}:start" else node: 0}
    ends, seen = {}, 0
    while ready:
        node = ready.pop()
        seen += 1
        mine = found.pop(node, {})
        if node not in edges and isinstance(node, str):
            ends[node] = mine
        for target, level in edges.get(node, ()):
            theirs = found[target]
            for start, levels in mine.items():
                if levels + level > theirs.get(start, -1):
                    theirs[start] = levels + level
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if seen != len(edges.keys() | waiting.keys()):
        raise ToolError("yosys: the netlist has a loop without a register; see its log")
    return ends


def longest(arcs: Mapping[Any, Iterable[Arc]], children: Mapping[Any, Mapping[str, Any]]) -> dict[Any, int]:
    """Most levels on a path through each module, with what is below it; ports count as registers.

    Args:
        arcs: `reduce` of every module.
        children: instance name -> module, of every module.
    """

    @cache
    def paths(module: Any) -> dict[str, dict[str, int]]:
        edges: dict[Any, list[tuple[Any, int]]] = defaultdict(list)
        for start, end, levels in arcs[module]:
            edges[f"{REG}:start" if start == REG else start].append((end, levels))
        for name, child in children.get(module, {}).items():
            for end, starts in paths(child).items():
                for start, levels in starts.items():
                    first = f"{REG}:start" if start == REG else f"c:{name}:{start[2:]}"
                    edges[first].append((end if end == REG else f"c:{name}:{end[2:]}", levels))
        return _ends(edges)

    return {
        module: max((n for starts in paths(module).values() for n in starts.values()), default=0) for module in arcs
    }
