# SPDX-License-Identifier: Apache-2.0
"""report.json: read strictly, written whole or not at all, free of contradictions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reports.cells import count, dsp_kinds
from reports.convert import from_json, to_json
from reports.errors import ReportError, SchemaError
from reports.schema import AT_MOST, FAIL, PASS, Gate, Report, Resource
from reports.text import read_json, read_text, write_atomic
from reports.validate import problems, report_schema


def looks_like(text: str) -> bool:
    """Whether a text is meant to be a report.json, from the content alone."""
    return text.lstrip().startswith("{") and all(f'"{key}"' in text for key in ("schema", "board", "exactness"))


def read_report(path: Path) -> Report:
    """The report in a file.

    Raises:
        ReportError: missing, empty, truncated or not JSON.
        SchemaError: it breaks the schema, or contradicts itself; the first problems are named.
    """
    return parse_report(read_text(path), str(path))


def parse_report(text: str, file: str = "report.json") -> Report:
    """The report in a text; see `read_report` for errors."""
    return report_of(read_json(text, file), file)


def report_of(data: Any, file: str = "report.json") -> Report:
    """The report in a JSON value; see `read_report` for errors."""
    _refuse(problems(data, report_schema()), file)
    report = from_json(Report, data)
    _refuse(list(contradictions(report)), file)
    return report


def write_report(path: Path, report: Report) -> None:
    """Write report.json.

    Raises:
        SchemaError: the report breaks its schema or contradicts itself; nothing is written.
        ReportError: the file cannot be written; an older one stays whole.
    """
    data = report_json(report)
    report_of(data, str(path))
    write_atomic(path, json.dumps(data, indent=1, allow_nan=False) + "\n")


def report_json(report: Report) -> dict[str, Any]:
    """The JSON value of a report, its schema number first."""
    data: dict[str, Any] = to_json(report)
    return {"schema": data.pop("schema"), **data}


def gate_status(gate: Gate) -> str:
    """The status that limit, value and rule of a gate give."""
    holds = gate.value <= gate.limit if gate.rule == AT_MOST else gate.value >= gate.limit
    return PASS if holds else FAIL


def contradictions(report: Report) -> Iterator[tuple[str, str]]:
    """Figures of one report that cannot all be true: (field, text) each."""
    for i, row in enumerate(report.exactness):
        if row.mismatches > row.values:
            yield f"exactness[{i}].mismatches", f"{row.mismatches} of {row.values} values cannot differ"
        if report.pair(row.pair) is not row:
            yield f"exactness[{i}].pair", f"{row.pair} appears twice"
    for i, resource in enumerate(report.resources):
        for field, text in _resource_contradictions(resource):
            yield f"resources[{i}].{field}", text
    for i, gate in enumerate(report.gates):
        if gate.status != gate_status(gate):
            yield f"gates[{i}].status", f"{gate.name}: {gate.value} {gate.rule} {gate.limit} is no {gate.status}"
    for field, names in (("layers", [x.name for x in report.layers]), ("fifos", [x.name for x in report.fifos])):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield field, f"{name} appears twice"
    if report.performance.fps is not None and report.performance.cycles_per_frame.rtlsim is None:
        yield "performance.fps", "needs simulated cycles; none are given"


def _resource_contradictions(row: Resource) -> Iterator[tuple[str, str]]:
    if row.stage == "synth" and not (row.cells and row.modules):
        yield "cells", "a synthesised design proves its figures by the cells of its modules; none are given"
        return
    if not row.cells:
        return
    try:
        counted = count(row.cells, row.family, file=f"{row.tool} {row.family}")
    except ReportError as error:
        yield "cells", error.text
        return
    for name in ("lut", "dsp", "bram18", "ff", "uram", "carry", "lutram"):
        stated = getattr(row, name)
        if stated is not None and stated != getattr(counted, name):
            yield name, f"is {stated}, the cells make {getattr(counted, name)}"
    total: dict[str, int] = {}
    for module in row.modules:
        for kind, number in module.cells.items():
            total[kind] = total.get(kind, 0) + number * module.instances
    for name, of_modules in (("levels", _most_levels(row)), ("sites", _all_sites(row))):
        stated = getattr(row, name)
        if stated is not None and of_modules is not None and stated != of_modules:
            yield name, f"is {stated}, the modules make {of_modules}"
    if {k: n for k, n in total.items() if n} != {k: n for k, n in row.cells.items() if n}:
        yield "modules", "cells of the modules times their instances do not add up to cells"
    if row.stage == "synth" and set(row.dsp_kinds) != set(dsp_kinds(row.family)):
        yield "dsp_kinds", f"expected every DSP kind of {row.family}: {', '.join(dsp_kinds(row.family))}"


def _most_levels(row: Resource) -> int | None:
    """Levels of the deepest module; None unless every module says its own."""
    told = [module.levels for module in row.modules if module.levels is not None]
    return max(told) if told and len(told) == len(row.modules) else None


def _all_sites(row: Resource) -> int | None:
    """Sites of all instances; None unless every module says its own."""
    told = [module.sites * module.instances for module in row.modules if module.sites is not None]
    return sum(told) if told and len(told) == len(row.modules) else None


def _refuse(found: list[tuple[str, str]], file: str) -> None:
    if found:
        place, text = found[0]
        more = f" (and {len(found) - 1} more problems)" if len(found) > 1 else ""
        raise SchemaError(file, text + more, place)
