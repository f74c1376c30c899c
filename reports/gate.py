# SPDX-License-Identifier: Apache-2.0
"""Gates: figures of reports held against a budget. A gate whose figure is missing is an error, never a pass.

>>> from pathlib import Path
>>> from reports.parse import parse
>>> verdict = judge([parse(Path("tests/reports/fixtures/yosys_070_xcup.json"))], Budget({"dsp": 0, "lut": 300}))
>>> [(gate.name, gate.status) for gate in verdict.gates], verdict.exit_code
([('dsp', 'pass'), ('lut', 'fail')], 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reports.baseline import Baseline, read_baseline
from reports.bounds import resolve, rule_of
from reports.budget import Amount, Budget
from reports.contradictions import contradictions
from reports.errors import GateInputError, ReportError
from reports.growth import growth_findings
from reports.module_gates import module_findings
from reports.parsed import Parsed
from reports.report_gates import report_findings
from reports.schema import PASS, Gate, Report
from reports.subject import REPORT, RESOURCES, STAGED, Subject, all_subjects
from reports.verdict import ERROR, Finding, Verdict, gate_of, held, impossible, unusable

UNITS = {"dsp": "blocks", "fps": "frames a second", "power_w": "W", "fmax_mhz": "MHz"}
SUMMARY = "vitis_hls_summary_rpt"


def judge(reports: Sequence[Parsed], budget: Budget, baseline: Baseline | None = None) -> Verdict:
    """Hold the reports of one build against a budget.

    Each figure that the budget names is held wherever a report gives it (at the stage that the budget asks for), and
    at least one report must give it.

    Args:
        reports: of one build; two that contradict each other are unusable.
        budget: limits.
        baseline: figures of an earlier build; read from the file that the budget names if None.

    Raises:
        ReportError: the budget asks for nothing at all, or its baseline cannot be read.
    """
    if not budget.asks and baseline is None:
        raise ReportError("budget", "asks for nothing; a gate that checks nothing is no pass")
    if baseline is None and budget.baseline is not None:
        baseline = read_baseline(budget.baseline)
    subjects = all_subjects(reports, budget.family)
    findings = [*unusable(p for parsed in reports for p in parsed.problems), *_incomplete(reports)]
    findings += contradictions(subjects)
    if subjects:
        findings += _limit_findings(subjects, budget, any(finding.status == ERROR for finding in findings))
        findings += module_findings(reports, subjects, budget, baseline)
        findings += report_findings(reports, budget)
    if subjects and baseline is not None:
        findings += growth_findings(subjects, budget.growth, baseline)
    return Verdict(tuple(findings))


def evaluate(report: Report, budget: Budget) -> tuple[Gate, ...]:
    """One gate a limit, of a report.json.

    Raises:
        GateInputError: the report lacks a figure that a limit asks for.
        ReportError: the budget asks for nothing at all.
    """
    verdict = judge([Parsed("report.json", REPORT, top=report.model, report=report)], budget)
    for finding in verdict.of(ERROR):
        raise GateInputError(f"gate {finding.rule}", finding.text, finding.subject or "")
    return verdict.gates


def gated(report: Report, budget: Budget) -> Report:
    """The report with its gates evaluated; see `evaluate` for errors."""
    return replace(report, gates=evaluate(report, budget))


def failed(gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """Gates that do not hold."""
    return tuple(gate for gate in gates if gate.status != PASS)


def _incomplete(reports: Sequence[Parsed]) -> Iterator[Finding]:
    """A report without problems that is not complete all the same: never a pass."""
    for parsed in reports:
        if not parsed.complete and not parsed.problems:
            yield impossible(parsed.file, "input", "is not complete")


def _limit_findings(subjects: Sequence[Subject], budget: Budget, excused: bool) -> Iterator[Finding]:
    """Gates of whole designs; `excused` where an unusable report may have held what is missing."""
    for name, limit in budget.limits.items():
        able = [s for s in subjects if s.main or name not in RESOURCES or name == "dsp"]
        reached = [s for s in able if s.reaches(budget.stage if name in STAGED else None)]
        given = [subject for subject in reached if name in subject.figures]
        for subject in given:
            yield _held_against(subject, name, limit, budget)
        lost = [s for s in reached if name in s.unknown and not any(_vouches(other, s) for other in given)]
        for subject in lost:
            yield impossible(subject.file, name, _unknown_text(subject, name), subject=subject.shown)
        if not given and not lost and not excused:
            yield impossible(subjects[0].file, name, _absent_text(subjects, able, name, budget))


def _held_against(subject: Subject, name: str, limit: Amount, budget: Budget) -> Finding:
    try:
        bound = resolve(limit, subject, name, budget.device)
    except ReportError as error:
        return impossible(subject.file, name, error.text, subject=subject.shown)
    gate = gate_of(name, bound, subject.figures[name], rule_of(name), subject=subject.shown, unit=UNITS.get(name))
    places = "; ".join(subject.places) if name == "dsp" and subject.places else subject.largest(name)
    if gate.status != PASS and places:
        gate = replace(gate, text=places[:1000])
    return held(subject.file, gate)


def _vouches(other: Subject, subject: Subject) -> bool:
    """Whether a report that gives a figure makes up for one that has a literal in its place."""
    if other.stage == subject.stage:
        return other.top == subject.top
    return other.reaches(subject.stage) if subject.stage in ("csynth", "synth") else False


def _unknown_text(subject: Subject, name: str) -> str:
    literal = subject.unknown[name]
    if subject.kind == SUMMARY:
        return (
            f"is {literal!r} in this synthesis summary, which is no number; give the report of the module too: "
            f"{subject.top or '<top>'}_csynth.rpt (or .xml)"
        )
    return f"is {literal!r} in the report, which is no number"


def _absent_text(subjects: Sequence[Subject], able: Sequence[Subject], name: str, budget: Budget) -> str:
    early = [subject for subject in able if name in subject.figures]
    if early:
        where = ", ".join(f"{subject.file} ({subject.stage})" for subject in early[:3])
        return f"is only known before {budget.stage}: {where}; give a report of stage {budget.stage}"
    kinds = ", ".join(sorted({subject.kind for subject in subjects}))
    return f"no report gives it (read: {kinds})"
