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
