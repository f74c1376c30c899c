# SPDX-License-Identifier: Apache-2.0
"""The designs of a report.json as gates see them: stage, device, what it has, and figures of the build."""

from __future__ import annotations

from typing import Any

from report_samples import CELLS, resource

from reports.budget import budget_of
from reports.gate import judge
from reports.parsed import Parsed
from reports.report import report_of
from reports.subject import Subject, subjects_of


def parsed(data: dict[str, Any]) -> Parsed:
    return Parsed("report.json", "ern_report", top="ern_small", report=report_of(data))


def subjects(data: dict[str, Any]) -> dict[str, Subject]:
    return {subject.label: subject for subject in subjects_of(parsed(data))}


def test_a_row_of_the_devices_own_family_knows_what_the_device_has(data: dict[str, Any]) -> None:
    found = subjects(data)
    own, other = found["synth rtl xcup"], found["synth rtl ecp5"]
    assert own.device == "xck26" and own.main
    assert own.available == {"lut": 117_120, "ff": 234_240, "bram18": 288, "uram": 64, "dsp": 1248}
    assert other.device is None and not other.available and not other.main
    assert [module.path for module in own.modules] == ["ern_small", "ern_small/conv1"] and not other.modules
    del data["device"]
    assert {subject.device for subject in subjects(data).values()} == {None}


def test_a_share_is_of_the_device_that_the_report_names(data: dict[str, Any]) -> None:
    data["device"].update(part="my own", lut=2000)
    assert judge([parsed(data)], budget_of({"lut": "50 %"})).exit_code == 0
    assert judge([parsed(data)], budget_of({"lut": "49 %"})).exit_code == 1


def test_figures_of_the_build(data: dict[str, Any]) -> None:
    build = subjects(data)["build"]
    assert build.stage == "rtlsim" and build.figures == {
        "latency_max": 9000, "ii_max": 6272, "fps": 31887.755, "clock_target_ns": 5, "accuracy": 0.926,
    }  # fmt: skip


def test_what_was_implemented_counts_as_routed(data: dict[str, Any]) -> None:
    assert judge([parsed(data)], budget_of({"lut": 1000, "stage": "route"})).exit_code == 2, "only synthesised"
    assert subjects(data)["synth rtl xcup"].stage == "synth"
    data["resources"].append({**data["resources"][1], "stage": "impl", "tool": "Vivado", "version": "2023.2"})
    (implemented,) = [subject for subject in subjects(data).values() if subject.label.startswith("impl")]
    assert (implemented.stage, implemented.tool, implemented.main) == ("route", "Vivado 2023.2", True)
    assert judge([parsed(data)], budget_of({"lut": 1000, "stage": "route"})).exit_code == 0
    assert judge([parsed(data)], budget_of({"lut": 999, "stage": "route"})).exit_code == 1


def test_three_places_of_dsp_blocks_are_kept(data: dict[str, Any]) -> None:
    row = resource("ecp5", {**CELLS["ecp5"], "MULT18X18D": 4})
    row["dsp_cells"] = [{"module": "conv", "cell": f"m{i}", "kind": "MULT18X18D", "place": "x.sv:7"} for i in range(4)]
    data["resources"][2] = row
    assert [place.split()[1] for place in subjects(data)["synth rtl ecp5"].places] == ["m0", "m1", "m2"]
