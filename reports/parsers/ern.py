# SPDX-License-Identifier: Apache-2.0
"""Our own report.json."""

from __future__ import annotations

from reports import report
from reports.parsed import Draft
from reports.source import Source

KIND = "ern_report"


def recognise(source: Source) -> str | None:
    """`ern_report` or None."""
    return KIND if report.looks_like(source.head) else None


def read(source: Source, draft: Draft) -> None:
    """The whole report; its rows stay in `report`, as one file holds several designs."""
    draft.tool = "ern"
    draft.report = report.parse_report(source.text, source.name)
    draft.top = draft.report.model
