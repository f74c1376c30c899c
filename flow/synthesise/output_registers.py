# SPDX-License-Identifier: Apache-2.0
"""Output registers of ECP5 block RAM: flip-flops right behind a memory become part of it.

A DP16KD takes 5.8 ns from its clock to its outputs; with its own output registers the outputs are as quick as those of
flip-flops. Yosys does not use them, so a mapped netlist is changed before it is placed: nothing moves in time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

MEMORY, FLIP_FLOP = "DP16KD", "TRELLIS_FF"
PORTS = ("A", "B")
_WIDTH = 18


def absorb(module: dict[str, Any]) -> int:
    """Move flip-flops into the memories that drive them.

    A port is changed if every output that is used drives one flip-flop and nothing else, and if all of these share the
    port's clock and one clock enable and have no reset.

    Args:
        module: top module of a flat netlist as Yosys' write_json has it; changed in place.

    Returns:
        Flip-flops that are now output registers.
    """
    cells: dict[str, Any] = module["cells"]
    sinks: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    for name, cell in cells.items():
        for pin, nets in cell["connections"].items():
            if cell["port_directions"][pin] == "input":
                for net in nets:
                    sinks[net].append((name, pin))
    for port in module["ports"].values():
        if port["direction"] != "input":
            for net in port["bits"]:
                sinks[net].append(("", ""))
    taken = 0
    for memory in [cell for cell in cells.values() if cell["type"] == MEMORY]:
        found = {port: _registers(memory, port, cells, sinks) for port in PORTS}
        if None in found.values():
            continue
        for port, registers in found.items():
            memory["parameters"][f"REGMODE_{port}"] = "OUTREG"
            for pin, name in (registers or {}).items():
                flip_flop = cells.pop(name)
                memory["connections"][pin] = flip_flop["connections"]["Q"]
                memory["connections"][f"OCE{port}"] = [_enable(flip_flop)]
                memory["port_directions"][f"OCE{port}"] = "input"
                taken += 1
    return taken


def _registers(
    memory: Mapping[str, Any], port: str, cells: Mapping[str, Any], sinks: Mapping[Any, list[tuple[str, str]]]
) -> dict[str, str] | None:
    """Flip-flop behind each used output of a port, by pin; None where the port must stay as it is."""
    found = {}
    for pin in (f"DO{port}{i}" for i in range(_WIDTH)):
        (net,) = memory["connections"].get(pin) or [None]
        if not sinks.get(net):
            continue
        if len(sinks[net]) > 1 or sinks[net][0][1] != "DI":
            return None
        found[pin] = sinks[net][0][0]
    behind = [cells[name] for name in found.values()]
    clock = [memory["connections"][f"CLK{port}"]]
    plain = memory["parameters"].get(f"CLK{port}MUX", f"CLK{port}") == f"CLK{port}"
    fits = plain and all(cell["type"] == FLIP_FLOP and _plain(cell) for cell in behind)
    same = all(cell["connections"]["CLK"] in clock for cell in behind) and len({_enable(c) for c in behind}) <= 1
    return found if not behind or (fits and same) else None


def _plain(cell: Mapping[str, Any]) -> bool:
    """Whether a flip-flop starts at 0 and has no reset, no inverted clock and no inverted enable."""
    parameters, connections = cell["parameters"], cell["connections"]
    return (
        parameters.get("REGSET") == "RESET"
        and parameters.get("CLKMUX") == "CLK"
        and parameters.get("LSRMUX", "LSR") == "LSR"
        and connections.get("LSR", ["0"]) == ["0"]
        and parameters.get("CEMUX", "1").strip() in ("1", "CE")
    )


def _enable(cell: Mapping[str, Any]) -> Any:
    return cell["connections"]["CE"][0] if cell["parameters"].get("CEMUX", "1").strip() == "CE" else "1"
