# SPDX-License-Identifier: Apache-2.0
"""reports gate: hold the reports of one build against a budget and a baseline."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from reports.budget import EVERY, Budget, budget_of, read_fields
from reports.commands.common import Commands, Outcome, add_command, add_family, option_error, read_all
from reports.document import verdict_document
from reports.gate import judge
from reports.parsed import Parsed
from reports.schema import Gate
from reports.subject import AT_LEAST_NAMES, IMPLEMENTATION, NAMES
from reports.verdict import Finding, Verdict, held

EXAMPLES = """\
examples:
  reports gate --dsp 0 top_csynth.rpt
  reports gate --stage route --lut '70 %' --wns-ns 0 utilization.rpt timing.rpt
  reports gate --budget budget.yaml --format github build/*.rpt
  reports gate --baseline baselines/top.json --growth 'lut=2 % or 100' utilization.rpt

Files given together are reports of one build: numbers that contradict each other are refused.
Without a budget and without options, no DSP block is allowed, and a report.json's own gates must hold.
exit codes: 0 all gates pass, 1 a gate failed, 2 an input was unusable
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "gate", "hold reports of one build against limits", EXAMPLES)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a report of any tool of docs/reports.md")
    parser.usage = "reports gate [options] FILE..."
    add_family(parser)
    parser.add_argument("--budget", type=Path, metavar="YAML", help="file with limits; options go before it")
    parser.add_argument("--stage", choices=IMPLEMENTATION[1:], help="how far the design must be to count")
    parser.add_argument("--device", metavar="PART", help="what a share is of, where the report does not say")
    parser.add_argument("--baseline", metavar="FILE", help="figures of an earlier build (reports baseline update)")
    parser.add_argument(
        "--growth",
        action="append",
        metavar="[FIGURE=]G",
        help="allowed growth: '100', '2 %%', '2 %% or 100'; else none",
    )
    parser.add_argument(
        "--module", action="append", metavar="PATTERN:FIGURE=N", help="limit of modules, for example '**:dsp=0'"
    )
    figures = parser.add_argument_group(
        "figures", "limits by figure (docs/reports.md); resources as a share of the device too, such as '70 %'"
    )
    for name in NAMES:
        rule = "at least" if name in AT_LEAST_NAMES else "at most"
        figures.add_argument(f"--{name.replace('_', '-')}", metavar="N", help=rule)
    own = parser.add_argument_group("report.json only")
    own.add_argument("--exact", action="append", metavar="PAIR[:IMAGES]", help="no mismatch: graph=csim:50")
    own.add_argument("--fifo", action="store_true", default=None, help="no FIFO above its depth")
    for name in ("cycles_within", "lut_within", "bram18_within"):
        own.add_argument(f"--{name.replace('_', '-')}", metavar="X", help="relative distance of the prediction")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> Outcome:
    """Gates of a budget; without one, those that a report.json recorded and zero DSP."""
    budget = _budget(asked)
    reports = read_all(asked.files, asked.family)
    verdict = judge(reports, budget or Budget({"dsp": 0}, family=asked.family))
    if budget is None:
        known = {(finding.file, gate.name, gate.subject) for finding in verdict.findings if (gate := finding.gate)}
        verdict = Verdict((*_recorded(reports, known), *verdict.findings))
    return Outcome(verdict_document(verdict), verdict.exit_code)


def _recorded(reports: Iterable[Parsed], known: set[tuple[str, str, str | None]]) -> Iterable[Finding]:
    """Gates that a report.json recorded and that were not evaluated now."""
    for parsed in reports:
        if parsed.usable and parsed.report:
            gates: Iterable[Gate] = parsed.report.gates
            yield from (held(parsed.file, g) for g in gates if (parsed.file, g.name, g.subject) not in known)


def _budget(asked: argparse.Namespace) -> Budget | None:
    """The budget of file and options; None if there are neither."""
    fields = read_fields(asked.budget) if asked.budget else {}
    given = {name: value for name, value in _options(asked) if value is not None}
    if not given and not asked.budget:
        return None
    if "growth" in given and "growth" in fields and not isinstance(fields["growth"], dict):
        fields["growth"] = {EVERY: fields["growth"]}
    for table in ("modules", "exactness", "growth"):
        if table in given and isinstance(fields.get(table), dict):
            given[table] = {**fields[table], **given[table]}
    if asked.family:
        given["family"] = asked.family
    folder = asked.budget.parent if asked.budget and not asked.baseline else Path()
    source = "options" if not asked.budget else str(asked.budget) + (" and options" if given else "")
    return budget_of({**fields, **given}, source, folder)


def _options(asked: argparse.Namespace) -> Iterable[tuple[str, Any]]:
    for name in (*NAMES, "cycles_within", "lut_within", "bram18_within"):
        text = getattr(asked, name)
        yield name, None if text is None else _value(text)
    for name in ("stage", "device", "baseline", "fifo"):
        yield name, getattr(asked, name)
    yield "growth", _growth(asked.growth) if asked.growth else None
    yield "modules", _modules(asked.module) if asked.module else None
    yield "exactness", dict(_pair(text) for text in asked.exact) if asked.exact else None


def _value(text: str) -> Any:
    """A number where the text is one; the text otherwise."""
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return text
    return value if type(value) in (int, float) else text


def _growth(texts: Iterable[str]) -> dict[str, Any]:
    found = {}
    for text in texts:
        name, _, value = text.rpartition("=")
        found[name or EVERY] = _value(value)
    return found


def _modules(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        pattern, _, limit = text.rpartition(":")
        name, _, value = limit.partition("=")
        if not pattern or not value:
            raise option_error("--module", f"expected PATTERN:FIGURE=N, found {text!r}")
        found.setdefault(pattern, {})[name] = _value(value)
    return found


def _pair(text: str) -> tuple[str, int]:
    pair, _, images = text.partition(":")
    if not images:
        return pair, 1
    if not (images.isascii() and images.isdigit()):
        raise option_error("--exact", f"expected PAIR:IMAGES, found {text!r}")
    return pair, int(images)
