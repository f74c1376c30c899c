# SPDX-License-Identifier: Apache-2.0
"""Vivado `report_timing_summary`.

The same header recurs for each clock; the design's numbers are those below `Design Timing Summary`. They must be the
worst of the tables of clocks below, and agree with the sentence on whether constraints are met. `NA` stays `NA`: it
means that nothing was timed, whatever the sentence says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.errors import ReportError
from reports.parsed import OPT, PLACE, ROUTE, SYNTH, Draft
from reports.parsers.vivado_text import TOOL, lines_after_head, number
from reports.source import Line, Source

KIND = "vivado_timing"
SUMMARY, CLOCKS, DETAILS = "Design Timing Summary", "Clock Summary", "Timing Details"
TABLES = ("Intra Clock Table", "Inter Clock Table", "Other Path Groups Table")
_FIGURES = {"WNS(ns)": "wns_ns", "TNS(ns)": "tns_ns", "WHS(ns)": "whs_ns", "THS(ns)": "ths_ns"}
_FAILING = {"WNS(ns)": "TNS Failing Endpoints", "WHS(ns)": "THS Failing Endpoints"}
_COLUMN = re.compile(r"-+")
_MET = "All user specified timing constraints are met."
_NOT_MET = "Timing constraints are not met."
_NONE = "There are no user specified timing constraints."
_MOST_CLOCKS = 10_000
_MOST_BROKEN = 1_000


@dataclass(frozen=True)
class TimingRow:
    """A row below a header with dashes.

    Attributes:
        line: where it stands.
        names: what stands left of the first number: clocks or path groups.
        cells: by column name.
    """

    line: int
    names: str
    cells: dict[str, str]


def recognise(source: Source) -> str | None:
    """`vivado_timing` or None."""
    head = source.head
    return KIND if TOOL.search(head) and re.search(r"^Timing Summary Report\s*$", head, re.MULTILINE) else None


def read(source: Source, draft: Draft) -> None:
    """Slack of the design; clocks with their periods and slack in the details."""
    reader = _Reader(draft)
    for line in lines_after_head(source, draft, ("Design", "Device", "Command")):
        reader.line(line)
    reader.finish()


class _Reader:
    """Goes through the sections once; path details of any length are only looked at, not kept."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.section = ""
        self.before: list[Line] = []
        self.header: Line | None = None
        self.columns: list[tuple[int, int]] = []
        self.rows: dict[str, list[TimingRow]] = {}
        self.sentence = ""
        self.clocks: dict[str, float] = {}
        self.seen: list[str] = []
        self.sources: dict[str, int] = {}
        self.open_path = False
        self.states: set[str] = set()
        self.last: int | None = None
        self.broken = 0

    def line(self, line: Line) -> None:
        text = line.text
        self.last = line.number
        if text.startswith("| ") and text[2:3].isalpha() and self.section != DETAILS:
            self.section = text[2:].rstrip()
            self.seen.append(self.section)
            self.header, self.columns = None, []
        elif self.section == DETAILS:
            self._detail(text)
        elif self.section == SUMMARY and text.strip() in (_MET, _NOT_MET, _NONE):
            self.sentence = text.strip()
        elif self.section in (SUMMARY, CLOCKS, *TABLES):
            self._row(line)

    def _row(self, line: Line) -> None:
        text = line.text.rstrip()
        if not text or text.startswith("|") or (set(text) == {"-"} and len(text) > 60):
            return
        if self.header is None:
            self.header = line
        elif not self.columns:
            self.columns = [(match.start(), match.end()) for match in _COLUMN.finditer(text)]
            if set(text) - {"-", " "}:
                self.draft.problem("the rule below the names is cut", line=line.number, field=self.section)
                self.header = None
        elif self.section == CLOCKS:
            self._clock(line)
        else:
            rows = self.rows.setdefault(self.section, [])
            row = _cells(self.header.text, self.columns, line)
            if row is None:
                self.broken += 1
                self.draft.problem("row is cut or shifted", line=line.number, field=self.section)
                if self.broken > _MOST_BROKEN:
                    raise ReportError(self.draft.file, "no row is whole; not a timing summary", line=line.number)
            elif len(rows) < _MOST_CLOCKS:
                rows.append(row)

    def _clock(self, line: Line) -> None:
        match = re.fullmatch(r"\s*(\S+)\s+\{[^{}]*\}\s+([0-9]+\.[0-9]+)\s+([0-9]+\.[0-9]+)\s*", line.text)
        if match is None:
            self.draft.problem("row is cut or shifted", line=line.number, field=CLOCKS)
            return
        name, period, frequency = match.group(1), float(match.group(2)), float(match.group(3))
        if period <= 0 or abs(1000 / period - frequency) > 0.0006 + frequency * 0.00051 / period:
            self.draft.problem(f"{name}: {period} ns is not {frequency} MHz", line=line.number, field=CLOCKS)
        elif len(self.clocks) < _MOST_CLOCKS:
            self.clocks[name] = period

    def _detail(self, text: str) -> None:
        if text.startswith("Slack"):
            self.open_path = True
        elif self.open_path and text.lstrip().startswith("slack "):
            self.open_path = False
        elif text.startswith("  To Clock:"):
            name = text.partition(":")[2].strip()
            self.sources[name] = self.sources.get(name, 0) + 1
        elif "net (fo=" in text:
            for state in ("routed", "estimated", "unplaced"):
                if f", {state})" in text:
                    self.states.add(state)

    def finish(self) -> None:
        """Figures, and everything that contradicts them."""
        draft = self.draft
        needed = [SUMMARY, CLOCKS, "Intra Clock Table", "Inter Clock Table", "Other Path Groups Table", DETAILS]
        lost = [name for name in needed if self.seen.count(name) != 1]
        if lost:
            draft.problem(f"sections are missing or double: {', '.join(lost)} (truncated?)", line=self.last)
        rows = self.rows.get(SUMMARY, [])
        if len(rows) != 1 or len(rows[0].cells) < len(_FIGURES):
            draft.problem("has not the one row with all slacks", field=SUMMARY)
            return
        self._figures(rows[0])
        self._compare(rows[0])
        self._details()
        if self.open_path:
            draft.problem("a path has no slack at its end (truncated)", line=self.last, field=DETAILS)
        self._stage()

    def _figures(self, row: TimingRow) -> None:
        for column, name in _FIGURES.items():
            cell = row.cells.get(column, "")
            value = number(cell)
            if value is not None:
                self.draft.figure(name, value, row.line)
            elif cell == "NA":
                self.draft.unknown(name, cell, row.line)
            else:
                self.draft.problem(f"is {cell!r}, not a time", line=row.line, field=name)

    def _compare(self, row: TimingRow) -> None:
        """The design's slack is the worst of the tables; it is negative where endpoints fail."""
        draft = self.draft
        for column, failing in _FAILING.items():
            name, total = _FIGURES[column], _FIGURES["T" + column[1:]]
            worst, count = number(row.cells.get(column, "")), number(row.cells.get(failing, ""))
            sum_of = number(row.cells.get("T" + column[1:], ""))
            below = [
                value
                for table in TABLES
                for other in self.rows.get(table, ())
                if (value := number(other.cells.get(column, ""))) is not None
            ]
            if (worst is None and below) or (worst is not None and worst != min(below, default=None)):
                text = (
                    f"is {row.cells.get(column)}, the worst of the tables of clocks is {min(below, default='absent')}"
                )
                draft.problem(text, line=row.line, field=name)
                draft.withdraw(name)
            if worst is not None and ((worst < 0) != bool(count) or (sum_of or 0) > 0 or (worst < 0) != bool(sum_of)):
                text = f"is {worst}, the total {sum_of}, failing endpoints {count}: they contradict each other"
                draft.problem(text, line=row.line, field=name)
                draft.withdraw(name, total)
            self._sum(column, sum_of, row)
        values = [number(row.cells.get(column, "")) for column in ("WNS(ns)", "WHS(ns)", "WPWS(ns)")]
        negative = any(value is not None and value < 0 for value in values)
        if not self.sentence:
            draft.problem("the sentence on whether constraints are met is missing", line=row.line, field="wns_ns")
        elif negative != (self.sentence == _NOT_MET):
            draft.problem(f"the report says {self.sentence!r} and gives {values}", line=row.line, field="wns_ns")
            draft.withdraw("wns_ns", "whs_ns")

    def _sum(self, column: str, stated: float | None, row: TimingRow) -> None:
        """Total slack is the sum over the tables (each rounded), unless path groups overlap, which only adds."""
        parts = [
            value
            for table in TABLES
            for other in self.rows.get(table, ())
            if (value := number(other.cells.get("T" + column[1:], ""))) is not None
        ]
        if stated is not None and parts and sum(parts) > stated + 0.001 * (len(parts) + 1):
            name = _FIGURES["T" + column[1:]]
            self.draft.problem(f"is {stated}, the tables of clocks give {sum(parts):.3f}", line=row.line, field=name)
            self.draft.withdraw(name)

    def _details(self) -> None:
        clocks: dict[str, dict[str, float]] = {name: {"period_ns": period} for name, period in self.clocks.items()}
        for row in self.rows.get("Intra Clock Table", ()):
            name = row.names.strip()
            if name not in clocks:
                self.draft.problem(f"{name} is no clock of the {CLOCKS}", line=row.line, field=CLOCKS)
            entry = clocks.setdefault(name, {})
            for column, key in (("WNS(ns)", "wns_ns"), ("WHS(ns)", "whs_ns"), ("WPWS(ns)", "wpws_ns")):
                value = number(row.cells.get(column, ""))
                if value is not None:
                    entry[key] = value
        if clocks:
            self.draft.details["clocks"] = clocks
        if len(self.clocks) == 1:
            self.draft.figure("clock_target_ns", next(iter(self.clocks.values())))
        if self.sentence:
            self.draft.details["constraints"] = self.sentence
        if not self.sources:
            return  # written with -no_detailed_paths, or nothing is timed
        for row in self.rows.get("Intra Clock Table", ()):
            if number(row.cells.get("TNS Total Endpoints", "")) and row.names.strip() not in self.sources:
                text = f"paths of clock {row.names.strip()} are missing (truncated?)"
                self.draft.problem(text, line=self.last, field=DETAILS)

    def _stage(self) -> None:
        """Nets of the paths tell how far the design was; reports before 2024 have no other word on it."""
        nets = SYNTH if "unplaced" in self.states else PLACE if "estimated" in self.states else ROUTE
        if not self.states:
            return
        if self.draft.stage is None:
            self.draft.stage = nets
        elif self.draft.stage == ROUTE and nets != ROUTE:
            text = f"is {self.draft.state!r}, but nets of the paths are {', '.join(sorted(self.states))}"
            self.draft.problem(text, field="design state", incomplete=False)
        elif self.draft.stage in (SYNTH, OPT) and nets == ROUTE:
            text = f"is {self.draft.state!r}, but nets of the paths are routed"
            self.draft.problem(text, field="design state", incomplete=False)


def _cells(header: str, columns: list[tuple[int, int]], line: Line) -> TimingRow | None:
    """Numbers stand right-aligned below their names, with gaps; names of clocks stand left of them."""
    names = [header[start:end].strip() for start, end in columns]
    ends = {end: name for (_, end), name in zip(columns, names, strict=True) if name.endswith(("(ns)", "Endpoints"))}
    if not ends or len(header.rstrip()) > columns[-1][1]:
        return None
    cells: dict[str, str] = {}
    words = list(re.finditer(r"\S+", line.text))
    while words and words[-1].end() in ends and (number(words[-1].group()) is not None or words[-1].group() == "NA"):
        word = words.pop()
        cells[ends[word.end()]] = word.group()
    left = words[-1].end() if words else 0
    if left >= min(ends) or not cells:
        return None
    return TimingRow(line.number, line.text[:left], cells)
