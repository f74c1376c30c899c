# SPDX-License-Identifier: Apache-2.0
"""Where the figures go: a map of each resource, and the tree of modules, read without a script and sorted with one."""

from __future__ import annotations

from collections.abc import Sequence

from reports.page.figures import RESOURCES, label, unit, value_text
from reports.page.markup import Html, data_block, element, join, shown
from reports.page.tree import Node, Tree
from reports.page.treemap import legend, palette, treemap
from reports.table import number

STILL_ROWS = 150
"""Rows that are there without a script."""
_TEXTS = ("memory",)


def tree_section(tree: Tree, identity: str) -> Html:
    """The maps and the table; `identity` tells the trees of one page apart."""
    return join([_maps(tree, identity), _table(tree, identity)])


def _maps(tree: Tree, identity: str) -> Html:
    """One map a resource; the choice between them is a form, so that it works without a script."""
    colours = palette(tree)
    drawn = [(name, treemap(tree, name, colours)) for name in RESOURCES if name in tree.columns]
    drawn = [(name, drawing) for name, drawing in drawn if drawing]
    if not drawn:
        return Html("")
    choices, maps = [], []
    for i, (name, drawing) in enumerate(drawn):
        button = element("input", type="radio", name=f"{identity}-figure", value=name, checked=not i)
        choices.append(element("label", button, element("span", label(name))))
        maps.append(element("div", drawing, class_=f"figure {name}"))
    choice = element("fieldset", element("legend", "Area shows", class_="quiet"), *choices, class_="choice")
    return element("div", choice, *maps, legend(colours), class_="maps")


def _table(tree: Tree, identity: str) -> Html:
    nodes = _nearest(tree.nodes)
    heads = [element("th", f"{tree.noun.capitalize()}", scope="col"), element("th", "Kind", scope="col")]
    heads += [element("th", _title(name), scope="col", class_=None if name in _TEXTS else "n") for name in tree.columns]
    caption = f"{tree.noun.capitalize()}s; figures of a row contain those of the rows below it"
    inner = element(
        "table",
        element("caption", caption, class_="quiet"),
        element("thead", element("tr", *heads)),
        element("tbody", *(_row(tree, node) for node in nodes)),
    )
    whole = len(tree.nodes) + tree.left_out
    told = f"{number(len(nodes))} of {number(whole)} {tree.noun}s" if len(nodes) < whole else f"{number(whole)} rows"
    parts = [
        element("div", class_="controls", hidden=True),
        element("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption),
        element("p", told, class_="muted", role="status"),
    ]
    if tree.left_out:
        text = f"{number(tree.left_out)} rows far from the top are left out of this page; the report has them."
        parts.append(element("p", text, class_="muted"))
    if len(nodes) < len(tree.nodes):
        parts.append(element("noscript", element("p", "Rows further down need a script to show.", class_="muted")))
    return element("div", *parts, _data(tree, identity), class_="tree", data_tree=identity)


def _title(name: str) -> str:
    if name == "cycles":
        return "Cycles a frame"
    return f"{label(name)}, {unit(name)}" if unit(name) else label(name)


def _nearest(nodes: Sequence[Node]) -> list[Node]:
    """The rows nearest to the top, still in the order of the tree."""
    ranked = sorted(range(len(nodes)), key=lambda i: nodes[i].depth)[:STILL_ROWS]
    return [nodes[i] for i in sorted(ranked)]


def _row(tree: Tree, node: Node) -> Html:
    cells = [element("th", element("bdi", node.label), scope="row", class_=f"d{min(node.depth, 8)}")]
    cells.append(element("td", element("bdi", node.kind)))
    for name, value in zip(tree.columns, node.values, strict=True):
        text = shown(value) if isinstance(value, str) else value_text(value)
        cells.append(element("td", text, class_=None if name in _TEXTS else "n"))
    return element("tr", *cells)


def _data(tree: Tree, identity: str) -> Html:
    """Every row for the script: depth, label, kind, values."""
    return data_block(
        identity,
        {
            "noun": tree.noun,
            "left_out": tree.left_out,
            "columns": [{"name": name, "text": name in _TEXTS} for name in tree.columns],
            "rows": [[node.depth, node.label, node.kind, *node.values] for node in tree.nodes],
        },
    )
