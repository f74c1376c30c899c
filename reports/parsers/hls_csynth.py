# SPDX-License-Identifier: Apache-2.0
"""`<top>_csynth.rpt` of Vivado HLS and Vitis HLS: one module as C synthesis estimates it.

Columns are found by name, the module by its `Total` row, units by the cell or, until 2019.1, by the heading.
What the report says twice must agree: parts and total, share and available, cycles and time, instances and their sum.
"""

from __future__ import annotations

from collections.abc import Mapping

from reports.grid import Table
from reports.parsed import CSYNTH, Draft, Figures, Module
from reports.parsers import hls_text as text
from reports.parsers import hls_values as values
from reports.source import Source

VIVADO, VITIS = "vivado_hls_csynth_rpt", "vitis_hls_csynth_rpt"
_TIMING = "Performance Estimates/Timing/Summary"
_LATENCY = "Performance Estimates/Latency/Summary"
_LATENCIES = "Performance Estimates/Latency/Detail/Instance"
_AREA = "Utilization Estimates/Summary"
_AREAS = "Utilization Estimates/Detail/Instance"
_PORTS = "Interface/Summary"
_CLOCKS = {"Target": "clock_target_ns", "Estimated": "clock_estimated_ns", "Uncertainty": "clock_uncertainty_ns"}
_TOTALS = ("Total", "Available", "Utilization (%)", "Available SLR", "Utilization SLR (%)")

Cells = Mapping[str, str]


def recognise(source: Source) -> str | None:
    """`vivado_hls_csynth_rpt`, `vitis_hls_csynth_rpt` or None."""
    match = text.title(source.head)
    if match is None or match["what"] != "HLS":
        return None
    return VITIS if "Vitis" in match["tool"] else VIVADO


def read(source: Source, draft: Draft) -> None:
    """Figures of the module, and of the instances directly below it."""
    found = text.outline(source, (_TIMING, _LATENCY, _LATENCIES, _AREA, _AREAS, _PORTS))
    draft.tool = values.VITIS_HLS if draft.kind == VITIS else values.VIVADO_HLS
    draft.stage = CSYNTH
    text.header(draft, found)
    _timing(draft, _table(draft, found, _TIMING, "clock_estimated_ns"), found.parts.get(_TIMING))
    _latency(draft, _table(draft, found, _LATENCY, "latency_min"))
    instances = _area(draft, _table(draft, found, _AREA, "lut"))
    _instances(draft, found, instances)
    ports = found.parts.get(_PORTS)
    if ports is None or not ports.is_whole():
        draft.problem("the Interface section at the end is missing or cut; the report is truncated", field="interface")
    if len(found.titles) > 1:
        draft.withdraw(*values.RESOURCES, *values.CYCLES, *_CLOCKS.values())


def _table(draft: Draft, found: text.Outline, path: str, field: str) -> Table | None:
    part = found.parts.get(path)
    if part is None:
        draft.problem(f"has no table {path!r}; a part of the report is missing", field=field)
        return None
    table = part.table()
    if table is None or len(table.blocks) < 2:
        draft.problem(f"table {path!r} is cut or has a broken line", line=part.line, field=field)
        return None
    if part.times > 1:
        draft.problem(f"table {path!r} is there {part.times} times", line=part.line, field=field)
        return None
    return table


def _timing(draft: Draft, table: Table | None, part: text.Part | None) -> None:
    if table is None or part is None:
        return
    clocks = []
    for line, _, cells, _ in text.records(table):
        times = {name: values.time(cells.get(column, ""), part.unit) for column, name in _CLOCKS.items()}
        for column, name in _CLOCKS.items():
            if times[name] is None:
                draft.withdraw(name)
                cell = cells.get(column)
                said = "the column is missing" if cell is None else f"{values.shown(cell)} is no time with its unit"
                draft.problem(f"{column}: {said}", line=line, field=name)
        clocks.append((cells.get("Clock", ""), line, {key: t.ns for key, t in times.items() if t is not None}))
    if not clocks:
        draft.problem("the timing table has no clock", line=table.first, field="clock_estimated_ns")
        return
    # The clock that is closest to its target, or farthest beyond it, is the one that decides.
    margin = {
        number: found.get("clock_target_ns", 0) - found.get("clock_estimated_ns", 0) for _, number, found in clocks
    }
    name, line, slowest = min(clocks, key=lambda clock: margin[clock[1]])
    draft.details["clock"] = name
    for key, value in slowest.items():
        draft.figure(key, float(value), line)
    if len(clocks) > 1:
        draft.details["clocks"] = {clock: {key: float(v) for key, v in found.items()} for clock, _, found in clocks}


