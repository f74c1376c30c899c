# SPDX-License-Identifier: Apache-2.0
"""Builds in order: which belong together, which figures compare, and what the charts draw."""

from __future__ import annotations

from typing import Any

import pytest
from page_samples import Reader, of_report, vivado

from reports.page import designs_of, page
from reports.page.collect import labels
from reports.page.history import chart
from reports.parsed import Figures


def test_builds_of_one_design_are_one_history(data: dict[str, Any]) -> None:
    other = {**data, "model": "other"}
    files = [of_report(data, "1/report.json"), of_report(other, "2/report.json"), of_report(data, "3/report.json")]
    first, second = designs_of(files)
    assert [build.label for build in first.builds] == ["1", "3"] and first.last.label == "3"
    assert [build.label for build in second.builds] == ["2"]


def test_reports_of_another_top_device_or_kind_are_other_designs() -> None:
    assert len(designs_of([vivado(), vivado(top="b"), vivado(device="x"), vivado(kind="vivado_timing"), vivado()])) == 4


def test_the_last_build_is_the_one_shown() -> None:
    builds = [vivado(file="old", figures=Figures(lut=500)), vivado(file="new", figures=Figures(lut=400))]
    read = Reader(page(builds))
    assert read.find("dl", "tiles")[0].text.startswith("LUT400")
    table = next(e for e in read.find("table") if e.children[0].text == "Figures of every build")
    assert [row.text for row in table.children[2].children] == ["old– No gate500", "new– No gate400−20.0 %"]
    assert "History of 2 builds" in read.visible() and "History" not in Reader(page(builds[:1])).visible()


def test_figures_of_another_stage_are_not_compared() -> None:
    builds = [vivado(stage="synth", figures=Figures(lut=500)), vivado(figures=Figures(lut=400))]
    (figure,) = Reader(page(builds)).find("figure")
    assert "400 throughout" in figure.text and "%" not in figure.text


def test_an_estimate_is_not_compared_with_a_mapped_netlist(data: dict[str, Any]) -> None:
    early = {**data, "resources": data["resources"][:1]}
    (design,) = designs_of([of_report(early), of_report(data)])
    assert [build.figures(design.last.basis).get("lut") for build in design.builds] == [1050, 1000] or (
        [build.figures(design.last.basis).get("lut") for build in design.builds] == [None, 1000]
    )
    assert design.builds[0].figures(design.last.basis).get("lut") is None


def test_a_build_without_the_figure_breaks_the_line() -> None:
    names = list("abcde")
    drawn = chart("lut", [5, 4, None, 3, 2], names)
    assert drawn.count("<polyline") == 2 and drawn.count("<circle") == 4
    assert chart("lut", [5, 4, 4, 3, 2], names).count("<polyline") == 1
    assert "not given" in chart("lut", [5, None], names[:2])


def test_points_lie_where_the_values_are() -> None:
    drawn = chart("fps", [10, 20, 15], ["a", "b", "c"])
    assert 'points="3.00,88.00 50.00,12.00 97.00,50.00"' in drawn
    assert "between 10 and 20" in drawn and "−25.0 %" in drawn
    assert 'points="3.00,50.00 97.00,50.00"' in chart("dsp", [0, 0], ["a", "b"])


def test_slack_that_changes_its_sign_shows_where_zero_is() -> None:
    drawn = chart("wns_ns", [-1, 1], ["a", "b"])
    assert 'y1="50.00%" y2="50.00%" class="zero"' in drawn
    assert "zero" not in chart("wns_ns", [0.5, 1], ["a", "b"])


@pytest.mark.parametrize("count", [2, 61, 150])
def test_long_histories_stay_small(count: int) -> None:
    text = page([vivado(file=f"{i}.rpt", figures=Figures(lut=100 + i % 7), modules=()) for i in range(count)])
    assert len(text.encode()) < 200_000
    said = f"{count - 100} more rows are left out" in text
    assert said == (count > 100)


def test_labels() -> None:
    assert labels(["/a/1/r.json", "/a/2/r.json"]) == ["1", "2"]
    assert labels(["r.json", "r.json"]) == ["r.json", "r.json"]
    assert labels(["/a/b/x.rpt", "c/y.rpt"]) == ["/a/b/x.rpt", "c/y.rpt"]
    assert labels(["x/a.rpt", "x/y/b.rpt"]) == ["a.rpt", "y/b.rpt"]
    assert labels([""]) == ["."] or labels([""]) == [""]
