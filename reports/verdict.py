# SPDX-License-Identifier: Apache-2.0
"""What gates come to: findings, each a gate that holds or not, or an input that does not let it be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from reports.convert import to_json
from reports.parsed import Problem
from reports.report import gate_status
from reports.schema import AT_MOST, FAIL, PASS, Gate
from reports.table import number

ERROR, NOTE = "error", "note"
INPUT = "input"
"""Rule of a finding about a report as a whole."""


@dataclass(frozen=True)
class Finding:
    """One line of a verdict.

    Attributes:
        status: `pass`, `fail`, `error` (cannot be told) or `note` (told, and asks nothing).
        file: the report, or the budget or baseline that is at fault.
        rule: name of the gate, or `input`.
        text: for people, one sentence.
        line: of the file; None where no one line is meant.
        subject: which design or module.
        gate: limit and value, where a gate ran.
    """

    status: str
    file: str
    rule: str
    text: str
    line: int | None = None
    subject: str | None = None
    gate: Gate | None = None


@dataclass(frozen=True)
class Verdict:
    """All findings of one run."""

    findings: tuple[Finding, ...]

    def of(self, *status: str) -> tuple[Finding, ...]:
        """Findings of a status."""
        return tuple(finding for finding in self.findings if finding.status in status)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Gates that ran."""
        return tuple(finding.gate for finding in self.findings if finding.gate is not None)

    @property
    def passed(self) -> bool:
        """Whether gates ran, all hold, and every input was usable."""
        return bool(self.gates) and not self.of(FAIL, ERROR)

    @property
    def exit_code(self) -> int:
        """0 all pass, 1 a gate failed, 2 an input was unusable (whatever else failed)."""
        if self.of(ERROR) or not self.gates:
            return 2
        return 1 if self.of(FAIL) else 0


def gate_of(name: str, limit: float, value: float, rule: str = AT_MOST, **more: str | None) -> Gate:
    """A gate with the status that its limit and value give."""
    gate = Gate(name=name, limit=limit, value=value, status=PASS, rule=rule, **more)
    return replace(gate, status=gate_status(gate))


def held(file: str, gate: Gate) -> Finding:
    """The finding of a gate that ran."""
    unit = f" {gate.unit}" if gate.unit else ""
    asked = "at most {} is allowed" if gate.rule == AT_MOST else "at least {} is asked"
    subject = f" of {gate.subject}" if gate.subject else ""
    text = f"{gate.name}{subject} is {number(gate.value)}{unit}; {asked.format(number(gate.limit))}"
    if gate.status != PASS and gate.text:
        text += f" ({gate.text})"
    return Finding(gate.status, file, gate.name, text, subject=gate.subject, gate=gate)


def impossible(file: str, rule: str, text: str, line: int | None = None, subject: str | None = None) -> Finding:
    """The finding that something cannot be told."""
    return Finding(ERROR, file, rule, text, line, subject)


def unusable(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Problems of reports as findings."""
    return tuple(
        impossible(p.file, INPUT, ": ".join(part for part in (p.field, p.text) if part), p.line) for p in problems
    )


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """One JSON object: whether all passed, the gates, the problems and the notes."""
    gates = [{"file": f.file, **to_json(f.gate)} for f in verdict.findings if f.gate is not None]
    return {
        "schema": 1,
        "passed": verdict.passed,
        "exit_code": verdict.exit_code,
        "gates": gates,
        "problems": [_plain(finding) for finding in verdict.of(ERROR)],
        "notes": [_plain(finding) for finding in verdict.of(NOTE)],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    held = {"line": finding.line, "subject": finding.subject}
    return {
        "file": finding.file,
        **{key: value for key, value in held.items() if value is not None},
        "field": finding.rule,
        "text": finding.text,
    }
