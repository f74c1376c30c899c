# SPDX-License-Identifier: Apache-2.0
"""JUnit XML: a suite a file, a test case a gate. What cannot be told is an `error`, never a pass and never a skip."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Tree

from reports.document import Document
from reports.schema import FAIL
from reports.table import clean
from reports.verdict import ERROR, Finding

_ELEMENTS = {FAIL: "failure", ERROR: "error"}


def write(document: Document) -> str:
    """The findings of a document."""
    root = Tree.Element("testsuites", {"name": clean(document.title), **_totals(document.findings)})
    for file in dict.fromkeys(finding.file for finding in document.findings):
        members = [finding for finding in document.findings if finding.file == file]
        suite = Tree.SubElement(root, "testsuite", {"name": clean(file), **_totals(members)})
        for finding in members:
            _case(suite, finding)
    if not document.findings:
        # A run that found nothing to check is no pass.
        suite = Tree.SubElement(root, "testsuite", {"name": "reports", **_totals(())})
    Tree.indent(root, " ")
    text = Tree.tostring(root, encoding="unicode").replace("##", "#&#35;")  # some CI servers look for ## in any line
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _totals(findings: Sequence[Finding]) -> dict[str, str]:
    count = {status: sum(finding.status == status for finding in findings) for status in (FAIL, ERROR)}
    return {
        "tests": str(len(findings)), "failures": str(count[FAIL]), "errors": str(count[ERROR]), "skipped": "0",
        "time": "0",
    }  # fmt: skip


def _case(suite: Tree.Element, finding: Finding) -> None:
    name = finding.rule + (f": {finding.subject}" if finding.subject else "")
    case = Tree.SubElement(suite, "testcase", {"classname": clean(finding.file), "name": clean(name), "time": "0"})
    place = finding.file + (f": line {finding.line}" if finding.line else "")
    text = clean(f"{place}: {finding.text}")
    element = _ELEMENTS.get(finding.status)
    if element:
        Tree.SubElement(case, element, {"type": clean(finding.rule), "message": text}).text = text
    else:
        Tree.SubElement(case, "system-out").text = text
