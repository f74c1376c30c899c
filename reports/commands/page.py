# SPDX-License-Identifier: Apache-2.0
"""reports page: one self-contained HTML page of one or several builds."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.budget import read_budget
from reports.commands.common import Commands, Outcome, add_command, add_family, read_all
from reports.document import Document, read_findings
from reports.gate import judge
from reports.page import designs_of, verdict_of, write_page
from reports.page.collect import FAIL, UNUSABLE
from reports.table import Table

EXAMPLES = """\
examples:
  reports page -o report.html build/ern_small/report.json
  reports page -o history.html nightly/*/report.json
  reports page -o report.html --budget budget.yaml utilization.rpt timing.rpt

Files of the same design are builds of it, oldest first: the last one is shown, all of them make the history.
The page is written for unusable reports too, and says so.
exit codes: 0 every report is usable and no gate failed, 1 a gate failed, 2 an input was unusable
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "page", "write one HTML page of one or several builds", EXAMPLES)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a report of any tool of docs/reports.md")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT.html", help="where the page goes")
    parser.add_argument("--budget", type=Path, metavar="YAML", help="limits that the last builds are held against")
    add_family(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> Outcome:
    """Write the page; say each design's verdict."""
    reports = read_all(asked.files, asked.family)
    judged = None
    if asked.budget is not None:
        last = [design.last.parsed for design in designs_of(reports)]
        judged = judge(last, read_budget(asked.budget))
    write_page(asked.output, reports, judged)
    designs = designs_of(reports, judged)
    verdict = verdict_of(designs, judged)
    rows = tuple((design.title, design.verdict, str(len(design.builds))) for design in designs)
    data = {
        "schema": 1,
        "page": str(asked.output),
        "verdict": verdict,
        "designs": [{"design": title, "verdict": found, "builds": int(count)} for title, found, count in rows],
    }
    findings = judged.findings if judged else read_findings(reports)
    table = Table(f"{asked.output}: {verdict}", ("design", "verdict", "builds"), rows)
    code = {UNUSABLE: 2, FAIL: 1}.get(verdict, 0)
    return Outcome(Document(f"{verdict}: {asked.output}", (table,), findings, data), code)
