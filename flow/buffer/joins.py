# SPDX-License-Identifier: Apache-2.0
"""Where the FIFOs stand that hold one input of a join back until the other one has come."""

from __future__ import annotations

from flow.design import Design, Edge


def places(design: Design) -> list[list[str]]:
    """Names of the edges of the deep FIFOs of each join, one for each of its inputs.

    An op of a skip path that reads the fork itself has the FIFO on its narrower side: a downsample before it.
    """
    return [[_place(design, edge) for edge in design.inputs(node)] for node in design.graph.nodes if node.arity > 1]


def _place(design: Design, edge: Edge) -> str:
    producer = design.graph.by_name.get(edge.producer)
    if producer is None or len(producer.inputs) != 1 or len(design.consumers(producer.inputs[0])) < 2:
        return edge.name
    before = design.inputs(producer)[0]
    sizes = [design.shape(e.producer).values * design.bits(e.producer) for e in (before, edge)]
    return before.name if sizes[0] < sizes[1] else edge.name
