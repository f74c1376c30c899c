# SPDX-License-Identifier: Apache-2.0
"""`lat.rpt` and `result.transaction.rpt`, which the co-simulation's own test bench writes.

Both may be left over from an earlier run: they do not say whether the run passed. Read the `_cosim.rpt` beside them.
An interval that could not be measured is 0 in lat.rpt, and `x`, 0 or -2147483648 in result.transaction.rpt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.errors import ReportError
from reports.parsed import COSIM, Draft
from reports.parsers import hls_values as values
from reports.source import Line, Source

LAT, TRANSACTION = "hls_lat_rpt", "hls_transaction_rpt"
_LAT = re.compile(r'\$([A-Z]{3,8}_[A-Z]{3,12}(?:_TIME)?) = "([0-9x-]{1,18})"\Z')
_LAT_START = re.compile(r"\s*\$(MAX|MIN|AVER)_(LATENCY|THROUGHPUT) = ")
_HEADER = re.compile(r"\s+latency\s+interval\s*\Z")
_ROW = re.compile(r"transaction +([0-9]{1,18}):? +(-?[0-9]{1,18}|x|NA|-) +(-?[0-9]{1,18}|x|NA|-)\Z")
_NAMES = {"LATENCY": "latency", "THROUGHPUT": "ii"}
_TOTAL = "TOTAL_EXECUTE_TIME"


def recognise(source: Source) -> str | None:
    """`hls_lat_rpt`, `hls_transaction_rpt` or None."""
    first = [text for text in source.head[:4096].split("\n") if text.strip()][:2]
    if any(_LAT_START.match(text) for text in first):
        return LAT
    if any(_HEADER.match(text) or text.startswith("transaction ") for text in first):
        return TRANSACTION
    return None


def read(source: Source, draft: Draft) -> None:
    """Latency and interval as measured."""
    draft.stage = COSIM
    if draft.kind == LAT:
        _read_lat(source, draft)
    else:
        _read_transactions(source, draft)
    values.check_order(draft)


def _read_lat(source: Source, draft: Draft) -> None:
    found: dict[str, tuple[int, str]] = {}
    for line in source.lines():
        match = _LAT.match(line.text.strip())
        if match is None:
            if line.text.strip():
                said = f"{values.shown(line.text)} is cut or no line of a lat.rpt"
                raise ReportError(source.name, said, "latency_min", line.number)
        elif match[1] in found and found[match[1]][1] != match[2]:
            raise ReportError(source.name, f"{match[1]} is there twice, with two values", "latency_min", line.number)
        else:
            found.setdefault(match[1], (line.number, match[2]))
    for name, figure in _NAMES.items():
        ends = {end: found.get(f"{end}_{name}") for end in ("MIN", "AVER", "MAX")}
        if name == "THROUGHPUT" and not any(ends.values()) and _TOTAL in found:
            continue  # some test benches write none for a single transaction; the total behind it is there
        for end, there in ends.items():
            if there is None:
                draft.withdraw(f"{figure}_min", f"{figure}_max")
                draft.problem(f"has no ${end}_{name}; the file is truncated", field=f"{figure}_min")
        for end in ("MIN", "MAX"):
            there = ends[end]
            if there is not None:
                _put(draft, f"{figure}_{end.lower()}", there[1], there[0])
    for name in ("THROUGHPUT", "LATENCY"):
        if (average := found.get(f"AVER_{name}")) is not None:
            values.check_average(draft, _NAMES[name], average[1], average[0])
    if _TOTAL in found and (total := values.whole(found[_TOTAL][1])) is not None:
        draft.details["total_execution_cycles"] = total


def _put(draft: Draft, name: str, text: str, line: int) -> None:
    number = values.whole(text)
    if (number == 0 and name.startswith("ii")) or text.startswith(("-", "x")):
        draft.unknown(name, text, line)
    else:
        values.put_count(draft, name, text, line)


@dataclass
class _Spread:
    """Least, most and sum of what was measured."""

    least: int
    most: int
    total: int = 0
    count: int = 0

    def add(self, number: int) -> None:
        self.least, self.most = min(self.least, number), max(self.most, number)
        self.total, self.count = self.total + number, self.count + 1


def _read_transactions(source: Source, draft: Draft) -> None:
    spread: dict[str, _Spread] = {}
    count, literal, header = 0, "", False
    for line in source.lines():
        values.check_length(source.name, line.number)
        match = _ROW.match(line.text.strip())
        if match is not None:
            if literal:
                raise ReportError(
                    source.name, f"the interval before is {literal}, but this row follows", "ii_min", line.number
                )
            if int(match[1]) != count:
                said = f"transaction {match[1]} follows after {count} of them; rows are missing"
                raise ReportError(source.name, said, "latency_min", line.number)
            count, literal = count + 1, _take(source.name, line, match[2], match[3], spread)
        elif _HEADER.match(line.text):
            header = True
        elif line.text.strip():
            said = f"{values.shown(line.text.strip())} is cut or no transaction"
            raise ReportError(source.name, said, "latency_min", line.number)
    if count == 0 or not header:
        raise ReportError(source.name, "has no header or no transaction; the simulation did not run to a result")
    # The test bench prints x for the last of several; for a single one 0 or what the simulator has for no value.
    if count == 1 and not literal:
        said = "one transaction with an interval: a test bench of 2014 or 2015, or a file cut behind its first row"
        draft.problem(f"{said}; take the _cosim.rpt beside it", field="ii_max")
    elif not literal or (literal == "x") != (count > 1):
        raise ReportError(
            source.name, "the last row does not end as the last of them does; the file is truncated", "ii_max"
        )
    draft.figure("transactions", count)
    for name, found in spread.items():
        draft.figure(f"{name}_min", found.least)
        draft.figure(f"{name}_max", found.most)
        draft.details[f"{name}_average"] = found.total / found.count
    if "ii" not in spread:
        draft.unknown("ii_min", literal)
        draft.unknown("ii_max", literal)


def _take(file: str, line: Line, latency: str, interval: str, spread: dict[str, _Spread]) -> str:
    """Take a row; the interval's text comes back where it stands for no value."""
    cycles, gap = values.whole(latency), values.whole(interval)
    if cycles is None:
        raise ReportError(file, f"latency {latency} is no number", "latency_min", line.number)
    spread.setdefault("latency", _Spread(cycles, cycles)).add(cycles)
    if not gap:
        return interval
    spread.setdefault("ii", _Spread(gap, gap)).add(gap)
    return ""
