# SPDX-License-Identifier: Apache-2.0
"""`lat.rpt` and `result.transaction.rpt`, which the co-simulation's own test bench writes.

Both may be left over from an earlier run: they do not say whether the run passed. Read the `_cosim.rpt` beside them.
An interval that could not be measured is 0 in lat.rpt, and `x`, 0 or -2147483648 in result.transaction.rpt.
"""

from __future__ import annotations

import re

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
                draft.problem(f"{values.shown(line.text)} is cut or no line of a lat.rpt", line=line.number)
        elif match[1] in found and found[match[1]][1] != match[2]:
            raise ReportError(source.name, f"{match[1]} is there twice, with two values", "latency_min", line.number)
        else:
            found.setdefault(match[1], (line.number, match[2]))
    for name, figure in _NAMES.items():
        ends = {end: found.get(f"{end}_{name}") for end in ("MIN", "AVER", "MAX")}
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
    missing = number is None or (number == 0 and name.startswith("ii"))
    if missing and (number == 0 or text in values.LITERALS or text.startswith(("-", "x"))):
        draft.unknown(name, text, line)
    else:
        values.put_count(draft, name, text, line)


def _read_transactions(source: Source, draft: Draft) -> None:
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    count, header, last = 0, False, Line(0, "")
    literal = ""
    for line in source.lines():
        text = line.text.strip()
        if _HEADER.match(line.text):
            header = True
        elif (match := _ROW.match(text)) is not None:
            if literal:
                _broken(draft, last, f"interval {literal} stands in a row that is not the last")
            if int(match[1]) != count:
                _broken(draft, line, f"transaction {match[1]} follows after {count} of them; rows are missing")
            count, last = count + 1, line
            literal = _add(draft, line, match[2], match[3], least, most)
        elif text:
            _broken(draft, line, f"{values.shown(text)} is cut or no transaction")
    if not header:
        _broken(draft, Line(1, ""), "the header line is missing")
    if count == 0:
        _broken(draft, last, "has no transaction; the simulation did not run to its first result")
    # The test bench prints x for the last of several; for a single one, what the simulator has for no value.
    elif not literal or (literal == "x") != (count > 1):
        _broken(draft, last, "the last row has an interval; the file is truncated")
    for name in least:
        draft.figure(f"{name}_min", least[name])
        draft.figure(f"{name}_max", most[name])
    if literal and "ii" not in least:
        draft.unknown("ii_min", literal)
        draft.unknown("ii_max", literal)
    if draft.complete:
        draft.figure("transactions", count)
    else:
        draft.withdraw(*values.CYCLES)


def _add(draft: Draft, line: Line, latency: str, interval: str, least: dict[str, int], most: dict[str, int]) -> str:
    """Take a row; the interval's text comes back where it stands for no value."""
    for name, text in (("latency", latency), ("ii", interval)):
        number = values.whole(text)
        if number is None or (name == "ii" and number == 0):
            if name == "ii":
                return text
            _broken(draft, line, f"latency {text} is no number")
        else:
            least[name] = min(number, least.get(name, number))
            most[name] = max(number, most.get(name, number))
    return ""


def _broken(draft: Draft, line: Line, text: str) -> None:
    draft.problem(text, line=line.number or None, field="latency_min")
