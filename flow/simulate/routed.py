# SPDX-License-Identifier: Apache-2.0
"""The placed and routed netlist of an ECP5 design, as nextpnr writes it (JSON), as Verilog that Verilator runs.

Every wire is a net of the router; constants, inverters and modes of a cell are parameters of it. What this module does
not know (a mode, a cell, a reset of a memory) it refuses: a simulation must not pass because a cell was left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flow.errors import SimulationError

NETLIST = "routed netlist"
TOP = "routed"
_HEAD = """// Generated: a placed and routed netlist.
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off UNDRIVEN */
/* verilator lint_off UNOPTFLAT */
/* verilator lint_off DECLFILENAME */
/* verilator lint_off PINCONNECTEMPTY */
/* verilator lint_off PROCASSINIT */
"""


class _Cell:
    """A cell of the netlist: pins as Verilog expressions."""

    def __init__(self, index: int, name: str, entry: Mapping[str, Any]) -> None:
        self.label = f"c{index}"
        self.name = name
        self.kind = str(entry["type"])
        self._parameters: Mapping[str, str] = entry["parameters"]
        self._connections: Mapping[str, list[Any]] = entry["connections"]

    @property
    def nets(self) -> set[str]:
        """Every net at a pin."""
        return {f"n{bits[0]}" for bits in self._connections.values() if bits}

    def parameter(self, name: str, default: str = "") -> str:
        """A parameter; nextpnr marks texts of zeros and ones with a blank."""
        return str(self._parameters.get(name, default)).strip()

    def number(self, name: str) -> int:
        """A parameter that is a binary number."""
        return int(self.parameter(name, "0") or "0", 2)

    def net(self, pin: str) -> str:
        """The net at a pin; empty where nothing is connected."""
        bits = self._connections.get(pin) or []
        return f"n{int(bits[0])}" if bits else ""

    def input(self, pin: str) -> str:
        """What a pin sees, its multiplexer included; an open pin is 1 before the multiplexer, as in the device."""
        chosen, net = self.parameter(f"{pin}MUX", pin), self.net(pin) or "1'b1"
        if chosen in ("0", "1"):
            return f"1'b{chosen}"
        return f"~{net}" if chosen == "INV" else net

    def inputs(self, *pins: str) -> str:
        """Pins side by side, the highest bit first."""
        return "{" + ", ".join(map(self.input, pins)) + "}"

    def bus(self, name: str, width: int) -> str:
        """Numbered pins side by side."""
        return self.inputs(*(f"{name}{i}" for i in reversed(range(width))))

    def drive(self, pin: str, value: str) -> Iterator[str]:
        """An output, where it is connected."""
        if self.net(pin):
            yield f"assign {self.net(pin)} = {value};"

    def refuse(self, what: str) -> SimulationError:
        """The error for what is not modelled."""
        return SimulationError(f"{NETLIST}: cell {self.name} ({self.kind}): {what} is not modelled")


def routed_verilog(text: str) -> str:
    """Verilog of module `routed`, with the ports of the design.

    Args:
        text: JSON that `nextpnr-ecp5 --write` left.

    Raises:
        SimulationError: no such netlist, or a cell that is not modelled.
    """
    try:
        (module,) = json.loads(text)["modules"].values()
        cells = [_Cell(i, name, entry) for i, (name, entry) in enumerate(module["cells"].items())]
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


def _lines(cell: _Cell) -> Iterator[str]:
    writers: Mapping[str, Callable[[_Cell], Iterator[str]]] = {
        "TRELLIS_COMB": _comb,
        "TRELLIS_FF": _ff,
        "TRELLIS_RAMW": _ramw,
        "TRELLIS_IO": _io,
        "DCCA": lambda c: c.drive("CLKO", c.input("CLKI")),
        "DP16KD": _bram,
    }
    if cell.kind not in writers:
        raise cell.refuse("a cell of this kind")
    return writers[cell.kind](cell)


def _comb(cell: _Cell) -> Iterator[str]:
    mode, init, pins = cell.parameter("MODE", "LOGIC"), f"16'h{cell.number('INITVAL'):04x}", cell.inputs(*"DCBA")
    if mode == "LOGIC":
        yield f"localparam logic [15:0] {cell.label}_init = {init};"
        yield f"wire {cell.label} = {cell.label}_init[{pins}];"
        yield from cell.drive("F", cell.label)
        if cell.net("FXA"):
            yield from cell.drive("OFX", f"{cell.input('M')} ? {cell.input('FXB')} : {cell.input('FXA')}")
        else:
            yield from cell.drive("OFX", f"{cell.input('M')} ? {cell.input('F1')} : {cell.label}")
    elif mode == "CCU2":
        yield (
            f"ecp5_carry #(.init({init}), .inject({int(cell.parameter('CCU2_INJECT1') == 'YES')})) {cell.label} "
            f"(.a({pins}), .cin({cell.input('FCI')}), .f({cell.net('F')}), .cout({cell.net('FCO')}));"
        )
    elif mode == "DPRAM":
        # The router's order of read pins; addresses of the write side come from TRELLIS_RAMW.
        yield (
            f"ecp5_ram16 #(.init({init})) {cell.label} (.clock({cell.input('WCK')}), .write({cell.input('WRE')}), "
            f".write_address({cell.bus('WAD', 4)}), .data({cell.input('WD')}), .address({cell.inputs(*'ACBD')}), "
            f".f({cell.net('F')}));"
        )
    elif mode != "RAMW_BLOCK":
        raise cell.refuse(f"mode {mode}")


def _ff(cell: _Cell) -> Iterator[str]:
    if cell.parameter("SRMODE", "LSR_OVER_CE") != "LSR_OVER_CE" and cell.net("LSR"):
        raise cell.refuse("an asynchronous reset")
    value = int(cell.parameter("REGSET") == "SET")
    data = cell.input("DI") if cell.number("SD") else cell.input("M")
    reset = cell.input("LSR") if cell.net("LSR") else "1'b0"
    yield f"logic {cell.label} = 1'b{value};"
    yield (
        f"always_ff @(posedge {cell.input('CLK')}) if ({reset}) {cell.label} <= 1'b{value}; "
        f"else if ({cell.input('CE')}) {cell.label} <= {data};"
    )
    yield from cell.drive("Q", cell.label)


def _ramw(cell: _Cell) -> Iterator[str]:
    """Pins of the slice that takes the write side of a distributed RAM."""
    for pin, source in (("WADO0", "D0"), ("WADO1", "B0"), ("WADO2", "C0"), ("WADO3", "A0")):
        yield from cell.drive(pin, cell.input(source))
    for pin, source in (("WDO0", "C1"), ("WDO1", "A1"), ("WDO2", "D1"), ("WDO3", "B1")):
        yield from cell.drive(pin, cell.input(source))


def _io(cell: _Cell) -> Iterator[str]:
    if cell.parameter("DIR") == "INPUT":
        yield from cell.drive("O", cell.input("B"))
    elif cell.parameter("DIR") == "OUTPUT":
        yield from cell.drive("B", cell.input("I"))
    else:
        raise cell.refuse(f"direction {cell.parameter('DIR')}")


def _bram(cell: _Cell) -> Iterator[str]:
    init = 0
    for row in range(64):
        value = cell.number(f"INITVAL_{row:02X}")
        for word in range(16):
            init |= (value >> 20 * word & 0x3FFFF) << 18 * (16 * row + word)
    sizes, pins = [], []
    for port in ("A", "B"):
        if cell.net(f"RST{port}"):
            raise cell.refuse("a reset")
        low = port.lower()
        registered = int(cell.parameter(f"REGMODE_{port}") == "OUTREG")
        sizes.append(f".width_{low}({cell.number(f'DATA_WIDTH_{port}')}), .registered_{low}({registered})")
        enable, write = cell.input(f"CE{port}"), cell.input(f"WE{port}")
        output = cell.input(f"OCE{port}")
        pins.append(
            f".clock_{low}({cell.input(f'CLK{port}')}), .enable_{low}({enable}), .write_{low}({write}), "
            f".output_{low}({output}), "
            f".address_{low}({cell.bus(f'AD{port}', 14)}), .data_{low}({cell.bus(f'DI{port}', 18)}), "
            f".q_{low}({cell.label}_{low})"
        )
        yield f"wire [17:0] {cell.label}_{low};"
        for bit in range(18):
            yield from cell.drive(f"DO{port}{bit}", f"{cell.label}_{low}[{bit}]")
    yield f"ecp5_bram #({', '.join(sizes)}, .init(18432'h{init:x})) {cell.label} ({', '.join(pins)});"
