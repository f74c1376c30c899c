# SPDX-License-Identifier: Apache-2.0
"""Training: the same seed gives the same weights, killed and resumed or not; errors say what to do."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from flow.errors import TrainError
from qmodels import state, train
from qmodels.checkpoints import load_run
from qmodels.train import Recipe, commands, learning_rate

RECIPE = Recipe("ern_tiny", epochs=3, batch=256, holdout=100, seed=5)
COMMAND = ["ern_tiny", "--epochs", "3", "--batch", "256", "--holdout", "100", "--seed", "5"]


def weights(folder: Path) -> dict[str, np.ndarray]:
    return state.read_arrays(folder / "checkpoint.npz")[1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    train.train(RECIPE, folder)
    return folder


def test_loss_falls_and_is_recorded(whole: Path) -> None:
    history = json.loads((whole / "summary.json").read_text())["history"]
    assert [row["epoch"] for row in history] == [1, 2, 3]
    assert history[2]["loss"] < history[0]["loss"]
    assert 0 <= history[2]["holdout_accuracy"] <= 1
    # With images held out the test set stays unseen.
    assert "test_accuracy" not in json.loads((whole / "summary.json").read_text())


def test_killed_and_resumed_is_bit_identical(whole: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "qmodels.train", *COMMAND, "--out", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / "checkpoint.npz").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert (tmp_path / "checkpoint.npz").exists()
    assert not (tmp_path / "summary.json").exists()
    assert train.main([*COMMAND, "--out", str(tmp_path), "--resume"]) == 0
    expected, found = weights(whole), weights(tmp_path)
    assert list(found) == list(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, name)


def test_model_of_a_run(whole: Path) -> None:
    model = load_run(whole)
    assert model.name == "ern_tiny"
    for value, name in zip(
        model.get_weights(), sorted(k for k in weights(whole) if k.startswith("model/")), strict=True
    ):
        np.testing.assert_array_equal(value, weights(whole)[name])


def test_distillation_from_a_float_twin(tmp_path: Path) -> None:
    small = {"epochs": 1, "batch": 512, "holdout": 900}
    train.train(Recipe("ern_tiny", float_twin=True, **small), tmp_path / "twin")  # type: ignore[arg-type]
    teacher = str(tmp_path / "twin" / "checkpoint.npz")
    train.train(Recipe("ern_tiny", distill=teacher, **small), tmp_path / "pupil")  # type: ignore[arg-type]
    with pytest.raises(TrainError, match="expected a float twin of ern_tiny"):
        train.train(Recipe("ern_tiny", distill=str(tmp_path / "pupil" / "checkpoint.npz")), tmp_path / "x")


def test_folder_that_holds_a_run(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main([*COMMAND, "--out", str(whole)]) == 1
    assert "add --resume" in capsys.readouterr().err


def test_resume_with_another_recipe(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main([*COMMAND, "--lr", "0.1", "--out", str(whole), "--resume"]) == 1
    assert "lr 0.1" in capsys.readouterr().err


def test_nothing_to_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main([*COMMAND, "--out", str(tmp_path), "--resume"]) == 1
    assert "checkpoint.npz" in capsys.readouterr().err


def test_truncated_checkpoint(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = (whole / "checkpoint.npz").read_bytes()
    (tmp_path / "checkpoint.npz").write_bytes(content[: len(content) // 2])
    assert train.main([*COMMAND, "--out", str(tmp_path), "--resume"]) == 1
    assert "damaged" in capsys.readouterr().err


def test_unknown_model_and_model_without_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["vgg", "--out", str(tmp_path)]) == 2
    assert "known models" in capsys.readouterr().err
    assert train.main(["erns18", "--out", str(tmp_path)]) == 1
    assert "no data set" in capsys.readouterr().err


def test_impossible_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option, value in (("--epochs", "0"), ("--lr", "-1"), ("--batch", "0"), ("--holdout", "-3")):
        assert train.main(["ern_tiny", option, value, "--out", str(tmp_path)]) == 2
        assert f"{option} must" in capsys.readouterr().err
    assert train.main(["ern_tiny", "--holdout", "5000", "--out", str(tmp_path)]) == 1
    assert "--holdout must be 0..1436" in capsys.readouterr().err


def test_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert train.main(["ern_tiny", "--out", str(tmp_path / "file" / "run")]) == 1
    assert "choose another --out" in capsys.readouterr().err


def test_schedule() -> None:
    recipe = Recipe("ern_tiny", epochs=11, lr=1.0, warmup=1.0)
    assert learning_rate(recipe, 0) == 0
    assert learning_rate(recipe, 0.5) == 0.5
    assert learning_rate(recipe, 6) == pytest.approx(0.5)
    assert learning_rate(recipe, 11) == pytest.approx(0.0)


def test_commands_repeat_a_run_whose_schedule_changed() -> None:
    recipe = Recipe("ern_small", epochs=30, seed=9, threads=2)
    assert commands(recipe, [{"from_epoch": 0, "epochs": 45}, {"from_epoch": 12, "epochs": 30}]) == [
        "python -m qmodels.train ern_small --epochs 45 --seed 9 --threads 2 --stop-after 12",
        "python -m qmodels.train ern_small --epochs 30 --seed 9 --threads 2 --resume",
    ]
