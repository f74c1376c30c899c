# SPDX-License-Identifier: Apache-2.0
"""Official networks as models: seeded weights that use every code, weights from a file, and what is told of them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flow import store
from flow.cli import main
from flow.errors import DataError, ModelError, UsageError
from flow.graph import Graph
from flow.importer import import_checkpoint
from flow.ops import BinaryConv, Threshold
from flow.pipeline import STEPS, Request, State, run_steps, seeded, up_to
from flow.pipeline.seeded import LEAST_SHARE, random_images, seeded_graph, seeded_state
from flow.pipeline.source import build_source, find_source
from flow.pipeline.verdict import _not_run, _weights
from flow.types import Shape
from qmodels.config import NETWORKS, ErnConfig, official, official_stem
from reports.schema import Weights

NARROW = official_stem(width=16)
PREACT = official("mini", "preact", (1, 2), last_width=24, classes=7, expansion=4).with_options(stem=NARROW)
NECK = official("neck", "bottleneck", (1, 2), last_width=8, classes=5, expansion=32).with_options(stem=NARROW)


def shares(graph: Graph, images: np.ndarray) -> dict[str, np.ndarray]:
    """Share of each code by activation."""
    streams = graph.run(images, taps=True)
    names = [node.name for node in graph.nodes if isinstance(node, Threshold)]
    return {name: np.bincount(streams[name].reshape(-1), minlength=4) / streams[name].size for name in names}


@pytest.mark.parametrize("config", [PREACT, NECK], ids=lambda config: config.name)
def test_seeded_weights_use_every_code_in_every_activation(config: ErnConfig) -> None:
    graph = seeded_graph(config)
    stated = graph.labels["calibration"]["code_shares"]
    measured = shares(graph, random_images(seeded.IMAGES, (seeded.SIZE, seeded.SIZE, 3), seeded.SEED))
    assert stated == {name: np.round(found, 4).tolist() for name, found in measured.items()}
    for images in (random_images(4, (64, 64, 3), 9), random_images(2, (96, 130, 3), 10)):
        for name, found in shares(graph, images).items():
            assert found.min() >= LEAST_SHARE, (name, found)
    negative = [node.negative.mean() for node in graph.nodes if isinstance(node, Threshold)]
    assert 0 < np.mean(negative) < 0.3


def test_seeds_give_the_same_graph_again_and_others_another() -> None:
    digests = [store.digest(seeded_graph(PREACT, seed)) for seed in (0, 0, 1)]
    assert digests[0] == digests[1] != digests[2]


def test_a_network_that_starves_a_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeded, "LEAST_SHARE", 0.3)
    with pytest.raises(ModelError, match=r"mini: .* gives its codes to \[.*expected 0\.3"):
        seeded_graph(PREACT)


def test_a_seeded_state_is_a_checkpoint(tmp_path: Path) -> None:
    """The state, saved and imported, is the seeded graph; keys are those of the official code."""
    state, _ = seeded_state(NECK)
    np.savez(tmp_path / "neck.npz", **state)
    graph = import_checkpoint(tmp_path / "neck.npz")
    assert store.digest(graph) == store.digest(seeded_graph(NECK))
    assert "backbone.downsample.1.num_batches_tracked" in state and "backbone.layer2.0.bn3.running_var" in state


@pytest.mark.parametrize("name", [name for name, config in NETWORKS.items() if config.classes == 1000])
def test_shapes_of_the_official_networks(name: str) -> None:
    convolutions = {"erns18_075x": 25, "erns18": 25, "erns34": 41, "erns50": 57, "erns101": 108}[name]
    weights = [shape for shape in seeded.official_shapes(NETWORKS[name]).values() if len(shape) == 4]
    assert len(weights) == convolutions
    if name in ("erns50", "erns101"):
        assert sum(np.prod(w) for w in weights) == {"erns50": 25_588_608, "erns101": 44_528_512}[name]


def test_random_images_have_structure_and_cover_the_range() -> None:
    images = random_images(2, (60, 70, 3), 1)
    assert images.dtype == np.uint8 and images.shape == (2, 60, 70, 3)
    assert np.array_equal(images, random_images(2, (60, 70, 3), 1))
    assert images.min() < 20 and images.max() > 235
    near = np.abs(np.diff(images.astype(int), axis=2)).mean()
    assert near < 0.8 * np.abs(images.astype(int) - images[:, :, ::-1]).mean()


@pytest.fixture
def mini(monkeypatch: pytest.MonkeyPatch) -> str:
    """A small network among the official ones."""
    monkeypatch.setitem(NETWORKS, "mini", PREACT)
    return "mini"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    state, _ = seeded_state(PREACT, seed=3)
    np.savez(tmp_path / "trained.npz", **state)
    return tmp_path / "trained.npz"


def test_sources_of_an_official_network(mini: str, checkpoint: Path) -> None:
    plain, sized = find_source(mini), find_source(mini, Shape(64, 32, 1))
    assert plain.kind == "network" and plain.weights == "seeded random" and plain.image == Shape(256, 256, 3)
    assert sized.image == Shape(64, 32, 1)
    trained = find_source(mini, weights=checkpoint)
    assert trained.weights == "trained.npz" and len({plain.digest, trained.digest}) == 2
    graph = trained.graph()
    assert graph.name == "mini" and store.digest(graph) == store.digest(seeded_graph(PREACT, 3))
    images, labels = sized.test_images(3, 4)
    assert images.shape == (4, 64, 32, 3) and labels is None
    first = next(node for node in graph.nodes if isinstance(node, BinaryConv))
    assert first.weights.shape == (16, 3, 3, 12)


def test_weights_of_another_network_are_refused(mini: str, tmp_path: Path, checkpoint: Path) -> None:
    with pytest.raises(ModelError, match="is not erns18: stages must be"):
        find_source("erns18", weights=checkpoint).graph()
    with pytest.raises(UsageError, match="has trained weights of its own"):
        find_source("ern_tiny", weights=checkpoint)
    with pytest.raises(UsageError, match="its images are 8x8"):
        find_source("ern_tiny", Shape(9, 8, 1))
    with pytest.raises(DataError, match="cannot be read"):
        _ = find_source(mini, weights=tmp_path / "none.ckpt").digest
    with pytest.raises(UsageError, match="erns101"):
        build_source("erns18_075")


def test_few_images_go_through_the_simulators_where_frames_are_large(mini: str, graph_folder: Path) -> None:
    assert find_source(mini).default_images == find_source(mini, Shape(32, 32, 1)).default_images == 2
    assert build_source(str(graph_folder), Shape(128, 128, 1)).default_images == 2
    assert find_source("ern_tiny").default_images == 50
    assert build_source(str(graph_folder), Shape(6, 5, 1)).default_images == 50


Command = Callable[..., dict]


@pytest.fixture
def ern(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command that must succeed; its JSON."""

    def run(*arguments: object) -> dict:
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_commands_take_the_names(mini: str, ern: Command, tmp_path: Path, checkpoint: Path) -> None:
    rows = {row["name"]: row["weights"] for row in ern("models")["models"]}
    assert rows["erns101"] == "seeded random, or --weights FILE" and rows["ern_tiny"] == "trained"
    lowered = ern("lower", mini, "-o", tmp_path / "g")
    assert lowered["digest"] == store.digest(seeded_graph(PREACT))
    assert store.load(tmp_path / "g").labels["weights"] == "seeded random"
    shown = ern("show", mini, "--image", 64)
    assert shown["image"] == "64x64x3" and shown["macs"] * 16 == ern("show", mini)["macs"]
    trained = ern("lower", mini, "--weights", checkpoint, "-o", tmp_path / "t")
    assert trained["digest"] != lowered["digest"]


