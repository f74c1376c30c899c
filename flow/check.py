# SPDX-License-Identifier: Apache-2.0
"""What a graph may contain: run whenever a graph is made, so after every pass and every load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow.errors import GraphError
from flow.ops import OPS, BinaryConv, DigitPool, GlobalPool
from flow.types import CODE, PIXEL, Range

if TYPE_CHECKING:
    from flow.graph import Graph

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
RESERVED = {"image", "classifier_sum", "logits"}


def check(graph: Graph) -> None:
    """Raise GraphError naming the first broken rule and the node that breaks it."""
    for problem in _problems(graph):
        raise GraphError(f"graph {graph.name!r}: {problem}")


def _problems(graph: Graph) -> Iterator[str]:
    if not graph.nodes:
        yield "no nodes; a graph ends in a global_pool"
        return
    if graph.in_channels < 1:
        yield f"in_channels must be at least 1, found {graph.in_channels}"
    channels = {"image": graph.in_channels}
    ranges: dict[str, Range] = {"image": PIXEL}
    for node in graph.nodes:
        for problem in _node_problems(node, channels, ranges):
            yield f"node {node.name!r} ({node.kind}): {problem}"
        channels[node.name] = node.out_channels
        ranges[node.name] = node.range(*(ranges[stream] for stream in node.inputs))
    yield from _end_problems(graph)
    yield from _digit_problems(graph)


def _node_problems(node, channels: dict[str, int], ranges: dict[str, Range]) -> Iterator[str]:  # type: ignore[no-untyped-def]
    if not NAME.match(node.name) or node.name in RESERVED:
        yield f"a name is [a-z][a-z0-9_]* and none of {sorted(RESERVED)}"
    if node.name in channels:
        yield "two nodes of one name"
    if type(node) is not OPS.get(node.kind):
        yield f"unknown op; known: {', '.join(OPS)}"
    if len(node.inputs) != node.arity:
        yield f"reads {node.arity} streams, found {len(node.inputs)}"
    for stream in node.inputs:
        if stream not in channels:
            yield f"reads stream {stream!r}, which no earlier node writes"
    yield from node.problems()
    for stream in node.inputs:
        if channels[stream] != node.in_channels:
            yield f"expects {node.in_channels} channels, stream {stream!r} has {channels[stream]}"
        if isinstance(node, BinaryConv) and ranges[stream] != CODE:
            yield f"reads codes 0..3, stream {stream!r} holds {ranges[stream]}; put a threshold before it"
        if node.kind == "thermometer_encode" and stream != "image":
            yield "reads the image stream only"
        if node.kind != "thermometer_encode" and stream == "image":
            yield "cannot read pixels; put a thermometer_encode before it"


def _end_problems(graph: Graph) -> Iterator[str]:
    if not isinstance(graph.nodes[-1], GlobalPool):
        yield f"the last node must be a global_pool, found {graph.nodes[-1].kind}"
    read = {stream for node in graph.nodes for stream in node.inputs}
    for node in graph.nodes[:-1]:
        if node.name not in read:
            yield f"node {node.name!r}: its stream is read by nobody"
        if isinstance(node, GlobalPool):
            yield f"node {node.name!r}: a global_pool can only be last"


def _digit_problems(graph: Graph) -> Iterator[str]:
    """Digits go through one 1x1 convolution into a pool that shifts, and nowhere else."""
    digits = [node for node in graph.nodes if isinstance(node, DigitPool)]
    last = graph.nodes[-1]
    path = graph.by_name.get(last.inputs[0])
    plain = isinstance(path, BinaryConv) and path.kernel == path.stride == (1, 1)
    for node in digits:
        if not plain or list(graph.consumers[node.name]) != [path]:
            yield f"node {node.name!r}: its digits must go through one 1x1 convolution into the global_pool"
    if bool(digits) != bool(isinstance(last, GlobalPool) and last.shift):
        yield f"node {last.name!r}: a shift belongs to the digits of a digit_pool, and only to them"
