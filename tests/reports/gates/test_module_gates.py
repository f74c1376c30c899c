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
from reports.baseline import Baseline, Design
from reports.budget import budget_of
from reports.gate import judge
from reports.module_gates import matches
from reports.parse import parse

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
