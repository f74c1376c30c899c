# SPDX-License-Identifier: Apache-2.0
"""Which modules are synthesised alone, and which stay inside another.

A unit is one run of the tool: a root module, everything below it down to the roots of other units (seen as black
boxes), flattened except for modules that must stay countable. Three rules make a module the root of a unit:

- it is the top;
- it is a child of the top, or repeated, and large enough to pay for a run of its own;
- it holds a large memory (weights change more often than the logic that reads them).

A child of the top that is too small for a run stays in the top's unit as a module of its own, so every layer has a
figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from flow.synthesise.rtlil import RtlilModule

# Cells and processes before mapping. A run costs about 3 s before it does anything.
SMALLEST_CHILD = 60
SMALLEST_REPEATED = 150
LARGE_MEMORY_BITS = 16_384
ROOT = "\\unit"


@dataclass(frozen=True)
class Unit:
    """One run of the synthesis tool.

    Attributes:
        root: RTLIL name of its root module; the text calls it `unit`.
        text: RTLIL that the run reads.
        boundary: modules seen as black boxes: roots of other units.
        size: cells and processes to synthesise.
        ultra: whether a memory asks for UltraRAM.
    """

    root: str
    text: str
    boundary: tuple[str, ...]
    size: int
    ultra: bool

    def key(self, *parts: str) -> str:
        """Digest of what is synthesised and of everything else that decides the result."""
        state = hashlib.sha256()
        for part in (self.text, *parts):
            state.update(f"{len(part)}\0{part}".encode())
        return state.hexdigest()


def partition(modules: Mapping[str, RtlilModule], top: str, flat: bool = False) -> list[Unit]:
    """Units of a design; the first is the top's. `flat` makes a single unit with no module kept."""
    children = {name: [kind for kind, _ in module.cells if kind in modules] for name, module in modules.items()}

    @cache
    def size(name: str) -> int:
        return modules[name].size + sum(size(child) for child in children[name])

    uses = _uses(children, top)
    of_top = set(children[top])
    roots = {top}
    if not flat:
        roots |= {
            name
            for name in uses
            if name != top
            and (
                (name in of_top and size(name) >= SMALLEST_CHILD)
                or (uses[name] > 1 and size(name) >= SMALLEST_REPEATED)
                or modules[name].memory_bits >= LARGE_MEMORY_BITS
            )
        }
    order = sorted(roots, key=lambda name: (name != top, -size(name), name))
    return [_unit(modules, children, root, roots, () if flat else of_top) for root in order]


def _unit(
    modules: Mapping[str, RtlilModule],
    children: Mapping[str, list[str]],
    root: str,
    roots: set[str],
    keep: Collection[str],
) -> Unit:
    inside, boundary, pending = [root], set(), [root]
    while pending:
        for child in children[pending.pop()]:
            if child in roots:
                boundary.add(child)
            elif child not in inside:
                inside.append(child)
                pending.append(child)
    texts = ["autoidx 1000000\n"]
    for name in (root, *sorted(inside[1:])):
        text = modules[name].text
        if name == root:
            text = text.replace(f"module {name}\n", f"module {ROOT}\n", 1)
        elif name in keep and not modules[name].kept:
            text = f"attribute \\keep_hierarchy 1\n{text}"
        texts.append(text)
    texts += [modules[name].stub for name in sorted(boundary)]
    text = "".join(texts)
    return Unit(
        root=root,
        text=text,
        boundary=tuple(sorted(boundary)),
        size=sum(modules[name].size for name in inside),
        ultra='attribute \\ram_style "ultra"' in text,
    )


def _uses(children: Mapping[str, list[str]], top: str) -> dict[str, int]:
    """How often each module below the top is instantiated in the whole design."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name not in seen:
            seen.add(name)
            for child in children[name]:
                visit(child)
            order.append(name)

    visit(top)
    uses = dict.fromkeys(order, 0)
    uses[top] = 1
    for name in reversed(order):
        for child in children[name]:
            uses[child] += uses[name]
    return uses
