# SPDX-License-Identifier: Apache-2.0
"""`ern import`: what it says, and that a file it refuses leaves one message, an exit code and nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest
from torch_file import Tensor, save

from flow import store
from flow.cli import main
from flow.errors import ModelError
from flow.graph import Graph
from flow.pipeline.official import expect_network, network_of, topology
from qmodels.config import NETWORKS

SMALL = Path(__file__).resolve().parents[1] / "vectors" / "small"
NECK = SMALL / "net_neck_k2_state.npz"


def state() -> dict[str, np.ndarray]:
    with np.load(NECK) as archive:
        return {key: archive[key] for key in archive.files}


def test_it_tells_what_the_network_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    save(tmp_path / "a.b.ckpt", {"state_dict": {f"network.{k}": Tensor(v) for k, v in state().items()}})
    assert main(["import", str(tmp_path / "a.b.ckpt"), "-o", str(tmp_path / "g"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    graph = store.load(tmp_path / "g")
    assert graph.name == "a" and told["digest"] == store.digest(graph) and told["nodes"] == len(graph.nodes)
    assert told["network"].startswith("no official network: bottleneck ") and "K 2, 3 classes" in told["network"]
    assert "types" not in told


def test_half_precision_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    halves = {k: Tensor(v.astype(np.float16) if v.dtype.kind == "f" else v) for k, v in state().items()}
    save(tmp_path / "half.pth", halves)
    assert main(["import", str(tmp_path / "half.pth"), "-o", str(tmp_path / "g")]) == 0
    assert "stored as float16 (first 'pixel_embedding.w_const'): widened to float32" in capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    """An import that must fail; its one message."""
    before = sorted(folder.rglob("*"))
    assert main(["import", *arguments, "-o", str(folder / "g")]) not in (0, None)
    printed = capsys.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1 and "Traceback" not in printed.err
    assert sorted(folder.rglob("*")) == before
    return printed.err


def test_a_refused_file_leaves_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole = state()
    nan = whole["conv.weight"].copy()
    nan[0, 0] = np.nan
    wide = np.concatenate([whole["backbone.layer2.1.conv3.weight"]] * 2)
    cases = {
        "missing": (
            {k: v for k, v in whole.items() if k != "backbone.layer3.0.bn2.bias"},
            "layer3.0.bn2.bias' is missing",
        ),
        "extra": ({**whole, "backbone.fc.weight": whole["conv.weight"]}, "unknown keys 'backbone.fc.weight'"),
        "shape": ({**whole, "conv.weight": whole["conv.weight"][:, 1:]}, "'conv.weight' must be ?x"),
        "nan": ({**whole, "conv.weight": nan}, "'conv.weight' holds nan at [0, 0, 0, 0]"),
        "width": ({**whole, "backbone.layer2.1.conv3.weight": wide}, "layer2.1.conv3.weight' must be"),
        "skip": ({**whole, "backbone.layer2.1.downsample.weight": wide}, "unknown keys 'backbone.layer2.1.downsample"),
    }
    for name, (content, words) in cases.items():
        np.savez(tmp_path / f"{name}.npz", **content)
        message = refused(capsys, tmp_path, str(tmp_path / f"{name}.npz"))
        assert f"{name}.npz" in message and words in message
    (tmp_path / "cut.npz").write_bytes(NECK.read_bytes()[:-500])
    (tmp_path / "photo.ckpt").write_bytes(b"\xff\xd8\xff\xe0" + bytes(99))
    assert "truncated" in refused(capsys, tmp_path, str(tmp_path / "cut.npz"))
    assert "another format" in refused(capsys, tmp_path, str(tmp_path / "photo.ckpt"))
    assert "cannot be read" in refused(capsys, tmp_path, str(tmp_path / "none.ckpt"))
    assert "cannot be read" in refused(capsys, tmp_path, str(tmp_path))


def test_sums_beyond_exact_floats_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    huge = state()
    huge["backbone.bn2.weight"] = np.full_like(huge["backbone.bn2.weight"], 3e38)
    huge["backbone.bn2.running_var"] = np.zeros_like(huge["backbone.bn2.running_var"])
    np.savez(tmp_path / "huge.npz", **huge)
    assert "'bn2'" in refused(capsys, tmp_path, str(tmp_path / "huge.npz"))


def test_another_network_than_the_named_one_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    message = refused(capsys, tmp_path, str(NECK), "--network", "erns50")
    assert (
        "is not erns50: stages must be 3x64+4x128+6x256+3x512, found" in message and "expansion must be 10" in message
    )
    assert "known models" in refused(capsys, tmp_path, str(NECK), "--network", "resnet50")


def test_a_network_of_other_classes_is_still_that_network(tmp_path: Path, graph: Graph) -> None:
    def labelled(**changes: object) -> Graph:
        found = {**topology(NETWORKS["erns34"]), **changes}
        return Graph(graph.name, graph.in_channels, graph.nodes, {"topology": found})

    expect_network(labelled(classes=10), "erns34", tmp_path)
    assert network_of(labelled(classes=10)) == "erns34"
    with pytest.raises(ModelError, match=r"is not erns18: stages must be 2x64.*; it is erns34"):
        expect_network(labelled(), "erns18", tmp_path)
    assert network_of(labelled(expansion=32)) is None
