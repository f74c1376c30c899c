# SPDX-License-Identifier: Apache-2.0
"""reports diff: what changed between two builds, two reports, two baselines, or two commits."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports import baseline
from reports.baseline import Baseline, baseline_of
from reports.commands.common import Commands, Outcome, add_command, add_family
from reports.contradictions import contradictions
from reports.convert import to_json
from reports.diff import Change, change_table, changes
from reports.document import Document
from reports.errors import ReportError
from reports.parse import UNKNOWN, parse
from reports.parsed import Parsed
from reports.source import Source
from reports.subject import all_subjects
from reports.table import number, percent
from reports.verdict import ERROR, NOTE, Finding

MOST_FILES = 1000
GIT_SECONDS = 60

EXAMPLES = """\
examples:
  reports diff old/utilization.rpt new/utilization.rpt
  reports diff build-main/ build-branch/            report.json, or every report in the folder
  reports diff --git main HEAD baselines/top.json   the same file in two commits
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "diff", "say what changed, by module, most changed first", EXAMPLES)
    parser.add_argument("old", type=Path, help="report, baseline, or folder of a build")
    parser.add_argument("new", type=Path)
    parser.add_argument("path", type=Path, nargs="?", help="with --git: the file to compare")
    parser.add_argument("--git", action="store_true", help="OLD and NEW are commits of the repository here")
    add_family(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> Outcome:
    """Changes of figures; exit code 2 where a side cannot be used."""
    if asked.git != (asked.path is not None):
        raise ReportError("options", "expected OLD NEW, or --git REV1 REV2 PATH", "--git")
    if asked.git:
        old, new = (_side_of_commit(str(side), asked.path, asked.family) for side in (asked.old, asked.new))
    else:
        old, new = (_side(side, asked.family) for side in (asked.old, asked.new))
    found = changes(old, new)
    title = f"{len(found)} figures changed" if found else "Nothing changed"
    findings = tuple(_note(change, new.file) for change in found)
    return Outcome(Document(title, (change_table(found),), findings, changes_json(found)), 0)


def changes_json(found: list[Change]) -> dict[str, Any]:
    """Changes for programs."""
    return {"schema": 1, "changes": [{**to_json(change), "relative": change.relative} for change in found]}


def _note(change: Change, file: str) -> Finding:
    where = change.module or change.design
    text = (
        f"{change.figure} of {where}: {number(change.old)} -> {number(change.new)} ({percent(change.old, change.new)})"
    )
    return Finding(NOTE, file, f"change {change.figure}", text, subject=where)


def _side(path: Path, family: str | None) -> Baseline:
    """A build, a report or a baseline as figures by design and module."""
    if path.is_dir():
        return _of_reports(list(_reports_in(path, family)), str(path), family)
    if baseline.looks_like(Source(path).head):
        return baseline.read_baseline(path)
    return _of_reports([parse(path, family)], str(path), family)


def _reports_in(folder: Path, family: str | None) -> Iterator[Parsed]:
    """report.json of a build, or every file of a known kind; what is no report is left out."""
    if (folder / "report.json").is_file():
        yield parse(folder / "report.json", family)
        return
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if len(files) > MOST_FILES:
        raise ReportError(str(folder), f"holds {len(files)} files; name the reports (at most {MOST_FILES} are read)")
    found = [parsed for path in files if (parsed := parse(path, family)).kind != UNKNOWN]
    if not found:
        raise ReportError(str(folder), "holds no report of a known tool")
    yield from found


def _of_reports(reports: list[Parsed], file: str, family: str | None) -> Baseline:
    for problem in (problem for parsed in reports for problem in parsed.problems):
        raise ReportError(problem.file, problem.text, problem.field, problem.line)
    subjects = all_subjects(reports, family)
    for finding in contradictions(subjects):
        if finding.status == ERROR:
            raise ReportError(finding.file, finding.text, finding.rule)
    return baseline_of(subjects, depth=None, file=file)


def _side_of_commit(revision: str, path: Path, family: str | None) -> Baseline:
    """The same for a file in a commit."""
    name = f"{revision}:{path}"
    if revision.startswith("-") or ":" in revision:
        raise ReportError("options", f"expected a commit, found {revision!r}", "--git")
    place = str(path) if path.is_absolute() else f"./{path}"
    command = ["git", "show", "--no-textconv", f"{revision}:{place}"]
    try:
        shown = subprocess.run(command, capture_output=True, check=False, timeout=GIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReportError(name, f"git cannot be run ({error})") from error
    if shown.returncode:
        said = shown.stderr.decode(errors="replace").strip()
        raise ReportError(name, f"cannot be read from the repository ({said})")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(shown.stdout)
        try:
            return replace(_side(copy, family), file=str(path))
        except ReportError as error:
            raise ReportError(name, error.text, error.place, error.line) from error
