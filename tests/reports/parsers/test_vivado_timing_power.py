# SPDX-License-Identifier: Apache-2.0
"""Vivado's timing summary and power report."""

from __future__ import annotations

import pytest
import vivado_samples as samples
from reading import Read

NOTHING = ("NA",) * 12
FAILED = ("-0.200", "-1.500", "12", "90", "0.050", "0.000", "0", "90", "1.000", "0.000", "0", "40")
NOT_MET = "Timing constraints are not met."


def test_timing(read: Read) -> None:
    parsed = read(samples.timing())
    assert parsed.usable and (parsed.kind, parsed.stage, parsed.state) == ("vivado_timing", "route", "Routed")
    assert parsed.figures.known() == {"wns_ns": 0.1, "tns_ns": 0, "whs_ns": 0.05, "ths_ns": 0, "clock_target_ns": 5}
    assert parsed.details["clocks"]["clk"] == {"period_ns": 5.0, "wns_ns": 0.1, "whs_ns": 0.05, "wpws_ns": 1.0}


def test_timing_that_is_not_met_is_a_figure_and_no_problem(read: Read) -> None:
    parsed = read(samples.timing(FAILED, sentence=NOT_MET))
    assert parsed.usable and (parsed.figures.wns_ns, parsed.figures.tns_ns) == (-0.2, -1.5)


@pytest.mark.parametrize(
    "sentence",
    ["All user specified timing constraints are met.", "There are no user specified timing constraints."],
)
def test_nothing_timed_is_neither_zero_nor_a_pass(read: Read, sentence: str) -> None:
    parsed = read(samples.timing(NOTHING, sentence=sentence))
    assert parsed.complete and parsed.figures.wns_ns is None and parsed.unknown["wns_ns"] == "NA"


def test_slack_of_zero_is_met(read: Read) -> None:
    slack = ("0.000", *FAILED[4:8][1:2], "0", "90", *FAILED[4:])
    parsed = read(samples.timing(slack))
    assert parsed.usable and parsed.figures.wns_ns == 0


@pytest.mark.parametrize(
    ("slack", "intra", "sentence"),
    [
        (FAILED, None, "All user specified timing constraints are met."),
        (("0.100", *FAILED[1:]), ("0.100", *FAILED[1:]), NOT_MET),
        (("0.300", "0.000", "0", *FAILED[3:]), ("0.100", "0.000", "0", *FAILED[3:]),
         "All user specified timing constraints are met."),
        (NOTHING, ("0.100", "0.000", "0", *FAILED[3:]), "All user specified timing constraints are met."),
    ],
)  # fmt: skip
def test_slack_that_is_contradicted(read: Read, slack: tuple[str, ...], intra: tuple[str, ...], sentence: str) -> None:
    parsed = read(samples.timing(slack, intra=intra, sentence=sentence))
    assert not parsed.usable and parsed.figures.wns_ns is None


def test_nets_tell_the_stage_of_older_reports(read: Read) -> None:
    assert read(samples.timing(state=None)).stage == "route"
    assert read(samples.timing(state=None, nets="estimated")).stage == "place"
    assert read(samples.timing(state=None, nets="unplaced")).stage == "synth"


@pytest.mark.parametrize(("state", "nets"), [("Routed", "unplaced"), ("Synthesized", "routed")])
def test_unplaced_design_passed_off_as_routed(read: Read, state: str, nets: str) -> None:
    assert [problem.field for problem in read(samples.timing(state=state, nets=nets)).problems] == ["design state"]


def test_power(read: Read) -> None:
    parsed = read(samples.power())
    assert parsed.usable and (parsed.kind, parsed.stage) == ("vivado_power", "route")
    assert parsed.figures.known() == {"power_w": 1.43, "power_dynamic_w": 1.295, "power_static_w": 0.135}
    assert parsed.details["confidence"] == "Medium" and parsed.details["budget_w"] == "Unspecified*"
    assert [module.path for module in parsed.modules] == ["top", "top/a", "top/b"]
    assert parsed.modules[2].unknown == {"power_dynamic_w": "<0.001"}


def test_power_of_a_design_that_is_not_placed_says_so(read: Read) -> None:
    parsed = read(samples.power(state="synthesized"))
    assert parsed.stage == "synth" and "not placed" in parsed.details["basis"]


def test_power_beyond_the_junction_is_a_number_with_a_remark(read: Read) -> None:
    parsed = read(samples.power("1.430 (Junction temp exceeded!)"))
    assert parsed.figures.power_w == 1.43 and parsed.details["remark"] == "Junction temp exceeded!"


@pytest.mark.parametrize(("total", "part"), [("1.530", "1.530"), ("1.430", "1.530"), ("?", "1.430")])
def test_power_that_does_not_add_up(read: Read, total: str, part: str) -> None:
    parsed = read(samples.power(total, part=part))
    assert not parsed.usable and parsed.figures.power_w is None


@pytest.mark.parametrize("literal", ["<0.001", "NA", "---", "-"])
def test_power_that_is_no_number(read: Read, literal: str) -> None:
    parsed = read(samples.power(literal, part=literal))
    assert parsed.usable and parsed.figures.power_w is None and parsed.unknown == {"power_w": literal}


@pytest.mark.parametrize(
    ("old", "new", "field", "text"),
    [
        ("| Setting File ", "  Setting File ", "Summary", "the table is not whole"),
        ("| <0.001    | 3 ", "| <0.001  | 3   ", "On-Chip Components", "row or border of a table is cut or shifted"),
        ("|   a ", "    a ", "By Hierarchy", "row or border of a table is cut or shifted"),
        ("| top  | 1.295 ", "| top  | 1.395 ", "power_dynamic_w", "is 1.295 in the summary and 1.395 here"),
        ("|   a  | 1.290 ", "|   a  | much  ", "a", "stands twice, or has no power"),
        ("|   a  ", "|   b  ", "b", "stands twice, or has no power"),
    ],
)
def test_power_tables_that_are_spoilt(read: Read, old: str, new: str, field: str, text: str) -> None:
    assert samples.power().count(old) == 1
    found = [(problem.field, problem.text) for problem in read(samples.power().replace(old, new)).problems]
    assert (field, text) in found


def test_rows_behind_a_spoilt_one_are_still_told(read: Read) -> None:
    parsed = read(samples.power().replace("|   a  | 1.290 ", "|   a  | much  "))
    assert [module.path for module in parsed.modules] == ["top", "top/b"]
    assert parsed.modules[0].unknown == {} and parsed.figures.power_w == 1.43


@pytest.mark.parametrize("sample", ["timing", "power"])
def test_no_cut_or_lost_line_gives_a_wrong_figure(read: Read, sample: str) -> None:
    text = getattr(samples, sample)().rstrip()
    whole = read(text).figures.known()
    lines = text.splitlines(keepends=True)
    damaged = [text[:end] for end in range(0, len(text), 11)]
    damaged += ["".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]
    for case in damaged:
        parsed = read(case)
        known = parsed.figures.known()
        assert not parsed.usable or {name: whole[name] for name in known} == known
