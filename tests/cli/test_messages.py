# SPDX-License-Identifier: Apache-2.0
"""Bad input at the command line: one clear message, an exit code that is not 0, no traceback, nothing half-written."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flow.boards import board_names
from flow.cli import main
from flow.cli.main import parser


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail; return its one message."""
    assert main([str(a) for a in arguments]) not in (0, None)
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return printed.err


def test_unknown_model_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    message = fails(capsys, "build", "resnet50")
    assert "'resnet50'" in message and "ern_tiny" in message


def test_unknown_board_lists_the_known(capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path) -> None:
    message = fails(capsys, "fold", graph_folder, "--image", "6x5", "--board", "kv2600", "--build-root", tmp_path / "b")
    assert all(name in message for name in board_names())
    assert not (tmp_path / "b").exists()


def test_a_graph_folder_needs_an_image_size(capsys: pytest.CaptureFixture[str], graph_folder: Path) -> None:
    assert "--image 28x28" in fails(capsys, "fold", graph_folder)


def test_rate_out_of_reach_names_what_binds(
    capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path
) -> None:
    message = fails(capsys, "fold", graph_folder, "--image", "6x5", "--fps", "1e11", "--build-root", tmp_path / "b")
    assert "best" in message
    assert not (tmp_path / "b" / "small" / "design.json").exists()


@pytest.mark.parametrize("value", ["0", "-3", "many", "nan", "inf"])
def test_fps_must_be_a_positive_number(value: str) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args(["build", "ern_tiny", "--fps", value])
    assert stop.value.code == 2


def images(tmp_path: Path, array: np.ndarray) -> Path:
    np.save(tmp_path / "x.npy", array)
    return tmp_path / "x.npy"


def test_run_writes_sums_logits_and_every_stream(
    capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path
) -> None:
    x = images(tmp_path, np.random.default_rng(1).integers(0, 256, (3, 6, 5, 1), np.uint8))
    assert main(["run", str(graph_folder), "--images", str(x), "-o", str(tmp_path / "o.npz"), "--taps", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == 3
    with np.load(tmp_path / "o.npz") as out:
        assert {"classifier_sum", "logits", "conv1", "add", "pool"} <= set(out.files)
        assert out["classifier_sum"].shape == (3, 3)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 6, 5, 1), np.float32), "float32"),
        (np.zeros((6, 5, 1), np.uint8), "[6, 5, 1]"),
        (np.zeros((2, 6, 5, 3), np.uint8), "[2, 6, 5, 3]"),
        (np.zeros((0, 6, 5, 1), np.uint8), "[0, 6, 5, 1]"),
    ],
)
def test_images_of_a_wrong_type_or_shape(
    capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path, array: np.ndarray, words: str
) -> None:
    message = fails(capsys, "run", graph_folder, "--images", images(tmp_path, array), "-o", tmp_path / "o.npz")
    assert words in message and "uint8 N x H x W x 1" in message
    assert not (tmp_path / "o.npz").exists()


def test_images_that_are_no_array(capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(b"not an array")
    assert "x.npy" in fails(capsys, "run", graph_folder, "--images", tmp_path / "x.npy", "-o", tmp_path / "o.npz")


@pytest.mark.parametrize("file", ["graph.json", "arrays.npz"])
@pytest.mark.parametrize("damage", ["truncate", "remove", "tamper"])
def test_a_damaged_graph_is_named(
    capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path, file: str, damage: str
) -> None:
    path = graph_folder / file
    data = path.read_bytes()
    if damage == "truncate":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "remove":
        path.unlink()
    elif file == "graph.json":
        path.write_bytes(data.replace(b'"skip"', b'"skop"'))
    else:
        arrays = dict(np.load(path))
        arrays["conv1.weights"] = 1 - arrays["conv1.weights"]
        np.savez(path, **arrays)
    x = images(tmp_path, np.zeros((1, 6, 5, 1), np.uint8))
    assert "graph" in fails(capsys, "run", graph_folder, "--images", x, "-o", tmp_path / "o.npz")


def test_build_root_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], graph_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    message = fails(capsys, "fold", graph_folder, "--image", "6x5", "--build-root", tmp_path / "file")
    assert "cannot be written" in message


def test_help_works_without_any_extra() -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(['numpy', 'tensorflow', 'hls4ml'])); "
    code = blocked + "from flow.cli import main; main(['--help'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "usage: ern" in run.stdout


def test_a_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['numpy'] = None; from flow.cli import main; sys.exit(main(['show', 'x']))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "ern-flow[flow]" in run.stderr and "Traceback" not in run.stderr


def test_doctor_tells_what_each_tool_adds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["g++"]["found"] and all(tool["adds"] for tool in found.values())


def test_doctor_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor"]) == 1
    assert "no: install g++" in capsys.readouterr().out