def _latency(draft: Draft, table: Table | None) -> None:
    if table is None:
        return
    body = list(text.records(table))
    if len(body) != 1:
        draft.problem(f"the latency table has {len(body)} rows, not one", line=table.first, field="latency_min")
        return
    line, _, cells, _ = body[0]
    if {"Instance", "Loop Name"} & set(cells):
        what = "the table of instances or loops stands where the module's belongs (lines lost?)"
        draft.problem(what, line=line, field="latency_min")
        return
    for name, cell in _cycles(cells).items():
        values.put_count(draft, name, cell, line, "the column" if cell is None else "the cell")
    if "Pipeline Type" in cells:
        draft.details["pipeline"] = cells["Pipeline Type"]
    values.check_order(draft, line)
    for name, duration in _durations(cells).items():
        values.check_time(draft, name, duration, line)
    known = {name: int(value) for name in values.CYCLES if (value := draft.value(name)) is not None}
    values.check_interval(draft, known, cells.get("Pipeline Type", ""), line)


def _cycles(cells: Cells) -> dict[str, str | None]:
    latency = "Latency (cycles)" if "Latency (cycles) min" in cells else "Latency"
    names = (f"{latency} min", f"{latency} max", "Interval min", "Interval max")
    return dict(zip(values.CYCLES, (cells.get(name) for name in names), strict=True))


def _durations(cells: Cells) -> dict[str, values.Time | None]:
    names = {"latency_min": "Latency (absolute) min", "latency_max": "Latency (absolute) max"}
    return {name: values.time(cells[column]) for name, column in names.items() if column in cells}


def _area(draft: Draft, table: Table | None) -> Mapping[str, int] | None:
    """Set the resources; what the `Instance` row says comes back."""
    if table is None:
        draft.withdraw(*values.RESOURCES)
        return None
    named: dict[str, tuple[int, Cells]] = {}
    for line, name, cells, _ in text.records(table):
        if name in named and named[name][1] != cells:
            draft.problem(f"row {values.shown(name)} is there twice, with other numbers", line=line, field="lut")
        named.setdefault(name, (line, cells))
    if "Total" not in named or "Available" not in named:
        draft.withdraw(*values.RESOURCES)
        draft.problem("the utilization summary lacks its Total or Available row", line=table.first, field="lut")
        return None
    line, total = named["Total"]
    figures = {figure: cell for column, cell in total.items() if (figure := values.resource(column))}
    for name in values.RESOURCES:
        if name in figures or name in values.NEEDED:
            values.put_count(draft, name, figures.get(name), line)
    parts = [_counts(cells) for name, (_, cells) in named.items() if name not in _TOTALS]
    counts = {name: int(value) for name in figures if (value := draft.value(name)) is not None}
    values.check_sum(draft, parts, counts, "the rows above", line)
    _available(draft, named, counts)
    return _counts(named["Instance"][1]) if "Instance" in named else None


def _available(draft: Draft, named: Mapping[str, tuple[int, Cells]], counts: Mapping[str, int]) -> None:
    line, available = named["Available"]
    shares = named.get("Utilization (%)", (line, {}))[1]
    draft.available = {name: float(count) for name, count in _counts(available).items()}
    for column, share in shares.items():
        name = values.resource(column)
        if name in counts and name in draft.available:
            used, there = counts[name], int(draft.available[name])
            if not values.check_share(used, there, share):
                draft.withdraw(name)
                said = values.shown(share)
                draft.problem(f"{used} of {there} is not {said} per cent, which the report says", line=line, field=name)
    if not shares:
        draft.problem("the utilization summary lacks its row of per cent", line=line, field="lut")
    if "Available SLR" in named:
        draft.details["available_slr"] = _counts(named["Available SLR"][1])


