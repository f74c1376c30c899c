# SPDX-License-Identifier: Apache-2.0
"""budget.yaml: what it may say, and that everything else is refused with the field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tool_samples import hierarchy

from reports import devices
from reports.__main__ import main
from reports.budget import Growth, Share, budget_of, read_budget
from reports.errors import ReportError

Save = Callable[..., Path]
FULL = """
stage: route
device: xck26-sfvc784-2LV-c
dsp: 0
lut: 70 %
bram18: 3.5
wns_ns: -0.05
fps: 30000
baseline: baselines/top.json
growth: {lut: 2 %, ff: 2 % or 100, bram18: 0}
modules:
  "**": {dsp: 0}
  "top/conv*": {lut: 5000, growth: {lut: 5 %}}
"""


def test_a_full_budget(save: Save, tmp_path: Path) -> None:
    budget = read_budget(save(FULL, "budget.yaml"))
    assert budget.limits == {"dsp": 0, "lut": Share(0.7), "bram18": 3.5, "wns_ns": -0.05, "fps": 30000}
    assert budget.baseline == tmp_path / "baselines" / "top.json", "from the folder of the budget"
    assert budget.growth == {"lut": Growth(0.02), "ff": Growth(0.02, 100), "bram18": Growth()}
    assert [module.pattern for module in budget.modules] == ["**", "top/conv*"]
    assert budget.modules[1].growth == {"lut": Growth(0.05)}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("lutt: 3", "lutt"), ("stage: done", "stage"), ("stage: estimate", "stage"), ("stage: [route]", "stage"),
        ("device: nothing", "device"), ("device: 3", "device"), ("growth: 2 %", "growth"),
        ("{baseline: b, growth: {lutt: 1}}", "growth"), ("{baseline: b, growth: 2 % or 3 %}", "growth"),
        ("{baseline: b, growth: -1}", "growth"), ("{baseline: b, growth: much}", "growth"),
        ("baseline: 3", "baseline"),
        ("{baseline: b, growth: {lut: [1]}}", "growth.lut"), ("{baseline: b, growth: 1 or x}", "growth"),
        ("modules: 3", "modules"), ("modules: {}", "modules"), ('modules: {"**": 3}', "modules.**"),
        ('modules: {"**": {}}', "modules.**"), ('modules: {"**": {area: 3}}', "modules.**"),
        ("modules: {3: {dsp: 0}}", "modules.3"), ('modules: {"**": {dsp: -1}}', "dsp"),
        ('modules: {"**": {growth: 3}}', "growth"), ("fmax_mhz: 50 %", "fmax_mhz"), ("wns_ns: .inf", "wns_ns"),
        ("latency_max: 1.5", "latency_max"), ("accuracy: 1.01", "accuracy"), ("lut: 101 %", "lut"),
        ("lut: -5 %", "lut"), ("lut: x %", "lut"), ("dsp: true", "dsp"), ("lut: '5'", "lut"),
        ("cycles_within: '1'", "cycles_within"), ("cycles_within: .inf", "cycles_within"),
        ("{baseline: b, growth: .inf}", "growth"), ("{baseline: b, growth: 1 or 2}", "growth"),
        ("exactness: {graph=csim: 0}", "exactness"),
    ],
)  # fmt: skip
def test_bad_fields_are_refused_by_name(text: str, field: str, save: Save) -> None:
    with pytest.raises(ReportError) as caught:
        read_budget(save(text, "budget.yaml"))
    assert caught.value.place == field and caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text", ["", "- a", "a: [", "3", "{" * 5000, "a: &a [*a, *a]\nb: *a", "? ", "dsp: 0\n---\nlut: 3"]
)
def test_files_that_are_no_budget(text: str, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    report = save(hierarchy(), "hier.rpt")
    assert main(["gate", "--budget", str(save(text, "budget.yaml")), str(report)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_most_and_the_least_that_can_be_asked() -> None:
    asked = {"lut": "100 %", "accuracy": 1, "exactness": {"graph=csim": 1}, "stage": "csynth"}
    budget = budget_of(asked)
    assert budget.limits == {"lut": Share(1.0), "accuracy": 1} and budget.exactness == {"graph=csim": 1}
    assert budget.stage == "csynth"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"lut": "much"}, "a count or a share such as 33 %, found 'much'"), ({"fps": "much"}, "a number, found 'much'")],
)
def test_a_message_says_what_a_limit_may_be(fields: dict[str, str], expected: str) -> None:
    with pytest.raises(ReportError) as caught:
        budget_of(fields)
    assert caught.value.text == f"expected {expected}"


def test_empty_fields_ask_nothing() -> None:
    assert not budget_of({"dsp": None, "stage": None, "modules": None}).asks


def test_options_go_before_the_file(save: Save) -> None:
    budget, report = str(save("lut: 5\nmodules: {'**': {dsp: 0}}", "budget.yaml")), str(save(hierarchy(), "hier.rpt"))
    assert main(["gate", "--budget", budget, report]) == 1
    assert main(["gate", "--budget", budget, "--lut", "300", report]) == 0
    assert main(["gate", "--budget", budget, "--lut", "300", "--module", "top/pool:lut=49", report]) == 1


@pytest.mark.parametrize(
    "options",
    [["--lut", "much"], ["--lut", "1e99999"], ["--module", "lut=3"], ["--module", "**:lut"], ["--module", "**:area=3"],
     ["--growth", "x"], ["--device", "none"], ["--exact", "a:b"], ["--wns-ns", "[1]"], ["--lut", "{"]],
)  # fmt: skip
def test_bad_options_are_two(options: list[str], save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", *options, str(save(hierarchy(), "hier.rpt"))]) == 2
    assert "error: options: " in capsys.readouterr().err


def test_negative_slack_as_an_option(save: Save) -> None:
    assert main(["gate", "--wns-ns", "-0.5", str(save(hierarchy(), "hier.rpt"))]) == 2, "no timing in this report"


def test_devices_agree_with_the_boards() -> None:
    boards = pytest.importorskip("flow.boards")
    assert boards.board_names()
    for name in boards.board_names():
        board = boards.load_board(name)
        has = devices.amounts(board.part)
        assert has is not None and all(has[figure] == getattr(board, figure) for figure in has), name
