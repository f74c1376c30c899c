# SPDX-License-Identifier: Apache-2.0
"""What may be said of a spoilt report, held against what the whole one says.

Every rule begins with: no exception, less than `LONGEST` seconds, a result that is JSON, no count below zero or beyond
18 digits. On top of that (docs/reports/robustness.md argues each):

- `SAME`: the same report in another spelling; nothing may change.
- `TRUE`: something was destroyed; no figure may differ from the true one; in a usable result no row of the hierarchy
  either.
- `FIGURES`: as `TRUE`, but names may differ.
- `REFUSED`: the result must not be usable; every figure that it prints all the same is true.
- `SOUND`: the mutant is another valid report (a digit replaced); only the beginning holds.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from reports.parse import parse, parsed_json
from reports.parsed import Parsed

LONGEST = 2.0
"""Seconds of processor time for a small report; ten are allowed for the largest."""
LISTS = (
    "finn_estimate_layer_cycles", "finn_estimate_layer_resources_hls", "finn_post_synth_resources_json", "vivado_power",
    "vitis_hls_summary_rpt", "vitis_hls_csynth_xml",
)  # fmt: skip
"""Kinds whose rows are a list without a total, or not all there are (Vivado leaves small powers out). A stretch lost
from the middle of one layer to the middle of another leaves a whole object: only its numbers can be held."""
_UNNAMED = {"hls4ml_vivado_synth_rpt": "vivado_util", "vitis_hls_csynth_rpt": "vivado_hls_csynth_rpt"}
"""What a report is where the one word that tells it apart is lost."""
SIGNED = ("wns_ns", "tns_ns", "whs_ns", "ths_ns")


Row = tuple[tuple[str, float], ...]


class Rule(Enum):
    """What is asked of a mutant."""

    SAME = "same"
    TRUE = "true"
    FIGURES = "figures"
    REFUSED = "refused"
    SOUND = "sound"


@dataclass(frozen=True)
class Reading:
    """What counts of a result.

    Attributes:
        usable: whether gates may use it.
        figures: by name.
        unknown: literals by name.
        available: by name.
        modules: path and figures of each row.
        told: kind, stage, device and top.
    """

    usable: bool
    figures: dict[str, float]
    unknown: dict[str, str]
    available: dict[str, float]
    modules: tuple[tuple[str, Row], ...]
    told: tuple[str | None, ...]


def reading(parsed: Parsed) -> Reading:
    """What counts of a result."""
    modules = tuple((module.path, tuple(module.figures.known().items())) for module in parsed.modules)
    told = (parsed.kind, parsed.stage, parsed.device, parsed.top)
    available = dict(parsed.available)
    return Reading(parsed.usable, parsed.figures.known(), dict(parsed.unknown), available, modules, told)


def read(data: bytes, path: Path) -> tuple[Reading, list[str]]:
    """Write a mutant to `path` and parse it: what it says, and what no report may make a parser do."""
    path.write_bytes(data)
    start = time.process_time()
    parsed = parse(path)
    seconds = time.process_time() - start
    faults = [f"took {seconds:.1f} s"] if seconds > LONGEST else []
    faults += sanity(parsed)
    return reading(parsed), faults


def sanity(parsed: Parsed) -> list[str]:
    """What is wrong with a result whatever the report was."""
    faults = []
    try:
        text = json.dumps(parsed_json(parsed), allow_nan=False)
        text.encode("utf-8", errors="strict")
    except (ValueError, TypeError) as error:
        faults.append(f"is no JSON ({error})")
    rows: list[tuple[str, Any]] = [("", parsed.figures), *((module.path, module.figures) for module in parsed.modules)]
    for path, figures in rows:
        for name, value in figures.known().items():
            if not math.isfinite(value) or abs(value) >= 1e18 or (value < 0 and name not in SIGNED):
                faults.append(f"{path} {name} is {value}")
    if parsed.usable and not parsed.complete:
        faults.append("is usable and not complete")
    if not parsed.complete and not parsed.problems:
        faults.append("is not complete, and no problem says why")
    return faults


def faults(rule: Rule, true: Reading, got: Reading) -> list[str]:
    """How a mutant's result breaks its rule."""
    if rule is Rule.SOUND:
        return []
    if rule is Rule.SAME:
        return [f"{name} differs" for name in vars(true) if getattr(true, name) != getattr(got, name)]
    if _is_another(true, got):
        return []
    found = [
        f"{name} is {value}, true {true.figures.get(name)}"
        for name, value in got.figures.items()
        if true.figures.get(name) != value
    ]
    if not got.usable:
        return found
    if rule is Rule.REFUSED:
        return [*found, "is usable"]
    if not true.usable:
        found.append("is usable, the whole report is not")
    for name, value in got.available.items():
        if true.available.get(name) != value:
            found.append(f"available {name} is {value}, true {true.available.get(name)}")
    if got.told[0] not in (true.told[0], _UNNAMED.get(str(true.told[0]))) or got.told[1] not in (true.told[1], None):
        found.append(f"is {got.told}, true {true.told}")
    return found + rows(true, got, named=rule is Rule.TRUE)


