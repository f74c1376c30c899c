# SPDX-License-Identifier: Apache-2.0
"""Any report for people: its figures beside what the device has, its largest modules, its cells."""

from __future__ import annotations

from collections.abc import Iterator

from reports import render
from reports.cells import dsp_kinds
from reports.errors import ReportError
from reports.parsed import Parsed
from reports.table import NONE, Table, number

MODULES = 30
_COLUMNS = ("lut", "ff", "bram18", "uram", "dsp", "latency_max", "ii_max")


def tables(parsed: Parsed) -> Iterator[Table]:
    """Tables of a report, most important first; figures of an unusable one are those that it can vouch for."""
    if parsed.report is not None:
        yield from render.tables(parsed.report)
        return
    yield figure_table(parsed)
    if parsed.modules:
        yield _module_table(parsed)
    if parsed.cells and parsed.family:
        try:
            title = f"Proof: every cell of {parsed.top} for {parsed.family}"
            yield render.proof_table(title, parsed.cells, parsed.family, dsp_kinds(parsed.family), _places(parsed))
        except (ReportError, KeyError):
            rows = tuple((kind, number(count)) for kind, count in parsed.cells.items())
            yield Table("Cells", ("cell", "count"), rows)


def headline(parsed: Parsed) -> str:
    """One line: which report this is, and whether it can be used."""
    if parsed.report is not None:
        return render.headline(parsed.report)
    made = " ".join(filter(None, (parsed.tool, parsed.version))) or "unknown tool"
    where = ", ".join(filter(None, (parsed.top, parsed.device or parsed.family, parsed.state or parsed.stage)))
    state = "complete" if parsed.usable else f"NOT USABLE ({len(parsed.problems)} problems)"
    return f"{parsed.kind}, {made}{f': {where}' if where else ''}; {state}"


def figure_table(parsed: Parsed) -> Table:
    """Every figure, with the share of the device where the report says what it has."""
    rows = []
    for name, value in parsed.figures.known().items():
        has = parsed.available.get(name)
        share = f"{value / has:.2%} of {number(has)}" if has else NONE
        rows.append((name, number(value), share))
    rows += [(name, repr(literal), NONE) for name, literal in parsed.unknown.items()]
    return Table(parsed.file, ("figure", "value", "of the device"), tuple(rows))


def _module_table(parsed: Parsed) -> Table:
    held = {module.path: module.figures.known() for module in parsed.modules}
    shown = [name for name in _COLUMNS if any(name in figures for figures in held.values())]
    order = sorted(held, key=lambda path: [-held[path].get(name, 0) for name in shown])
    rows = tuple((path, *(number(held[path].get(name)) for name in shown)) for path in order[:MODULES])
    left = len(parsed.modules) + parsed.modules_left_out - len(rows)
    return Table("Modules, largest first", ("module", *shown), rows, f"{left} more." if left else "")


def _places(parsed: Parsed) -> list[str]:
    rows = [(m.path, dsp) for m in parsed.modules if (dsp := m.figures.dsp)]
    return [f"{number(dsp)} in {path}." for path, dsp in sorted(rows, key=lambda row: -row[1])[:20]]
