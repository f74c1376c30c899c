# SPDX-License-Identifier: Apache-2.0
"""What each cell kind of a mapped netlist costs, by family.

Counting rule (docs/report.md): LUT1 to LUT6, LUT6_2, INV and SRL count 1 LUT each, distributed RAM the LUTs it
occupies, wide multiplexers 0. Block RAM is counted in 18 Kb units. Carry is counted in CARRY4 (a CARRY8 is two) or
CCU2C. On ECP5 `lut` is LUT4; distributed RAM is stated as `lutram` cells.
Sources: Xilinx UG953, UG974 (libraries guides), UG574 (CLB); Lattice FPGA-TN-02204 and the ECP5 primitive libraries.
A kind that no table holds is an error, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from reports.errors import UnknownCellError

FAMILIES = ("xcup", "xc7", "ecp5")
XILINX, ECP5 = "xilinx", "ecp5"
_RULES = {"xcup": XILINX, "xcu": XILINX, "xc7": XILINX, XILINX: XILINX, "ecp5": ECP5}


@dataclass(frozen=True)
class Counts:
    """Cells of a whole netlist.

    Attributes:
        lut: LUTs by the counting rule of this module.
        logic_lut: the part of `lut` that is LUT cells alone (no INV, shift register or distributed RAM).
        ff: flip-flops and latches.
        bram18: block RAMs of 18 Kb (a RAMB36 is two; a DP16KD is one).
        uram: UltraRAMs.
        dsp: DSP blocks and multipliers of every kind.
        carry: CARRY4 (a CARRY8 is two) or CCU2C.
        lutram: LUTs taken by distributed RAM (part of `lut`); on ECP5 cells of distributed RAM (not in `lut`).
    """

    lut: int = 0
    logic_lut: int = 0
    ff: int = 0
    bram18: int = 0
    uram: int = 0
    dsp: int = 0
    carry: int = 0
    lutram: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{key: mine[key] + theirs[key] for key in mine})

    def __mul__(self, times: int) -> Counts:
        return Counts(**{key: value * times for key, value in asdict(self).items()})


def _same(cost: Counts, names: str) -> dict[str, Counts]:
    return {name: cost for name in names.split()}


def _luts(count: int, names: str) -> dict[str, Counts]:
    return _same(Counts(lut=count, lutram=count), names)


_FREE = Counts()
_LUT = Counts(lut=1, logic_lut=1)
_FF = Counts(ff=1)
_DSP = Counts(dsp=1)
# Yosys keeps the names of flattened scopes as $scopeinfo: text, not hardware.
_ANY = {"$scopeinfo": _FREE}

_XILINX: dict[str, Counts] = {
    **_ANY,
    **_same(_LUT, "LUT1 LUT2 LUT3 LUT4 LUT5 LUT6 LUT6_2"),
    "INV": Counts(lut=1),
    **_same(Counts(lut=1), "SRL16 SRL16E SRLC16 SRLC16E SRLC32E CFGLUT5"),
    **_luts(1, "RAM16X1S RAM16X1S_1 RAM32X1S RAM32X1S_1 RAM64X1S RAM64X1S_1"),
    **_luts(2, "RAM128X1S RAM128X1S_1 RAM32X2S RAM64X2S RAM16X1D RAM16X1D_1 RAM32X1D RAM32X1D_1 RAM64X1D RAM64X1D_1"),
    **_luts(4, "RAM256X1S RAM128X1D RAM32M RAM64M"),
    **_luts(8, "RAM512X1S RAM256X1D RAM32M16 RAM64M8 RAM32X16DR8 RAM64X8SW"),
    **_same(_FF, "FDRE FDRE_1 FDSE FDSE_1 FDCE FDCE_1 FDPE FDPE_1 LDCE LDPE"),
    **_same(Counts(bram18=1), "RAMB18E1 RAMB18E2 FIFO18E1 FIFO18E2"),
    **_same(Counts(bram18=2), "RAMB36E1 RAMB36E2 FIFO36E1 FIFO36E2"),
    **_same(Counts(uram=1), "URAM288 URAM288_BASE"),
    **_same(_DSP, "DSP48 DSP48A DSP48A1 DSP48E DSP48E1 DSP48E2 DSP58 DSPCPLX DSPFP32"),
    **_same(_DSP, "MULT18X18 MULT18X18S MULT18X18SIO"),
    "CARRY4": Counts(carry=1),
    "CARRY8": Counts(carry=2),
    **_same(_FREE, "MUXF5 MUXF6 MUXF7 MUXF8 MUXF9 MUXCY XORCY GND VCC"),
    **_same(_FREE, "IBUF IBUFG IBUFDS OBUF OBUFT OBUFDS IOBUF BUFG BUFGCE BUFGCTRL BUFH BUFHCE BUFR BUFIO"),
}

_ECP5: dict[str, Counts] = {
    **_ANY,
    **_same(_LUT, "LUT4 LUT2"),
    "INV": Counts(lut=1),
    **_same(Counts(lutram=1), "TRELLIS_DPR16X4 DPR16X4C TRELLIS_RAM16X2"),
    "TRELLIS_FF": _FF,
    **_same(Counts(bram18=1), "DP16KD PDPW16KD"),
    **_same(_DSP, "MULT18X18D MULT18X18C MULT9X9D MULT9X9C ALU54A ALU54B ALU24A ALU24B PRADD9A PRADD18A"),
    "CCU2C": Counts(carry=1),
    **_same(_FREE, "PFUMX L6MUX21 VLO VHI GSR PUR SGSR TRELLIS_IO BB IB OB OBZ DCCA DCSC"),
}

_TABLES = {XILINX: _XILINX, ECP5: _ECP5}
# Kinds that decide a family when nobody names it; a kind of both (LUT4, INV) decides nothing.
_MARKS = {XILINX: frozenset(_XILINX) - frozenset(_ECP5), ECP5: frozenset(_ECP5) - frozenset(_XILINX)}


def dsp_kinds(family: str) -> tuple[str, ...]:
    """Every cell kind that counts as a DSP block in a family: what a proof of zero DSP has looked for."""
    return tuple(sorted(kind for kind, cost in _table(family).items() if cost.dsp))


def infer_family(kinds: Iterable[str]) -> str | None:
    """`xilinx` or `ecp5` where the cell kinds of a netlist say so without contradiction, else None."""
    found = set(kinds)
    families = [rules for rules, marks in _MARKS.items() if found & marks]
    return families[0] if len(families) == 1 else None


def count(cells: Mapping[str, int], family: str, *, file: str = "netlist") -> Counts:
    """What the cells of a mapped netlist cost.

    >>> count({"LUT6": 3, "INV": 1, "RAMB36E2": 1}, "xcup").lut
    4

    Raises:
        UnknownCellError: a kind without a known cost, all of them named; or an unknown family.
    """
    table = _table(family, file)
    unknown = sorted(kind for kind in cells if kind not in table)
    if unknown:
        raise UnknownCellError(
            file,
            f"cost of {', '.join(unknown)} in family {family} is not known; an unmapped cell, a black box or another "
            "family? Nothing is counted",
        )
    total = Counts()
    for kind, number in cells.items():
        total += table[kind] * number
    return total


def _table(family: str, file: str = "netlist") -> dict[str, Counts]:
    if family not in _RULES:
        raise UnknownCellError(file, f"family {family!r} is unknown; known: {', '.join(_RULES)}")
    return _TABLES[_RULES[family]]
