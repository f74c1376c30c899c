# SPDX-License-Identifier: Apache-2.0
"""The committed baselines of the zoo, and the make targets that gate and renew them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reports.baseline import read_baseline, to_text
from reports.budget import read_budget

ROOT = Path(__file__).resolve().parents[3]
BASELINES = sorted((ROOT / "baselines").glob("*.json"))


def test_the_budget_of_the_zoo() -> None:
    budget = read_budget(ROOT / "baselines" / "budget.yaml")
    assert budget.limits["dsp"] == 0 and budget.growth["*"].allowed(100) == 0 and budget.modules


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_a_baseline_is_of_its_net_as_it_is_written(path: Path) -> None:
    baseline = read_baseline(path)
    assert to_text(baseline) == path.read_text()
    assert all(name.startswith(f"{path.stem} ") for name in baseline.designs)
    rows = [design.figures for name, design in baseline.designs.items() if " synth " in name]
    assert len(rows) == 2 and all(row["dsp"] == 0 for row in rows)


def test_both_nets_of_the_zoo_have_one() -> None:
    assert [path.stem for path in BASELINES] == ["ern_small", "ern_tiny"]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
@pytest.mark.parametrize("target", ["gate", "baseline"])
def test_the_targets_build_every_net_and_read_its_report(target: str) -> None:
    command = ["make", "-n", target, "GATED=ern_tiny other"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "for model in ern_tiny other" in run.stdout and "build/gate/$model/report.json" in run.stdout
    assert "|| exit" in run.stdout, "a gate that fails ends the run"
