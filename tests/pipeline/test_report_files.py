# SPDX-License-Identifier: Apache-2.0
"""The last step leaves the report in three forms, all of the same figures."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flow.pipeline import verdict
from reports.report import read_report
from reports.schema import Cycles, Gate, Performance, Report


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
