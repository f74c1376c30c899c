# SPDX-License-Identifier: Apache-2.0
"""What a finding says, word by word: file, rule, subject, limit, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from report_samples import CELLS, resource
from tool_samples import module, parsed

from reports.baseline import Baseline, Design
from reports.budget import budget_of
from reports.errors import GateInputError
from reports.gate import evaluate, failed, judge
from reports.parsed import Parsed
from reports.report import report_of
from reports.verdict import verdict_json

UPDATE = "`reports baseline update` writes it anew"
MODULE, SUMMARY = "vitis_hls_csynth_rpt", "vitis_hls_summary_rpt"
Told = tuple[str, str, str, str | None, str]


def told(reports: list[Parsed], fields: dict[str, Any], baseline: Baseline | None = None) -> list[Told]:
    """Findings as plain tuples."""
    found = judge(reports, budget_of(fields), baseline).findings
    return [(f.status, f.file, f.rule, f.subject, f.text) for f in found]


def test_gates() -> None:
    reports = [parsed(file="u.rpt", lut=1234, dsp=2, power_w=1.5, fps=3.5)]
    assert told(reports, {"lut": 1000, "dsp": 2, "power_w": 2, "fps": 4}) == [
        ("fail", "u.rpt", "lut", "top route", "lut of top route is 1,234; at most 1,000 is allowed"),
        ("pass", "u.rpt", "dsp", "top route", "dsp of top route is 2 blocks; at most 2 is allowed"),
        ("pass", "u.rpt", "power_w", "top route", "power_w of top route is 1.5 W; at most 2 is allowed"),
        ("fail", "u.rpt", "fps", "top route", "fps of top route is 3.5 frames a second; at least 4 is asked"),
    ]  # fmt: skip


def test_figures_that_are_not_there() -> None:
    reports = [parsed(file="u.rpt", lut=1), parsed("vivado_timing", "synth", file="t.rpt", wns_ns=1.0)]
    assert told(reports, {"dsp": 0, "wns_ns": 0, "stage": "route"}) == [
        ("error", "u.rpt", "dsp", None, "no report gives it (read: vivado_timing, vivado_util)"),
        ("error", "u.rpt", "wns_ns", None,
         "is only known before route: t.rpt (synth); give a report of stage route"),
    ]  # fmt: skip
    four = [parsed(stage="synth", top=f"t{i}", file=f"{i}.rpt", lut=1) for i in range(4)]
    assert told(four, {"lut": 1, "stage": "route"})[0][4] == (
        "is only known before route: 0.rpt (synth), 1.rpt (synth), 2.rpt (synth); give a report of stage route"
    )
    assert told([parsed(file="u.rpt", unknown={"lut": "?"})], {"lut": 1}) == [
        ("error", "u.rpt", "lut", "top route", "is '?' in the report, which is no number")
    ]
    assert told([parsed(SUMMARY, "csynth", None, file="s.rpt", unknown={"dsp": "-"})], {"dsp": 0}) == [
        ("error", "s.rpt", "dsp", "csynth", "is '-' in this synthesis summary, which is no number; "
         "give the report of the module too: <top>_csynth.rpt (or .xml)")
    ]  # fmt: skip


def test_shares_that_cannot_be_told() -> None:
    remedy = "name one (`device:` or --device), or give lut as a count"
    assert told([parsed(file="u.rpt", lut=1)], {"lut": "5 %"})[0][4] == f"names no device; {remedy}"
    unheard = [parsed(file="u.rpt", lut=1, device="x1")]
    assert told(unheard, {"lut": "5 %"})[0][4] == f"does not say how much x1 has; {remedy}"
    assert told(unheard, {"lut": "5 %", "device": "k26"})[0][4] == "is for x1, the budget for k26"
    assert told([parsed(lut=1, lutram=7, device="k26")], {"lutram": "5 %"})[0][4].endswith("at most 5,856 is allowed")


def test_who_may_stand_in_for_a_literal() -> None:
    def code(stage: str, kind: str, other: str) -> int:
        reports = [parsed("a", stage, unknown={"dsp": kind}), parsed("b", other, dsp=0)]
        return judge(reports, budget_of({"dsp": 0})).exit_code

    assert code("csynth", "-", "synth") == code("synth", "?", "route") == code("csynth", "?", "csynth") == 0
    assert code("csynth", "-", "estimate") == 2, "an estimate says nothing of what was synthesised"
    assert code("place", "NA", "route") == 2, "what was placed without a figure is not vouched for by what was routed"
    assert code("route", "NA", "synth") == 2


def test_contradictions() -> None:
    reports = [parsed(file="a.rpt", lut=5), parsed("other", file="b.rpt", lut=6)]
    text = "lut is 6 here and 5 in a.rpt, at the same stage (route); "
    assert told(reports, {"dsp": 0})[0] == (
        "error", "b.rpt", "contradiction", "lut", text + "they are not of one build, or one of them is stale"
    )  # fmt: skip
    reports = [parsed(MODULE, "csynth", file="a.rpt", lut=5), parsed(SUMMARY, "csynth", file="b.rpt", lut=6)]
    assert told(reports, {"lut": 9})[0] == (
        "note", "b.rpt", "contradiction", "lut", "lut is 6 here and 5 in a.rpt, at the same stage (csynth); "
        "summary and module report of one Vitis HLS run differ by up to 8 LUTs; both are held"
    )  # fmt: skip
    two = [parsed(SUMMARY, "csynth", lut=5), parsed("x", "csynth", lut=6)]
    assert told(two, {"lut": 9})[0][0] == "error", "a summary and another kind"
    nobody = [parsed("a", "cosim", None, latency_max=1), parsed("b", "cosim", None, latency_max=2)]
    assert [finding[0] for finding in told(nobody, {"latency_max": 9})] == ["pass", "pass"], (
        "nobody says who wrote them"
    )


def test_growth() -> None:
    baseline = Baseline({"top route": Design({"clock_target_ns": 5, "lut": 100, "ff": 9}, tool="Vivado 2022.2"),
                         "gone synth": Design({"lut": 1})}, "base.json")  # fmt: skip
    reports = [
        parsed(file="u.rpt", tool="Vivado", version="2023.2", lut=110, dsp=1),
        parsed(top="new", file="n", lut=1),
    ]
    assert told(reports, {}, baseline) == [
        ("error", "n", "baseline", None,
         f"new route is not in base.json (it holds top route, gone synth); {UPDATE}"),
        ("fail", "u.rpt", "growth lut", "top route", "growth lut of top route is 110; at most 100 is allowed "
         "(was 100, +10.00 %; by Vivado 2022.2, now Vivado 2023.2)"),
        ("error", "u.rpt", "growth ff", None, "no report of top route gives it any more"),
        ("error", "base.json", "baseline", None, f"no report of gone synth is given; {UPDATE}"),
    ]  # fmt: skip
    fields = {"baseline": "x", "growth": {"dsp": 1, "lut": 0, "uram": 0}}
    single = Baseline({"top route": Design({"lut": 100})}, "base.json")
    assert told(reports[:1], fields, single) == [
        ("error", "base.json", "growth dsp", None, f"no design of the baseline has it; {UPDATE}"),
        ("error", "base.json", "growth uram", None, f"no design of the baseline has it; {UPDATE}"),
        ("error", "base.json", "baseline", None, f"holds no dsp of top route; {UPDATE}"),
        ("fail", "u.rpt", "growth lut", "top route",
         "growth lut of top route is 110; at most 100 is allowed (was 100, +10.00 %)"),
    ]  # fmt: skip


def test_modules() -> None:
    rows = (module("top", lut=9), module("top/a", lut=8), module("top/b", lut=7), module("top/c", lut=6))
    assert told([parsed(file="u.rpt", modules=rows)], {"modules": {"top/*": {"lut": 5}, "x/*": {"lut": 1}}}) == [
        ("fail", "u.rpt", "module lut", "top/*", "module lut of top/* is 8 in top/a, worst of 3; at most 5 is allowed "
         "(3 beyond: top/a: 8; top/b: 7; top/c: 6)"),
        ("error", "u.rpt", "lut", "x/*", "no module matches; u.rpt has top, top/a, top/b, ..."),
    ]  # fmt: skip
    assert told([parsed(file="u.rpt", lut=1)], {"modules": {"**": {"lut": 5}}}) == [
        ("error", "u.rpt", "lut", "**", "no report has a hierarchy at the stage that is asked")
    ]
    assert told([parsed(file="u.rpt", modules=rows)], {"modules": {"top/*": {"dsp": 0}}}) == [
        ("error", "u.rpt", "module dsp", "top/*", "the report does not give it by module (top/a, top/b, top/c)")
    ]
    slow = (module("top", fmax_mhz=9.0), module("top/a", fmax_mhz=7.5))
    assert told([parsed(file="u.rpt", modules=slow)], {"modules": {"**": {"fmax_mhz": 8}}})[0][4] == (
        "module fmax_mhz of ** is 7.5 in top/a, worst of 2; at least 8 is asked (1 beyond: top/a: 7.5)"
    )


def test_modules_with_literals() -> None:
    rows = (module("top", lut=1), *(module(f"top/g{i}", f"m{i}", {"dsp": "-"}) for i in range(5)))
    summary = parsed(SUMMARY, "csynth", file="s.rpt", modules=rows)
    assert told([summary], {"modules": {"top/*": {"dsp": 0}}}) == [
        ("error", "s.rpt", "module dsp", "top/*", "is '-', which is no number, in top/g0, top/g1, top/g2 and 2 more; "
         "give their own reports too: m0_csynth.rpt, m1_csynth.rpt, m2_csynth.rpt")
    ]  # fmt: skip
    own = [parsed(MODULE, "csynth", f"m{i}", dsp=i) for i in range(5)]
    found = told([summary, *own], {"modules": {"top/*": {"dsp": 3}}})
    assert [finding[0] for finding in found] == ["pass", "pass", "pass", "pass", "fail"]
    assert found[-1][4] == "module dsp of top/* is 4 in top/g4, by its own report; at most 3 is allowed"
    routed = parsed(modules=(module("top", unknown={"dsp": "NA"}),))
    assert told([routed], {"modules": {"**": {"dsp": 0}}})[0][4] == "is 'NA', which is no number, in top"


def test_what_only_a_report_json_tells(data: dict[str, Any]) -> None:
    report = Parsed("r.json", "ern_report", top="ern_small", report=report_of(data))
    assert told([report], {"exactness": {"a=b": 1}}) == [
        ("error", "r.json", "exactness", "exactness",
         "a=b was not compared; compared: keras=graph, graph=csim, graph=rtlsim")
    ]  # fmt: skip
    assert told([parsed(file="u.rpt")], {"fifo": True}) == [
        ("error", "u.rpt", "fifo", None, "only a report.json can tell; none is given")
    ]
    data["resources"][0].update(bram18=3)
    data["resources"][1] = resource("xcup", {**CELLS["xcup"], "RAMB36E2": 0, "RAMB18E2": 1})
    report = Parsed("r.json", "ern_report", top="ern_small", report=report_of(data))
    assert told([report], {"bram18_within": 2})[0][4] == "bram18_within of xcup is 2 relative; at most 2 is allowed"
    assert told([report], {"bram18_within": 1.99})[0][0] == "fail"


def test_evaluate_raises_what_cannot_be_told(data: dict[str, Any]) -> None:
    del data["accuracy"]
    with pytest.raises(GateInputError) as caught:
        evaluate(report_of(data), budget_of({"dsp": 0, "accuracy": 0.5, "exactness": {"a=b": 1}}))
    assert (caught.value.file, caught.value.place) == ("gate accuracy", "")
    assert caught.value.text == "no report gives it (read: ern_report)"
    with pytest.raises(GateInputError) as caught:
        evaluate(report_of(data), budget_of({"exactness": {"a=b": 1}}))
    assert caught.value.place == "exactness"


def test_json_of_a_verdict() -> None:
    verdict = judge([parsed(file="u.rpt", lut=5), parsed(file="v.rpt", complete=False)], budget_of({"lut": 4}))
    gate = {"file": "u.rpt", "name": "lut", "limit": 4, "value": 5, "status": "fail", "rule": "<="}
    assert verdict_json(verdict) == {
        "schema": 1, "passed": False, "exit_code": 2, "gates": [{**gate, "subject": "top route"}],
        "problems": [{"file": "v.rpt", "field": "input", "text": "is not complete"}], "notes": [],
    }  # fmt: skip
    assert failed(verdict.gates) == verdict.gates
    assert failed(judge([parsed(lut=5)], budget_of({"lut": 5})).gates) == ()
