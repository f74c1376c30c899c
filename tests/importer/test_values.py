# SPDX-License-Identifier: Apache-2.0
"""Number types of checkpoints: what float32 holds exactly is taken, the rest is refused; half precision is widened."""

import re
from pathlib import Path

import numpy as np
import pytest

from flow import store
from flow.errors import ModelError
from flow.graph import Graph
from flow.importer import ern_from_state
from flow.importer.ern import embedding
from flow.lower import lower_network
from flow.ops import ThermometerEncode
from flow.ops.thermometer_encode import official_thresholds

SMALL = Path(__file__).resolve().parents[1] / "vectors" / "small"
State = dict[str, np.ndarray]


@pytest.fixture
def state() -> State:
    with np.load(SMALL / "net_plain_k3_state.npz") as archive:
        return {key: archive[key] for key in archive.files}


def graph_of(state: State) -> Graph:
    return lower_network(ern_from_state(state, "net"))


def cast(state: State, dtype: type) -> State:
    return {key: value.astype(dtype) if value.dtype.kind == "f" else value for key, value in state.items()}


def test_doubles_that_are_singles_are_taken(state: State) -> None:
    graph = graph_of(cast(state, np.float64))
    assert store.digest(graph) == store.digest(graph_of(state))
    assert graph.labels["types"] == {"float64": "pixel_embedding.w_const"}


@pytest.mark.parametrize("value", [0.1, 1e300, 1e-60])
def test_doubles_that_are_more_are_refused(state: State, value: float) -> None:
    for key in ("conv.weight", "backbone.bn1.running_var", "pixel_embedding.b"):
        doubles = cast(state, np.float64)
        doubles[key].reshape(-1)[-1] = value
        with pytest.raises(
            ModelError,
            match=rf"'{re.escape(key)}' holds {re.escape(str(value))} at \[.*, which float32 does not .*float\(\)",
        ):
            graph_of(doubles)


def test_half_precision_is_widened_exactly(state: State) -> None:
    halves = cast(state, np.float16)
    widened = {**cast(halves, np.float32), **{key: state[key] for key in state if key.startswith("pixel_embedding.")}}
    graph = graph_of(halves)
    assert store.digest(graph) == store.digest(graph_of(widened))
    assert "float16" in graph.labels["types"]


@pytest.mark.parametrize("expansion", [3, 10, 21, 32])
def test_rounded_constants_of_the_embedding_are_the_official_ones(expansion: int) -> None:
    """Without this rule, half precision would move thresholds of the encoder."""
    state = small_state(expansion)
    encode = graph_of(cast(state, np.float16)).nodes[0]
    assert isinstance(encode, ThermometerEncode)
    assert np.array_equal(encode.thresholds, official_thresholds(expansion))
    other = {**state, "pixel_embedding.b": 2 * state["pixel_embedding.b"] + 0.5}
    encode = graph_of(cast(other, np.float16)).nodes[0]
    assert isinstance(encode, ThermometerEncode)
    assert not np.array_equal(encode.thresholds, official_thresholds(expansion))


def small_state(expansion: int) -> State:
    """The small net with another K."""
    with np.load(SMALL / "net_plain_k3_state.npz") as archive:
        state = {key: archive[key] for key in archive.files}
    first = state["backbone.conv1.weight"]
    rng = np.random.default_rng(expansion)
    shape = (len(first), 3 * expansion, *first.shape[2:])
    weights = {"backbone.conv1.weight": rng.normal(0, 1, shape).astype(np.float32)}
    return {**state, **embedding(expansion, 3), **weights}


def test_integers_and_bits(state: State) -> None:
    signs = {**state, "conv.weight": np.where(state["conv.weight"] >= 0, 1, -1).astype(np.int8)}
    floats = {**signs, "conv.weight": signs["conv.weight"].astype(np.float32)}
    assert store.digest(graph_of(signs)) == store.digest(graph_of(floats))
    for bad in (state["conv.weight"] >= 0, state["conv.weight"].astype(complex)):
        with pytest.raises(ModelError, match=r"'conv\.weight' must hold numbers"):
            graph_of({**state, "conv.weight": bad})


def test_the_scale_does_not_depend_on_the_memory_layout(state: State) -> None:
    last = {key: np.asarray(value, order="F") for key, value in state.items()}
    assert store.digest(graph_of(last)) == store.digest(graph_of(state))
