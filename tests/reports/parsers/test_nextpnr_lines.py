# SPDX-License-Identifier: Apache-2.0
"""Entries of nextpnr's report and lines of its log that are lost or spoilt, one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import Read
from test_nextpnr import CLOCKS, ECP5, GOWIN_DSP, UP5K, log, report

OLD = {"TRELLIS_SLICE": (40, 12144), "DP16KD": (3, 56), "MULT18X18D": (0, 28), "ALU54B": (0, 14)}
END = "Info: Program finished normally.\n"


@pytest.mark.parametrize(
    "spoilt", [{"used": 3.0}, {"available": "28"}, {"used": -1}, {"available": None}, {"used": True}]
)
def test_a_kind_without_counts_does_not_touch_the_others(read: Read, spoilt: dict[str, Any]) -> None:
    data = json.loads(report(ECP5))
    data["utilization"]["MULT18X18D"].update(spoilt)
    parsed = read(json.dumps(data))
    assert parsed.problems[0].text == "MULT18X18D has no counts of what is used and available"
    assert (parsed.figures.lut, parsed.figures.ff, parsed.figures.dsp) == (75, 18, None)


@pytest.mark.parametrize(
    "entry",
    [
        3,
        {},
        {"achieved": 1},
        {"constraint": 1},
        *({"achieved": mhz, "constraint": 12} for mhz in (-1, "12", True, 1e9)),
    ],
)
def test_a_clock_without_frequencies(read: Read, entry: Any) -> None:
    data = json.loads(report(ECP5))
    data["fmax"]["fast"] = entry
    parsed = read(json.dumps(data))
    assert [problem.text for problem in parsed.problems] == ["fast has no frequencies"]
    assert parsed.figures.fmax_mhz is None and parsed.figures.lut == 75


def test_a_clock_of_which_nothing_is_asked(read: Read) -> None:
    parsed = read(report(ECP5, {"clk": (204.37, 0.0)}))
    assert parsed.usable and parsed.figures.fmax_mhz == 204.37 and parsed.figures.clock_target_ns is None


@pytest.mark.parametrize(
    ("cells", "lost"),
    [
        ({"CPE_FF": (8, 90), "RAM_HALF": (2, 10)}, "lut"),
        ({"CPE_LT": (9, 90), "CPE_FF": (8, 90)}, "bram18"),
        ({"OXIDE_COMB": (9, 90), "OXIDE_EBR": (2, 9), "MULT9_CORE": (0, 9)}, "ff"),
        ({"MISTRAL_COMB": (9, 90), "MISTRAL_FF": (8, 90)}, "bram18"),
        ({"LUT4": (9, 90), "BSRAM": (2, 10), **GOWIN_DSP}, "ff"),
        ({"SLICE_LUTX": (9, 90)}, "ff"),
    ],
)
def test_kinds_that_a_family_always_lists(read: Read, cells: dict[str, tuple[int, int]], lost: str) -> None:
    parsed = read(report(cells))
    assert [problem.field for problem in parsed.problems] == [lost]
    assert getattr(parsed.figures, lost) is None


def test_kinds_that_a_device_may_lack(read: Read) -> None:
    xilinx = read(report({"SLICE_LUTX": (9, 90), "SLICE_FFX": (8, 90)}))
    assert xilinx.usable and (xilinx.figures.bram18, xilinx.figures.dsp) == (0, 0)
    gowin = read(report({"LUT4": (9, 90), "DFF": (8, 90), "BSRAM": (2, 10)}))
    assert gowin.usable and gowin.figures.dsp == 0
    assert not read(report({"LUT4": (9, 90), "DFF": (8, 90), "BSRAM": (2, 10), "MULT9X9": (0, 9)})).usable


def test_slices_of_two_luts(read: Read) -> None:
    parsed = read(log(OLD))
    assert parsed.usable and (parsed.figures.bram18, parsed.cells) == (3, {"TRELLIS_SLICE": 40, "DP16KD": 3})
    lost = read(log(OLD).replace("Info:      Total DFFs:        18/24288     0%\n", ""))
    assert (lost.figures.lut, lost.figures.ff) == (65, None)


@pytest.mark.parametrize("lost", ["Info: Device utilisation:\n", END])
def test_two_runs_of_which_a_line_is_lost(read: Read, lost: str) -> None:
    parsed = read(log(ECP5) + log(ECP5).replace(lost, ""))
    assert not parsed.complete and not parsed.figures.known()


def test_a_log_without_routing_is_of_a_placed_design(read: Read) -> None:
    parsed = read(log(ECP5).replace("Info: Routing complete.\n", ""))
    assert parsed.usable and parsed.stage == "place"


def test_a_full_device_and_its_share(read: Read) -> None:
    full = {**ECP5, "DP16KD": (56, 56)}
    assert read(log(full)).usable and read(log(full)).figures.bram18 == 56
    assert not read(log(full).replace("  100%", "  101%")).usable


def test_an_error_is_told_word_by_word(read: Read) -> None:
    text = log(ECP5).replace(END, f"ERROR: placement failed\n{END}")
    (problem,) = read(text).problems
    assert problem.text == "placement failed" and read(text).complete


@pytest.mark.parametrize(("achieved", "word"), [("25.00", "PASS"), ("24.99", "PASS"), ("25.00", "FAIL")])
def test_a_frequency_at_what_is_wanted_may_be_called_either(read: Read, achieved: str, word: str) -> None:
    """Both are rounded for the print."""
    text = log(ECP5).replace("273.75 MHz (PASS", f"{achieved} MHz ({word}")
    assert read(text).usable and read(text).figures.fmax_mhz == float(achieved)


def test_logic_cells_of_ice40(read: Read) -> None:
    cells = "Info: Packing LUT-FFs..\nInfo:       40 LCs used as LUT4 only\nInfo:       60 LCs used as LUT4 and DFF\n"
    parsed = read(log(UP5K).replace("\nInfo: Device", f"\n{cells}Info: Device"))
    assert parsed.usable and parsed.details["logic_cells"] == {"LUT4 only": 40, "LUT4 and DFF": 60}


def test_clocks_of_a_report_are_all_told(read: Read) -> None:
    assert set(read(report(ECP5)).details["clocks"]) == set(CLOCKS)
