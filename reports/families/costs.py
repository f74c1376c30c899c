# SPDX-License-Identifier: Apache-2.0
"""What a cell costs, and the short ways in which the tables of families say it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Counts:
    """Cells of a whole netlist.

    Attributes:
        lut: LUTs by the counting rule of reports/cells.py.
        logic_lut: the part of `lut` that is LUT cells alone (no INV, shift register or distributed RAM).
        ff: flip-flops and latches.
        bram18: block RAMs of 18 Kb (a RAMB36 is two; a DP16KD is one).
        uram: UltraRAMs.
        dsp: DSP blocks and multipliers of every kind.
        carry: CARRY4 (a CARRY8 is two), or carry cells as the family has them.
        lutram: LUTs taken by distributed RAM (part of `lut`); in families other than Xilinx' cells of distributed RAM
            (not in `lut`).
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


FREE = Counts()
LUT = Counts(lut=1, logic_lut=1)
NOT = Counts(lut=1)
FF = Counts(ff=1)
DSP = Counts(dsp=1)
CARRY = Counts(carry=1)
CELL_RAM = Counts(lutram=1)


def same(cost: Counts, names: str) -> dict[str, Counts]:
    """One cost for every name in a text."""
    return {name: cost for name in names.split()}


def luts(count: int, names: str) -> dict[str, Counts]:
    """Distributed RAM that takes so many LUTs."""
    return same(Counts(lut=count, lutram=count), names)


def wide(count: int, names: str) -> dict[str, Counts]:
    """Logic that takes so many LUTs."""
    return same(Counts(lut=count, logic_lut=count), names)


def brams(count: int, names: str) -> dict[str, Counts]:
    """Block RAM of so many 18 Kb units."""
    return same(Counts(bram18=count), names)