def _counts(cells: Cells) -> dict[str, int]:
    found = {name: values.whole(cell) for column, cell in cells.items() if (name := values.resource(column))}
    return {name: number for name, number in found.items() if number is not None}


def _instances(draft: Draft, found: text.Outline, total: Mapping[str, int] | None) -> None:
    top = draft.top or ""
    known = {name: draft.value(name) for name in (*values.RESOURCES, *values.CYCLES)}
    draft.module(Module(top, Figures(**known)))  # type: ignore[arg-type]
    modules: dict[str, str | None] = {}
    figures: dict[str, dict[str, int]] = {}
    unknown: dict[str, dict[str, str]] = {}
    for path in (_AREAS, _LATENCIES):
        part = found.parts.get(path)
        table = _instance_table(draft, part, path)
        if table is None or part is None:
            continue
        if path == _AREAS:
            _check_instances(draft, table, total)
        for line, name, cells, _ in _named(table):
            _check_cells(draft, line, cells)
            modules[name] = cells.get("Module") or modules.get(name)
            figures.setdefault(name, {}).update(_counts(cells))
            if path == _LATENCIES:
                _cycles_of(draft, line, cells, figures[name], unknown.setdefault(name, {}))
    for name, there in figures.items():
        draft.module(Module(f"{top}/{name}", Figures(**there), modules[name], unknown.get(name, {})))


def _instance_table(draft: Draft, part: text.Part | None, path: str) -> Table | None:
    """The table, or None where the report says N/A; where it is neither, that is a problem."""
    table = part.table() if part is not None and part.is_whole() and part.times == 1 else None
    if part is None or part.times > 1 or (table is None and not part.is_whole()):
        draft.problem(f"{path!r} is missing, doubled or cut", line=part.line if part else None, field="modules")
        return None
    names = text.columns(table) if table is not None else None
    if table is not None and (len(table.blocks) < 2 or not names or not {"Instance", "Module"} <= set(names)):
        draft.problem(f"the table of {path!r} is broken", line=part.line, field="modules")
        return None
    return table


def _named(table: Table) -> list[text.Record]:
    return [record for record in text.records(table) if record.name not in ("", "Total")]


def _cycles_of(draft: Draft, line: int, cells: Cells, figures: dict[str, int], unknown: dict[str, str]) -> None:
    for name, cell in _cycles(cells).items():
        number = values.whole(cell or "")
        if number is not None:
            figures[name] = number
        elif cell in values.LITERALS:
            unknown[name] = str(cell)
        else:
            draft.problem(f"{name} of an instance is {values.shown(str(cell))}", line=line, field="modules")
    values.check_below(draft, figures, _durations(cells), line)
    values.check_interval(draft, figures, cells.get("Pipeline Type", ""), line, "modules")


def _check_cells(draft: Draft, line: int, cells: Cells) -> None:
    spoilt = [c for column, c in cells.items() if values.resource(column) and values.whole(c) is None]
    if any(cell not in values.LITERALS for cell in spoilt):
        draft.problem(f"{values.shown(spoilt[0])} of an instance is no count", line=line, field="modules")


def _check_instances(draft: Draft, table: Table, total: Mapping[str, int] | None) -> None:
    said = next((record for record in text.records(table) if record.name == "Total"), None)
    if said is None:
        draft.problem("the table of instances lacks its Total row", line=table.first, field="modules")
        return
    sums = _counts(said.cells)
    parts = [_counts(record.cells) for record in _named(table)]
    for name in sums:
        added = sum(part.get(name, 0) for part in parts)
        other = None if total is None else total.get(name, 0)
        if added != sums[name]:
            draft.problem(f"instances add up to {added}, not {sums[name]}", line=said.line, field=name)
        elif other is not None and other != sums[name]:
            draft.withdraw(name)
            draft.problem(f"instances need {sums[name]} here and {other} in the summary", line=said.line, field=name)
