# SPDX-License-Identifier: Apache-2.0
"""Cells of a placed and routed ECP5 netlist as Verilog; rtl_templates/netlist/ecp5_cells.sv has the larger ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow.simulate.routed_cell import Cell, Writer


def _comb(cell: Cell) -> Iterator[str]:
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


def _ff(cell: Cell) -> Iterator[str]:
    if cell.parameter("SRMODE", "LSR_OVER_CE") != "LSR_OVER_CE" and cell.net("LSR"):
        raise cell.refuse("an asynchronous reset")
    yield from cell.flip_flop(cell.input("DI" if cell.number("SD") else "M"))


def _ramw(cell: Cell) -> Iterator[str]:
    """Pins of the slice that takes the write side of a distributed RAM."""
    for pin, source in (("WADO0", "D0"), ("WADO1", "B0"), ("WADO2", "C0"), ("WADO3", "A0")):
        yield from cell.drive(pin, cell.input(source))
    for pin, source in (("WDO0", "C1"), ("WDO1", "A1"), ("WDO2", "D1"), ("WDO3", "B1")):
        yield from cell.drive(pin, cell.input(source))


def _io(cell: Cell) -> Iterator[str]:
    if cell.parameter("DIR") == "INPUT":
        yield from cell.drive("O", cell.input("B"))
    elif cell.parameter("DIR") == "OUTPUT":
        yield from cell.drive("B", cell.input("I"))
    else:
        raise cell.refuse(f"direction {cell.parameter('DIR')}")


def _bram(cell: Cell) -> Iterator[str]:
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


WRITERS: Mapping[str, Writer] = {
    "TRELLIS_COMB": _comb,
    "TRELLIS_FF": _ff,
    "TRELLIS_RAMW": _ramw,
    "TRELLIS_IO": _io,
    "DCCA": lambda c: c.drive("CLKO", c.input("CLKI")),
    "DP16KD": _bram,
}
