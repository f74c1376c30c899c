# SPDX-License-Identifier: Apache-2.0
"""Random graphs are legal, small, varied and the same for the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from flow import store
from flow.graph import IMAGE
from flow.ops import BinaryConv, ResidualAdd, Threshold
from flow.random_graph import random_folding, random_graph

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_streams_stay_in_their_proven_ranges(seed: int) -> None:
    graph, image = random_graph(seed)
    assert min(image.height, image.width) >= 3 and max(image.height, image.width) <= 12
    images = np.random.default_rng(seed).integers(0, 256, (3, image.height, image.width, image.channels), np.uint8)
    taps, ranges = graph.run(images, taps=True), graph.ranges(image)
    for name, bounds in ranges.items():
        assert bounds.low <= taps[name].min() and taps[name].max() <= bounds.high, f"seed {seed}: {name}"


def test_equal_seeds_give_equal_graphs() -> None:
    digests = [store.digest(random_graph(seed)[0]) for seed in SEEDS]
    assert digests == [store.digest(random_graph(seed)[0]) for seed in SEEDS]
    assert len(set(digests)) == len(digests)


def test_every_kind_of_graph_is_among_them() -> None:
    drawn = [random_graph(seed) for seed in SEEDS]
    convs = [node for graph, _ in drawn for node in graph.nodes if isinstance(node, BinaryConv)]
    thresholds = [node for graph, _ in drawn for node in graph.nodes if isinstance(node, Threshold)]
    assert any(image.height != image.width for _, image in drawn)
    assert any(node.kernel[0] != node.kernel[1] for node in convs)
    assert any(node.stride[0] != node.stride[1] for node in convs)
    assert any(node.in_channels % 2 and node.in_channels != node.out_channels for node in convs)
    assert any(node.out_channels == 1 for node in convs)
    assert any(isinstance(node, ResidualAdd) for graph, _ in drawn for node in graph.nodes)
    names = {node.name for graph, _ in drawn for node in graph.nodes}
    assert {"block1_conv3", "block1_downsample", "block2_add"} <= names
    assert any(node.negative.any() for node in thresholds)
    constant = [(node.thresholds[:, 0] == node.thresholds[:, 2]).any() for node in thresholds]
    assert any(constant)


@pytest.mark.parametrize("seed", SEEDS)
def test_foldings_are_legal(seed: int) -> None:
    graph, image = random_graph(seed)
    foldings = random_folding(graph, image, seed)
    beats = {IMAGE: image.channels, **{name: folding.stream_channels for name, folding in foldings.items()}}
    for node in graph.nodes:
        shapes = [graph.shapes(image)[stream] for stream in node.inputs]
        plain = replace(foldings[node.name], hold=1, memory="lut")
        assert plain in list(node.foldings()) and foldings[node.name] in list(node.forms(plain, *shapes))
        assert node.cycles(foldings[node.name], *shapes) <= node.cycles(plain, *shapes)
        assert node.accepts(foldings[node.name], *(beats[stream] for stream in node.inputs)), (
            f"seed {seed}: {node.name}"
        )
    assert foldings == random_folding(graph, image, seed)
