# SPDX-License-Identifier: Apache-2.0
"""reports parse: every figure that a report can vouch for."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.commands.common import Commands, Outcome, add_command, add_family, read_all
from reports.document import Document, read_findings
from reports.parse import parsed_json
from reports.show import figure_table, headline
from reports.table import Table


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "parse", "print the figures of reports; exit code 2 if one cannot be used")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a report of any tool of docs/reports.md")
    add_family(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> Outcome:
    """One JSON object for one file, a list under `reports` for several."""
    reports = read_all(asked.files, asked.family)
    values = [parsed_json(parsed) for parsed in reports]
    tables = []
    for parsed in reports:
        table = figure_table(parsed)
        tables.append(Table(table.title, table.head, table.rows, headline(parsed)))
    data = values[0] if len(values) == 1 else {"schema": 1, "reports": values}
    bad = sum(not parsed.usable for parsed in reports)
    title = f"{len(reports) - bad} of {len(reports)} reports can be used"
    return Outcome(Document(title, tuple(tables), read_findings(reports), data), 2 if bad else 0)
