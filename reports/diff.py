# SPDX-License-Identifier: Apache-2.0
"""What changed between two reports, most changed first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.render import Table, number
from reports.schema import Report

_RESOURCES = ("lut", "ff", "bram18", "uram", "dsp", "carry", "lutram")
_LAYER = ("cycles", "lut", "ff", "bram18", "uram", "macs", "pe", "simd")


@dataclass(frozen=True)
class Change:
    """One figure in two reports; None where a report does not have it."""

    figure: str
    old: float | None
    new: float | None

    @property
    def relative(self) -> float | None:
        """New over old, less 1; None where there is no old figure other than 0."""
        return None if self.old in (None, 0) or self.new is None else self.new / self.old - 1


def changes(old: Report, new: Report) -> list[Change]:
    """Figures that differ: those that appear, vanish or leave 0 first, then by relative change."""
    before, after = dict(_figures(old)), dict(_figures(new))
    found = [Change(name, before.get(name), after.get(name)) for name in {**before, **after}]
    changed = [change for change in found if change.old != change.new]
    return sorted(changed, key=lambda c: (c.relative is not None, -abs(c.relative or 0), c.figure))


def change_table(found: list[Change]) -> Table:
    """Changes for people."""
    rows = tuple((c.figure, number(c.old), number(c.new), _percent(c)) for c in found)
    return Table("Changes", ("figure", "old", "new", "change"), rows, "" if rows else "Nothing changed.")


def _percent(change: Change) -> str:
    return "-" if change.relative is None else f"{100 * change.relative:+.2f} %"


def _figures(report: Report) -> Iterator[tuple[str, float]]:
    yield "clock_mhz", report.clock_mhz
    speed = report.performance
    given: list[tuple[str, float | None]] = [
        ("cycles_per_frame.model", speed.cycles_per_frame.model),
        ("cycles_per_frame.rtlsim", speed.cycles_per_frame.rtlsim),
        ("latency_cycles", speed.latency_cycles),
        ("fps", speed.fps),
    ]
    if report.accuracy is not None:
        given += [("accuracy.graph", report.accuracy.graph), ("accuracy.keras", report.accuracy.keras)]
    given += [(f"{row.pair} mismatches", row.mismatches) for row in report.exactness]
    for row in report.resources:
        given += [(f"{row.stage} {row.source} {row.family} {name}", getattr(row, name)) for name in _RESOURCES]
    for layer in report.layers:
        given += [(f"layer {layer.name} {name}", getattr(layer, name)) for name in _LAYER]
    for name, value in given:
        if value is not None:
            yield name, value
