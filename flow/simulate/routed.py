# SPDX-License-Identifier: Apache-2.0
"""A placed and routed netlist, as nextpnr writes it (JSON), as Verilog that Verilator runs.

Every wire is a net of the router; constants, inverters and modes of a cell are parameters of it. What this module does
not know (a mode, a cell, a reset of a memory) it refuses: a simulation must not pass because a cell was left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from flow.errors import SimulationError
from flow.simulate import routed_ecp5, routed_nexus
from flow.simulate.routed_cell import NETLIST, Cell, Writer

TOP = "routed"
WRITERS: Mapping[str, Writer] = {**routed_ecp5.WRITERS, **routed_nexus.WRITERS}
"""By kind of cell; no kind is in two families."""
_HEAD = """// Generated: a placed and routed netlist.
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off UNDRIVEN */
/* verilator lint_off UNOPTFLAT */
/* verilator lint_off DECLFILENAME */
/* verilator lint_off PINCONNECTEMPTY */
/* verilator lint_off PROCASSINIT */
"""


def routed_verilog(text: str) -> str:
    """Verilog of module `routed`, with the ports of the design.

    Args:
        text: JSON that `nextpnr-... --write` left.

    Raises:
        SimulationError: no such netlist, or a cell that is not modelled.
    """
    try:
        (module,) = json.loads(text)["modules"].values()
        cells = [Cell(i, name, entry) for i, (name, entry) in enumerate(module["cells"].items())]
        ports = module["ports"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SimulationError(f"{NETLIST}: is not what nextpnr writes ({error}); place and route again") from error
    body = [line for cell in cells for line in _lines(cell)]
    nets = set[str]().union(*(cell.nets for cell in cells))
    for name, port in ports.items():
        bits = [f"n{bit}" for bit in port["bits"]]
        nets |= set(bits)
        listed = "{" + ", ".join(reversed(bits)) + "}"
        body.append(f"assign {listed} = {name};" if port["direction"] == "input" else f"assign {name} = {listed};")
    head = ", ".join(f"{p['direction']} wire [{len(p['bits']) - 1}:0] {name}" for name, p in ports.items())
    wires = "".join(f"wire {net};\n" for net in sorted(nets))
    return f"{_HEAD}module {TOP} ({head});\n{wires}" + "\n".join(body) + "\nendmodule\n"


def _lines(cell: Cell) -> Iterator[str]:
    if cell.kind not in WRITERS:
        raise cell.refuse("a cell of this kind")
    return WRITERS[cell.kind](cell)
