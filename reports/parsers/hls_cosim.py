# SPDX-License-Identifier: Apache-2.0
"""`<top>_cosim.rpt`: what C/RTL co-simulation measured, for the language that was simulated.

The result may stand in any row (VHDL, Verilog, until 2014 SystemC). A run that did not pass is a problem, whatever
numbers stand beside it; so is a file in which nothing was simulated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.grid import Row, is_border, row_of
from reports.parsed import COSIM, Draft
from reports.parsers import hls_values as values
from reports.source import Source

KIND = "hls_cosim_rpt"
PASS, FAIL, NOT_RUN = "Pass", "Fail", "NA"
LANGUAGES = ("VHDL", "Verilog")
_TIME = re.compile(r"Report time +: ")
_FIELD = re.compile(r"(Solution|Simulation tool) +: *(\S.{0,200}?)\.?\Z")
_HEAD = re.compile(r"\+ +RTL +\+ +Status +\+-+\+-+\+(?: +\(Clock Cycles\) +\+)?\Z")
_GROUP = re.compile(r"(Latency|Interval)(?:\(Clock Cycles\))?\Z")
_TOTAL = "Total Execution Time"
_MOST_LINES = 200


@dataclass
class _Frame:
    """The table's outline: bars of its columns, their names, and the borders seen."""

    groups: Row | None = None
    head: bool = False
    bars: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    borders: list[str] = field(default_factory=list)


def recognise(source: Source) -> str | None:
    """`hls_cosim_rpt` or None."""
    first = [text.strip() for text in source.head[:8192].split("\n") if text.strip()][:12]
    found = any(_HEAD.match(text) for text in first)
    return KIND if found or (first and _TIME.match(first[0]) and any("Interval" in text for text in first)) else None


def read(source: Source, draft: Draft) -> None:
    """Figures of the language that ran; `state` is its status."""
    draft.stage = COSIM
    frame = _Frame()
    results: dict[str, tuple[int, Mapping[str, str]]] = {}
    for line in source.lines():
        text = line.text.rstrip()
        if line.number > _MOST_LINES:
            draft.problem("the report goes on after its table", line=line.number)
            break
        if is_border(text):
            frame.borders.append(text)
        elif _HEAD.match(text):
            frame.head = True
        elif (match := _FIELD.match(text)) is not None:
            draft.details[match[1].lower().replace(" ", "_")] = match[2]
        elif (row := row_of(line)) is not None:
            _row(draft, frame, row, results)
        elif text and not _TIME.match(text):
            draft.problem(f"{values.shown(text)} is no line of a co-simulation report", line=line.number)
    _check_frame(draft, frame)
    _figures(draft, results)


def _row(draft: Draft, frame: _Frame, row: Row, results: dict[str, tuple[int, Mapping[str, str]]]) -> None:
    if len(row.cells) > 2 and row.cells[2].startswith("Latency"):
        frame.groups = row
    elif "min" in row.cells:
        frame.bars, frame.names = row.bars, _names(frame.groups, row)
    elif not frame.bars or row.bars != frame.bars:
        draft.problem("the row's bars do not stand where the table's do", line=row.number, field="latency_min")
    elif not frame.names:
        draft.problem("the table's header is broken", line=row.number, field="latency_min")
    else:
        cells = dict(zip(frame.names, row.cells, strict=True))
        if row.cells[0] in results:
            draft.problem(f"{values.shown(row.cells[0])} is there twice", line=row.number, field="state")
        results.setdefault(row.cells[0], (row.number, cells))


def _names(groups: Row | None, row: Row) -> tuple[str, ...]:
    """`Latency min` and so on; empty where the two lines of the header do not fit."""
    if groups is None:
        return ()
    names = ["RTL", "Status"]
    for number, cell in enumerate(row.cells[2:], 2):
        spans = zip(groups.cells, groups.bars, groups.bars[1:], strict=False)
        above = next((text for text, left, right in spans if left <= row.bars[number] < right), "")
        match = _GROUP.match(above)
        names.append(f"{match[1]} {cell}" if match else above)
    wanted = {f"{group} {end}" for group in ("Latency", "Interval") for end in ("min", "avg", "max")}
    return tuple(names) if wanted <= set(names) and len(set(names)) == len(names) else ()


def _check_frame(draft: Draft, frame: _Frame) -> None:
    borders = frame.borders
    whole = len(borders) == 3 and len(borders[0]) == len(borders[1]) == len(borders[2]) and frame.head
    if not whole or not frame.names:
        draft.problem("the table is cut or lacks a line of its frame; the report is truncated", field="latency_min")


def _figures(draft: Draft, results: Mapping[str, tuple[int, Mapping[str, str]]]) -> None:
    absent = [name for name in LANGUAGES if name not in results]
    if absent:
        draft.problem(f"has no row for {' and '.join(absent)}", field="state")
    ran = {name: found for name, found in results.items() if found[1]["Status"] != NOT_RUN}
    draft.details["status"] = {name: cells["Status"] for name, (_, cells) in results.items()}
    for name, (line, cells) in ran.items():
        status = cells["Status"]
        if status != PASS:
            what = "did not pass" if status == FAIL else "has a status that is not known"
            said = f"co-simulation of {values.shown(name)} {what} ({values.shown(status)}); its latency is no result"
            draft.problem(said, line=line, field="state", incomplete=status != FAIL)
    if not ran and not absent:
        draft.problem("no language was simulated; run cosim_design", field="state", incomplete=False)
    states = {cells["Status"] for _, cells in ran.values()} or {NOT_RUN}
    draft.state = PASS if states == {PASS} else FAIL if FAIL in states else sorted(states)[0]
    for line, cells in (ran or results).values():
        _measured(draft, cells, line)


def _measured(draft: Draft, cells: Mapping[str, str], line: int) -> None:
    for figure, column in (("latency", "Latency"), ("ii", "Interval")):
        for end in ("min", "max"):
            cell = cells[f"{column} {end}"]
            if figure == "ii" and cell == "0":
                draft.unknown("ii_" + end, cell, line)  # one transaction of a pipelined function (2016)
            else:
                values.put_count(draft, f"{figure}_{end}", cell, line)
    for figure, column in (("ii", "Interval"), ("latency", "Latency")):
        average = cells[f"{column} avg"]
        values.check_average(draft, figure, average, line)
        if (mean := values.whole(average)) is not None:
            draft.details[f"{figure}_average"] = mean
    values.check_order(draft, line)
    total = values.whole(cells.get(next((name for name in cells if name.startswith(_TOTAL)), ""), ""))
    if total is not None:
        draft.details["total_execution_cycles"] = total
