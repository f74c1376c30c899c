# SPDX-License-Identifier: Apache-2.0
"""Exact rewrites: another graph with the same `classifier_sum` for every image, made for one build.

Streams that both graphs have carry the same name and the same integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from flow.graph import IMAGE, Graph
from flow.ops import BinaryConv, DigitPool
from flow.ops.base import Array
from flow.ops.digit_pool import DIGIT_BITS


def pool_first(graph: Graph) -> Graph:
    """Sum the codes over H x W before the classifier, not its sums behind it.

    A 1x1 convolution is linear, so the sum of its outputs is its output for the sum of its inputs. That sum enters as
    digits in base four, one after another, and `global_pool` adds the outputs, each time shifted by a digit.

    Returns:
        The rewritten graph; the graph itself where the classifier is no 1x1 convolution of its own.
    """
    output = graph.output
    classifier = graph.by_name.get(output.inputs[0])
    if not can_pool_first(graph) or not isinstance(classifier, BinaryConv):
        return graph
    pooled = DigitPool(_free_name(graph, f"{classifier.name}_digits"), classifier.inputs, classifier.in_channels)
    nodes = [node for node in graph.nodes if node.name not in (classifier.name, output.name)]
    classifier = replace(classifier, inputs=(pooled.name,))
    return graph.replace([*nodes, pooled, classifier, replace(output, shift=DIGIT_BITS)])


def can_pool_first(graph: Graph) -> bool:
    """Whether the pool is the only reader of a 1x1 convolution of stride 1 that reads codes of pixels."""
    source = graph.output.inputs[0]
    node = graph.by_name.get(source)
    return (
        isinstance(node, BinaryConv)
        and node.kernel == (1, 1)
        and node.stride == (1, 1)
        and len(graph.consumers[source]) == 1
        and not isinstance(graph.by_name.get(node.inputs[0]), DigitPool)
    )


def _free_name(graph: Graph, name: str) -> str:
    while name in graph.by_name:
        name += "_"
    return name


REWRITES: Mapping[str, Callable[[Graph], Graph]] = {"pool_first": pool_first}


def rewritten(graph: Graph, names: Iterable[str]) -> Graph:
    """A graph after some rewrites."""
    for name in names:
        graph = REWRITES[name](graph)
    return graph


def expected_streams(graph: Graph, built: Graph, images: Array) -> dict[str, Array]:
    """What a build of `built` must give for `images`; streams that `graph` has too, and the sums, are `graph`'s."""
    streams = built.run(images, taps=True)
    if built is graph:
        return streams
    original = graph.run(images, taps=True)
    same = {IMAGE, "classifier_sum", "logits", graph.output.name}
    same |= {node.name for node in graph.nodes if built.by_name.get(node.name) is node}
    return {name: original[name] if name in same else stream for name, stream in streams.items()}
