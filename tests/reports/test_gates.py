# SPDX-License-Identifier: Apache-2.0
"""Every kind of gate: passes, fails, and refuses an input that does not hold its figure; through the command too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_samples import CELLS, resource

from reports.__main__ import main
from reports.budget import Budget, budget_of, read_budget
from reports.errors import ReportError
from reports.gate import evaluate, gated
from reports.report import report_of

Data = dict[str, Any]
Save = Callable[..., Path]
FIXTURES = Path(__file__).parent / "fixtures"


def _with_dsp(d: Data) -> None:
    row = resource("ecp5", {**CELLS["ecp5"], "MULT18X18D": 3})
    row["dsp_cells"] = [{"module": "conv", "cell": "m0", "kind": "MULT18X18D", "place": "conv.sv:7"}]
    d["resources"][2] = row


def _drop_rows(stage: str) -> Callable[[Data], None]:
    def change(d: Data) -> None:
        d["resources"] = [row for row in d["resources"] if row["stage"] != stage]

    return change


# Limits, options of the command, what makes the gate fail, what takes its input away.
KINDS: dict[str, tuple[Data, list[str], Callable[[Data], Any], Callable[[Data], Any]]] = {
    "dsp": ({"dsp": 0}, ["--dsp", "0"], _with_dsp, _drop_rows("synth")),
    "lut": ({"lut": 1000}, ["--lut", "1000"], lambda d: _more(d, LUT6=1), _drop_rows("synth")),
    "lut share": ({"lut": "1 %"}, ["--lut", "1%"], lambda d: _more(d, LUT6=500), lambda d: d.pop("device")),
    "ff": ({"ff": 1200}, ["--ff", "1200"], lambda d: _more(d, FDRE=1), lambda d: d["resources"][1].pop("ff")),
    "bram18": ({"bram18": 6}, ["--bram18", "6"], lambda d: _more(d, RAMB18E2=1), _drop_rows("synth")),
    "uram": ({"uram": 0}, ["--uram", "0"], lambda d: _more(d, URAM288=1), lambda d: d["resources"][1].pop("uram")),
    "exactness": (
        {"exactness": {"graph=rtlsim": 50}},
        ["--exact", "graph=rtlsim:50"],
        lambda d: d["exactness"][2].update(mismatches=1),
        lambda d: d["exactness"].pop(),
    ),
    "images": (
        {"exactness": {"graph=csim": 50}},
        ["--exact", "graph=csim:50"],
        lambda d: d["exactness"][1].update(images=49),
        lambda d: d["exactness"].pop(1),
    ),
    "accuracy": (
        {"accuracy": 0.925},
        ["--accuracy", "0.925"],
        lambda d: d["accuracy"].update(graph=0.92),
        lambda d: d.pop("accuracy"),
    ),
    "fps": (
        {"fps": 30_000},
        ["--fps", "30000"],
        lambda d: d["performance"].update(fps=29_999),
        lambda d: d["performance"].pop("fps"),
    ),
    "ii_max": (
        {"ii_max": 6272},
        ["--ii-max", "6272"],
        lambda d: d["performance"]["cycles_per_frame"].update(rtlsim=6273),
        lambda d: _no_simulation(d),
    ),
    "cycles_within": (
        {"cycles_within": 0.02},
        ["--cycles-within", "0.02"],
        lambda d: d["performance"]["cycles_per_frame"].update(model=6400),
        lambda d: _no_simulation(d),
    ),
    "lut_within": (
        {"lut_within": 0.15},
        ["--lut-within", "0.15"],
        lambda d: d["resources"][0].update(lut=1151),
        _drop_rows("estimate"),
    ),
    "bram18_within": (
        {"bram18_within": 0.15},
        ["--bram18-within", "0.15"],
        lambda d: d["resources"][0].update(bram18=7),
        _drop_rows("estimate"),
    ),
    "fifo": (
        {"fifo": True},
        ["--fifo"],
        lambda d: d["fifos"][0].update(peak=17),
        lambda d: d.pop("fifos"),
    ),
}  # fmt: skip


def _more(d: Data, **cells: int) -> None:
    old = d["resources"][1]["cells"]
    d["resources"][1] = resource("xcup", {**old, **{k: old.get(k, 0) + n for k, n in cells.items()}})


def _no_simulation(d: Data) -> None:
    del d["performance"]["cycles_per_frame"]["rtlsim"], d["performance"]["fps"]


@pytest.mark.parametrize("kind", KINDS)
def test_gate_passes_fails_refuses(kind: str, data: Data, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    limits, options, spoil, remove = KINDS[kind]
    name = kind.split()[0]
    original = json.dumps(data)
    assert {g.status for g in evaluate(report_of(data), budget_of(limits)) if g.name == name} == {"pass"}
    assert main(["gate", str(save(data)), *options]) == 0

    spoil(data)
    failing = [g for g in evaluate(report_of(data), budget_of(limits)) if g.name == name and g.status == "fail"]
    assert len(failing) == 1
    assert main(["gate", str(save(data)), *options]) == 1

    data = json.loads(original)
    remove(data)
    assert main(["gate", str(save(data)), *options]) == 2
    captured = capsys.readouterr()
    assert "gate " in captured.err and "Traceback" not in captured.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', "no report"])
def test_broken_input_is_two(text: str, save: Save) -> None:
    assert main(["gate", str(save(text))]) == 2


def test_failing_dsp_gate_names_the_place(data: Data) -> None:
    _with_dsp(data)
    gate = next(g for g in evaluate(report_of(data), Budget({"dsp": 0})) if g.status == "fail")
    assert gate.subject == "synth rtl ecp5" and gate.text == "MULT18X18D m0 in module conv (conv.sv:7)"


def test_every_family_is_held_against_dsp(data: Data) -> None:
    assert [g.subject for g in evaluate(report_of(data), Budget({"dsp": 0}))] == ["synth rtl xcup", "synth rtl ecp5"]


def test_bram_predicted_for_a_design_without_any(data: Data) -> None:
    cells = {k: n for k, n in CELLS["xcup"].items() if k != "RAMB36E2"}
    data["resources"][1] = resource("xcup", cells)
    data["resources"][0]["bram18"] = 0
    assert gated(report_of(data), Budget(bram18_within=0.15)).passed
    data["resources"][0]["bram18"] = 1
    assert not gated(report_of(data), Budget(bram18_within=0.15)).passed


def test_limits_of_a_file(tmp_path: Path, data: Data, save: Save) -> None:
    path = tmp_path / "budget.yaml"
    path.write_text("lut: 33 %\nbram18: 10\nexactness: {graph=csim: 50}\nfifo: true\nfps: 30000\n")
    assert len(evaluate(report_of(data), read_budget(path))) == 2 + 2 + 2
    assert main(["gate", str(save(data)), "--budget", str(path)]) == 0
    assert main(["gate", str(save(data)), "--budget", str(path), "--lut", "5"]) == 1
    assert main(["gate", str(save(data)), "--budget", str(path), "--exact", "graph=rtlsim", "--family", "xcup"]) == 0


@pytest.mark.parametrize(
    "text",
    ["lutt: 3", "lut: much", "lut: -1", "lut: 120 %", "dsp: 0.5", "fps: -1", "fifo: 1", "exactness: [a]", "a: [", "3",
     "exactness: {graph=csim: none}", "family: 3", "accuracy: .nan", "lut: true"],
)  # fmt: skip
def test_bad_limits_are_refused(text: str, tmp_path: Path, data: Data, save: Save) -> None:
    path = tmp_path / "budget.yaml"
    path.write_text(text)
    with pytest.raises(ReportError):
        read_budget(path)
    assert main(["gate", str(save(data)), "--budget", str(path)]) == 2


def test_limits_that_ask_nothing_are_no_pass(data: Data) -> None:
    with pytest.raises(ReportError, match="nothing"):
        evaluate(report_of(data), Budget())


def test_recorded_failure_fails_again(data: Data, save: Save) -> None:
    assert main(["gate", str(save(data))]) == 0
    data["gates"].append({"name": "fps", "limit": 60_000, "value": 31_000, "status": "fail", "rule": ">="})
    assert main(["gate", str(save(data))]) == 1


def test_gate_of_a_plain_netlist() -> None:
    clean, multiplied = FIXTURES / "yosys_070_xcup.json", FIXTURES / "yosys_070_ecp5_multiply.txt"
    assert main(["gate", str(clean), "--dsp", "0", "--lut", "400"]) == 0
    assert main(["gate", str(clean), "--lut", "300"]) == 1
    assert main(["gate", str(multiplied)]) == 1
    assert main(["gate", str(clean), "--fps", "10"]) == 2, "a netlist has no speed"


def test_json_of_the_gate(data: Data, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    main(["gate", "--json", str(save(data)), "--fps", "40000"])
    found = json.loads(capsys.readouterr().out)
    assert found["passed"] is False and found["gates"][-1]["rule"] == ">="
