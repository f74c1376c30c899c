# SPDX-License-Identifier: Apache-2.0
"""Both sides of what gates, baselines and diffs compute, where no other test stands at the boundary."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from tool_samples import module, parsed

from reports.baseline import Baseline, Design, baseline_of, parse_baseline, to_text, to_yaml, write_baseline
from reports.budget import budget_of
from reports.cells import infer_family
from reports.diff import change_table, changes
from reports.errors import ReportError
from reports.gate import evaluate, judge
from reports.report import report_of
from reports.subject import all_subjects

BASELINE = Baseline({"top route": Design({"lut": 300, "ff": 60}, {"top": {"lut": 300, "ff": 60}})})


@pytest.mark.parametrize(("name", "start"), [("a.json", "{"), ("a.yaml", "baseline: 1\n"), ("a.YML", "baseline: 1\n")])
def test_the_name_of_a_baseline_chooses_its_form(name: str, start: str, tmp_path: Path) -> None:
    write_baseline(tmp_path / name, BASELINE)
    assert (tmp_path / name).read_text().startswith(start)


def test_yaml_keeps_the_order_of_figures_and_one_line_a_module() -> None:
    path = "top/" + "x" * 90
    text = to_yaml(Baseline({"top route": Design({"lut": 300, "ff": 60}, {path: {"lut": 1, "ff": 2}})}))
    assert "    figures: {lut: 300, ff: 60}\n" in text and f"      {path}: {{lut: 1, ff: 2}}\n" in text


def test_what_stands_behind_the_end_of_a_yaml_baseline_is_refused() -> None:
    assert parse_baseline(to_yaml(BASELINE)).designs == BASELINE.designs
    with pytest.raises(ReportError, match="ends with a line"):
        parse_baseline(to_yaml(BASELINE) + "# more\n")


def test_blanks_before_a_baseline_do_not_change_its_form() -> None:
    assert parse_baseline("\n " + to_text(BASELINE)).designs == BASELINE.designs
    assert parse_baseline("\n\n" + to_yaml(BASELINE) + "\n").designs == BASELINE.designs


def test_a_baseline_holds_numbers_only() -> None:
    with pytest.raises(ValueError):
        to_text(Baseline({"top route": Design({"lut": math.nan})}))


def test_changes_are_signed_and_what_appears_or_vanishes_is_called_so() -> None:
    old = {"lut": 10, "ff": 9, "dsp": 1, "power_w": 1.5}
    new = {"lut": 12, "ff": 6, "uram": 2, "power_w": 1.75}
    found = changes(*(Baseline({"top": Design(figures)}) for figures in (old, new)))
    assert {row[1]: row[4] for row in change_table(found).rows} == {
        "lut": "+2", "ff": "-3", "dsp": "gone", "uram": "new", "power_w": "+0.25",
    }  # fmt: skip
    assert change_table(found).note == "" and change_table([]).note == "Nothing changed."


def test_the_text_of_a_gate_is_that_of_its_own_figure(data: dict[str, Any]) -> None:
    rows = (module("top", lut=9, dsp=3), module("top/a", lut=8, dsp=3))
    verdict = judge([parsed(lut=9, dsp=3, modules=rows)], budget_of({"lut": 9, "dsp": 0}))
    assert [(gate.name, gate.status, gate.text) for gate in verdict.gates] == [
        ("lut", "pass", None), ("dsp", "fail", "top/a: 3"),
    ]  # fmt: skip
    assert judge([parsed(lut=9)], budget_of({"lut": 8})).gates[0].text is None
    row = data["resources"][2]
    row["cells"] = {**row["cells"], "MULT18X18D": 1}
    row["modules"][0]["cells"] = row["cells"]
    row.update(dsp=1, dsp_cells=[{"module": "conv", "cell": "m0", "kind": "MULT18X18D", "place": "conv.sv:7"}])
    gates = evaluate(report_of(data), budget_of({"lut": 1, "dsp": 0, "family": "ecp5"}))
    told = {gate.name: gate.text or "" for gate in gates if gate.status == "fail"}
    assert "MULT18X18D" in told["dsp"] and "MULT18X18D" not in told["lut"]


def test_a_gate_that_holds_says_nothing_of_growth_and_one_without_a_subject_names_none(data: dict[str, Any]) -> None:
    (finding,) = judge([parsed(lut=300)], budget_of({}), Baseline({"top route": Design({"lut": 300})})).findings
    assert finding.text == "growth lut of top route is 300; at most 300 is allowed"
    found = judge([_report(data)], budget_of({"cycles_within": 0.5})).findings
    assert [finding.text for finding in found] == ["cycles_within is 0 relative; at most 0.5 is allowed"]


def _report(data: dict[str, Any]) -> Any:
    return parsed("ern_report", None, "ern_small", report=report_of(data))


def test_a_pair_that_was_not_compared_hides_no_other(data: dict[str, Any]) -> None:
    found = judge([_report(data)], budget_of({"exactness": {"a=b": 1, "graph=csim": 50}})).findings
    assert [(finding.status, finding.rule) for finding in found] == [
        ("error", "exactness"), ("pass", "exactness"), ("pass", "images"),
    ]  # fmt: skip


def test_three_modules_without_a_figure_are_named() -> None:
    rows = tuple(module(f"m{i}", lut=1) for i in range(5))
    (finding,) = judge([parsed(modules=rows)], budget_of({"modules": {"*": {"dsp": 0}}})).findings
    assert finding.text == "the report does not give it by module (m0, m1, m2)"


def test_a_kind_that_nobody_has_does_not_hide_the_family_of_the_others() -> None:
    assert infer_family(["FDRE", "MYIP"]) == "xilinx"
    assert infer_family(["LUT4", "MYIP"]) is None
    assert infer_family(["LUT3", "MULT9X9"]) == "gowin", "the one family that has both, though others have each"


def test_baselines_keep_modules_of_any_depth_that_is_asked() -> None:
    rows = (module("top", lut=3), module("top/a", lut=2), module("top/a/b", lut=1))
    for depth in (1, 2, 3):
        kept = baseline_of(all_subjects([parsed(lut=3, modules=rows)]), depth).designs["top route"].modules
        assert len(kept) == depth
