# SPDX-License-Identifier: Apache-2.0
"""nextpnr's report and log of several families."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from reading import Read

ECP5 = {"TRELLIS_IO": (16, 197), "DP16KD": (3, 56), "MULT18X18D": (2, 28), "ALU54B": (0, 14),
        "TRELLIS_FF": (18, 24288), "TRELLIS_COMB": (75, 24288), "TRELLIS_RAMW": (0, 3036), "CLKDIVF": (0, 4),
        "DQSBUFM": (0, 8), "OSCG": (0, 1), "TRELLIS_ECLKBUF": (0, 8), "USRMCLK": (0, 1)}  # fmt: skip
BESIDE = {"SB_GB": (0, 8), "SB_IO": (6, 112), "ICESTORM_PLL": (0, 1), "SB_WARMBOOT": (0, 1)}
UP5K = {
    "ICESTORM_LC": (100, 5280), "ICESTORM_RAM": (3, 30), "ICESTORM_DSP": (1, 8), "ICESTORM_SPRAM": (0, 4), **BESIDE,
}  # fmt: skip
HX = {"ICESTORM_LC": (51, 1280), "ICESTORM_RAM": (1, 16), **BESIDE}
GOWIN_DSP = {kind: (int(kind == "MULT9X9"), 10) for kind in (
    "MULT9X9", "MULT18X18", "MULT36X36", "MULTALU18X18", "MULTALU36X18", "MULTADDALU18X18")}  # fmt: skip
CLOCKS = {"slow": (204.37, 12.0), "fast": (247.28, 12.0)}


def report(cells: Mapping[str, tuple[int, int]], clocks: Mapping[str, tuple[float, float]] = CLOCKS) -> str:
    data: dict[str, Any] = {
        "critical_paths": [],
        "fmax": {name: {"achieved": got, "constraint": wanted} for name, (got, wanted) in clocks.items()},
        "utilization": {kind: {"used": used, "available": most} for kind, (used, most) in cells.items()},
    }
    return json.dumps(data)


def log(cells: Mapping[str, tuple[int, int]], *, first: str = "283.37", last: str = "273.75") -> str:
    def clock(mhz: str, level: str = "Info") -> str:
        return f"{level}: Max frequency for clock 'clk': {mhz} MHz (PASS at 25.00 MHz)"

    uses = [f"Info: \t{kind:>20}: {used:5}/{most:5} {100 * used // most:5}%" for kind, (used, most) in cells.items()]
    end = "Info: Program finished normally."
    lines = ["Info: constraining clock net 'clk' to 25.00 MHz", "Info:     Total LUT4s:        65/24288     0%",
             "Info:      Total DFFs:        18/24288     0%", "", "Info: Device utilisation:", *uses, "",
             clock(first), "", "Info: Routing complete.", clock(last), "", end, ""]  # fmt: skip
    return "\n".join(lines)


def test_report_of_ice40(read: Read) -> None:
    parsed = read(report(UP5K))
    assert parsed.usable and (parsed.kind, parsed.tool, parsed.family) == (
        "nextpnr_report_json", "nextpnr-ice40", "ice40"
    )  # fmt: skip
    assert parsed.figures.known() == {
        "lut": 100, "bram18": 3, "dsp": 1, "uram": 0, "fmax_mhz": 204.37, "clock_target_ns": 83.333333,
    }  # fmt: skip
    assert parsed.details["clocks"]["fast"]["fmax_mhz"] == 247.28
    assert parsed.available["lut"] == 5280


def test_device_without_multipliers_and_a_lost_line(read: Read) -> None:
    assert read(report(HX)).figures.dsp == 0
    lost = {kind: use for kind, use in UP5K.items() if kind != "ICESTORM_DSP"}
    assert not read(report(lost)).usable and read(report(lost)).figures.dsp is None


@pytest.mark.parametrize(("cells", "lost"), [(HX, kind) for kind in BESIDE] + [(ECP5, "DQSBUFM"), (ECP5, "USRMCLK")])
def test_kinds_that_every_device_has(read: Read, cells: dict[str, tuple[int, int]], lost: str) -> None:
    """Where one is missing from JSON, the count of another may stand under a counted kind's name."""
    assert read(report(cells)).usable
    parsed = read(report({kind: use for kind, use in cells.items() if kind != lost}))
    assert not parsed.usable and lost in parsed.problems[0].text
    assert parsed.figures.known().keys() == {"fmax_mhz", "clock_target_ns"}


def test_the_device_without_block_ram_and_pll(read: Read) -> None:
    lp384 = {"ICESTORM_LC": (9, 384), "SB_GB": (1, 8), "SB_IO": (6, 55), "SB_WARMBOOT": (0, 1)}
    parsed = read(report(lp384))
    assert parsed.usable and (parsed.figures.lut, parsed.figures.bram18, parsed.figures.dsp) == (9, 0, 0)
    assert not read(report({**lp384, "ICESTORM_LC": (9, 385)})).usable


