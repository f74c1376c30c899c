# SPDX-License-Identifier: Apache-2.0
"""The last step leaves the report in three forms, all of the same figures."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flow.pipeline import Request, verdict
from reports.budget import Budget, Share
from reports.gate import gated
from reports.report import read_report
from reports.schema import Cycles, Device, Gate, Performance, Report, Resource


@pytest.mark.parametrize(("value", "status", "word"), [(3, "fail", "Fail"), (7, "pass", "Pass")])
def test_report_summary_and_page(
    value: int, status: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate("fps", limit=5, value=value, status=status, rule=">=")
    found = Report("net", "kv260", "0" * 64, 200, (), Performance(Cycles(10)), (), (), (gate,), ())
    monkeypatch.setattr(verdict, "make_report", lambda state: found)
    state: Any = SimpleNamespace(workspace=SimpleNamespace(path=lambda name: tmp_path / name))
    assert verdict.report(state)["passed"] is (status == "pass")
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "summary.md", "report.html"}
    assert read_report(tmp_path / "report.json") == found
    assert f"<title>net on kv260: {status}</title>" in (tmp_path / "report.html").read_text()
    assert f" {word}</span></div>" in (tmp_path / "report.html").read_text()


def test_limits_of_the_user_are_gates_on_the_synthesised_design() -> None:
    equal = {"pair": "graph=csim", "images": 2, "streams": 1, "values": 9, "mismatches": 0}
    results = {step: {"exactness": equal, "differing": []} for step in ("evaluate", "csim", "rtlsim")}
    request = Request("ern_tiny", limits={"lut": 90, "uram": 0})
    state: Any = SimpleNamespace(source=SimpleNamespace(kind="network"), request=request, results=results)
    kept = verdict.budget(state)
    assert (kept.limits["lut"], kept.limits["uram"], kept.limits["bram18"]) == (90, 0, Share(1.0))
    synth: Any = {
        "stage": "synth",
        "source": "rtl",
        "tool": "yosys",
        "version": "0",
        "ff": 1,
        "bram18": 0,
        "uram": 0,
        "dsp": 0,
    }
    device = Device("part", "xcup", 1000, 1000, 10, 10, 10)

    def lut_gate(lut: int) -> str:
        resources = (Resource(lut=lut, family="xcup", **synth), Resource(lut=10 * lut, family="ecp5", **synth))
        found = Report(
            "net", "kv260", "0" * 64, 200, (), Performance(Cycles(10, 10)), resources, (), (), (), device=device
        )  # fmt: skip
        (gate,) = (g for g in gated(found, Budget({"lut": kept.limits["lut"]})).gates if g.name == "lut")
        return gate.status

    assert lut_gate(90) == "pass", "the other family's LUTs are not the board's"
    assert lut_gate(91) == "fail"
