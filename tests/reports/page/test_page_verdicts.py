# SPDX-License-Identifier: Apache-2.0
"""A page never looks better than its reports: each state by what a person reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from page_samples import Reader, broken, of_report, vivado

from reports.budget import Budget
from reports.gate import judge
from reports.page import designs_of, page, verdict_of
from reports.page.collect import FAIL, PASS, UNGATED, UNUSABLE
from reports.parsed import Figures, Parsed, Problem


def large_badge(reports: list[Parsed]) -> str:
    (badge,) = Reader(page(reports)).find("span", "large")
    return badge.text


def failing(data: dict[str, Any]) -> Parsed:
    gate = {"name": "fps", "limit": 5, "value": 3, "status": "fail", "rule": ">=", "text": "too slow"}
    return of_report({**data, "gates": [*data["gates"], gate]})


def test_pass(data: dict[str, Any]) -> None:
    assert large_badge([of_report(data)]) == "✓ Pass"


def test_a_failed_gate(data: dict[str, Any]) -> None:
    text = Reader(page([failing(data)])).visible()
    assert large_badge([failing(data)]) == "✗ Fail"
    assert "1 of 2 gates fail: fps." in text and "too slow" in text
    assert text.index("too slow") < text.index("synth rtl xcup")


def test_no_gate_is_no_pass(data: dict[str, Any]) -> None:
    assert large_badge([of_report({**data, "gates": []})]) == "– No gate"
    assert large_badge([vivado()]) == "– No gate"
    assert "this is no pass" in Reader(page([vivado()])).visible()


def test_an_unusable_report_shows_its_problem_and_no_pass() -> None:
    read = Reader(page([broken()]))
    assert large_badge([broken()]) == "! Unusable"
    (alert,) = read.find("div", "bad")
    assert alert.attributes["role"] == "alert" and alert.text == "1 problemcut.rpt, line 7, lut is cut off"
    assert "✓" not in read.visible()


def test_figures_of_an_unusable_report_are_marked() -> None:
    problem = Problem("top.rpt", "is cut off", 9)
    read = Reader(page([vivado(problems=(problem,), complete=False)]))
    assert read.find("dl", "doubtful") and not Reader(page([vivado()])).find("dl", "doubtful")
    assert "cell by cell" not in read.visible()


def test_a_failed_run_is_not_usable_either() -> None:
    run = Parsed("cosim.rpt", "hls_cosim_rpt", top="f", state="Fail", problems=(Problem("cosim.rpt", "Fail"),))
    assert run.complete and large_badge([run]) == "! Unusable"


def test_one_unusable_report_among_good_ones_spoils_the_page(data: dict[str, Any]) -> None:
    for reports in ([of_report(data), broken()], [broken(), of_report(data)]):
        assert large_badge(reports) == "! Unusable"
        read = Reader(page(reports))
        assert "is cut off" in read.find("header")[0].text


def test_an_unusable_build_in_a_history_spoils_it() -> None:
    cut = vivado(file="1.rpt", problems=(Problem("1.rpt", "is cut off"),), complete=False)
    (design,) = designs_of([cut, vivado(file="2.rpt")])
    assert design.verdict == UNUSABLE and design.last.verdict == UNGATED
    assert "1 of 2 reports cannot be vouched for" in Reader(page([cut, vivado(file="2.rpt")])).visible()


def test_the_worst_design_counts(data: dict[str, Any]) -> None:
    good, none, bad, cut = of_report(data), vivado(), failing({**data, "model": "b"}), broken()
    assert verdict_of(designs_of([good])) == PASS
    assert verdict_of(designs_of([good, none])) == UNGATED
    assert verdict_of(designs_of([good, none, bad])) == FAIL
    assert verdict_of(designs_of([good, none, bad, cut])) == UNUSABLE
    assert verdict_of([]) == UNUSABLE


def test_an_older_failure_is_history(data: dict[str, Any]) -> None:
    read = Reader(page([failing(data), of_report(data)]))
    assert large_badge([failing(data), of_report(data)]) == "✓ Pass"
    assert "✗ Fail" in read.visible()
    assert large_badge([of_report(data), failing(data)]) == "✗ Fail"


def test_a_figure_that_is_not_given_is_absent_and_a_literal_stays_one() -> None:
    report = vivado(figures=Figures(lut=0), unknown={"latency_max": "?"}, available={"lut": 100}, modules=())
    tiles = [(e.children[0].text, e.children[1].text) for e in Reader(page([report])).find("dl", "tiles")[0].children]
    assert tiles == [("LUT", "00 % of 100"), ("Latency, most", "?as the report says it")]


def test_a_dsp_block_is_shown(data: dict[str, Any]) -> None:
    from report_samples import resource

    row = resource("xcup", {"LUT6": 5, "DSP48E2": 2})
    row["dsp_cells"] = [{"module": "top", "cell": "mul_1", "kind": "DSP48E2", "place": "mul.sv:7"}]
    text = Reader(page([of_report({**data, "resources": [row]})])).visible()
    assert "2 DSP blocks among 7 cells" in text and "DSP48E2 mul_1 in module top (mul.sv:7)" in text
    assert "No DSP block" not in text


def test_a_count_without_cells_is_no_proof() -> None:
    text = Reader(page([vivado()])).visible()
    assert "counts 0 DSP blocks; it lists no cells that would prove the count" in text
    text = Reader(page([vivado(figures=Figures(lut=3))])).visible()
    assert "gives no DSP figure" in text


def test_cells_of_a_mapped_netlist_prove_it() -> None:
    netlist = Parsed(
        "s.json", "yosys_stat_json", top="top", stage="synth", family="xilinx", cells={"LUT6": 3, "FDRE": 1}
    )
    assert "No DSP block among 4 cells" in Reader(page([replace(netlist, figures=Figures(lut=3, dsp=0))])).visible()
    assert "No DSP block" not in Reader(page([netlist])).visible()
    odd = replace(netlist, family="odd", figures=Figures(dsp=0))
    assert "not told" in Reader(page([odd])).visible()


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 % of"),
        (1, "<0.1 % of"),
        (116_119, "99.1 % of"),
        (117_119, "99.9 % of"),
        (117_120, "100 % of"),
        (120_000, "102.5 % of"),
    ],
)
def test_shares_of_the_device(share: int, said: str) -> None:
    assert f"{said} 117,120" in Reader(page([vivado(figures=Figures(lut=share))])).visible()


def test_incomplete_without_a_problem_is_one() -> None:
    read = Reader(page([vivado(complete=False)]))
    assert "is not complete" in read.find("div", "bad")[0].text and "✓" not in read.visible()


def test_a_budget_gives_gates_to_reports_of_any_tool() -> None:
    def judged(limit: int) -> str:
        reports = [vivado()]
        return Reader(page(reports, judge(reports, Budget({"dsp": 0, "lut": limit})))).visible()

    assert "✓ Pass" in judged(1000) and "All 2 gates hold." in judged(1000)
    assert "✗ Fail" in judged(999) and "1 of 2 gates fail: lut." in judged(999)


def test_a_gate_that_cannot_be_told_is_no_pass() -> None:
    reports = [vivado()]
    judged = judge(reports, Budget({"dsp": 0, "fps": 100}))
    read = Reader(page(reports, judged))
    assert read.find("span", "large")[0].text == "! Unusable"
    assert "Not every gate can be told" in read.visible() and "fps" in read.find("div", "bad")[0].text


def test_a_budget_is_told_beside_the_gates_that_a_report_recorded(data: dict[str, Any]) -> None:
    recorded = {"name": "fps", "limit": 5, "value": 30, "status": "pass", "rule": ">="}
    reports = [of_report({**data, "gates": [recorded]})]
    judged = judge(reports, Budget({"dsp": 0}))
    (design,) = designs_of(reports, judged)
    assert [gate.name for gate in design.last.gates] == ["dsp", "dsp", "fps"]
