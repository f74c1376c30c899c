# SPDX-License-Identifier: Apache-2.0
"""The layouts of Yosys `stat`: json with plain or nested counts, text with the name first (to 0.5x) or last.

Newer text has a legend above its columns (count, area, each with and without what is in submodules); the column is
found there. In both newer layouts what a module instantiates is counted apart from its cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reports.errors import ReportError
from reports.source import Line
from reports.text import read_json

HIERARCHY = "design hierarchy"
START = "Printing statistics."
MOST_LINES = 500_000
VERSION = re.compile(r"\s*Yosys ([0-9][^\s(]{0,60})")
_BANNER, _FOOTER = "Yosys Open SYnthesis Suite", "End of script."
_SECTION = re.compile(r"=== (.+) ===\s*")
_OLD_TOTAL = re.compile(r"   Number of cells:\s+([0-9]{1,15})\s*")
_OLD_CELL = re.compile(r"     (\S+)\s+([0-9]{1,15})(?:\s+[0-9.eE+-]{1,30})?\s*")
_AMOUNT = re.compile(r"[0-9][0-9.eE+-]{0,30}|-")
_TOP_ROW = re.compile(r"   (\S+)\s+1\s*")


@dataclass(frozen=True)
class Module:
    """Cells of one module, without those of its submodules; submodules appear as kinds of their own.

    Attributes:
        cells: by kind.
        below: kinds that newer text counts as submodules; library cells are among them within a synthesis script.
    """

    cells: Mapping[str, int]
    below: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """What a report says, before it is held against itself.

    Attributes:
        version: of Yosys, where the report says it.
        modules: by name.
        stated: the section of the whole design, if there is one.
        top: name of the design there.
        whole: cells of the whole design where they are given only so, and not as a sum over modules.
        ended: whether the end is there: the design, the end of a log, or the empty line below a module.
    """

    version: str | None
    modules: Mapping[str, Module]
    stated: Mapping[str, int] | None
    top: str | None = None
    whole: Mapping[str, int] | None = None
    ended: bool = True


def plain(name: str) -> str:
    """A name without Yosys' leading backslash."""
    return name.removeprefix("\\")


def json_layout(text: str, file: str) -> Layout:
    """The json report.

    Raises:
        ReportError: it is not whole, or contradicts itself.
    """
    data = read_json(text, file)
    entries = data.get("modules")
    if not isinstance(entries, dict) or not entries:
        raise ReportError(file, "holds no module", "modules")
    found = VERSION.match(str(data.get("creator", "")))
    version = found.group(1) if found else None
    design = data.get("design")
    if "design" in data and not isinstance(design, dict):
        raise ReportError(file, "is no object", "design")
    if isinstance(design, dict) and isinstance(design.get("num_cells"), dict):
        return _nested(entries, design, version, file)
    modules = {plain(name): _json_module(entry, file, f"modules.{name}") for name, entry in entries.items()}
    return Layout(version, modules, None if design is None else _json_module(design, file, "design").cells)


def _json_module(entry: Any, file: str, place: str) -> Module:
    cells = {plain(kind): _count(value, file, f"{place}.{kind}") for kind, value in _kinds(entry, file, place).items()}
    if "num_cells" not in entry:
        raise ReportError(file, "num_cells is missing", place)
    total = _count(entry["num_cells"], file, f"{place}.num_cells")
    below = _count(entry["num_submodules"], file, f"{place}.num_submodules") if "num_submodules" in entry else None
    hold_sum(cells, total, below, file, place)
    return Module(cells)


def _nested(entries: dict[str, Any], design: dict[str, Any], version: str | None, file: str) -> Layout:
    """`stat -hierarchy -json`: every count is an object; local counts of submodules are not given."""

    def whole(entry: Any, place: str) -> dict[str, int]:
        kinds = _kinds(entry, file, place)
        cells = {plain(kind): _count(value, file, f"{place}.{kind}") for kind, value in kinds.items()}
        hold_sum(cells, _count(entry.get("num_cells"), file, f"{place}.num_cells"), None, file, place)
        return cells

    modules = {plain(name): whole(entry, f"modules.{name}") for name, entry in entries.items()}
    stated = whole(design, "design")
    tops = [name for name, cells in modules.items() if cells == stated]
    if not tops:
        raise ReportError(file, "the design is none of the modules", "design")
    return Layout(version, {tops[0]: Module(stated)}, stated, tops[0], stated)


def _kinds(entry: Any, file: str, place: str) -> dict[str, Any]:
    kinds = entry.get("num_cells_by_type") if isinstance(entry, dict) else None
    if not isinstance(kinds, dict):
        raise ReportError(file, "num_cells_by_type is missing", place)
    return kinds


def _count(value: Any, file: str, place: str) -> int:
    number = value.get("count", value.get("num_cells")) if isinstance(value, dict) else value
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= 15:
        number = int(number)
    if type(number) is not int or not 0 <= number < 10**15:
        raise ReportError(file, f"is {str(value)[:60]!r}, not a count", place)
    return number


def hold_sum(cells: Mapping[str, int], total: int, submodules: int | None, file: str, place: str) -> None:
    """Kinds must add up to the stated total: a lost or doubled line shows here. Newer Yosys counts submodules apart.

    Raises:
        ReportError: they do not.
    """
    found = sum(cells.values())
    expected = total + (submodules or 0)
    if found != expected:
        text = f"cell kinds add up to {found}, the report says {expected} (line lost or doubled?)"
        raise ReportError(file, text, place)


