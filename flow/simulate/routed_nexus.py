# SPDX-License-Identifier: Apache-2.0
"""Cells of a placed and routed Nexus netlist as Verilog; rtl_templates/netlist/nexus_cells.sv has the larger ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow.simulate.routed_cell import Cell, Writer

BYTES, SLOT = 32, 10
"""Bytes of nine bits in an INITVAL of a block memory, and bits that each takes there."""
READ_PINS = {"LUT0": "ACBD", "LUT1": "ADBC"}
"""Read address of a distributed RAM, the highest bit first, by the LUT of the slice that it is in."""


def _comb(cell: Cell) -> Iterator[str]:
    mode, init, pins = cell.parameter("MODE", "LOGIC"), f"16'h{cell.number('INIT'):04x}", cell.inputs(*"DCBA")
    if mode == "LOGIC":
        yield f"localparam logic [15:0] {cell.label}_init = {init};"
        yield f"wire {cell.label} = {cell.label}_init[{pins}];"
        yield from cell.drive("F", cell.label)
        yield from cell.drive("OFX", f"{cell.input('SEL')} ? {cell.input('F1')} : {cell.label}")
    elif mode == "CCU2":
        cell.expect(INJECT="NO")
        yield (
            f"nexus_carry #(.init({init})) {cell.label} "
            f"(.a({pins}), .cin({cell.input('FCI')}), .f({cell.net('F')}), .cout({cell.net('FCO')}));"
        )
    elif mode == "DPRAM":
        yield from _dpram(cell)
    else:
        raise cell.refuse(f"mode {mode}")


def _dpram(cell: Cell) -> Iterator[str]:
    """A bit of distributed RAM: the order of its read pins is that of the lower or the upper LUT of a slice."""
    if cell.number("INIT"):
        raise cell.refuse("a distributed RAM with a content")
    pins = READ_PINS.get(cell.attribute("NEXTPNR_BEL")[-4:])
    if pins is None:
        raise cell.refuse("a distributed RAM without a place")
    yield (
        f"nexus_ram16 {cell.label} (.clock({cell.input('WCK')}), .write({cell.input('WRE')}), "
        f".write_address({cell.bus('WAD', 4)}), .data({cell.input('WDI')}), .address({cell.inputs(*pins)}), "
        f".f({cell.net('F')}));"
    )


def _ramw(cell: Cell) -> Iterator[str]:
    """Pins of the slice that takes the write side of a distributed RAM."""
    yield from cell.drive("WCKO", cell.input("CLK"))
    yield from cell.drive("WREO", cell.input("LSR"))
    for i, source in enumerate(("D0", "B0", "C0", "A0")):
        yield from cell.drive(f"WADO{i}", cell.input(source))
    for i, source in enumerate(("D1", "C1", "A1", "B1")):
        yield from cell.drive(f"WDO{i}", cell.input(source))


def _ff(cell: Cell) -> Iterator[str]:
    cell.expect(SRMODE="LSR_OVER_CE", LSRMODE="LSR", GSR="DISABLED", REGDDR="DISABLED")
    # DI comes from the LUT beside it, M from anywhere.
    yield from cell.flip_flop(cell.input("DI" if cell.parameter("SEL") == "DL" else "M"))


def _io(cell: Cell) -> Iterator[str]:
    """A pin: an output where its tristate is tied to 0, an input where it is tied to 1."""
    direction = cell.input("T")
    if cell.net("T") or direction not in ("1'b0", "1'b1"):
        raise cell.refuse("a tristate")
    if direction == "1'b1":
        yield from cell.drive("O", cell.input("B"))
    else:
        yield from cell.drive("B", cell.input("I"))


def _dcc(cell: Cell) -> Iterator[str]:
    if cell.net("CE"):
        raise cell.refuse("a clock enable")
    yield from cell.drive("CLKO", cell.input("CLKI"))


def _ebr(cell: Cell) -> Iterator[str]:
    """Block RAM with a write port (A) and a read port (B): bits 18 and up come and go through the pins of the other."""
    cell.expect(MODE="PDPSC16K", OUTREG="BYPASSED", ECC="DISABLED", CSDECODE_W="111", CSDECODE_R="111")
    fixed = {"RSTA": "1'b0", "RSTB": "1'b0", **{f"CS{port}{i}": "1'b1" for port in "AB" for i in range(3)}}
    for pin, value in fixed.items():
        if cell.input(pin) != value:
            raise cell.refuse(f"pin {pin}")
    sizes = [f".width_{low}({cell.parameter(f'DATA_WIDTH_{low.upper()}')[1:]})" for low in "wr"]
    yield f"wire [35:0] {cell.label};"
    for bit in range(18):
        yield from cell.drive(f"DOB{bit}", f"{cell.label}[{bit}]")
        yield from cell.drive(f"DOA{bit}", f"{cell.label}[{bit + 18}]")
    yield (
        f"nexus_bram #({', '.join(sizes)}, .init(18432'h{_content(cell):x})) {cell.label}_bram ("
        f".clock({cell.input('CLKA')}), .write({cell.input('CEA')} && {cell.input('WEA')}), "
        f".write_address({cell.bus('ADA', 14)}), .data({{{cell.bus('DIB', 18)}, {cell.bus('DIA', 18)}}}), "
        f".read({cell.input('CEB')}), .address({cell.bus('ADB', 14)}), .q({cell.label}));"
    )


def _content(cell: Cell) -> int:
    """What the memory holds at first, 2048 bytes of nine bits."""
    content = 0
    for row in range(64):
        value = int(cell.parameter(f"INITVAL_{row:02X}", "0x0"), 16)
        for byte in range(BYTES):
            content |= (value >> SLOT * byte & 0x1FF) << 9 * (BYTES * row + byte)
    return content


WRITERS: Mapping[str, Writer] = {
    "OXIDE_COMB": _comb,
    "OXIDE_FF": _ff,
    "OXIDE_EBR": _ebr,
    "RAMW": _ramw,
    "SEIO33_CORE": _io,
    "DCC": _dcc,
    "VCC_DRV": lambda c: c.drive("Z", "1'b1"),
}
