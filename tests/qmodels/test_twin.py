# SPDX-License-Identifier: Apache-2.0
"""QKeras twins of checkpoints: every activation equal to the imported graph in every variant; saved and read again."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from flow import store
from flow.cli import main
from flow.errors import ModelError
from flow.graph import Graph
from flow.importer import ern_from_state, import_checkpoint
from flow.lower import lower, lower_network
from flow.lower.keras_reader import load_model
from flow.pipeline import STEPS, Request, State, run_steps, up_to
from flow.pipeline.exactness import compare_keras
from flow.pipeline.seeded import random_images, seeded_state
from flow.pipeline.twin import keras_twin
from flow.types import Shape
from qmodels.config import NETWORKS, ErnConfig, official, official_stem

STEM = official_stem(width=16)
VARIANTS = [
    official("neck_k32", "bottleneck", (1, 2), last_width=12, classes=6, expansion=32).with_options(stem=STEM),
    official("neck_override", "bottleneck", (1, 1), last_width=20, classes=3, expansion=21).with_options(stem=STEM),
    official("plain_one_class", "preact", (1, 2), last_width=10, classes=1, expansion=1).with_options(stem=STEM),
    official("plain_stem3", "preact", (2,), last_width=24, expansion=10, classes=11).with_options(
        stem=official_stem(last_kernel=3, width=8)
    ),
]


@pytest.mark.parametrize("config", VARIANTS, ids=lambda config: config.name)
def test_every_activation_is_equal(config: ErnConfig) -> None:
    state, _ = seeded_state(config, seed=7)
    graph = lower_network(ern_from_state(state, config.name))
    expect_equal(keras_twin(state, graph), graph)


def expect_equal(model: object, graph: Graph) -> None:
    """Codes, sums and residual streams of every layer are equal on structured images and on noise."""
    noise = np.random.default_rng(2).integers(0, 256, (2, 37, 22, 3), np.uint8)
    found = compare_keras(model, graph, np.concatenate([random_images(2, (37, 22, 3), 1), noise]), None)
    assert found["exactness"]["mismatches"] == 0, found["differing"]
    assert found["exactness"]["streams"] == len(graph.nodes) - 1 and found["exactness"]["values"] > 0


def test_the_pipeline_compares_an_official_network_with_its_twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NETWORKS, "mini", VARIANTS[2])
    state = State(Request("mini", image=Shape(24, 24, 1), root=tmp_path / "b"))
    found = run_steps(state, up_to(STEPS, "evaluate"), quiet=True)["evaluate"]
    assert found["exactness"]["images"] == 2 and found["exactness"]["mismatches"] == 0
    assert found["not_run"] == {"accuracy": "seeded random weights know no class"} and found["accuracy"] == {}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    state, _ = seeded_state(VARIANTS[0], seed=5)
    np.savez(tmp_path / "trained.npz", **state)
    return tmp_path / "trained.npz"


def test_a_twin_is_saved_and_is_the_graph(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "models" / "trained.h5"
    assert main(["import", str(checkpoint), "-o", str(tmp_path / "g"), "--keras", str(target)]) == 0
    assert "lowers to this very graph" in capsys.readouterr().out
    graph, model = store.load(tmp_path / "g"), load_model(target)
    assert store.digest(lower(model)) == store.digest(graph)
    expect_equal(model, graph)
    images = random_images(3, (48, 40, 3), 4)
    assert np.abs(model(images).numpy() - graph.run(images)["logits"]).max() < 1e-5
    assert os.listdir(target.parent) == ["trained.h5"]


def test_the_convention_of_the_paper_is_kept(checkpoint: Path) -> None:
    with np.load(checkpoint) as archive:
        state = {key: archive[key] for key in archive.files}
    state["pixel_embedding.b"] = -state["pixel_embedding.b"]
    graph = lower_network(ern_from_state(state, "paper"))
    assert keras_twin(state, graph).get_layer("pixel_embedding").convention == "paper"
    state["pixel_embedding.b"] += 0.3
    with pytest.raises(ModelError, match="thresholds of its own"):
        keras_twin(state, lower_network(ern_from_state(state, "own")))


def test_a_twin_that_differs_is_not_saved(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qmodels import official as room

    right = room.kernel
    monkeypatch.setattr(room, "kernel", lambda weight: -right(weight))
    with pytest.raises(ModelError, match="lowers to another graph"):
        keras_twin(dict(np.load(checkpoint)), import_checkpoint(checkpoint))


def test_what_prevents_saving_is_told(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", str(checkpoint), "-o", str(tmp_path / "g"), "--keras"]
    assert main([*arguments, str(tmp_path / "model.onnx")]) == 1
    assert "ends in .h5" in capsys.readouterr().err
    assert main([*arguments, str(checkpoint / "x.h5")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    for name in [
        name for name in sys.modules if name.startswith(("qmodels.official", "qmodels.ern", "qmodels.layers"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    assert main([*arguments, str(tmp_path / "model.h5")]) == 1
    assert "needs tensorflow; pip install 'ern-flow[qkeras]'" in capsys.readouterr().err
    assert not (tmp_path / "g").exists() and not (tmp_path / "model.h5").exists()