def _is_another(true: Reading, got: Reading) -> bool:
    """Whether what is left is the whole report of something else, which nobody could tell from it."""
    if true.told[0] == "yosys_stat_text":  # statistics of one module alone, or of modules of two netlists
        return true.told[3] != got.told[3]
    if true.told[0] == "hls_transaction_rpt":  # a test bench of 2014 wrote one transaction in this way
        return not got.usable and got.figures.get("transactions") == 1
    return true.told[0] == "nextpnr_log" and (true.told[1], got.told[1]) == ("route", "place")  # not routed


def mixed(first: Reading, second: Reading, got: Reading) -> list[str]:
    """Figures of a usable result that neither of two reports holds, of which a file has parts."""
    if _is_another(first, got):
        return []
    numbers = {*first.figures.items(), *second.figures.items()}
    numbers |= {number for one in (first, second) for _, row in one.modules for number in row}
    return [f"{name} is {value}, in neither" for name, value in got.figures.items() if (name, value) not in numbers]


def rows(true: Reading, got: Reading, named: bool) -> list[str]:
    """Rows of the hierarchy that differ, that are lost, or that are new.

    A row may lack a figure (a gate on it then finds none, which is no pass). It may be lost where nothing else in the
    report could tell: it counts nothing, it is alone below a row that has everything it has, all rows below that one
    are lost (it then looks like a leaf), or its kind is a plain list without a total.
    """
    if not named:
        left = Counter(row[1] for row in true.modules)
        new = [row for row in got.modules if not _take(left, row[1])]
        return [f"row {new[0]} is not in the whole report"] if new else []
    whole, now = dict(true.modules), dict(got.modules)
    if len(now) < len(got.modules) and len(whole) == len(true.modules) and true.told[0] not in LISTS:
        return ["a row stands twice"]
    if true.told[0] in LISTS:
        numbers = {number for row in whole.values() for number in row}
        return [f"row {path} is {row}" for path, row in now.items() if not set(row) <= numbers]
    found = [f"row {path} is {row}, not as it was" for path, row in now.items() if not _holds(whole, path, row)]
    below = Counter(_above(path) for path in whole)
    left = {"", *(_above(path) for path in now)}
    lost = [path for path, row in whole.items() if path not in now and any(value for _, value in row)]
    return found + [f"row {path} is lost" for path in lost if below[_above(path)] > 1 and _above(path) in left]


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _holds(whole: dict[str, Row], path: str, row: Row) -> bool:
    return not any(value for _, value in row) or (path in whole and set(row) <= set(whole[path]))


def _take(left: Counter[Row], row: Row) -> bool:
    """Take a row, or one with more figures, out of what is left."""
    match = row if left[row] else next((other for other in left if left[other] and set(row) <= set(other)), None)
    if match is not None:
        left[match] -= 1
    return match is not None
