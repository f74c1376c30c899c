# SPDX-License-Identifier: Apache-2.0
"""No file takes more than ten seconds or 512 MiB, however it is made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import heavy
import pytest


def measured(path: Path) -> dict[str, Any]:
    run = subprocess.run([sys.executable, heavy.__file__, str(path)], capture_output=True, text=True)
    assert run.returncode == 0 and not run.stderr, run.stderr[-600:]
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("name", heavy.QUICK)
def test_a_heavy_file_stays_within_its_bounds(name: str, tmp_path: Path) -> None:
    path = tmp_path / "heavy"
    heavy.make(name, path)
    found = measured(path)
    path.unlink()
    assert found["seconds"] <= heavy.LONGEST
    assert found["mib"] <= heavy.MOST_MIB
    assert not found["complete"]


def test_the_measure_sees_memory(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_text("x")
    large.write_text('{"fmax": {}, "utilization": [' + "[1], " * 3_000_000 + "1]}")
    assert measured(large)["mib"] > measured(small)["mib"] + 50
