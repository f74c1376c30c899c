# SPDX-License-Identifier: Apache-2.0
"""A graph for people: a text table, and a drawing as one self-contained SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from flow.graph import IMAGE, Graph
from flow.ops import Op
from flow.rewrite import pool_first
from flow.types import Shape

HEADER = ("stream", "op", "what", "reads", "shape", "range", "bits", "MACs")
NUMBERS = (6, 7)


def table(graph: Graph, image: Shape) -> str:
    """One line a stream: op, shape, proven range, bits and MACs for one image size, and a line of totals.

    Raises:
        GraphError: an image smaller than a kernel.
    """
    shapes, ranges = graph.shapes(image), graph.ranges(image)
    rows = [(IMAGE, "", "uint8 pixels", "", str(image), str(ranges[IMAGE]), str(ranges[IMAGE].bits), "")]
    for node in graph.nodes:
        macs = node.macs(*(shapes[stream] for stream in node.inputs))
        found = ranges[node.name]
        rows.append(
            (node.name, node.kind, what(node), ", ".join(node.inputs), str(shapes[node.name]), str(found),
             str(found.bits), f"{macs:,}" if macs else "")
        )  # fmt: skip
    rows.append(("total", f"{len(graph.nodes)} nodes", "", "", "", "", "", f"{graph.macs(image):,}"))
    other = pool_first(graph)
    fewer = "" if other is graph else f"; {other.macs(image):,} MACs if a build pools before the classifier"
    return f"{graph.name}, images {image}{fewer}\n" + _columns([HEADER, *rows])


def what(node: Op) -> str:
    """The attributes of a node in a few characters.

    A convolution says kernel, stride, padding and channels: `3x3 /2 +1, 32->64`.
    """
    facts = node.attributes()
    if "kernel" in facts:
        stride, padding = facts["stride"], facts["padding"]
        parts = ["x".join(map(str, facts["kernel"]))]
        if max(stride) > 1:
            parts.append("/" + _pair(stride))
        if max(padding) > 0:
            parts.append("+" + _pair(padding))
        return f"{' '.join(parts)}, {facts['in_channels']}->{facts['out_channels']}"
    if "expansion" in facts:
        return f"K={facts['expansion']}, {facts['in_channels']}->{node.out_channels}"
    return f"{node.out_channels} channels"


def _pair(values: Sequence[int]) -> str:
    return str(values[0]) if values[0] == values[1] else "x".join(map(str, values))


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            text.rjust(width) if i in NUMBERS else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


CHARACTER = 7.3
LINE = 16
BOX_HEIGHT = 3 * LINE + 8
GAP = 26
COLUMN_GAP = 56
MARGIN = 20
LANE = 18

STYLE = """
svg { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.page { fill: #ffffff; } text { fill: #1f2328; } .dim { fill: #59636e; }
rect.node { stroke-width: 1.2; rx: 5; }
.image, .global_pool { fill: #eaeef2; stroke: #818b98; } .thermometer_encode { fill: #fbefff; stroke: #8250df; }
.binary_conv { fill: #ddf4ff; stroke: #0969da; } .threshold { fill: #dafbe1; stroke: #1a7f37; }
.residual_add { fill: #fff8c5; stroke: #9a6700; } .digit_pool { fill: #eaeef2; stroke: #818b98; }
path { fill: none; stroke: #59636e; stroke-width: 1.4; } marker path { fill: #59636e; stroke: none; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; } text { fill: #e6edf3; } .dim { fill: #9198a1; }
.image, .global_pool { fill: #21262d; stroke: #656c76; } .thermometer_encode { fill: #271052; stroke: #ab7df8; }
.binary_conv { fill: #0c2d6b; stroke: #4493f8; } .threshold { fill: #033a16; stroke: #3fb950; }
.residual_add { fill: #4b2900; stroke: #d29922; } .digit_pool { fill: #21262d; stroke: #656c76; }
path { stroke: #9198a1; } marker path { fill: #9198a1; } }
"""


@dataclass(frozen=True)
class _Box:
    """A node's place in the drawing, pixels."""

    column: int
    rank: int
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + BOX_HEIGHT


def svg(graph: Graph, image: Shape) -> str:
    """A drawing of the graph from top to bottom, branches to the right; fit for light and dark pages.

    Raises:
        GraphError: an image smaller than a kernel.
    """
    shapes, ranges = graph.shapes(image), graph.ranges(image)
    texts = {IMAGE: (IMAGE, "uint8 pixels", f"{image}  8 bits")}
    for node in graph.nodes:
        found = ranges[node.name]
        values = f"{shapes[node.name]}  {found}  {found.bits} bits"
        texts[node.name] = (node.name, f"{node.kind} {what(node)}", values)
    boxes = _places(graph, texts)
    kinds = {IMAGE: "image", **{node.name: node.kind for node in graph.nodes}}
    width = max(box.x + box.width for box in boxes.values()) + MARGIN + 2 * LANE
    height = max(box.bottom for box in boxes.values()) + MARGIN
    edges = [_edge(boxes, stream, node.name) for node in graph.nodes for stream in dict.fromkeys(node.inputs)]
    title = f"{graph.name}, images {image}, {graph.macs(image):,} MACs"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" role="img" aria-label={quoteattr(title)}>',
            f"<title>{escape(title)}</title><style>{STYLE}</style>",
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>',
            f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>',
            f'<text x="{MARGIN}" y="{MARGIN + 4}">{escape(title)}</text>',
            *edges,
            *(_box(boxes[name], kinds[name], texts[name]) for name in boxes),
            "</svg>\n",
        ]
    )


def _places(graph: Graph, texts: Mapping[str, tuple[str, ...]]) -> dict[str, _Box]:
    """Rank is the longest path from the image; the longest path through a node decides who keeps the first column."""
    rank = {IMAGE: 0}
    for node in graph.nodes:
        rank[node.name] = 1 + max(rank[stream] for stream in node.inputs)
    left = dict.fromkeys(rank, 0)
    for node in reversed(graph.nodes):
        for stream in node.inputs:
            left[stream] = max(left[stream], 1 + left[node.name])
    rows: dict[int, list[str]] = {}
    for name in sorted(rank, key=lambda name: -left[name]):
        rows.setdefault(rank[name], []).append(name)
    columns = max(len(row) for row in rows.values())
    widths = [
        CHARACTER * max((len(t) for row in rows.values() for name in row[c : c + 1] for t in texts[name]), default=0)
        + 20
        for c in range(columns)
    ]
    boxes = {}
    for row, names in sorted(rows.items()):
        for column, name in enumerate(names):
            x = MARGIN + sum(widths[:column]) + COLUMN_GAP * column
            boxes[name] = _Box(column, row, x, 2 * MARGIN + row * (BOX_HEIGHT + GAP), widths[column])
    return boxes


def _box(box: _Box, kind: str, lines: tuple[str, ...]) -> str:
    texts = "".join(
        f'<text x="{box.x + 10:.1f}" y="{box.y + 17 + i * LINE:.1f}"{attribute}>{escape(line)}</text>'
        for i, (line, attribute) in enumerate(zip(lines, (' font-weight="bold"', "", ' class="dim"'), strict=True))
    )
    place = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{BOX_HEIGHT}"'
    return f'<g><rect class="node {kind}" {place}/>{texts}</g>'


def _edge(boxes: dict[str, _Box], source: str, target: str) -> str:
    """Straight down, into the next column, or beside the first column when the edge passes other nodes."""
    a, b = boxes[source], boxes[target]
    if a.column == b.column and b.rank == a.rank + 1:
        path = f"M{a.middle:.1f} {a.bottom:.1f}V{b.y - 1:.1f}"
    elif b.column > a.column:
        turn = a.bottom + GAP / 2
        path = f"M{a.middle:.1f} {a.bottom:.1f}V{turn:.1f}H{b.middle:.1f}V{b.y - 1:.1f}"
    elif b.column < a.column:
        level = b.y + BOX_HEIGHT / 2
        path = f"M{a.middle:.1f} {a.bottom:.1f}V{level:.1f}H{b.x + b.width + 1:.1f}"
    else:
        lane = a.x + a.width + LANE
        start, end = a.y + BOX_HEIGHT / 2, b.y + BOX_HEIGHT * 0.75
        path = f"M{a.x + a.width:.1f} {start:.1f}H{lane:.1f}V{end:.1f}H{b.x + b.width + 1:.1f}"
    return f'<path d="{path}" marker-end="url(#arrow)"/>'
