# SPDX-License-Identifier: Apache-2.0
"""Limits of modules: patterns, literals, hierarchies larger than a result holds, growth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tool_samples import TREE, hierarchy, module, parsed

import reports.parsed
from reports.baseline import Baseline, Design, baseline_of
from reports.budget import budget_of
from reports.diff import change_table, changes
from reports.gate import judge
from reports.module_gates import matches
from reports.parse import parse
from reports.parsed import Module
from reports.subject import all_subjects
from reports.table import to_text

Save = Callable[..., Path]
SUMMARY = {"kind": "vitis_hls_summary_rpt", "stage": "csynth"}


@pytest.mark.parametrize(
    ("pattern", "path", "holds"),
    [
        ("top", "top", True), ("top", "top/a", False), ("*", "top/a", False), ("**", "top", True),
        ("**", "top/a/b", True), ("top/**", "top", True), ("top/**", "other/a", False), ("**/lane", "top/a/lane", True),
        ("**/lane", "lane", True),
        ("top/*/lane", "top/a/lane", True), ("top/*/lane", "top/lane", False), ("**/gen[0].*", "top/gen[0].pe", True),
        ("**/gen[01]", "top/gen0", False), ("top/conv?", "top/conv1", True), ("top/conv?", "top/conv", False),
        ("**/a/**/b", "top/a/x/y/b", True), ("**/a/**/b", "top/b/a", False), ("", "top", False),
        ("*a*b", "xaxxb", True),
        ("*a*b", "xaxxbc", False), ("top/**x", "top/ax", True), ("top/**x", "top/a/x", False),
    ],
)  # fmt: skip
def test_patterns(pattern: str, path: str, holds: bool) -> None:
    assert matches(pattern, path) is holds


@given(st.text("ab/", max_size=8), st.text("ab/*?", max_size=6))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_patterns_agree_with_an_obvious_twin(path: str, pattern: str) -> None:
    def twin(names: list[str], parts: list[str]) -> bool:
        if not names:
            return not parts
        if names[0] == "**":
            return any(twin(names[1:], parts[i:]) for i in range(len(parts) + 1))
        return bool(parts) and name(names[0], parts[0]) and twin(names[1:], parts[1:])

    def name(wanted: str, found: str) -> bool:
        if not wanted:
            return not found
        if wanted[0] == "*":
            return any(name(wanted[1:], found[i:]) for i in range(len(found) + 1))
        return bool(found) and wanted[0] in ("?", found[0]) and name(wanted[1:], found[1:])

    assert matches(pattern, path) is twin(pattern.split("/"), path.split("/"))


def test_a_long_path_takes_no_time() -> None:
    assert not matches("/".join(["**", "a*a*a*a*b"] * 6), "/".join(["a" * 500] * 200))


def test_names_of_any_length_and_depth_take_no_time() -> None:
    deep = "top" + "/a" * 100_000
    rows = (module("top", lut=9, dsp=1), module(deep, lut=8, unknown={"dsp": "-"}))
    report = parsed(**SUMMARY, lut=9, dsp=1, modules=rows)
    verdict = judge([report], budget_of({"lut": 5, "modules": {"**/a": {"dsp": 1, "lut": 5}}}))
    assert verdict.exit_code == 2 and len(verdict.of("fail")) == 2
    many = [
        parsed(modules=(module("x" * 10**5, lut=i), *(module(f"m{j}", lut=i) for j in range(2000)))) for i in (1, 2)
    ]
    found = changes(*(baseline_of(all_subjects([report])) for report in many))
    assert len(found) == 2001 and len(to_text(change_table(found))) < 10 * 2**20


def test_leaves_are_told_from_what_holds_them() -> None:
    rows = {"a": 9, "a b": 1, "a/x": 7, "a/x/y": 6, "a.c": 2, "b": 5}
    subject = all_subjects([parsed(modules=tuple(module(path, lut=lut) for path, lut in rows.items()))])[0]
    assert subject.largest("lut", 9) == "a/x/y: 6; b: 5; a.c: 2; a b: 1"
    assert subject.largest("lut") == "a/x/y: 6; b: 5; a.c: 2", "three, where nobody asks for more"


def test_the_worst_module_is_named() -> None:
    rows = (module("top", lut=90), module("top/a", lut=60), module("top/b", lut=80))
    (finding,) = judge([parsed(modules=rows)], budget_of({"modules": {"top/*": {"lut": 50}}})).findings
    assert finding.gate is not None and (finding.gate.value, finding.gate.limit) == (80, 50)
    assert "in top/b, worst of 2" in finding.text and "2 beyond: top/a: 60; top/b: 80" in finding.text


def test_a_pattern_without_a_module_is_refused() -> None:
    verdict = judge([parsed(modules=(module("top", lut=1),))], budget_of({"modules": {"nothing/*": {"lut": 5}}}))
    assert verdict.exit_code == 2 and "has top" in verdict.findings[0].text


def test_a_figure_that_no_row_gives_is_refused() -> None:
    verdict = judge([parsed(modules=(module("top", lut=1),))], budget_of({"modules": {"**": {"dsp": 0}}}))
    assert verdict.exit_code == 2


def test_modules_at_the_stage_that_is_asked() -> None:
    budget = budget_of({"stage": "route", "modules": {"**": {"lut": 5}}})
    assert judge([parsed(stage="synth", modules=(module("top", lut=1),))], budget).exit_code == 2
    assert judge([parsed(modules=(module("top", lut=1),))], budget).exit_code == 0


def test_a_figure_without_its_stage_does_not_hide_another() -> None:
    rows = (module("top", lut=1, ii_max=5),)
    budget = budget_of({"stage": "route", "modules": {"**": {"lut": 5, "ii_max": 4}}})
    found = judge([parsed("vitis_hls_csynth_rpt", "csynth", modules=rows)], budget).findings
    assert [(finding.status, finding.rule) for finding in found] == [("error", "lut"), ("fail", "module ii_max")]


def test_of_the_parts_that_their_wholes_clear_the_largest_is_named() -> None:
    def row(path: str, dsp: int | None) -> Module:
        return module(path, unknown={"dsp": "-"}) if dsp is None else module(path, dsp=dsp)

    rows = [row("top", 9), row("top/a", 2), row("top/a/x", None), row("top/b", 1), row("top/b/y", None)]
    baseline = Baseline({"top csynth": Design({"lut": 1}, {"top/a/x": {"dsp": 3}, "top/b/y": {"dsp": 5}})})
    fields = {"baseline": "b", "growth": {"lut": 0}, "modules": {"top/*/*": {"growth": {"dsp": 0}}}}
    found = judge([parsed(**SUMMARY, lut=1, modules=tuple(rows))], budget_of(fields), baseline).findings
    assert [finding.text for finding in found if finding.subject == "top/*/*"] == [
        "module growth dsp of top/*/* is 2 or less in top/a/x, by what it is part of; at most 3 is allowed"
    ]


def test_a_share_of_an_unknown_device_is_refused() -> None:
    budget = budget_of({"modules": {"**": {"lut": "5 %"}}})
    assert judge([parsed(modules=(module("top", lut=1),))], budget).exit_code == 2
    assert judge([parsed(modules=(module("top", lut=1),), available={"lut": 20})], budget).exit_code == 0


def test_literals_are_told_by_the_modules_own_reports() -> None:
    rows = (module("top", dsp=4), module("top/grp_fu_1", "conv", {"dsp": "-"}))
    summary, budget = parsed(**SUMMARY, dsp=4, modules=rows), budget_of({"modules": {"top/*": {"dsp": 1}}})
    refused = judge([summary], budget)
    assert refused.exit_code == 2 and "conv_csynth.rpt" in refused.of("error")[0].text
    for dsp, code in ((1, 0), (2, 1)):
        own = parsed("vitis_hls_csynth_rpt", "csynth", "conv", dsp=dsp)
        assert judge([summary, own], budget).exit_code == code


def test_a_part_has_no_more_than_the_whole() -> None:
    rows = (module("top", lut=9, unknown={"dsp": "-"}), module("top/a", lut=4, unknown={"dsp": "-"}))
    summary = parsed(**SUMMARY, unknown={"dsp": "-"}, lut=9, modules=rows)
    budget = budget_of({"dsp": 0, "modules": {"**": {"dsp": 0}}})
    assert judge([summary], budget).exit_code == 2
    whole = parsed("vitis_hls_csynth_rpt", "csynth", dsp=0)
    assert judge([summary, whole], budget).exit_code == 0
    some = parsed("vitis_hls_csynth_rpt", "csynth", dsp=3)
    assert judge([summary, some], budget_of({"modules": {"top/a": {"dsp": 2}}})).exit_code == 2
    within = parsed(**SUMMARY, modules=(*rows, module("top/b", dsp=2), module("top/b/x", unknown={"dsp": "-"})))
    (finding,) = judge([within], budget_of({"modules": {"top/b/*": {"dsp": 2}}})).findings
    assert finding.status == "pass" and "is 2 or less in top/b/x, by what it is part of" in finding.text
    assert judge([within], budget_of({"modules": {"top/b/*": {"dsp": 1}}})).exit_code == 2
    slow = parsed(**SUMMARY, modules=(module("top", ii_max=5), module("top/a", unknown={"ii_max": "?"})))
    assert judge([slow], budget_of({"modules": {"top/a": {"ii_max": 9}}})).exit_code == 2, "time does not add up so"


def test_rows_beyond_those_kept_are_held_too(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.parsed, "MODULES_KEPT", 2)
    report = parse(save(hierarchy(TREE), "hier.rpt"))
    assert report.modules_left_out == 3
    assert judge([report], budget_of({"modules": {"**/pool": {"lut": 50}}})).exit_code == 0
    assert judge([report], budget_of({"modules": {"**/pool": {"lut": 49}}})).exit_code == 1


def test_growth_of_modules() -> None:
    baseline = Baseline(
        {"top route": Design({"lut": 90}, {"top": {"lut": 90, "ff": 5}, "top/a": {"lut": 50, "ff": 5}})}
    )
    rows = (module("top", lut=95, ff=5), module("top/a", lut=52, ff=5))
    report = parsed(lut=90, modules=rows)

    def code(pattern: str, growth: object) -> int:
        fields = {"baseline": "b.json", "modules": {pattern: {"growth": growth}}}
        return judge([report], budget_of(fields), baseline).exit_code

    assert code("top/*", {"lut": "4 %"}) == 0
    assert code("top/*", {"lut": "3 %"}) == 1
    assert code("**", "6 %") == 0 and code("**", "5 %") == 1, "any figure of the baseline"
    assert code("top/*", {"uram": 1}) == 2, "the baseline has none"
    assert code("nothing", "5 %") == 2
    new = parsed(lut=90, modules=(*rows, module("top/new", lut=1)))
    fields = {"baseline": "b.json", "modules": {"**": {"growth": {"lut": "9 %"}}}}
    verdict = judge([new], budget_of(fields), baseline)
    assert verdict.exit_code == 2 and "top/new not in the baseline" in verdict.of("error")[0].text
    assert judge([parsed(top="other", lut=1, modules=rows)], budget_of(fields), baseline).exit_code == 2


def test_who_is_beyond_is_counted_and_three_are_named() -> None:
    values = (5, 5.5, 6, 7, 8, 9)
    rows = tuple(module(f"top/m{i}", bram18=value) for i, value in enumerate(values))
    (finding,) = judge([parsed(modules=rows)], budget_of({"modules": {"top/*": {"bram18": 5}}})).findings
    assert "(5 beyond: top/m1: 5.5; top/m2: 6; top/m3: 7)" in finding.text
    assert "9 in top/m5, worst of 6" in finding.text
    (even,) = judge([parsed(modules=rows[:1])], budget_of({"modules": {"top/*": {"bram18": 5}}})).findings
    assert even.status == "pass" and "beyond" not in even.text
    tied = (module("top/a", lut=5), module("top/b", lut=5))
    (first,) = judge([parsed(modules=tied)], budget_of({"modules": {"top/*": {"lut": 5}}})).findings
    assert "in top/a, worst of 2" in first.text


def test_every_report_with_a_hierarchy_is_held() -> None:
    share = {"modules": {"**": {"lut": "50 %"}}}
    blind = parsed(file="blind.rpt", stage="synth", modules=(module("top", lut=1),))
    known = parsed(file="known.rpt", modules=(module("top", lut=9),), available={"lut": 10})
    found = judge([blind, known], budget_of(share)).findings
    assert [(f.status, f.file, f.rule, f.subject) for f in found] == [
        ("error", "blind.rpt", "lut", "**"), ("fail", "known.rpt", "module lut", "**")
    ]  # fmt: skip
    assert "names no device" in found[0].text
    named = judge([blind], budget_of({**share, "device": "k26"})).findings
    assert [f.status for f in named] == ["pass"], "the device of the budget counts for modules too"
    two = [parsed(top=top, modules=(module(top, lut=1),)) for top in ("a", "b")]
    for pattern in ("a", "b", "?"):
        assert judge(two, budget_of({"modules": {pattern: {"lut": 1}}})).exit_code == 0


def test_time_of_modules_counts_at_any_stage() -> None:
    rows = (module("top", ii_max=5),)
    budget = budget_of({"stage": "route", "modules": {"**": {"ii_max": 5}}})
    assert judge([parsed("vitis_hls_csynth_rpt", "csynth", modules=rows)], budget).exit_code == 0


def test_growth_of_a_figure_held_from_below() -> None:
    baseline = Baseline({"top route": Design({"lut": 1}, {"top": {"fmax_mhz": 100.0}, "top/a": {"fmax_mhz": 100.0}})})
    rows = (module("top", fmax_mhz=96.0), module("top/a", fmax_mhz=95.0))
    for growth, code in (("5 %", 0), ("4 %", 1)):
        fields = {"baseline": "b", "growth": {"lut": 0}, "modules": {"**": {"growth": {"fmax_mhz": growth}}}}
        verdict = judge([parsed(lut=1, modules=rows)], budget_of(fields), baseline)
        assert verdict.exit_code == code
    assert "is 95 in top/a, worst of 2; at least 96 is asked (1 beyond: top/a: 95)" in verdict.of("fail")[0].text


def test_what_the_baseline_lacks_is_told() -> None:
    baseline = Baseline({"top route": Design({"lut": 1}, {"top": {"lut": 5}})})
    rows = (module("top", lut=5), *(module(f"top/n{i}", lut=1) for i in range(4)))
    fields = {"baseline": "b", "growth": {"lut": 0}, "modules": {"**": {"growth": {"lut": 0}}}}
    found = judge([parsed(file="u.rpt", lut=1, modules=rows)], budget_of(fields), baseline).of("error")
    assert [(f.file, f.rule, f.subject) for f in found] == [("u.rpt", "module growth lut", "**")]
    assert found[0].text.startswith("top/n0, top/n1, top/n2 and 1 more not in the baseline; ")
    (other,) = [f for f in judge([parsed(file="u.rpt", top="x", modules=rows)], budget_of(fields), baseline).of("error")
                if f.subject == "**"]  # fmt: skip
    assert (other.file, other.rule) == ("u.rpt", "growth lut") and other.text.startswith(
        "x route is not in the baseline;"
    )
