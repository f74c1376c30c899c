# SPDX-License-Identifier: Apache-2.0
"""Pool before the classifier: the same sums, in fewer products."""

from dataclasses import replace

import numpy as np
import pytest

from flow import store
from flow.errors import GraphError
from flow.graph import Graph
from flow.ops import BinaryConv, DigitPool
from flow.ops.digit_pool import digits
from flow.random_graph import random_graph
from flow.rewrite import can_pool_first, pool_first
from flow.types import Range, Shape

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_logits_and_common_streams_are_equal(seed: int) -> None:
    graph, image = random_graph(seed)
    other = pool_first(graph)
    assert (other is not graph) == can_pool_first(graph)
    images = np.random.default_rng(seed).integers(0, 256, (3, image.height, image.width, image.channels), np.uint8)
    images[0], images[1] = 0, 255
    before, after = graph.run(images, taps=True), other.run(images, taps=True)
    classifier, pooled = graph.output.inputs[0], graph.output.name
    differing = {classifier} if other is not graph else set()
    for name in (before.keys() & after.keys()) - differing:
        assert np.array_equal(before[name], after[name]), f"seed {seed}: {name}"
    assert {"classifier_sum", "logits", pooled} <= after.keys()
    bounds = other.ranges(image)
    for name, found in bounds.items():
        assert found.low <= after[name].min() and after[name].max() <= found.high, f"seed {seed}: {name}"


def test_both_kinds_of_graph_are_among_them() -> None:
    assert {can_pool_first(random_graph(seed)[0]) for seed in SEEDS} == {True, False}


def pooled_graph() -> tuple[Graph, Shape]:
    """A graph with its classifier behind the pool."""
    graph, image = next(random_graph(seed) for seed in SEEDS if can_pool_first(random_graph(seed)[0]))
    return pool_first(graph), image


def test_products_shrink_by_pixels_over_digits() -> None:
    graph, _ = next(random_graph(seed) for seed in SEEDS if can_pool_first(random_graph(seed)[0]))
    image = Shape(48, 48, graph.in_channels)
    other = pool_first(graph)
    name = graph.output.inputs[0]
    pixels = graph.shapes(image)[name].pixels
    assert pixels > 50
    node = graph.by_name[name]
    saved = graph.macs(image) - other.macs(image)
    assert isinstance(node, BinaryConv) and saved == (pixels - digits(pixels)) * node.weights.size


def test_it_is_done_once_and_saved(tmp_path: object) -> None:
    graph, image = pooled_graph()
    assert pool_first(graph) is graph
    from pathlib import Path

    folder = Path(str(tmp_path))
    digest = store.save(graph, folder)
    again = store.load(folder)
    images = np.full((1, image.height, image.width, image.channels), 200, np.uint8)
    assert store.digest(again) == digest
    assert np.array_equal(again.run(images)["logits"], graph.run(images)["logits"])


def test_a_digit_too_few_or_a_pool_that_does_not_shift_is_refused() -> None:
    graph, _ = pooled_graph()
    assert digits(21) == 3 and digits(22) == 4
    with pytest.raises(GraphError, match="a shift belongs to the digits"):
        graph.replace([*graph.nodes[:-1], replace(graph.output, shift=0)])
    with pytest.raises(GraphError, match="shift must be 0 or 2"):
        graph.replace([*graph.nodes[:-1], replace(graph.output, shift=1)])
    wide = graph.nodes[-2]
    assert isinstance(wide, BinaryConv)
    strided = replace(wide, stride=(1, 2))
    with pytest.raises(GraphError, match="digits must go through one 1x1 convolution"):
        graph.replace([*graph.nodes[:-2], strided, graph.nodes[-1]])


def test_digits_are_those_of_the_sum() -> None:
    codes = np.random.default_rng(3).integers(0, 4, (2, 5, 7, 3), np.uint8)
    node = DigitPool("d", ("x",), 3)
    found = node.run(codes)
    assert found.shape == (2, *[1, 4, 3]) and node.shape(Shape(5, 7, 3)) == Shape(1, 4, 3)
    weights = np.array([64, 16, 4, 1])
    assert np.array_equal((found[:, 0] * weights[:, None]).sum(axis=1), codes.sum(axis=(1, 2), dtype=np.int64))
    assert node.range(Range(0, 3)) == Range(0, 3) and found.max() <= 3