def test_what_did_not_run_is_told(mini: str, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TensorFlow there is no comparison with Keras, and without labels no accuracy."""
    monkeypatch.setattr("flow.pipeline.exactness.find_spec", lambda name: None)
    state = State(Request(mini, image=Shape(32, 32, 1), root=tmp_path / "b", weights=checkpoint))
    found = run_steps(state, up_to(STEPS, "evaluate"), quiet=True)["evaluate"]
    assert set(found["not_run"]) == {"keras=graph", "accuracy"} and "exactness" not in found
    assert "pip install" in found["not_run"]["keras=graph"] and "--imagefolder" in found["not_run"]["accuracy"]
    assert list(_not_run({"evaluate": found, "vendor": {}}))[1]["stage"] == "accuracy"
    assert _weights(state) == Weights("trained.npz", hashlib.sha256(checkpoint.read_bytes()).hexdigest())


def test_seeded_weights_are_told_with_the_digest_of_the_graph(mini: str, tmp_path: Path) -> None:
    state = State(Request(mini, image=Shape(32, 32, 1), root=tmp_path / "b"))
    run_steps(state, up_to(STEPS, "lower"), quiet=True)
    assert _weights(state) == Weights("seeded random", store.digest(seeded_graph(PREACT)))
    assert state.images.shape == (2, 32, 32, 3) and state.image == Shape(32, 32, 3)


def test_evaluate_says_what_is_missing(mini: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", mini]) == 1
    assert "--weights FILE and --imagefolder DIR" in capsys.readouterr().err
