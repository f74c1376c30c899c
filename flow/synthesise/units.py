# SPDX-License-Identifier: Apache-2.0
"""Which modules are synthesised alone, and which stay inside another.

A unit is a root module with everything below it down to the roots of other units (which it sees as black boxes),
flattened except for modules that must stay countable. Three rules make a module the root of a unit:

- it is the top or a child of the top, so every layer has a figure and a change of one leaves the others as they were;
- it is repeated, and not small;
- it holds a large memory (weights change more often than the logic that reads them).

Small units of one part of the design share runs of the tool (`batches`); no unit is flattened into another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flow.synthesise.rtlil import RtlilModule, is_kept

# Cells and processes before mapping.
SMALLEST_REPEATED = 150
LARGE_MEMORY_BITS = 16_384
# Units below this size share runs of about this size.
LARGE = 1_500
TOP_PART = -1
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
        part: the first part of the design that uses it; TOP_PART for the top.
    """

    root: str
    bodies: Mapping[str, str]
    stubs: Mapping[str, str]
    size: int
    ultra: bool
    part: int = 0


def batches(units: Sequence[Unit]) -> list[list[Unit]]:
    """Units in groups of one run each, largest group first: a run takes some seconds before it does anything.

    A run's result depends on its company by a LUT or two. So the groups depend on the units alone, neither on the
    machine nor on what is cached: equal designs have equal figures everywhere. And a group holds units of one part,
    so a change of one layer leaves the runs of all other parts as they were.
    """
    groups: list[list[Unit]] = []
    small: list[Unit] = []
    for unit in sorted(units, key=lambda u: (u.part, u.ultra, u.size, u.root)):
        if unit.size >= LARGE:
            groups.append([unit])
            continue
        together = small and (small[0].part, small[0].ultra) == (unit.part, unit.ultra)
        if not together or sum(u.size for u in small) + unit.size > LARGE:
            small = []
            groups.append(small)
        small.append(unit)
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


def partition(
    modules: Mapping[str, RtlilModule], top: str, flat: bool = False, parts: Mapping[str, int] | None = None
) -> list[Unit]:
    """Units of a design; the first is the top's.

    Args:
        modules: by RTLIL name.
        top: RTLIL name of the top.
        flat: make a single unit with no module kept.
        parts: part of the design (0 or more) by instance name of the top's children; 0 for those left out.
    """
    children = {name: [kind for kind, _ in module.cells if kind in modules] for name, module in modules.items()}

    @cache
    def size(name: str) -> int:
        return modules[name].size + sum(size(child) for child in children[name])

    uses = _uses(children, top)
    roots = {top}
    if not flat:
        roots |= {
            name
            for name in uses
            if name != top
            and (
                name in children[top]
                or (uses[name] > 1 and size(name) >= SMALLEST_REPEATED)
                or modules[name].memory_bits >= LARGE_MEMORY_BITS
            )
        }
    order = sorted(roots, key=lambda name: (name != top, -size(name), name))
    part_of = _parts(modules, children, top, parts or {})
    return [_unit(modules, children, root, roots, part_of[root]) for root in order]


def _parts(
    modules: Mapping[str, RtlilModule], children: Mapping[str, list[str]], top: str, parts: Mapping[str, int]
) -> dict[str, int]:
    """The first part that uses each module."""
    found = {top: TOP_PART}
    used = [(parts.get(cell.removeprefix("\\"), 0), kind) for kind, cell in modules[top].cells if kind in modules]
    for part, kind in sorted(used):
        pending = [kind]
        while pending:
            name = pending.pop()
            if name not in found:
                found[name] = part
                pending += children[name]
    return found


def _unit(
    modules: Mapping[str, RtlilModule],
    children: Mapping[str, list[str]],
    root: str,
    roots: set[str],
    part: int,
) -> Unit:
    inside, boundary, pending = [root], set(), [root]
    while pending:
        for child in children[pending.pop()]:
            if child in roots:
                boundary.add(child)
            elif child not in inside:
                inside.append(child)
                pending.append(child)
    bodies = {name: modules[name].text.replace("attribute \\top 1\n", "") for name in (root, *sorted(inside[1:]))}
    return Unit(
        root=root,
        bodies=bodies,
        stubs={name: modules[name].stub for name in sorted(boundary)},
        size=sum(modules[name].size for name in inside),
        ultra=any('attribute \\ram_style "ultra"' in text for text in bodies.values()),
        part=part,
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
