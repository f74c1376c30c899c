# SPDX-License-Identifier: Apache-2.0
"""Gates that only a report.json can answer: exact streams, predictions that hold, FIFOs deep enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.budget import Budget
from reports.parsed import Parsed
from reports.schema import AT_LEAST, Report, Resource
from reports.verdict import Finding, gate_of, held, impossible

_ASKED = ("exactness", "cycles_within", "lut_within", "bram18_within", "fifo")


def report_findings(reports: Sequence[Parsed], budget: Budget) -> Iterator[Finding]:
    """Findings over every report.json; without one, what is asked cannot be told."""
    asked = [name for name in _ASKED if _asks(budget, name)]
    found = [(parsed.file, parsed.report) for parsed in reports if parsed.usable and parsed.report]
    if asked and not found:
        for name in asked:
            yield impossible(reports[0].file, name, "only a report.json can tell; none is given")
    for file, report in found:
        yield from _exactness(file, report, budget)
        yield from _predictions(file, report, budget)
        yield from _fifos(file, report, budget)


def _asks(budget: Budget, name: str) -> bool:
    value = getattr(budget, name)
    return value is not None and (value is not False) and value != {}


def _exactness(file: str, report: Report, budget: Budget) -> Iterator[Finding]:
    for pair, images in budget.exactness.items():
        row = report.pair(pair)
        if row is None:
            compared = ", ".join(r.pair for r in report.exactness) or "none"
            yield impossible(file, "exactness", f"{pair} was not compared; compared: {compared}", subject="exactness")
            continue
        text = "; ".join(row.differing[:3]) or None
        yield held(file, gate_of("exactness", 0, row.mismatches, subject=pair, unit="mismatches", text=text))
        yield held(file, gate_of("images", images, row.images, AT_LEAST, subject=pair, unit="images"))


def _predictions(file: str, report: Report, budget: Budget) -> Iterator[Finding]:
    if budget.cycles_within is not None:
        cycles = report.performance.cycles_per_frame
        if cycles.rtlsim is None:
            place = "performance.cycles_per_frame.rtlsim"
            yield impossible(file, "cycles_within", "no simulated cycles are given", subject=place)
        else:
            value = _distance(cycles.model, cycles.rtlsim)
            yield held(file, gate_of("cycles_within", budget.cycles_within, value, unit="relative"))
    family = budget.family or (report.device.family if report.device else None)
    for name, limit in (("lut", budget.lut_within), ("bram18", budget.bram18_within)):
        if limit is None:
            continue
        rows = {stage: _row(report, family, stage) for stage in ("estimate", "synth")}
        estimate, synth = rows["estimate"], rows["synth"]
        if estimate is None or synth is None:
            text = f"no one {'estimate' if estimate is None else 'synth'} row of family {family or '(none is named)'}"
            yield impossible(file, f"{name}_within", f"the report has {text}", subject="resources")
        else:
            value = _distance(getattr(estimate, name), getattr(synth, name))
            yield held(file, gate_of(f"{name}_within", limit, value, subject=synth.family, unit="relative"))


def _row(report: Report, family: str | None, stage: str) -> Resource | None:
    """The row of a stage and family; None where there is none, or where several families are and none is named."""
    rows = [row for row in report.rows(stage) if family is None or row.family == family]
    return rows[0] if len({row.family for row in rows}) == 1 else None


def _distance(predicted: float, found: float) -> float:
    return round(abs(predicted - found) / max(found, 1), 6)


def _fifos(file: str, report: Report, budget: Budget) -> Iterator[Finding]:
    if not budget.fifo:
        return
    if not report.fifos:
        yield impossible(file, "fifo", "no FIFO peaks are given", subject="fifos")
        return
    over = [fifo for fifo in report.fifos if fifo.peak > fifo.depth]
    text = "; ".join(f"{f.name}: {f.peak} of {f.depth}" for f in over[:3]) or None
    subject = f"{len(report.fifos)} FIFOs"
    yield held(file, gate_of("fifo", 0, len(over), subject=subject, unit="above their depth", text=text))
