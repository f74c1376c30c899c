# SPDX-License-Identifier: Apache-2.0
"""Which modules are synthesised alone, and which stay inside another.

A unit is a root module with everything below it down to the roots of other units (which it sees as black boxes),
flattened except for modules that must stay countable. Three rules make a module the root of a unit:

- it is the top;
- it is a child of the top, or repeated, and not small;
- it holds a large memory (weights change more often than the logic that reads them).

A small child of the top stays in the top's unit as a module of its own, so every layer has a figure. Small units share
runs of the tool (`batches`); no unit is flattened into another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flow.synthesise.rtlil import RtlilModule, is_kept

# Cells and processes before mapping.
SMALLEST_CHILD = 60
SMALLEST_REPEATED = 150
LARGE_MEMORY_BITS = 16_384
# Units below this size share runs of about this size.
LARGE = 1_500
_TOP = "\\batch"


@dataclass(frozen=True)
class Unit:
    """What is flattened together.

    Attributes:
        root: RTLIL name of its root module.
        bodies: RTLIL text of the root and of every module below it that belongs to the unit.
        stubs: modules seen as black boxes, roots of other units: RTLIL text of their ports.
        size: cells and processes to synthesise.
        ultra: whether a memory asks for UltraRAM.
    """

    root: str
    bodies: Mapping[str, str]
    stubs: Mapping[str, str]
    size: int
    ultra: bool


def batches(units: Sequence[Unit]) -> list[list[Unit]]:
    """Units in groups of one run each, largest group first: a run takes some seconds before it does anything.

    The groups depend on the units alone, neither on the machine nor on what is cached, because a run's result depends
    on its company by a LUT or two: equal designs have equal figures everywhere.
    """
    groups: list[list[Unit]] = [[unit] for unit in units if unit.size >= LARGE]
    small: list[Unit] = []
    for unit in sorted((u for u in units if u.size < LARGE), key=lambda u: (u.ultra, u.size, u.root)):
        if small and (sum(u.size for u in small) + unit.size > LARGE or small[0].ultra != unit.ultra):
            groups.append(small)
            small = []
        small.append(unit)
    groups += [small] if small else []
    return sorted(groups, key=lambda group: -sum(unit.size for unit in group))


def batch_text(units: Sequence[Unit]) -> str:
    """RTLIL of one run: the units, none of them flattened into another, under a top that holds one of each."""
    bodies: dict[str, str] = {}
    for unit in units:
        bodies |= unit.bodies
    stubs = {name: text for unit in units for name, text in unit.stubs.items() if name not in bodies}
    roots = {unit.root for unit in units}
    texts = ["autoidx 1000000\n"]
    for name, text in sorted(bodies.items()):
        texts.append(f"attribute \\keep_hierarchy 1\n{text}" if name in roots and not is_kept(text) else text)
    texts += [text for _, text in sorted(stubs.items())]
    cells = "".join(f"  attribute \\keep 1\n  cell {unit.root} \\u{i}\n  end\n" for i, unit in enumerate(units))
    return "".join(texts) + f"module {_TOP}\n{cells}end\n"


BATCH_TOP = _TOP.removeprefix("\\")


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
    bodies = {}
    for name in (root, *sorted(inside[1:])):
        text = modules[name].text.replace("attribute \\top 1\n", "")
        bodies[name] = f"attribute \\keep_hierarchy 1\n{text}" if name in keep and not is_kept(text) else text
    return Unit(
        root=root,
        bodies=bodies,
        stubs={name: modules[name].stub for name in sorted(boundary)},
        size=sum(modules[name].size for name in inside),
        ultra=any('attribute \\ram_style "ultra"' in text for text in bodies.values()),
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
