# SPDX-License-Identifier: Apache-2.0
"""Yosys `stat`, as JSON and as text, of old (0.33) and new (0.70) layout.

Counts come from the design hierarchy where the report has one, and must agree with the sum over its modules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reports.cells import count, infer_family
from reports.errors import ReportError
from reports.parsed import SYNTH, Draft
from reports.source import Source
from reports.text import read_json

JSON, TEXT = "yosys_stat_json", "yosys_stat_text"
_VERSION = re.compile(r"^\s*Yosys (\d[^\s(]*)", re.MULTILINE)
_SECTION = re.compile(r"^=== (.+) ===\s*$")
_OLD_TOTAL = re.compile(r"^   Number of cells:\s+(\d+)\s*$")
_OLD_CELL = re.compile(r"^     (\S+)\s+(\d+)\s*$")
_NEW_TOTAL = re.compile(r"^\s+(\d+|-)(?:\s+\S+)?\s+(cells|submodules)\s*$")
_NEW_CELL = re.compile(r"^\s+(\d+)(?:\s+[\d.eE+]+)?\s{3}(\S+)\s*$")
HIERARCHY = "design hierarchy"


@dataclass(frozen=True)
class Module:
    """Cells of one module, without those of its submodules; submodules appear as kinds of their own."""

    cells: Mapping[str, int]


@dataclass(frozen=True)
class Stat:
    """One `stat` report.

    Attributes:
        kind: `yosys_stat_json` or `yosys_stat_text`.
        version: of Yosys, where the report says it.
        modules: by name, without Yosys' leading backslash.
        top: the module that no other holds.
        total: leaf cells of the whole design by kind.
    """

    kind: str
    version: str | None
    modules: Mapping[str, Module]
    top: str
    total: Mapping[str, int] = field(default_factory=dict)


def recognise(source: Source) -> str | None:
    """`yosys_stat_json`, `yosys_stat_text` or None."""
    return looks_like(source.head) or looks_like(source.text)


def read(source: Source, draft: Draft) -> None:
    """Figures of the mapped netlist: a cell kind that is not listed is zero."""
    stat = read_stat(source.text, source.name)
    draft.tool, draft.version, draft.stage, draft.top = "Yosys", stat.version, SYNTH, stat.top
    draft.cells = dict(stat.total)
    draft.family = draft.family or infer_family(stat.total)
    if draft.family is None:
        kinds = ", ".join(sorted(stat.total)[:8])
        raise ReportError(source.name, f"cell kinds of no known family, or of several ({kinds}); nothing is counted")
    counts = count(stat.total, draft.family, file=source.name)
    draft.figure("lut", counts.logic_lut)
    draft.figure("lut_all", counts.lut)
    for name in ("ff", "bram18", "uram", "dsp", "carry", "lutram"):
        draft.figure(name, getattr(counts, name))


def looks_like(text: str) -> str | None:
    """`yosys_stat_json`, `yosys_stat_text`, or None, from the content alone."""
    head = text.lstrip()[:4096]
    if head.startswith("{"):
        return JSON if '"creator"' in head and "Yosys" in head and '"modules"' in head else None
    return TEXT if "Printing statistics." in text or _VERSION.search(text) else None


def read_stat(text: str, file: str = "stat") -> Stat:
    """A `stat` report of either form; of a log with several, the last.

    Raises:
        ReportError: not such a report, truncated, empty, or contradictory.
    """
    kind = looks_like(text)
    if kind is None:
        raise ReportError(file, "is no Yosys stat report")
    return _read_json(text, file) if kind == JSON else _read_text(text, file)


def _read_json(text: str, file: str) -> Stat:
    data = read_json(text, file)
    modules = {}
    entries = data.get("modules")
    if not isinstance(entries, dict) or not entries:
        raise ReportError(file, "holds no module", "modules")
    for name, entry in entries.items():
        modules[_plain(name)] = Module(_json_cells(entry, file, f"modules.{name}"))
    version = _VERSION.search(str(data.get("creator", "")))
    stated = _json_cells(data["design"], file, "design") if "design" in data else None
    return _finish(JSON, version.group(1) if version else None, modules, stated, file)


def _json_cells(entry: Any, file: str, place: str) -> dict[str, int]:
    if not isinstance(entry, dict) or not isinstance(entry.get("num_cells_by_type"), dict):
        raise ReportError(file, "num_cells_by_type is missing", place)
    cells: dict[str, int] = {}
    for kind, value in entry["num_cells_by_type"].items():
        number = value.get("count", value.get("num_cells")) if isinstance(value, dict) else value
        if isinstance(number, str) and number.isascii() and number.isdigit():
            number = int(number)
        if type(number) is not int or number < 0:
            raise ReportError(file, f"{kind} is {value!r}, not a count", place)
        cells[_plain(kind)] = number
    for key in ("num_cells", "num_submodules"):
        if key in entry and (type(entry[key]) is not int or entry[key] < 0):
            raise ReportError(file, f"{key} is {entry[key]!r}, not a count", place)
    if "num_cells" not in entry:
        raise ReportError(file, "num_cells is missing", place)
    _hold_sum(cells, entry["num_cells"], entry.get("num_submodules"), file, place)
    return cells


def _read_text(text: str, file: str) -> Stat:
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.rstrip().endswith("Printing statistics.")]
    if not starts:
        raise ReportError(file, "holds no statistics (truncated before `Printing statistics.`?)")
    modules: dict[str, Module] = {}
    stated = None
    for name, first, body in _sections(lines, starts[-1] + 1, file):
        cells = _text_cells(body, first, file, name)
        if name == HIERARCHY:
            stated = cells
        elif name in modules:
            raise ReportError(file, f"module {name} appears twice", line=first)
        else:
            modules[name] = Module(cells)
    version = _VERSION.search(text)
    return _finish(TEXT, version.group(1) if version else None, modules, stated, file)


def _sections(lines: list[str], start: int, file: str) -> list[tuple[str, int, list[str]]]:
    found: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines[start:], start + 1):
        match = _SECTION.match(line)
        if match:
            found.append((_plain(match.group(1)), number, []))
        elif line[:1].strip():
            break  # the next pass of a log starts at the margin
        elif found:
            found[-1][2].append(line)
    if not found:
        raise ReportError(file, "statistics hold no module", line=start)
    return found


def _text_cells(body: list[str], first: int, file: str, name: str) -> dict[str, int]:
    """Cells of one section: the kinds below its last total."""
    totals: dict[str, int] = {}
    cells: dict[str, int] = {}
    place = f"{name} (line {first})"
    for line in body:
        if line.strip().startswith("+-"):
            totals, cells = {}, {}
            continue
        old, new = _OLD_TOTAL.match(line), _NEW_TOTAL.match(line)
        if old:
            totals["cells"] = int(old.group(1))
        elif new:
            totals[new.group(2)] = 0 if new.group(1) == "-" else int(new.group(1))
        elif totals:
            cell, kind_first = _NEW_CELL.match(line), _OLD_CELL.match(line)
            if kind_first and not cell:
                kind, number = kind_first.group(1), int(kind_first.group(2))
            elif cell:
                kind, number = cell.group(2), int(cell.group(1))
            else:
                continue
            if _plain(kind) in cells:
                raise ReportError(file, f"{kind} appears twice", place)
            cells[_plain(kind)] = number
    if "cells" not in totals:
        raise ReportError(file, "number of cells is missing (truncated?)", place)
    _hold_sum(cells, totals["cells"], totals.get("submodules"), file, place)
    return cells


def _hold_sum(cells: Mapping[str, int], total: int, submodules: int | None, file: str, place: str) -> None:
    """Kinds must add up to the stated total: a lost or doubled line shows here. Newer Yosys counts submodules apart."""
    found = sum(cells.values())
    expected = total + (submodules or 0)
    if found != expected:
        raise ReportError(
            file, f"cell kinds add up to {found}, the report says {expected} (line lost or doubled?)", place
        )


def _finish(
    kind: str, version: str | None, modules: dict[str, Module], stated: dict[str, int] | None, file: str
) -> Stat:
    held = {child for module in modules.values() for child in module.cells if child in modules}
    tops = [name for name in modules if name not in held]
    if len(tops) != 1:
        raise ReportError(file, f"expected one top module, found {', '.join(tops) or 'none'}; two designs in one file?")
    total = flatten(modules, tops[0], file)
    if stated is not None:
        leaves = {name: number for name, number in stated.items() if name not in modules and number}
        if leaves != {name: number for name, number in total.items() if number}:
            raise ReportError(file, "design total is not the sum over the modules", "design")
    return Stat(kind, version, modules, tops[0], total)


def flatten(modules: Mapping[str, Module], top: str, file: str = "stat") -> dict[str, int]:
    """Leaf cells of a module and everything below it.

    Raises:
        ReportError: modules hold each other.
    """
    open_modules: set[str] = set()

    @cache
    def below(name: str) -> dict[str, int]:
        if name in open_modules:
            raise ReportError(file, f"module {name} holds itself")
        open_modules.add(name)
        total: dict[str, int] = {}
        for kind, number in modules[name].cells.items():
            inner = below(kind) if kind in modules else {kind: 1}
            for leaf, times in inner.items():
                total[leaf] = total.get(leaf, 0) + times * number
        open_modules.discard(name)
        return total

    return dict(sorted(below(top).items()))


def _plain(name: str) -> str:
    return name.removeprefix("\\")
