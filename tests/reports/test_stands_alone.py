# SPDX-License-Identifier: Apache-2.0
"""reports/ works where nothing of this project is but its folder, and no library but PyYAML and defusedxml."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"

# Runs `python -m reports` with an import hook that refuses everything beyond the allowed names.
GUARD = """
import importlib.abc, runpy, sys
ALLOWED = set(sys.stdlib_module_names) | {"reports", "yaml", "_yaml", "defusedxml", "__main__"}
class Guard(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ImportError(f"{name} is not allowed here")
sys.meta_path.insert(0, Guard())
try:
    import numpy
except ImportError:
    pass
else:
    sys.exit("the guard does not guard")
runpy.run_module("reports", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports/ and nothing else of the project."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(ROOT / "reports", folder / "reports", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", GUARD, *map(str, arguments)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GITHUB"))}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_command_runs_alone(alone: Path) -> None:
    clean, multiplied = FIXTURES / "yosys_070_xcup.json", FIXTURES / "yosys_070_ecp5_multiply.txt"
    parsed = run(alone, "parse", "--json", clean)
    assert parsed.returncode == 0, parsed.stderr
    assert json.loads(parsed.stdout)["dsp"] == 0
    assert run(alone, "gate", "--dsp", "0", clean).returncode == 0
    assert run(alone, "gate", "--dsp", "0", multiplied, "--format", "sarif").returncode == 1
    assert run(alone, "gate", "--lut", "50 %", "--device", "k26", clean).returncode == 0
    assert run(alone, "baseline", "update", clean, "-o", "base.json").returncode == 0
    assert run(alone, "gate", "--baseline", "base.json", clean, "--format", "junit").returncode == 0
    assert run(alone, "diff", "base.json", clean).returncode == 0
    assert run(alone, "show", clean, "--html", "page.html").returncode == 0
    assert (alone / "page.html").is_file()
    assert run(alone, "parse", "absent.rpt").returncode == 2


def test_the_version_of_a_folder_that_is_not_installed(alone: Path) -> None:
    found = run(alone, "--version")
    assert found.returncode == 0 and found.stdout.startswith("reports ")
