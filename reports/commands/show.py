# SPDX-License-Identifier: Apache-2.0
"""reports show: a report for people, on the terminal, in markdown or as one HTML page."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports import show
from reports.commands.common import Commands, Outcome, add_command, add_family, read_all
from reports.document import Document, read_findings
from reports.page import write_page
from reports.parse import parsed_json
from reports.report import report_json


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "show", "show reports: figures, modules, cells, proof of zero DSP")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a report of any tool of docs/reports.md")
    add_family(parser)
    parser.add_argument(
        "--html", type=Path, metavar="OUT.html", help="write one self-contained page; several builds become a history"
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> Outcome:
    """Tables of each file."""
    reports = read_all(asked.files, asked.family)
    if asked.html is not None:
        write_page(asked.html, reports)
    values = [report_json(parsed.report) if parsed.report else parsed_json(parsed) for parsed in reports]
    tables = tuple(table for parsed in reports for table in show.tables(parsed))
    title = "; ".join(show.headline(parsed) for parsed in reports)
    data = values[0] if len(values) == 1 else {"schema": 1, "reports": values}
    code = 0 if all(parsed.usable for parsed in reports) else 2
    return Outcome(Document(title, tables, read_findings(reports), data), code)
