# SPDX-License-Identifier: Apache-2.0
"""Predicted LUT, FF, BRAM18 and URAM of a node, an edge and a whole design."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from flow.design import Design
from flow.estimate.parts import PARTS, Part, Site, fifo, fork, loader
from flow.estimate.resources import Resources, total
from flow.graph import IMAGE
from flow.ops import Op

Coefficients = Mapping[str, Mapping[str, Mapping[str, float]]]
"""part name -> "lut" or "ff" -> feature -> amount a unit of the feature."""


@cache
def coefficients(family: str) -> Coefficients:
    """The committed coefficients of a family (see flow/estimate/calibrate.py)."""
    text = (resources.files("flow.estimate") / "coefficients.yaml").read_text()
    loaded: Coefficients = yaml.safe_load(text)[family]
    return loaded


def part_cost(part: Part, family: str) -> Resources:
    """LUT and FF by the fitted coefficients; memories as the part counts them."""
    table = coefficients(family)[part.name]
    lut = sum(table["lut"].get(name, 0.0) * amount for name, amount in part.features.items())
    ff = sum(table["ff"].get(name, 0.0) * amount for name, amount in part.features.items())
    return Resources(max(0.0, lut) + part.lut, max(0.0, ff), part.bram18, part.uram)


def node_cost(node: Op, site: Site) -> Resources:
    """What one op costs, without the FIFOs before it."""
    return total(part_cost(part, site.family) for part in PARTS[node.kind](node, site))


def edge_cost(family: str, depth: int, bits: int) -> Resources:
    """What a FIFO of `depth` beats of `bits` costs."""
    return part_cost(fifo(family, depth, bits), family)


def site(design: Design, node: Op) -> Site:
    """Where a node of a design is built."""
    return Site(
        design.board.family,
        design.foldings[node.name],
        tuple(design.values(stream) for stream in node.inputs),
        tuple(design.shape(stream) for stream in node.inputs),
        tuple(design.range(stream) for stream in node.inputs),
        design.shape(node.name),
        design.range(node.name),
    )


def estimate(design: Design) -> dict[str, Resources]:
    """Predicted resources of every node (by its name), of all FIFOs and forks (`fifos`) and of the rest (`top`)."""
    family = design.board.family
    result = {node.name: node_cost(node, site(design, node)) for node in design.graph.nodes}
    edges = [edge_cost(family, edge.depth, design.beat_bits(edge.producer)) for edge in design.edges]
    forks = [fork(len(readers)) for readers in design.graph.consumers.values() if len(readers) > 1]
    result["fifos"] = total([*edges, *(part_cost(part, family) for part in forks)])
    loads = [loader(design.beats(IMAGE))] if any(f.memory == "ultra" for f in design.foldings.values()) else []
    result["top"] = total(part_cost(part, family) for part in (Part("top", {"one": 1}), *loads))
    return result
