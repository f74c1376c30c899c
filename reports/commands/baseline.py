# SPDX-License-Identifier: Apache-2.0
"""reports baseline update: write the figures of a build that later builds are compared with."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.baseline import DEPTH, Baseline, baseline_of, read_baseline, write_baseline
from reports.commands.common import Commands, Outcome, add_command, add_family, read_all
from reports.commands.diff import changes_json
from reports.contradictions import contradictions
from reports.diff import change_table, changes
from reports.document import Document, read_findings
from reports.errors import ReportError
from reports.subject import all_subjects
from reports.verdict import ERROR


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("baseline", help="write figures that later builds are compared with")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    update = add_command(actions, "update", "write the figures of one build anew, and say what changed")
    update.add_argument("files", nargs="+", type=Path, metavar="FILE", help="reports of one build")
    update.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="baselines/NAME.json or .yaml")
    update.add_argument("--depth", type=int, default=DEPTH, metavar="N", help=f"levels of modules to keep ({DEPTH})")
    add_family(update)
    update.set_defaults(run=run)


def run(asked: argparse.Namespace) -> Outcome:
    """Nothing is written where a report cannot be used or two contradict each other."""
    if asked.depth < 0:
        raise ReportError("options", f"expected a number of levels, found {asked.depth}", "--depth")
    reports = read_all(asked.files, asked.family)
    subjects = all_subjects(reports, asked.family)
    findings = (*read_findings(reports), *contradictions(subjects))
    if any(finding.status == ERROR for finding in findings):
        return Outcome(Document(f"{asked.output} is not written", (), findings, {"schema": 1, "written": False}), 2)
    new = baseline_of(subjects, asked.depth)
    old = read_baseline(asked.output) if asked.output.exists() else Baseline({})
    write_baseline(asked.output, new)
    found = changes(old, new)
    title = f"{asked.output}: {len(new.designs)} designs, {len(found)} figures changed"
    data = {**changes_json(found), "written": True}
    return Outcome(Document(title, (change_table(found),), findings, data), 0)
