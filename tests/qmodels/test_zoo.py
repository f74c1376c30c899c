# SPDX-License-Identifier: Apache-2.0
"""The zoo: entries are exact, small, and refused when damaged."""

import json
from pathlib import Path

import numpy as np
import pytest

from flow.errors import DataError, ModelError, UsageError
from qmodels import checkpoints, datasets
from qmodels.checkpoints import ZOO, load_zoo, pack, read_zoo, unpack, zoo_models
from qmodels.config import NETWORKS
from qmodels.ern import build


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    for path in ZOO.glob("ern_tiny.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_recorded_accuracy_is_the_accuracy() -> None:
    info, _ = read_zoo("ern_tiny")
    data = datasets.load("digits")
    logits = load_zoo("ern_tiny").predict(data.test_x, verbose=0)
    accuracy = float((logits.argmax(1) == data.test_y).mean())
    assert accuracy == info["test_accuracy"] >= 0.97


@pytest.mark.parametrize("name", zoo_models())
def test_entries_are_small_and_say_how_they_were_made(name: str) -> None:
    info, arrays = read_zoo(name)
    assert (ZOO / f"{name}.npz").stat().st_size < 1_000_000
    assert info["commands"][0].startswith(f"python -m qmodels.train {name} ")
    assert checkpoints.config_from_dict(info["config"]) == NETWORKS[name]
    unpack(build(name), arrays)


def test_packed_weights_compute_the_same_bits() -> None:
    rng = np.random.default_rng(1)
    model, again = build("ern_tiny"), build("ern_tiny")
    model.set_weights(
        [
            rng.normal(size=w.shape).astype(np.float32) ** 2 + 0.1
            if w.ndim == 1
            else rng.normal(size=w.shape).astype(np.float32)
            for w in model.get_weights()
        ]
    )
    unpack(again, pack(model))
    image = rng.integers(0, 256, (50, 8, 8, 1)).astype(np.uint8)
    np.testing.assert_array_equal(again(image).numpy(), model(image).numpy())


def test_unknown_model_lists_the_trained(zoo: Path) -> None:
    with pytest.raises(UsageError, match="there are: ern_tiny"):
        read_zoo("erns101", zoo)


@pytest.mark.parametrize("damage", [lambda b: b[:-100], lambda b: b[:200] + bytes([b[200] ^ 1]) + b[201:]])
def test_damaged_weights(zoo: Path, damage: object) -> None:
    path = zoo / "ern_tiny.npz"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DataError, match=r"ern_tiny\.npz: expected sha256"):
        load_zoo("ern_tiny", zoo)


def test_missing_weights_and_damaged_description(zoo: Path) -> None:
    (zoo / "ern_tiny.npz").unlink()
    with pytest.raises(DataError, match="no readable file"):
        read_zoo("ern_tiny", zoo)
    (zoo / "ern_tiny.json").write_text("{")
    with pytest.raises(DataError, match=r"ern_tiny\.json"):
        read_zoo("ern_tiny", zoo)


def test_newer_schema(zoo: Path) -> None:
    info = json.loads((zoo / "ern_tiny.json").read_text())
    (zoo / "ern_tiny.json").write_text(json.dumps({**info, "schema": 99}))
    with pytest.raises(DataError, match="schema 1, found 99"):
        read_zoo("ern_tiny", zoo)


def test_weights_of_another_network() -> None:
    _, arrays = read_zoo("ern_tiny")
    with pytest.raises(ModelError, match="layer conv1"):
        unpack(build("ern_small"), arrays)


def test_unfinished_run_is_not_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checkpoints.main([str(tmp_path), "--zoo", str(tmp_path)]) == 1
    assert "finish it with --resume" in capsys.readouterr().err
