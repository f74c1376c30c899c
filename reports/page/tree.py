# SPDX-License-Identifier: Apache-2.0
"""The hierarchy of a build as rows in the order of a tree: each row after its parent, one level deeper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.page.figures import FIGURES
from reports.page.markup import shown
from reports.parsed import Module
from reports.schema import Report, Resource

Value = float | str | None
_CLIMB = 64
"""Levels that are looked through for a parent whose row the report left out."""
REST = "outside the layers (top, streams, FIFOs)"


@dataclass(frozen=True)
class Node:
    """A row.

    Attributes:
        label: name below its parent.
        depth: 0 for a root.
        values: one a column of the tree.
        kind: module, cell type or op; empty where the report does not tell.
        group: what the map colours by; empty where it is the place in the tree.
    """

    label: str
    depth: int
    values: tuple[Value, ...]
    kind: str = ""
    group: str = ""


@dataclass(frozen=True)
class Tree:
    """A hierarchy.

    Attributes:
        noun: what a row is.
        columns: names of the values.
        nodes: rows; figures of a row contain those below it.
        left_out: rows of the report that are not here.
    """

    noun: str
    columns: tuple[str, ...]
    nodes: tuple[Node, ...]
    left_out: int = 0


@dataclass
class _Branch:
    module: Module
    label: str
    depth: int
    below: list[_Branch] = field(default_factory=list)


def tree_of_modules(modules: Sequence[Module], left_out: int = 0) -> Tree | None:
    """The tree of a report's rows, by their paths; None where there are none."""
    if not modules:
        return None
    given = {name for row in modules for name, value in vars(row.figures).items() if value is not None}
    given |= {name for row in modules for name in row.unknown}
    columns = tuple(name for name in FIGURES if name in given)
    roots = _branches(modules)
    nodes: list[Node] = []
    stack = roots[::-1]
    while stack:
        branch = stack.pop()
        row = branch.module
        values = tuple(_value(row.unknown.get(name, getattr(row.figures, name))) for name in columns)
        nodes.append(Node(shown(branch.label), branch.depth, values, shown(row.module or "")))
        stack += branch.below[::-1]
    return Tree("module", columns, tuple(nodes), left_out)


def _branches(modules: Sequence[Module]) -> list[_Branch]:
    """Roots; a row hangs below the longest path above it that has a row."""
    known: dict[str, _Branch] = {}
    roots: list[_Branch] = []
    for row in modules:
        above, parent = row.path, None
        for _ in range(_CLIMB):
            above, slash, _rest = above.rpartition("/")
            if not slash:
                break
            parent = known.get(above)
            if parent is not None:
                break
        if parent is None:
            branch = _Branch(row, row.path, 0)
            roots.append(branch)
        else:
            branch = _Branch(row, row.path[len(above) + 1 :], parent.depth + 1)
            parent.below.append(branch)
        known.setdefault(row.path, branch)
    return roots


def tree_of_layers(report: Report, row: Resource | None) -> Tree | None:
    """Layers of report.json below the whole design, with what lies outside them; None where there are none."""
    if not report.layers:
        return None
    names = ("lut", "ff", "bram18", "uram", "cycles", "pe", "simd", "memory", "macs")
    columns = tuple(name for name in names if any(getattr(layer, name) is not None for layer in report.layers))
    layers = [
        Node(shown(x.name), 1, tuple(getattr(x, name) for name in columns), shown(x.op), shown(x.op))
        for x in report.layers
    ]
    whole = tuple(getattr(row, name, None) for name in columns)
    return Tree("layer", columns, (Node(shown(report.model), 0, whole, "whole design"), *layers, *_rest(whole, layers)))


def _rest(whole: tuple[Value, ...], layers: Sequence[Node]) -> list[Node]:
    """What the whole has beyond its layers, where every figure tells and none is below zero."""
    rest: list[Value] = []
    for i, total in enumerate(whole):
        parts = [node.values[i] for node in layers]
        known = [part for part in parts if isinstance(part, (int, float))]
        rest.append(total - sum(known) if isinstance(total, (int, float)) and len(known) == len(parts) else None)
    known = [value for value in rest if isinstance(value, (int, float))]
    return [Node(REST, 1, tuple(rest), "", "rest")] if known and min(known) >= 0 < max(known) else []


def cut(tree: Tree, bytes_left: int) -> Tree:
    """The rows nearest to the top that fit into so many bytes of JSON; those left out are counted."""
    by_depth = sorted(range(len(tree.nodes)), key=lambda i: tree.nodes[i].depth)
    kept: set[int] = set()
    for i in by_depth:
        bytes_left -= size(tree.nodes[i])
        if bytes_left < 0:
            break
        kept.add(i)
    nodes = tuple(node for i, node in enumerate(tree.nodes) if i in kept)
    return Tree(tree.noun, tree.columns, nodes, tree.left_out + len(tree.nodes) - len(nodes))


def size(node: Node) -> int:
    """Bytes that a row takes at most in JSON (a character takes at most 6)."""
    texts = [node.label, node.kind, *(value for value in node.values if isinstance(value, str))]
    letters = sum(len(text.encode()) + 5 * sum(map(text.count, '<>&"\\')) for text in texts)
    return 8 + letters + 4 * len(texts) + 20 * len(node.values)


def _value(value: Value) -> Value:
    """A cell; a whole number without its point, a literal as text."""
    if isinstance(value, str):
        return shown(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
