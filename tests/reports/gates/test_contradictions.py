# SPDX-License-Identifier: Apache-2.0
"""Two reports of one build: numbers of one design at one stage are equal, or neither is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tool_samples import TREE, hierarchy, parsed

from reports.__main__ import main
from reports.budget import budget_of
from reports.contradictions import SUMMARY_LUT, agree
from reports.gate import judge
from reports.parsed import Parsed

Save = Callable[..., Path]
BUDGET = budget_of({"dsp": 0})
MODULE, SUMMARY = "vitis_hls_csynth_rpt", "vitis_hls_summary_rpt"


def _told(*reports: Parsed) -> tuple[int, str]:
    verdict = judge([parsed(file="dsp.rpt", kind="other", stage="synth", top="elsewhere", dsp=0), *reports], BUDGET)
    return verdict.exit_code, "; ".join(finding.text for finding in verdict.of("error", "note"))


def test_another_number_is_refused_and_both_files_are_named() -> None:
    code, text = _told(parsed(file="a.rpt", lut=100, ff=7), parsed(file="b.rpt", lut=101, ff=7))
    assert code == 2 and text.startswith("lut is 101 here and 100 in a.rpt, at the same stage (route)")


def test_equal_numbers_and_other_figures_are_fine() -> None:
    assert _told(parsed(lut=100, ff=7), parsed(lut=100, wns_ns=0.1)) == (0, "")


@pytest.mark.parametrize("other", [{"stage": "synth"}, {"top": "other"}, {"stage": None}])
def test_other_stages_and_tops_may_differ(other: dict[str, str]) -> None:
    assert _told(parsed(lut=100), parsed(**{"lut": 200, **other})) == (0, "")


def test_summary_and_module_report_differ_by_a_few_luts_and_the_message_says_so() -> None:
    module = parsed(MODULE, "csynth", lut=3061)
    code, text = _told(module, parsed(SUMMARY, "csynth", lut=3061 + SUMMARY_LUT))
    assert code == 0 and "summary and module report of one Vitis HLS run differ" in text
    assert _told(module, parsed(SUMMARY, "csynth", lut=3062 + SUMMARY_LUT))[0] == 2
    assert _told(module, parsed(MODULE, "csynth", lut=3062, file="again.rpt"))[0] == 2, "two module reports do not"
    assert _told(parsed(MODULE, "csynth", ff=10), parsed(SUMMARY, "csynth", ff=11))[0] == 2, "LUTs only"


def test_a_note_excuses_no_missing_figure() -> None:
    reports = [parsed(MODULE, "csynth", lut=98, dsp=0), parsed(SUMMARY, "csynth", lut=99)]
    verdict = judge(reports, budget_of({"dsp": 0, "wns_ns": 0}))
    assert verdict.of("note") and [finding.rule for finding in verdict.of("error")] == ["wns_ns"]


def test_both_of_two_that_differ_are_held() -> None:
    reports = [parsed(MODULE, "csynth", lut=98), parsed(SUMMARY, "csynth", lut=101)]
    assert judge(reports, budget_of({"lut": 100})).exit_code == 1


def test_reports_without_a_top_are_held_against_others_of_their_tool() -> None:
    cosim = parsed("hls_cosim_rpt", "cosim", None, tool="Vitis HLS", latency_max=511)
    stale = parsed("hls_lat_rpt", "cosim", None, tool="Vitis HLS", latency_max=100)
    assert _told(cosim, stale)[0] == 2
    assert _told(cosim, parsed("hls_cosim_rpt", "cosim", None, tool="Vitis HLS", latency_max=9, file="b"))[0] == 0
    assert _told(cosim, parsed("x", "cosim", None, tool="Other", latency_max=100))[0] == 0


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (1.5, 1.5, True),
        (4.89, 4.894, True),
        (4.89, 4.896, False),
        (3, 4, False),
        (1e-9, 2e-9, False),
        (2.0, 2.4, False),
        (4.9, 4.94, True),
        (1.5e-9, 2.5e-9, False),
        (2.0, 2.04, False),
        (3, 3.04, False),
    ],
)
def test_prints_of_one_number(first: float, second: float, same: bool) -> None:
    assert agree(first, second) is same and agree(second, first) is same


def test_contradictions_on_the_command_line(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    more = [(name, kind, lut + 1, ff, dsp) for name, kind, lut, ff, dsp in TREE]
    files = [str(save(hierarchy(), "a.rpt")), str(save(hierarchy(more), "b.rpt"))]
    assert main(["gate", "--dsp", "0", *files]) == 2
    assert "lut is 301 here and 300 in" in capsys.readouterr().err
    assert main(["baseline", "update", *files, "-o", str(save("", "base.json").with_name("new.json"))]) == 2
    assert main(["gate", "--dsp", "0", files[0], files[0]]) == 0, "one file named twice is one file"


def test_what_the_custom_of_a_summary_does_not_cover() -> None:
    assert _told(parsed(SUMMARY, "csynth", lut=100), parsed("other", "csynth", lut=101))[0] == 2


def test_a_report_without_a_top_is_held_against_the_same_maker_s() -> None:
    one, other = parsed("one", lut=100, tool="Vivado"), parsed("other", lut=101, top=None, tool="Vivado")
    assert _told(one, other)[0] == 2


def test_decimals_agree_to_the_shorter_print_and_whole_numbers_exactly() -> None:
    assert agree(4.8, 4.83) and not agree(4.8, 4.87)
    assert not agree(4.0, 4.04)
