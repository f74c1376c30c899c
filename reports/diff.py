# SPDX-License-Identifier: Apache-2.0
"""What changed between two builds, by module, most changed first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reports.baseline import Baseline, Design
from reports.table import NONE, Table, number, percent


@dataclass(frozen=True)
class Change:
    """One figure in two builds; None where a build does not have it.

    Attributes:
        design: name of the design (both names where they differ).
        module: path of the module; empty for the whole design.
        figure: by the names of docs/reports.md.
    """

    design: str
    module: str
    figure: str
    old: float | None
    new: float | None

    @property
    def relative(self) -> float | None:
        """New over old, less 1; None where there is no old figure other than 0."""
        return None if self.old in (None, 0) or self.new is None else self.new / self.old - 1

    @property
    def size(self) -> float:
        """How much changed, to sort by: what appears, vanishes or leaves 0 is beyond every share."""
        if not self.old and not self.new:
            return 0.0
        return float("inf") if self.relative is None else abs(self.relative)


def changes(old: Baseline, new: Baseline) -> list[Change]:
    """Figures that differ, module by module: the module that changed most first, and in it the figure that did.

    >>> before = Baseline({"top": Design({"lut": 100, "ff": 10}, {"top/a": {"lut": 50}})})
    >>> after = Baseline({"top": Design({"lut": 103, "ff": 10}, {"top/a": {"lut": 53}})})
    >>> [(change.module, change.figure, round(change.relative, 2)) for change in changes(before, after)]
    [('top/a', 'lut', 0.06), ('', 'lut', 0.03)]
    """
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in _differences(old, new):
        groups.setdefault((change.design, change.module), []).append(change)
    for members in groups.values():
        members.sort(key=lambda change: (-change.size, change.figure))
    order = sorted(groups, key=lambda key: (-groups[key][0].size, key))
    return [change for key in order for change in groups[key]]


def _differences(old: Baseline, new: Baseline) -> Iterator[Change]:
    for name, before, after in _pairs(old.designs, new.designs):
        yield from _figures(name, "", before.figures, after.figures)
        for path in dict.fromkeys((*before.modules, *after.modules)):
            yield from _figures(name, path, before.modules.get(path, {}), after.modules.get(path, {}))


def _pairs(old: Mapping[str, Design], new: Mapping[str, Design]) -> Iterable[tuple[str, Design, Design]]:
    """Designs of one name; two single ones are compared whatever they are called."""
    if len(old) == len(new) == 1 and old.keys() != new.keys():
        (before,), (after,) = old, new
        return [(f"{before} -> {after}", old[before], new[after])]
    nothing = Design({})
    return [(name, old.get(name, nothing), new.get(name, nothing)) for name in dict.fromkeys((*old, *new))]


def _figures(design: str, module: str, old: Mapping[str, float], new: Mapping[str, float]) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Change(design, module, name, old.get(name), new.get(name))


def change_table(found: list[Change]) -> Table:
    """Changes for people."""
    rows = tuple(
        (c.module or NONE, c.figure, number(c.old), number(c.new), _difference(c), percent(c.old, c.new), c.design)
        for c in found
    )
    head = ("module", "figure", "old", "new", "change", "per cent", "design")
    return Table("Changes", head, rows, "" if rows else "Nothing changed.")


def _difference(change: Change) -> str:
    if change.old is None or change.new is None:
        return "new" if change.old is None else "gone"
    grown = round(change.new - change.old, 9)
    return f"+{number(grown)}" if grown > 0 else number(grown)
