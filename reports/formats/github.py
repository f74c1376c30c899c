# SPDX-License-Identifier: Apache-2.0
"""GitHub Actions: annotations as workflow commands on standard output; `summary` writes the page of the job."""

from __future__ import annotations

from pathlib import Path

from reports.document import Document
from reports.errors import ReportError
from reports.formats import markdown
from reports.formats import text as terminal
from reports.schema import FAIL
from reports.table import clean
from reports.verdict import ERROR, NOTE, Finding

_COMMANDS = {FAIL: "error", ERROR: "error", NOTE: "notice"}
MOST = 50
"""Annotations of one run; GitHub shows fewer."""
LARGEST = 900 * 2**10
"""Bytes of a summary; GitHub refuses a page of more than 1 MiB."""


def write(document: Document) -> str:
    """The tables, and one workflow command for each finding that is no pass."""
    told = sorted((f for f in document.findings if f.status in _COMMANDS), key=lambda f: f.status == NOTE)
    commands = [_command(finding) for finding in told[:MOST]]
    if len(told) > MOST:
        commands.append(f"::notice title=reports::{len(told) - MOST} further findings are in the log of this step")
    return terminal.write(document) + "".join(f"{command}\n" for command in commands)


def _command(finding: Finding) -> str:
    held = {"file": finding.file, "line": str(finding.line) if finding.line else "", "title": f"reports {finding.rule}"}
    properties = ",".join(f"{key}={_property(value)}" for key, value in held.items() if value)
    return f"::{_COMMANDS[finding.status]} {properties}::{_data(finding.text)}"


def _data(text: str) -> str:
    return clean(text).replace("%", "%25").replace("##", "# #")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(document: Document, path: Path) -> None:
    """Append the document to the summary page of the job.

    Args:
        path: what $GITHUB_STEP_SUMMARY names.

    Raises:
        ReportError: it cannot be written.
    """
    page = markdown.write(document).encode(errors="replace")
    if len(page) > LARGEST:
        page = page[:LARGEST].rpartition(b"\n")[0] + b"\n\n(shortened: the page is larger than GitHub shows)\n"
    try:
        with path.open("ab") as file:
            file.write(page + b"\n")
    except OSError as error:
        raise ReportError(str(path), f"cannot be written ({error.strerror})", "GITHUB_STEP_SUMMARY") from error
