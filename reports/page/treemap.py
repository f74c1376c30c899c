# SPDX-License-Identifier: Apache-2.0
"""Where a figure goes: a map whose areas are the modules, as inline SVG that keeps its letters at any width.

Squarified layout: M. Bruls, K. Huizing, J. van Wijk, Squarified Treemaps, 2000.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.page.figures import RESOURCES, label, percent
from reports.page.markup import Html, element, join
from reports.page.tree import REST, Node, Tree
from reports.table import number

TILES = 90
COLOURS = 6
OTHER = "gx"
_RATIO = 2.4
_SHARED = 1.25
"""Rows below may exceed a row so far: Vivado counts a LUT that two modules share in both of them."""
_GROUP = 0.02
"""Least share of the whole that gets a colour of its own."""
_SMALLEST, _UNSEEN = 0.002, 1e-6
_DESK, _LETTER = 1100, 7.6
"""Width of the map at a desk and of a letter, in CSS pixels: what of a name fits."""
_NARROW = 20
"""Per cent of the width below which a phone shows no letters."""


@dataclass(frozen=True)
class Tile:
    """A part of the whole.

    Attributes:
        name: what it is called.
        value: what the report says.
        area: what it takes of the map; less than `value` where the parts of a row exceed it.
        node: its row, or the row that it is in; None for several small ones of any row.
    """

    name: str
    value: float
    area: float
    node: int | None = None


@dataclass(frozen=True)
class Box:
    """A rectangle in per cent of the map."""

    x: float
    y: float
    width: float
    height: float


def tiles(tree: Tree, figure: str, most: int = TILES) -> list[Tile]:
    """Parts of the whole, the largest first: the largest row is parted until there are `most`."""
    below = _below(tree.nodes)
    weights = _weights(tree, figure, below)
    roots = sorted((-weights[i], i) for i in below[-1] if weights[i] > 0)
    heap, beyond = roots[:most], sum(weights[i] for _, i in roots[most:])
    parts = [Tile(f"{len(roots) - most} smaller", beyond, beyond)] if beyond else []
    while heap:
        negative, i = heapq.heappop(heap)
        label, area = tree.nodes[i].label, -negative
        inner = sorted((-weights[j], j) for j in below[i] if weights[j] > 0)
        spent = sum(weights[j] for _, j in inner)
        room = most - len(parts) - len(heap)
        if not inner or spent > _SHARED * weights[i] or room < 2:
            parts.append(Tile(label, weights[i], area, i))
            continue
        scale = area / max(spent, weights[i])
        for weight, j in inner[:room]:
            heapq.heappush(heap, (weight * scale, j))
        if len(inner) > room:
            smaller = sum(weights[j] for _, j in inner[room:])
            parts.append(Tile(f"{len(inner) - room} smaller in {label}", smaller, smaller * scale, i))
        if weights[i] > spent:
            parts.append(Tile(f"{label} itself", weights[i] - spent, (weights[i] - spent) * scale, i))
    return _without_crumbs(sorted(parts, key=lambda tile: -tile.area))


def _below(nodes: Sequence[Node]) -> dict[int, list[int]]:
    """Rows below each row; those of -1 are the roots."""
    found: dict[int, list[int]] = {-1: []}
    path: list[int] = []
    for i, node in enumerate(nodes):
        del path[node.depth :]
        found[path[-1] if path else -1].append(i)
        found[i] = []
        path.append(i)
    return found


def _weights(tree: Tree, figure: str, below: dict[int, list[int]]) -> list[float]:
    """What each row spends; a row that does not tell, what the rows below it do."""
    column = tree.columns.index(figure)
    weights = [0.0] * len(tree.nodes)
    for i in reversed(range(len(tree.nodes))):
        value = tree.nodes[i].values[column]
        weights[i] = value if isinstance(value, (int, float)) else sum(weights[j] for j in below[i])
    return weights


def _without_crumbs(parts: list[Tile]) -> list[Tile]:
    """Small parts as one; none that nobody could see."""
    whole = sum(tile.area for tile in parts)
    kept = [tile for tile in parts if tile.area >= _SMALLEST * whole]
    crumbs = parts[len(kept) :]
    if len(crumbs) > 1:
        crumbs = [Tile(f"{len(crumbs)} smaller", sum(t.value for t in crumbs), sum(t.area for t in crumbs))]
    return kept + [tile for tile in crumbs if tile.area > _UNSEEN * whole]


def boxes(values: Sequence[float], ratio: float = _RATIO) -> list[Box]:
    """A rectangle for each value, largest first, in a map `ratio` times as wide as high; areas are as the values."""
    area = ratio / sum(values)
    x, y, width, height = 0.0, 0.0, ratio, 1.0
    placed: list[Box] = []
    start = 0
    while start < len(values):
        side = min(width, height)
        end = start + 1
        worst = _worst(values[start:end], side, area)
        while end < len(values) and (longer := _worst(values[start : end + 1], side, area)) <= worst:
            end, worst = end + 1, longer
        row = [value * area for value in values[start:end]]
        thick = sum(row) / side
        along = 0.0
        for part in row:
            length = part / thick
            upright = width >= height
            box = (x, y + along, thick, length) if upright else (x + along, y, length, thick)
            placed.append(Box(*(100 * v / (ratio, 1.0, ratio, 1.0)[k] for k, v in enumerate(box))))
            along += length
        if width >= height:
            x, width = x + thick, width - thick
        else:
            y, height = y + thick, height - thick
        start = end
    return placed


def _worst(row: Sequence[float], side: float, area: float) -> float:
    """The least square rectangle of a row along a side."""
    thick = sum(row) * area / side
    return max(max(thick * thick / (v * area), v * area / (thick * thick)) for v in (row[0], row[-1]))


@dataclass(frozen=True)
class Palette:
    """A class of colour for each row, and what the colours mean."""

    rows: tuple[str, ...]
    meaning: dict[str, str]


def palette(tree: Tree) -> Palette:
    """Colours by the groups that the rows name; else one for each of the largest parts and what is below it."""
    named = Counter(node.group for node in tree.nodes if node.group and node.label != REST)
    if named:
        meaning = {group: f"g{k}" for k, (group, _) in enumerate(named.most_common(COLOURS))}
        return Palette(tuple(meaning.get(node.group, OTHER) for node in tree.nodes), meaning)
    figure = next((name for name in RESOURCES if name in tree.columns and tiles(tree, name, 1)), None)
    parts = tiles(tree, figure, COLOURS) if figure else []
    whole = sum(tile.area for tile in parts)
    heads = {t.node: t.name for t in parts[:COLOURS] if t.node is not None and t.area > _GROUP * whole}
    meaning, given = {}, {}
    for k, (i, name) in enumerate(heads.items()):
        given[i] = meaning[name] = f"g{k}"
    rows: list[str] = []
    path: list[str] = []
    for i, node in enumerate(tree.nodes):
        del path[node.depth :]
        path.append(given.get(i, path[-1] if path else OTHER))
        rows.append(path[-1])
    return Palette(tuple(rows), meaning)


def treemap(tree: Tree, figure: str, colours: Palette) -> Html:
    """The map of one figure; empty where nothing is spent."""
    found = tiles(tree, figure)
    if not found:
        return Html("")
    whole = sum(tile.area for tile in found)
    drawn = [
        _tile(tile, box, tile.value / whole, OTHER if tile.node is None else colours.rows[tile.node])
        for tile, box in zip(found, boxes([tile.area for tile in found]), strict=True)
    ]
    largest = ", ".join(f"{tile.name} {percent(tile.value / whole)}" for tile in found[:3])
    told = f"{label(figure)} by {tree.noun}: {number(round(whole, 6))} in all; most in {largest}"
    return element("svg", *drawn, class_="map", role="img", aria_label=told)


def _tile(tile: Tile, box: Box, share: float, colour: str) -> Html:
    """A rectangle whose own viewport cuts its letters."""
    amount = f"{number(tile.value)} · {percent(share)}"
    letters = []
    room = int((box.width * _DESK / 100 - 12) / _LETTER)
    if room > 3 and box.height > 7:
        text = tile.name if len(tile.name) <= room else f"{tile.name[: room - 1]}…"
        letters.append(element("text", text, x="8", y="20", class_="tile-name"))
    if room > len(amount) and box.height > 13:
        letters.append(element("text", amount, x="8", y="38", class_="tile-value"))
    area = element("rect", width="100%", height="100%")
    return element(
        "svg",
        element("title", f"{tile.name}: {amount}"),
        area,
        *letters,
        x=f"{box.x:.3f}%", y=f"{box.y:.3f}%", width=f"{box.width:.3f}%", height=f"{box.height:.3f}%",
        class_=colour if box.width > _NARROW else f"{colour} narrow",
    )  # fmt: skip


def legend(colours: Palette) -> Html:
    """What the colours mean."""
    entries = [element("li", element("i", class_=c), element("bdi", group)) for group, c in colours.meaning.items()]
    return element("ul", join(entries), class_="legend") if entries else Html("")
