# SPDX-License-Identifier: Apache-2.0
"""reports page: the file, what is said, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_samples import Reader

from reports.__main__ import main

Save = Callable[..., Path]


def run(tmp_path: Path, *files: Path, budget: str = "") -> tuple[int, Path]:
    out = tmp_path / "out" / "page.html"
    options = []
    if budget:
        (tmp_path / "budget.yaml").write_text(budget)
        options = ["--budget", str(tmp_path / "budget.yaml")]
    return main(["page", "--json", "-o", str(out), *options, *map(str, files)]), out


def test_pass(data: dict[str, Any], save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(tmp_path, save(data, "1.json"), save(data, "2.json"))
    assert code == 0 and "History of 2 builds" in Reader(out.read_text()).visible()
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "pass"
    assert told["designs"] == [{"design": "ern_small on kv260", "verdict": "pass", "builds": 2}]


def test_a_failed_gate_is_1(data: dict[str, Any], save: Save, tmp_path: Path) -> None:
    assert run(tmp_path, save(data), budget="lut: 10\n")[0] == 1
    assert run(tmp_path, save(data), budget="lut: 1000000\n")[0] == 0


def test_an_unusable_input_is_2_and_the_page_says_so(data: dict[str, Any], save: Save, tmp_path: Path) -> None:
    good, cut = save(data, "good.json"), save(json.dumps(data)[:500], "cut.json")
    code, out = run(tmp_path, good, cut, tmp_path / "missing.rpt")
    text = Reader(out.read_text()).visible()
    assert code == 2 and "! Unusable" in text and "truncated" in text and "cannot be read" in text
    assert run(tmp_path, good, cut, budget="dsp: 0\n")[0] == 2


def test_a_page_that_cannot_be_written_is_an_error(
    data: dict[str, Any], save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file")
    assert run(tmp_path, save(data))[0] == 2
    assert "cannot be written" in capsys.readouterr().out
