# SPDX-License-Identifier: Apache-2.0
"""Networks from state dictionaries: topology found from keys and shapes, every unsound key named."""

import re
from pathlib import Path

import numpy as np
import pytest
from torch_file import Tensor, save

from flow import store
from flow.errors import ModelError
from flow.importer import ern_from_state, import_checkpoint
from flow.importer.state import binary
from flow.importer.tensors import Storage, Stored
from flow.lower import lower_network
from flow.ops import BinaryConv, ResidualAdd, ThermometerEncode
from flow.ops.thermometer_encode import official_thresholds, paper_thresholds

SMALL = Path(__file__).resolve().parents[1] / "vectors" / "small"
NETS = ["net_plain_k3", "net_neck_k2"]


@pytest.fixture(params=NETS)
def state(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    with np.load(SMALL / f"{request.param}_state.npz") as archive:
        return {key: archive[key] for key in archive.files}


def test_topology_follows_from_keys_and_shapes() -> None:
    plain, neck = (import_checkpoint(SMALL / f"{name}_state.npz") for name in NETS)
    assert (plain.name, neck.name) == tuple(NETS)
    for graph, blocks, k, classes in ((plain, 5, 3, 5), (neck, 5, 2, 3)):
        assert sum(isinstance(node, ResidualAdd) for node in graph.nodes) == blocks
        encode = graph.nodes[0]
        assert isinstance(encode, ThermometerEncode)
        assert np.array_equal(encode.thresholds, official_thresholds(k)) and graph.in_channels == 3
        assert graph.output.channels == classes
    strides = {node.name: node.stride[0] for node in plain.nodes if isinstance(node, BinaryConv)}
    assert [name for name, stride in strides.items() if stride == 2] == [
        "conv1", "conv_downsample", *(f"layer{i}_0_{n}" for i in (2, 3, 4) for n in ("conv1", "downsample"))
    ]  # fmt: skip
    strides = {node.name: node.stride[0] for node in neck.nodes if isinstance(node, BinaryConv)}
    assert strides["layer2_0_conv2"] == 2 and strides["layer2_0_conv1"] == strides["layer2_1_conv2"] == 1


def test_a_checkpoint_and_its_state_give_one_graph(tmp_path: Path, state: dict[str, np.ndarray]) -> None:
    content = {"state_dict": {f"network.{key}": Tensor(value) for key, value in state.items()}, "epoch": 1}
    save(tmp_path / "net.ckpt", content)
    graph = import_checkpoint(tmp_path / "net.ckpt")
    assert store.digest(graph) == store.digest(lower_network(ern_from_state(state, "net")))


def test_every_missing_key_is_named(state: dict[str, np.ndarray]) -> None:
    for key in list(state):
        with pytest.raises(ModelError, match=re.escape(f"key {key!r} is missing")):
            ern_from_state({k: v for k, v in state.items() if k != key})


def test_another_prefix_is_named(state: dict[str, np.ndarray]) -> None:
    with pytest.raises(ModelError, match=r"'module\.pixel_embedding\.w_const' is there: save the keys without"):
        ern_from_state({f"module.{key}": value for key, value in state.items()})


def test_unused_tails_and_duplicates_may_be_absent(state: dict[str, np.ndarray]) -> None:
    def unused(key: str) -> bool:
        parts = ("backbone.downsample.", "last_bn_layer2", "last_bn_layer3", "num_batches_tracked")
        return any(part in key for part in parts)

    less = {key: value for key, value in state.items() if not unused(key)}
    assert store.digest(lower_network(ern_from_state(less))) == store.digest(lower_network(ern_from_state(state)))


def test_an_unknown_key_is_named(state: dict[str, np.ndarray]) -> None:
    with pytest.raises(ModelError, match=r"unknown keys 'backbone\.layer1\.0\.conv1\.bias'"):
        ern_from_state({**state, "backbone.layer1.0.conv1.bias": np.zeros(8, np.float32)})
    with pytest.raises(ModelError, match="without a gap"):
        ern_from_state({**state, "backbone.layer6.0.conv1.weight": np.zeros((8, 8, 3, 3), np.float32)})


def test_a_wrong_shape_is_named(state: dict[str, np.ndarray]) -> None:
    for key, value in state.items():
        if value.ndim and "num_batches" not in key:
            with pytest.raises(ModelError, match=r"must be|must have|differ|missing"):
                ern_from_state({**state, key: np.concatenate([value, value], axis=-1)})


def test_nan_is_named(state: dict[str, np.ndarray]) -> None:
    for key, value in state.items():
        if value.ndim:
            bad = value.copy()
            bad.reshape(-1)[-1] = np.nan
            with pytest.raises(ModelError, match=rf"'{key}' holds nan at \["):
                ern_from_state({**state, key: bad})


def test_duplicates_that_differ_are_refused(state: dict[str, np.ndarray]) -> None:
    for key in ("backbone.downsample.0.weight", "backbone.downsample.1.running_var"):
        with pytest.raises(ModelError, match="stored twice, but differ"):
            ern_from_state({**state, key: state[key] + 1})


def test_the_encoder_follows_its_constants(state: dict[str, np.ndarray]) -> None:
    slope, offset = state["pixel_embedding.w_const"], state["pixel_embedding.b"]
    graph = lower_network(ern_from_state({**state, "pixel_embedding.b": -offset}))
    encode = graph.nodes[0]
    assert isinstance(encode, ThermometerEncode)
    assert np.array_equal(encode.thresholds, paper_thresholds(encode.expansion))
    falling = {"pixel_embedding.w_const": -slope, "pixel_embedding.b": offset - 4}
    uneven = {"pixel_embedding.w_const": slope * np.array([1, 2, 3], np.float32).reshape(1, 3, 1, 1, 1)}
    for changes in (falling, uneven):
        with pytest.raises(ModelError, match="'pixel_embedding' differs from colour to colour or falls"):
            ern_from_state({**state, **changes})


def unread(array: np.ndarray) -> Stored:
    """A tensor that cannot be read."""

    def read() -> bytes:
        raise AssertionError("a value was read")

    strides = tuple(s // array.itemsize for s in np.empty(array.shape, array.dtype).strides)
    return Stored(Storage("tensor", array.dtype.name, array.size, read), 0, array.shape, strides)


def test_keys_and_shapes_are_checked_before_any_value_is_read(state: dict[str, np.ndarray]) -> None:
    tensors = {key: unread(array) for key, array in state.items()}
    with pytest.raises(AssertionError, match="a value was read"):
        ern_from_state(tensors)
    with pytest.raises(ModelError, match=r"'conv\.weight' must be"):
        ern_from_state({**tensors, "conv.weight": unread(state["conv.weight"][:, 1:])})
    with pytest.raises(ModelError, match="unknown keys 'more'"):
        ern_from_state({**tensors, "more": tensors["conv.weight"]})


def test_scales_of_wide_layers_do_not_depend_on_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.random.default_rng(0).normal(size=(13, 7, 3, 3)).astype(np.float32)
    bits, scale = binary(weights)
    monkeypatch.setattr("flow.importer.state.AT_ONCE", 150)
    again, pieces = binary(weights)
    assert np.array_equal(bits, again) and np.array_equal(scale, pieces) and scale.shape == (13,)
    assert np.array_equal(bits, (weights >= 0).transpose(0, 2, 3, 1))
