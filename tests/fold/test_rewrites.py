# SPDX-License-Identifier: Apache-2.0
"""The pool goes before the classifier where that saves more LUTs than it costs, and a build compares with the graph."""

from dataclasses import replace

import numpy as np

from flow.boards import load_board
from flow.fold.rewrites import worthwhile
from flow.graph import Graph
from flow.ops import BinaryConv, GlobalPool
from flow.random_graph import random_graph
from flow.rewrite import can_pool_first, expected_streams, rewritten
from flow.types import Shape
from tests.rtl.designs import conv, encode

KV260 = load_board("kv260")


def classifier(channels: int, classes: int, kernel: tuple[int, int] = (1, 1)) -> Graph:
    """Codes and a classifier."""
    nodes = (
        encode(1, channels),
        conv("classifier", "encode", (channels, classes), kernel),
        GlobalPool("pool", ("classifier",), np.ones(classes, np.float32)),
    )
    return Graph("classifier", 1, nodes)


def test_it_depends_on_products_a_cycle() -> None:
    large, small = classifier(64, 1000), classifier(64, 10)
    assert worthwhile(large, Shape(8, 8, 1), KV260, 20_000) == ("pool_first",)
    assert worthwhile(large, Shape(8, 8, 1), KV260, 20) == ()
    assert worthwhile(small, Shape(8, 8, 1), KV260) == ()
    assert worthwhile(classifier(64, 1000, (2, 2)), Shape(8, 8, 1), KV260, 20_000) == ()


def test_what_a_build_is_compared_with() -> None:
    graph, image = next(g for g in (random_graph(seed) for seed in range(40)) if can_pool_first(g[0]))
    images = np.random.default_rng(1).integers(0, 256, (2, image.height, image.width, image.channels), np.uint8)
    built = rewritten(graph, ("pool_first",))
    expected = expected_streams(graph, built, images)
    assert set(expected) == {"image", "classifier_sum", "logits", *built.by_name}
    assert all(np.array_equal(expected[name], values) for name, values in built.run(images, taps=True).items())
    # Sums and common streams are those of the graph as it was, so a wrong rewrite shows.
    right = built.by_name[graph.output.inputs[0]]
    assert isinstance(right, BinaryConv)
    half = replace(right, weights=1 - right.weights)
    wrong = built.replace([half if node.name == half.name else node for node in built.nodes])
    assert not np.array_equal(expected_streams(graph, wrong, images)[half.name], expected[half.name])
    assert np.array_equal(expected_streams(graph, wrong, images)["classifier_sum"], graph.run(images)["classifier_sum"])
    assert rewritten(graph, ()) is graph and expected_streams(graph, graph, images).keys() == {
        "image", "classifier_sum", "logits", *graph.by_name,
    }  # fmt: skip
