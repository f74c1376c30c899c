# SPDX-License-Identifier: Apache-2.0
"""The command as a process: pipes that close, interrupts, outputs that cannot be written, text that is no UTF-8."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import reports.commands.show
from reports.__main__ import main
from reports.commands.common import Outcome
from reports.errors import ReportError

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
CLEAN, MULTIPLIED = str(FIXTURES / "yosys_070_xcup.json"), str(FIXTURES / "yosys_070_ecp5_multiply.txt")
Save = Callable[..., Path]


def test_a_pipe_that_closes_early() -> None:
    """The reader is gone before anything is written."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    run = subprocess.run(
        [sys.executable, "-m", "reports", "show", CLEAN],
        cwd=ROOT, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(write_end)
    assert run.returncode == 2 and "Traceback" not in run.stderr and "Exception ignored" not in run.stderr


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> Outcome:
        raise KeyboardInterrupt

    monkeypatch.setattr(reports.commands.show, "read_all", interrupted)
    assert main(["show", CLEAN]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_terminal_without_utf8(save: Save) -> None:
    path = save("nothing", "größe.rpt")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    run = subprocess.run(
        [sys.executable, "-m", "reports", "gate", str(path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 2 and b"Traceback" not in run.stderr and b"gr\\xf6\\xdfe" in run.stderr


def test_a_file_that_cannot_be_written_after_another_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    target = f"junit={tmp_path}/file/x.xml"
    assert main(["gate", "--budget", str(tmp_path / "none.yaml"), "--format", "junit", "--write", target, CLEAN]) == 2
    err = capsys.readouterr().err
    assert "cannot be written" in err and "Traceback" not in err


def test_files_are_written_for_inputs_that_are_refused_at_once(tmp_path: Path) -> None:
    target = tmp_path / "gates.xml"
    assert main(["gate", "--budget", str(tmp_path / "none.yaml"), "--write", f"junit={target}", CLEAN]) == 2
    assert 'errors="1"' in target.read_text(), "the server sees the error whatever standard output is"


def test_several_files_in_one_object(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert main(["parse", "--json", CLEAN, MULTIPLIED, CLEAN]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [report["dsp"] for report in found["reports"]] == [0, 36]
    assert main(["show", "--json", CLEAN, str(save("nothing", "x.rpt"))]) == 2
    assert [report["complete"] for report in json.loads(capsys.readouterr().out)["reports"]] == [True, False]


def test_show_of_an_unusable_report_says_so(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(save("nothing", "x.rpt"))]) == 2
    assert "NOT USABLE (1 problems)" in capsys.readouterr().out


def test_errors_are_of_one_class() -> None:
    assert ReportError("f", "t").exit_code == 2