@pytest.mark.parametrize(
    ("cells", "family", "expected"),
    [
        ({"LUT4": (9, 90), "DFF": (8, 90), "BSRAM": (2, 10), "ALU": (4, 9), **GOWIN_DSP}, "gowin", (9, 8, 2, 1)),
        ({"CPE_LT": (9, 90), "CPE_FF": (8, 90), "RAM_HALF": (2, 10)}, "gatemate", (9, 8, 2, 0)),
        ({"SLICE_LUTX": (9, 90), "SLICE_FFX": (8, 90), "RAMB36E1": (1, 9), "RAMB18E1": (1, 9), "DSP48E1": (4, 9)},
         "xilinx", (9, 8, 3, 4)),
        ({"OXIDE_COMB": (9, 90), "OXIDE_FF": (8, 90), "OXIDE_EBR": (2, 9), "MULT9_CORE": (0, 9)}, "nexus",
         (9, 8, 2, 0)),
        ({"MISTRAL_COMB": (9, 90), "MISTRAL_FF": (8, 90), "MISTRAL_M10K": (2, 9)}, "cyclonev", (9, 8, 2, 0)),
        (ECP5, "ecp5", (75, 18, 3, 2)),
    ],
)  # fmt: skip
def test_families(read: Read, cells: dict[str, tuple[int, int]], family: str, expected: tuple[int, ...]) -> None:
    for text in (report(cells), log(cells)):
        parsed = read(text)
        figures = parsed.figures
        assert parsed.usable and parsed.family == family
        assert (figures.lut, figures.ff, figures.bram18, figures.dsp) == expected


def test_unknown_family_gives_no_figure(read: Read) -> None:
    parsed = read(report({"MYSTERY": (1, 2)}))
    assert not parsed.usable and parsed.figures.lut is None


def test_log_counts_frequencies_after_routing(read: Read) -> None:
    parsed = read(log(ECP5))
    assert parsed.usable and (parsed.kind, parsed.stage) == ("nextpnr_log", "route")
    assert parsed.figures.fmax_mhz == 273.75 and parsed.figures.clock_target_ns == 40


def test_older_log_counts_slices_and_has_luts_before_packing(read: Read) -> None:
    cells = {"TRELLIS_SLICE": (40, 12144), "DP16KD": (3, 56), "MULT18X18D": (0, 28), "ALU54B": (0, 14)}
    parsed = read(log(cells))
    assert parsed.usable and (parsed.figures.lut, parsed.figures.ff) == (65, 18)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Info: Program finished normally.\n", ""),
        ("Info: Device utilisation:\n", ""),
        ("DP16KD:     3/   56     5%", "DP16KD:     9/   56     5%"),
        ("DP16KD:     3/   56     5%\n", "DP16KD:     3/   56     5\n"),
        ("273.75 MHz (PASS", "13.75 MHz (PASS"),
        ("Info: Program finished", "ERROR: placement failed\nInfo: Program finished"),
    ],
)
def test_damaged_log(read: Read, old: str, new: str) -> None:
    text = log(ECP5)
    assert old in text
    assert not read(text.replace(old, new, 1)).usable


@pytest.mark.parametrize("at", range(5, 20))
def test_lost_or_doubled_line_of_a_log(read: Read, at: int) -> None:
    lines = log(ECP5).splitlines(keepends=True)
    whole = read(log(ECP5)).figures.known()
    for kept in (lines[:at] + lines[at + 1 :], lines[: at + 1] + lines[at:]):
        parsed = read("".join(kept))
        known = parsed.figures.known()
        assert not parsed.usable or {name: whole[name] for name in known} == known


def test_two_runs_in_one_log(read: Read) -> None:
    parsed = read(log(ECP5) + log(ECP5))
    assert not parsed.complete and not parsed.figures.known()


def test_timing_that_failed_is_a_problem_where_nextpnr_calls_it_an_error(read: Read) -> None:
    bad = "Max frequency for clock 'clk': 13.75 MHz (FAIL at 25.00 MHz)"
    good = "Max frequency for clock 'clk': 273.75 MHz (PASS at 25.00 MHz)"
    assert not read(log(ECP5).replace(f"Info: {good}", f"ERROR: {bad}")).usable
    warned = read(log(ECP5).replace(f"Info: {good}", f"Warning: {bad}"))
    assert warned.usable and warned.figures.fmax_mhz == 13.75


@pytest.mark.parametrize(
    "text", ['{"fmax": {}}', '{"utilization": {}}', '{"utilization": {"ICESTORM_LC": {"used": "x"}}}']
)
def test_damaged_report(read: Read, text: str) -> None:
    assert not read(text).usable
