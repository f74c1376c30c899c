# SPDX-License-Identifier: Apache-2.0
"""Gates over reports of any tool: every kind passes, fails, and refuses a report that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tool_samples import TREE, hierarchy, module, parsed

from reports.__main__ import main
from reports.baseline import Baseline, Design
from reports.budget import budget_of
from reports.errors import ReportError
from reports.gate import judge
from reports.parsed import Parsed, Problem

Save = Callable[..., Path]
CSYNTH = {"kind": "vitis_hls_csynth_rpt", "stage": "csynth"}
SUMMARY = {"kind": "vitis_hls_summary_rpt", "stage": "csynth"}

# Budget; a report that keeps it; one that does not; one that cannot tell.
KINDS: dict[str, tuple[dict[str, Any], Parsed, Parsed, Parsed]] = {
    "dsp": ({"dsp": 0}, parsed(dsp=0), parsed(dsp=1), parsed(lut=1)),
    "count": ({"lut": 100}, parsed(lut=100), parsed(lut=101), parsed()),
    "half tiles": ({"bram18": 3.5}, parsed(bram18=3.5), parsed(bram18=4), parsed()),
    "share of the report's device": (
        {"lut": "50 %"},
        parsed(lut=50, available={"lut": 100}),
        parsed(lut=51, available={"lut": 100}),
        parsed(lut=1),
    ),
    "share of the named device": (
        {"lut": "50 %", "device": "xc7z020clg400-1"},
        parsed(lut=26_600),
        parsed(lut=26_601),
        parsed(lut=1, device="xck26-sfvc784-2LV-c"),
    ),
    "share of a known part": (
        {"dsp": "50 %"},
        parsed(dsp=624, device="xck26-sfvc784-2LV-c"),
        parsed(dsp=625, device="xck26-sfvc784-2LV-c"),
        parsed(dsp=1, device="never-heard-of"),
    ),
    "stage": ({"lut": 100, "stage": "route"}, parsed(lut=100), parsed(lut=101), parsed(stage="synth", lut=1)),
    "stage of placed designs": (
        {"lut": 100, "stage": "opt"},
        parsed(stage="place", lut=100),
        parsed(stage="opt", lut=101),
        parsed(**CSYNTH, lut=1),
    ),
    "slack": ({"wns_ns": 0}, parsed(wns_ns=0.0), parsed(wns_ns=-0.001), parsed(unknown={"wns_ns": "NA"})),
    "slack below zero": ({"wns_ns": -0.1}, parsed(wns_ns=-0.1), parsed(wns_ns=-0.101), parsed()),
    "fmax": ({"fmax_mhz": 200}, parsed(fmax_mhz=200.0), parsed(fmax_mhz=199.99), parsed()),
    "fps": ({"fps": 1000}, parsed(fps=1000.0), parsed(fps=999.0), parsed()),
    "latency": ({"latency_max": 9}, parsed(**CSYNTH, latency_max=9), parsed(**CSYNTH, latency_max=10),
                parsed(**CSYNTH, unknown={"latency_max": "?"})),
    "interval": ({"ii_max": 9}, parsed(**CSYNTH, ii_max=9), parsed(**CSYNTH, ii_max=10), parsed(**CSYNTH)),
    "latency whatever the stage": (
        {"latency_max": 9, "stage": "route"},
        parsed(**CSYNTH, latency_max=9),
        parsed(**CSYNTH, latency_max=10),
        parsed(lut=1),
    ),
    "power": ({"power_w": 2.5}, parsed(power_w=2.5), parsed(power_w=2.501), parsed()),
    "summary": ({"dsp": 0}, parsed(**SUMMARY, dsp=0), parsed(**SUMMARY, dsp=3),
                parsed(**SUMMARY, unknown={"dsp": "-"})),
    "modules": (
        {"modules": {"**": {"dsp": 0}}},
        parsed(dsp=0, modules=(module("top", dsp=0), module("top/a", dsp=0))),
        parsed(dsp=0, modules=(module("top", dsp=0), module("top/a", dsp=1))),
        parsed(dsp=0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_tool_gate_passes_fails_refuses(kind: str) -> None:
    fields, good, bad, mute = KINDS[kind]
    budget = budget_of(fields)
    assert judge([good], budget).exit_code == 0
    failing = judge([bad], budget)
    assert failing.exit_code == 1 and len(failing.of("fail")) == 1
    refused = judge([mute], budget)
    assert refused.exit_code == 2 and refused.of("error") and not refused.gates
    broken = Parsed("x.rpt", good.kind, good.tool, stage=good.stage, top=good.top, figures=good.figures,
                    modules=good.modules, available=good.available, complete=False,
                    problems=(Problem("x.rpt", "is truncated", 7, "lut"),))  # fmt: skip
    assert judge([broken], budget).exit_code == 2, "figures of a report with problems are not used"


def test_a_report_that_is_not_complete_is_refused_even_without_a_problem() -> None:
    assert judge([parsed(dsp=0, complete=False)], budget_of({"dsp": 0})).exit_code == 2


def test_a_problem_spoils_a_verdict_that_would_fail_or_pass() -> None:
    failed_run = parsed("hls_cosim_rpt", "cosim", problems=(Problem("cosim.rpt", "did not pass"),))
    for dsp in (0, 1):
        assert judge([parsed(dsp=dsp), failed_run], budget_of({"dsp": 0})).exit_code == 2


def test_one_report_of_several_must_give_a_figure() -> None:
    util, timing = parsed(lut=5), parsed("vivado_timing", wns_ns=0.2)
    budget = budget_of({"lut": 10, "wns_ns": 0})
    assert judge([util, timing], budget).exit_code == 0
    assert judge([util], budget).exit_code == 2


def test_every_report_that_gives_a_figure_is_held() -> None:
    verdict = judge([parsed(lut=5), parsed(**CSYNTH, lut=50)], budget_of({"lut": 10}))
    assert [(gate.subject, gate.status) for gate in verdict.gates] == [("top route", "pass"), ("top csynth", "fail")]
    assert judge([parsed(lut=5), parsed(**CSYNTH, lut=50)], budget_of({"lut": 10, "stage": "route"})).exit_code == 0


def test_a_synthesised_design_is_not_passed_off_as_routed() -> None:
    verdict = judge([parsed(stage="synth", lut=5, file="util.rpt")], budget_of({"lut": 10, "stage": "route"}))
    assert "util.rpt (synth); give a report of stage route" in verdict.of("error")[0].text


def test_a_dash_in_a_summary_asks_for_the_report_of_the_module() -> None:
    summary, budget = parsed(**SUMMARY, lut=4, unknown={"dsp": "-"}), budget_of({"dsp": 0})
    assert "top_csynth.rpt" in judge([summary], budget).of("error")[0].text
    assert judge([summary, parsed(**CSYNTH, dsp=0)], budget).exit_code == 0
    assert judge([summary, parsed(**CSYNTH, dsp=2)], budget).exit_code == 1
    assert judge([summary, parsed(dsp=0)], budget).exit_code == 0, "what is routed without DSP was synthesised without"
    other = parsed(**{**CSYNTH, "top": "other"}, dsp=0)
    assert judge([summary, other], budget).exit_code == 2, "the report of another module says nothing"


def test_lut_of_a_netlist_is_all_that_occupies_luts() -> None:
    assert judge([parsed("yosys_stat_json", "synth", lut=90, lut_all=110)], budget_of({"lut": 100})).exit_code == 1


def test_a_failing_gate_names_the_largest_modules() -> None:
    rows = (module("top", lut=90), module("top/a", lut=60), module("top/a/x", lut=55), module("top/b", lut=30))
    (finding,) = judge([parsed(lut=90, modules=rows)], budget_of({"lut": 80})).findings
    assert finding.text == "lut of top route is 90; at most 80 is allowed (top/a/x: 55; top/b: 30)"


def test_what_only_a_report_json_tells_is_refused_of_others() -> None:
    for fields in ({"fifo": True}, {"exactness": {"graph=csim": 1}}, {"cycles_within": 0.1}, {"lut_within": 0.1}):
        assert judge([parsed(dsp=0)], budget_of(fields)).exit_code == 2


def test_a_budget_that_asks_nothing_is_no_pass() -> None:
    with pytest.raises(ReportError, match="nothing"):
        judge([parsed(dsp=0)], budget_of({"stage": "route"}))


def test_a_hierarchical_report_on_the_command_line(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    report = str(save(hierarchy(), "hier.rpt"))
    assert main(["gate", "--dsp", "0", "--lut", "1 %", "--stage", "route", "--module", "**:dsp=0", report]) == 0
    assert main(["gate", "--module", "top/*:lut=100", report]) == 1
    assert "top/conv[0]: 150" in capsys.readouterr().out
    cut = str(save(hierarchy()[:-200], "cut.rpt"))
    assert main(["gate", "--dsp", "0", cut]) == 2
    unplaced = str(save(hierarchy(state="Synthesized"), "synth.rpt"))
    assert main(["gate", "--dsp", "0", "--stage", "route", unplaced]) == 2
    assert main(["gate", "--dsp", "0", "--device", "xc7z020", "--lut", "1 %", report]) == 2, "another device"


def test_growth_on_the_command_line(save: Save, tmp_path: Path) -> None:
    report, grown = str(save(hierarchy(), "a.rpt")), [(n, k, lut + lut // 50, ff, dsp) for n, k, lut, ff, dsp in TREE]
    more, base = str(save(hierarchy(grown), "b.rpt")), str(tmp_path / "baselines" / "top.json")
    assert main(["baseline", "update", report, "-o", base]) == 0
    assert main(["gate", "--baseline", base, report]) == 0
    assert main(["gate", "--baseline", base, more]) == 1
    assert main(["gate", "--baseline", base, "--growth", "2 %", more]) == 0
    assert main(["gate", "--baseline", base, "--growth", "lut=1 % or 6", more]) == 0
    assert main(["gate", "--baseline", base, "--growth", "ff=0", more]) == 0, "the table names flip-flops alone"
    for growth, code in (("growth: 2 %", 0), ("growth: 1 %", 1), ("growth: {lut: 1 %}", 1)):
        budget = str(save(f"baseline: baselines/top.json\n{growth}", "budget.yaml"))
        assert main(["gate", "--budget", budget, more]) == code
        assert main(["gate", "--budget", budget, "--growth", "lut=3 %", more]) == 0, "an option goes before the file"
    assert main(["gate", "--baseline", str(tmp_path / "absent.json"), report]) == 2
    assert main(["gate", "--growth", "2 %", report]) == 2, "growth from nothing"


def test_growth_passes_fails_refuses() -> None:
    baseline = Baseline({"top route": Design({"lut": 100, "fps": 50.0, "clock_target_ns": 5})}, "base.json")
    budget = budget_of({"baseline": "base.json", "growth": {"lut": "2 %", "fps": "10 %"}})
    assert judge([parsed(lut=102, fps=45.0, clock_target_ns=4)], budget, baseline).exit_code == 0
    assert judge([parsed(lut=103, fps=45.0)], budget, baseline).exit_code == 1
    assert judge([parsed(lut=102, fps=44.9)], budget, baseline).exit_code == 1
    assert judge([parsed(lut=102)], budget, baseline).exit_code == 2, "the rate is not told any more"
    assert judge([parsed(lut=102, fps=45.0, top="other")], budget, baseline).exit_code == 2
    assert judge([parsed(lut=1, fps=45.0), parsed(top="new", lut=1)], budget, baseline).exit_code == 2


def test_nothing_may_grow_that_is_not_allowed_to() -> None:
    baseline = Baseline({"top route": Design({"lut": 100, "clock_target_ns": 5})})
    assert judge([parsed(lut=100, clock_target_ns=6.0)], budget_of({}), baseline).exit_code == 0, "a setting"
    assert judge([parsed(lut=101)], budget_of({}), baseline).exit_code == 1
    unheard = budget_of({"baseline": "b", "growth": {"*": 0, "uram": 0}})
    assert judge([parsed(lut=100)], unheard, baseline).exit_code == 2, "neither side has it"
    budget = budget_of({"baseline": "b", "growth": {"ff": 0}})
    assert judge([parsed(lut=101, ff=3)], budget, baseline).exit_code == 2, "the baseline has no flip-flops"
