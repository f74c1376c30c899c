# SPDX-License-Identifier: Apache-2.0
"""Tools that are missing, fail, or print nothing: one clear message that names the tool, no result."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flow import tool


def csim(graph_folder: Path, root: Path, path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flow.cli", "csim", str(graph_folder), "--image", "6x5", "--images", "2"]
    environment = {**os.environ, "PATH": path}
    return subprocess.run(
        [*command, "--build-root", str(root)], capture_output=True, text=True, check=False, env=environment
    )


def fake(folder: Path, name: str, script: str) -> str:
    """A program in front of PATH."""
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_a_missing_compiler(graph_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = csim(graph_folder, tmp_path / "b", str(tmp_path / "empty"))
    assert run.returncode == 1 and "g++" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "script", ["echo broken >&2; exit 1", "exit 0"], ids=["fails", "prints nothing, makes nothing"]
)
def test_a_compiler_that_does_not_compile(graph_folder: Path, tmp_path: Path, script: str) -> None:
    run = csim(graph_folder, tmp_path / "b", fake(tmp_path / "bin", "g++", script))
    assert run.returncode == 1 and "g++" in run.stderr and "Traceback" not in run.stderr
    assert not list((tmp_path / "b" / ".cache").glob("csim/*"))


def test_variables_of_a_tool_give_way_to_those_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step sets for its tool is the tool's, unless the user has set it."""
    script = "import os, pathlib; pathlib.Path('seen').write_text(os.environ.get('ERN_TEST_PAGES', 'none'))"
    for own, given, seen in ((None, None, "none"), (None, "large", "large"), ("small", "large", "small")):
        if own:
            monkeypatch.setenv("ERN_TEST_PAGES", own)
        tool.run(
            [sys.executable, "-c", script], tmp_path, "seen", variables={"ERN_TEST_PAGES": given} if given else None
        )
        assert (tmp_path / "seen").read_text() == seen