def text_layout(lines: Iterable[Line], file: str) -> Layout:
    """The last statistics of a text or log.

    Raises:
        ReportError: there are none, they are not whole, or the log around them does not come to its end.
    """
    version: str | None = None
    log = ended = started = inside = False
    step: tuple[int, ...] = ()
    body: list[Line] = []
    for line in lines:
        text = line.text
        if text.rstrip().endswith(START):
            before, step = step, _step(text)
            if step <= before:
                raise ReportError(file, "a second log begins before this: two designs in one file", line=line.number)
            body, started, inside, ended = [], True, True, False
            continue
        if version is None and (match := VERSION.match(text)):
            version = match.group(1)
        if _BANNER in text:
            if log or started:
                raise ReportError(file, "a second log begins here: two designs in one file", line=line.number)
            log = True
        if inside and text[:1].strip() and not text.startswith("="):
            inside = False  # the next pass of a log starts at the margin
        if inside:
            if len(body) > MOST_LINES:
                raise ReportError(file, f"statistics have more than {MOST_LINES} lines", line=line.number)
            body.append(line)
        elif text.startswith(_FOOTER):
            ended = True
    if not started:
        raise ReportError(file, f"holds no statistics (truncated before `{START}`?)")
    if log and not ended:
        raise ReportError(file, f"is a log that does not come to `{_FOOTER}`: truncated, or Yosys failed")
    layout = _sections(body, version, file)
    return replace(
        layout,
        ended=ended or not inside or layout.stated is not None or not "".join(line.text for line in body[-1:]),
    )


def _step(text: str) -> tuple[int, ...]:
    """`6.47. Printing statistics.` as (6, 47); it grows within a log."""
    return tuple(int(number) for number in re.findall(r"[0-9]{1,9}", text.partition(START)[0]))


def _sections(body: list[Line], version: str | None, file: str) -> Layout:
    sections: list[tuple[str, int, list[str]]] = []
    for line in body:
        match = _SECTION.fullmatch(line.text)
        if match:
            sections.append((plain(match.group(1)), line.number, []))
        elif sections:
            sections[-1][2].append(line.text)
    if not sections:
        raise ReportError(file, "statistics hold no module")
    modules: dict[str, Module] = {}
    stated: Mapping[str, int] | None = None
    top: str | None = None
    for name, first, rows in sections:
        module = _section(rows, first, file, name)
        if name == HIERARCHY:
            stated, top = module.cells, _top(rows)
        elif name in modules:
            raise ReportError(file, f"module {name} appears twice", line=first)
        else:
            modules[name] = module
    return Layout(version, modules, stated, top)


def _top(rows: list[str]) -> str | None:
    """The first name of the tree."""
    for row in rows:
        if row.strip().startswith(("+-", "|")) or not row.strip():
            continue
        old = _TOP_ROW.fullmatch(row)
        return plain(old.group(1) if old else row.split()[-1])
    return None


def _section(rows: list[str], first: int, file: str, name: str) -> Module:
    """Cells of one section: the kinds below its last total."""
    totals: dict[str, int] = {}
    cells: dict[str, int] = {}
    above_submodules = 0
    place = f"{name} (line {first})"
    legend: list[str] = []
    above = False
    for row in rows:
        if row.strip(" |").startswith("+-"):
            if legend and not above and name != HIERARCHY:
                raise ReportError(file, "has a second table; the title of a section is lost", place)
            legend = [*legend, row] if above else [row]
            totals, cells, above = {}, {}, True
            continue
        above = False
        if legend:
            _new_row(row, legend, name, totals, cells, file, place)
            above_submodules = above_submodules if "submodules" in totals else len(cells)
        elif match := _OLD_TOTAL.fullmatch(row):
            if totals:
                raise ReportError(file, "has a second number of cells; the title of a section is lost", place)
            totals["cells"] = int(match.group(1))
        elif totals and (match := _OLD_CELL.fullmatch(row)):
            _add(cells, match.group(1), int(match.group(2)), file, place)
    if "cells" not in totals:
        raise ReportError(file, "number of cells is missing (truncated?)", place)
    below = list(cells)[above_submodules:] if "submodules" in totals else []
    hold_sum(cells, totals["cells"], totals.get("submodules"), file, place)
    return Module(cells, frozenset(below))


def _new_row(
    row: str, legend: list[str], name: str, totals: dict[str, int], cells: dict[str, int], file: str, place: str
) -> None:
    words = row.split(maxsplit=len(legend))
    if len(words) != len(legend) + 1 or not all(_AMOUNT.fullmatch(word) for word in words[:-1]):
        return
    wanted = "count including" if name == HIERARCHY else "local count"
    column = next((at for at, text in enumerate(legend) if wanted in text.lower()), 0)
    kind = words[-1].rstrip()
    if words[column] != "-" and not words[column].isdigit():
        raise ReportError(file, f"{kind} is {words[column]!r}, not a count", place)
    number = 0 if words[column] == "-" else int(words[column])
    gap = len(row.rstrip()) - len(kind) - len(row[: len(row.rstrip()) - len(kind)].rstrip())
    if gap == 1 and kind in ("cells", "submodules"):
        totals[kind] = number
    elif gap == 3 and totals:
        _add(cells, kind, number, file, place)


def _add(cells: dict[str, int], kind: str, number: int, file: str, place: str) -> None:
    if plain(kind) in cells:
        raise ReportError(file, f"{kind} appears twice", place)
    cells[plain(kind)] = number
