# SPDX-License-Identifier: Apache-2.0
"""What a command has to say, before it is known in which format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.parsed import Parsed
from reports.schema import PASS
from reports.table import NONE, Table, number
from reports.verdict import INPUT, Finding, Verdict, unusable, verdict_json


@dataclass(frozen=True)
class Document:
    """One run of a command.

    Attributes:
        title: one line.
        tables: for people.
        findings: for CI servers.
        data: for programs, a JSON value.
    """

    title: str
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    data: Any


def verdict_document(verdict: Verdict) -> Document:
    """What gates come to."""
    gates, lost = verdict.gates, verdict.of("error")
    holding = sum(gate.status == PASS for gate in gates)
    told = f"{holding} of {len(gates)} gates pass" + (f"; {len(lost)} could not be told" if lost else "")
    state = "PASS" if verdict.passed else ("UNUSABLE" if lost or not gates else "FAIL")
    tables = (_finding_table(verdict.findings),)
    return Document(f"{state}: {told}", tables, verdict.findings, verdict_json(verdict))


def _finding_table(findings: Sequence[Finding]) -> Table:
    def row(finding: Finding) -> tuple[str, ...]:
        status = finding.status if finding.status == PASS else finding.status.upper()
        gate = finding.gate
        if gate is None:
            place = finding.file + (f" line {finding.line}" if finding.line else "")
            return status, finding.rule, finding.subject or NONE, NONE, place, finding.text
        bound = f"{number(gate.value)} {gate.rule} {number(gate.limit)}"
        remark = " ".join(part for part in (gate.unit, gate.text) if part) or NONE
        return status, gate.name, gate.subject or NONE, bound, finding.file, remark

    head = ("status", "gate", "of", "value, limit", "file", "remark")
    return Table("Gates", head, tuple(row(finding) for finding in findings))


def read_findings(reports: Sequence[Parsed]) -> tuple[Finding, ...]:
    """One finding a problem, and one for each report that can be used."""
    found: list[Finding] = []
    for parsed in reports:
        if parsed.usable:
            found.append(Finding(PASS, parsed.file, INPUT, f"{parsed.kind} is complete and without problems"))
        elif parsed.problems:
            found += unusable(parsed.problems)
        else:
            found.append(Finding("error", parsed.file, INPUT, "is not complete"))
    return tuple(found)
