# SPDX-License-Identifier: Apache-2.0
"""The table and the drawing name every stream, and the drawing is one self-contained file."""

import xml.etree.ElementTree as ElementTree

import pytest

from flow.errors import GraphError
from flow.graph import Graph
from flow.random_graph import random_graph
from flow.show import svg, table
from flow.types import Shape

SVG = "{http://www.w3.org/2000/svg}"


def test_table_tells_shape_range_bits_and_macs(graph: Graph) -> None:
    lines = {line.split()[0]: line for line in table(graph, Shape(8, 6, 1)).splitlines()[2:]}
    assert set(lines) == {"image", *graph.by_name, "total"}
    assert lines["conv1"].split()[-2:] == [str(graph.ranges()["conv1"].bits), f"{8 * 6 * 6 * 36:,}"]
    assert "3x3 +1, 4->6" in lines["conv1"] and "8x6x6" in lines["conv1"] and "conv2, skip" in lines["add"]
    assert lines["total"].endswith(f"{graph.macs(Shape(8, 6, 1)):,}")


@pytest.mark.parametrize("seed", range(8))
def test_drawing_has_a_box_a_node_and_a_line_an_edge(seed: int) -> None:
    graph, image = random_graph(seed)
    text = svg(graph, image)
    root = ElementTree.fromstring(text)
    boxes = [box for box in root.iter(f"{SVG}rect") if "node" in box.get("class", "")]
    assert len(boxes) == 1 + len(graph.nodes)
    lines = [line for line in root.iter(f"{SVG}path") if line.get("marker-end")]
    assert len(lines) == sum(len(set(node.inputs)) for node in graph.nodes)
    written = {text.text for text in root.iter(f"{SVG}text")}
    assert {"image", *graph.by_name} <= written
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_boxes_do_not_overlap() -> None:
    for seed in range(20):
        root = ElementTree.fromstring(svg(*random_graph(seed)))
        boxes = [
            tuple(float(box.get(key, "nan")) for key in ("x", "y", "width", "height"))
            for box in root.iter(f"{SVG}rect")
            if "node" in box.get("class", "")
        ]
        for i, (x, y, w, h) in enumerate(boxes):
            for u, v, p, q in boxes[:i]:
                assert x + w <= u or u + p <= x or y + h <= v or v + q <= y, f"seed {seed}"


def test_an_image_too_small_is_refused() -> None:
    for seed in range(40):
        graph, _ = random_graph(seed)
        try:
            graph.shapes(Shape(1, 1, graph.in_channels))
        except GraphError:
            with pytest.raises(GraphError, match="smaller than the kernel"):
                table(graph, Shape(1, 1, graph.in_channels))
            return
    pytest.fail("no random graph needs more than one pixel")
