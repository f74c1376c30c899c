# SPDX-License-Identifier: Apache-2.0
"""The counting rule, kind by kind."""

from __future__ import annotations

import pytest

from reports.cells import Counts, count, dsp_kinds, infer_family
from reports.errors import UnknownCellError


@pytest.mark.parametrize("family", ["xcup", "xc7"])
@pytest.mark.parametrize(
    ("kinds", "lut"),
    [
        ("LUT1 LUT2 LUT3 LUT4 LUT5 LUT6 LUT6_2 INV SRL16E SRLC32E", 1),
        ("RAM32X1D RAM64X1D", 2),
        ("RAM32M RAM64M", 4),
        ("RAM32M16 RAM64M8 RAM256X1D", 8),
        ("MUXF7 MUXF8 MUXF9 FDRE CARRY4 IBUF", 0),
    ],
)
def test_xilinx_luts(family: str, kinds: str, lut: int) -> None:
    for kind in kinds.split():
        assert count({kind: 3}, family).lut == 3 * lut, kind


def test_ecp5() -> None:
    cells = {"LUT4": 5, "CCU2C": 3, "TRELLIS_FF": 7, "DP16KD": 2, "PDPW16KD": 1, "TRELLIS_DPR16X4": 4, "PFUMX": 9}
    assert count(cells, "ecp5") == Counts(lut=5, logic_lut=5, ff=7, bram18=3, carry=3, lutram=4)


def test_memories_registers_carry() -> None:
    cells = {"RAMB36E2": 2, "RAMB18E2": 1, "URAM288": 3, "FDRE": 4, "LDCE": 1, "CARRY8": 2, "CARRY4": 1, "RAM64M8": 1}
    assert count(cells, "xcup") == Counts(lut=8, ff=5, bram18=5, uram=3, carry=5, lutram=8)


@pytest.mark.parametrize(
    ("family", "kind"),
    [("xcup", "DSP48E2"), ("xc7", "DSP48E1"), ("ecp5", "MULT18X18D"), ("ecp5", "MULT9X9D"), ("ecp5", "ALU54B")],
)
def test_dsp_kinds(family: str, kind: str) -> None:
    assert count({kind: 2}, family).dsp == 2
    assert kind in dsp_kinds(family)


@pytest.mark.parametrize("kind", ["$mul", "$_AND_", "my_ip", "SB_LUT4", "TRELLIS_FF", ""])
def test_unknown_kind_is_an_error_and_named(kind: str) -> None:
    with pytest.raises(UnknownCellError) as error:
        count({"LUT6": 1, kind: 0 if kind == "my_ip" else 1}, "xcup")
    assert kind in str(error.value)


def test_unknown_family_is_an_error() -> None:
    with pytest.raises(UnknownCellError, match="known"):
        count({"LUT4": 1}, "virtex")


def test_family_is_inferred_or_not_at_all() -> None:
    assert infer_family(["LUT4", "FDRE"]) == "xilinx"
    assert infer_family(["LUT4", "CCU2C"]) == "ecp5"
    assert infer_family(["LUT4"]) is None
    assert infer_family(["FDRE", "CCU2C"]) is None
    assert infer_family(["NAND2_X1"]) is None


@pytest.mark.parametrize(
    ("family", "cells", "expected"),
    [
        ("ice40", {"SB_LUT4": 3, "SB_DFFESR": 2, "SB_RAM40_4K": 1, "SB_MAC16": 1, "SB_CARRY": 4, "SB_IO": 9},
         Counts(lut=3, logic_lut=3, ff=2, bram18=1, dsp=1, carry=4)),
        ("nexus", {"LUT4": 3, "WIDEFN9": 1, "FD1P3IX": 2, "PDPSC16K": 1, "MULT18X18": 1, "CCU2": 1},
         Counts(lut=5, logic_lut=5, ff=2, bram18=1, dsp=1, carry=1)),
        ("machxo2", {"LUT4": 3, "TRELLIS_FF": 2, "DP8KC": 1, "CCU2D": 1},
         Counts(lut=3, logic_lut=3, ff=2, bram18=1, carry=1)),
        ("gowin", {"LUT3": 3, "DFFRE": 2, "SDPB": 1, "MULT9X9": 1, "ALU": 1, "RAM16SDP4": 2, "MUX2_LUT5": 7},
         Counts(lut=3, logic_lut=3, ff=2, bram18=1, dsp=1, carry=1, lutram=2)),
        ("cyclonev", {"MISTRAL_ALUT6": 3, "MISTRAL_ALUT_ARITH": 1, "MISTRAL_FF": 2, "MISTRAL_M10K": 1,
                      "MISTRAL_MUL27X27": 1}, Counts(lut=4, logic_lut=4, ff=2, bram18=1, dsp=1, carry=1)),
        ("gatemate", {"CC_LUT4": 3, "CC_DFF": 2, "CC_BRAM_20K": 1, "CC_BRAM_40K": 1, "CC_MULT": 1, "CC_ADDF": 1},
         Counts(lut=3, logic_lut=3, ff=2, bram18=3, dsp=1, carry=1)),
        ("quicklogic", {"$lut": 3, "dffsre": 2, "TDP36K": 1, "TDP36K_BRAM_A_X9_B_X9_nonsplit": 1, "QL_DSP2_MULT": 1},
         Counts(lut=3, logic_lut=3, ff=2, bram18=4, dsp=1)),
        ("pp3", {"LUT4": 3, "dffepc": 2, "inpad": 5}, Counts(lut=3, logic_lut=3, ff=2)),
        ("efinix", {"EFX_LUT4": 3, "EFX_FF": 2, "EFX_RAM_5K": 1, "EFX_MULT": 1, "EFX_ADD": 1},
         Counts(lut=3, logic_lut=3, ff=2, bram18=1, dsp=1, carry=1)),
        ("anlogic", {"AL_MAP_LUT5": 3, "AL_MAP_SEQ": 2, "EG_PHY_BRAM32K": 1, "EG_PHY_MULT18": 1},
         Counts(lut=3, logic_lut=3, ff=2, bram18=2, dsp=1)),
        ("polarfire", {"CFG4": 3, "ARI1": 1, "SLE": 2, "RAM1K20": 1, "MACC_PA": 1},
         Counts(lut=4, logic_lut=4, ff=2, bram18=1, dsp=1, carry=1)),
    ],
)  # fmt: skip
def test_every_family(family: str, cells: dict[str, int], expected: Counts) -> None:
    assert count(cells, family) == expected
    assert infer_family(cells) == family
    with pytest.raises(UnknownCellError, match="MYIP"):
        count({**cells, "MYIP": 1}, family)


@pytest.mark.parametrize("kinds", [["LUT4", "INV"], ["SB_LUT4", "FDRE"], ["$lut"], ["DP8KC", "FDRE", "MYIP"], []])
def test_ambiguous_netlists_have_no_family(kinds: list[str]) -> None:
    assert infer_family(kinds) is None
