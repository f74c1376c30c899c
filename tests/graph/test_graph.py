# SPDX-License-Identifier: Apache-2.0
"""Running a graph, and what it refuses to be or to run on."""

import dataclasses

import numpy as np
import pytest

from flow.errors import DataError, GraphError
from flow.graph import Graph
from flow.ops import BinaryConv, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.thermometer_encode import official_thresholds
from flow.types import Shape


def images(count: int, height: int = 7, width: int = 5) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, height, width, 1), dtype=np.uint8)


def test_batches_do_not_change_results(graph: Graph) -> None:
    whole, parts = graph.run(images(9), taps=True, batch=9), graph.run(images(9), taps=True, batch=4)
    assert whole.keys() == parts.keys() == {"image", *graph.by_name, "classifier_sum", "logits"}
    assert all(np.array_equal(whole[key], parts[key]) for key in whole)


def test_without_taps_the_results_are_the_same(graph: Graph) -> None:
    short, full = graph.run(images(3)), graph.run(images(3), taps=True)
    assert set(short) == {"classifier_sum", "logits"}
    assert all(np.array_equal(short[key], full[key]) for key in short)
    assert short["classifier_sum"].dtype == np.int64 and short["logits"].dtype == np.float32


def test_streams_stay_in_their_ranges_and_shapes(graph: Graph) -> None:
    taps = graph.run(images(20), taps=True)
    shapes, ranges = graph.shapes(Shape(7, 5, 1)), graph.ranges(Shape(7, 5, 1))
    for name, shape in shapes.items():
        assert taps[name].shape[1:] == (shape.height, shape.width, shape.channels)
        assert ranges[name].low <= taps[name].min() and taps[name].max() <= ranges[name].high


def test_consumers_list_every_reader(graph: Graph) -> None:
    assert [node.name for node in graph.consumers["act1"]] == ["conv2", "skip"]
    assert graph.consumers["pool"] == ()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((1, 4, 4, 1), np.float32), "uint8.*float32"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"found shape \[1, 4, 4, 3\]"),
        (np.zeros((4, 4, 1), np.uint8), r"found shape \[4, 4, 1\]"),
        (np.zeros((0, 4, 4, 1), np.uint8), "found shape"),
        ([[1]], "list"),
    ],
)
def test_images_of_a_wrong_kind_are_refused(graph: Graph, array: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        graph.run(array)


def nodes(graph: Graph, **changes: Op | None) -> tuple[Op, ...]:
    """The nodes with some replaced or left out."""
    kept = (changes.get(node.name, node) for node in graph.nodes)
    return tuple(node for node in kept if node is not None)


@pytest.mark.parametrize("name", ["encode", "conv1", "act1", "conv2", "skip", "add", "act2", "classifier", "pool"])
def test_no_node_can_be_left_out(graph: Graph, name: str) -> None:
    with pytest.raises(GraphError):
        graph.replace(nodes(graph, **{name: None}))


def test_broken_rules_are_named(graph: Graph) -> None:
    by_name = graph.by_name
    conv, act, add, pool = by_name["conv1"], by_name["act1"], by_name["add"], by_name["pool"]
    assert isinstance(conv, BinaryConv) and isinstance(act, Threshold)
    cases: list[tuple[str, Op, str]] = [
        ("conv1", dataclasses.replace(conv, weights=conv.weights + 1), "weights must be bits"),
        ("conv1", dataclasses.replace(conv, weights=conv.weights[0]), "must be .out,kh,kw,in."),
        ("conv1", dataclasses.replace(conv, stride=(0, 1)), "stride must be at least 1"),
        ("conv1", dataclasses.replace(conv, padding=(3, 0)), "below the kernel"),
        ("conv1", dataclasses.replace(conv, inputs=("nowhere",)), "'nowhere', which no earlier node writes"),
        ("conv1", dataclasses.replace(conv, inputs=("image",)), "image"),
        ("conv1", dataclasses.replace(conv, weights=conv.weights[:, :, :, :3]), "expects 3 channels"),
        ("act1", dataclasses.replace(act, thresholds=act.thresholds[:, ::-1] + [[1, 0, -1]]), "must not decrease"),
        ("act1", dataclasses.replace(act, negative=act.negative[:2]), "negative must be 6 bits"),
        ("act1", dataclasses.replace(act, negative=act.negative + 2), "negative must be"),
        ("act2", dataclasses.replace(by_name["act2"], name="act1"), "two nodes of one name"),
        ("act2", dataclasses.replace(by_name["act2"], name="Act"), "name is"),
        ("pool", dataclasses.replace(pool, name="logits"), "none of"),
        ("add", dataclasses.replace(add, inputs=("conv2",)), "reads 2 streams, found 1"),
        ("pool", dataclasses.replace(pool, alpha=np.array([1, np.nan, 1], np.float32)), "NaN"),
        ("skip", dataclasses.replace(by_name["skip"], inputs=("conv1",)), "put a threshold before it"),
    ]
    for name, node, message in cases:
        with pytest.raises(GraphError, match=message):
            graph.replace(nodes(graph, **{name: node}))


def test_smallest_graph_runs() -> None:
    encode = ThermometerEncode("e", ("image",), 1, official_thresholds(1))
    conv = BinaryConv("c", ("e",), np.ones((1, 1, 1, 1), np.uint8), (1, 1), (0, 0))
    graph = Graph("least", 1, (encode, conv, GlobalPool("p", ("c",), np.ones(1, np.float32))))
    assert graph.run(np.full((1, 1, 1, 1), 255, np.uint8))["classifier_sum"].tolist() == [[2]]


def test_a_stream_added_to_itself_doubles() -> None:
    encode = ThermometerEncode("e", ("image",), 1, official_thresholds(2))
    conv = BinaryConv("c", ("e",), np.ones((2, 1, 1, 2), np.uint8), (1, 1), (0, 0))
    add = ResidualAdd("a", ("c", "c"), 2)
    graph = Graph("twice", 1, (encode, conv, add, GlobalPool("p", ("a",), np.ones(2, np.float32))))
    taps = graph.run(images(2), taps=True)
    assert np.array_equal(taps["a"], 2 * taps["c"])
