# SPDX-License-Identifier: Apache-2.0
"""Commands that look: report, gate, diff, experiment, doctor."""

from __future__ import annotations

import argparse

from flow.cli.common import Commands, add_json, show, table


def add_commands(commands: Commands) -> None:  # type: ignore[type-arg]
    """Add the commands of this file."""
    for name, what in (
        ("report", "show a report.json or a tool's report (reports show)"),
        ("gate", "hold reports of one build against limits (reports gate)"),
        ("diff", "compare two builds, reports or baselines (reports diff)"),
    ):
        # No character begins an option here: whatever follows is for reports/.
        parser = commands.add_parser(name, help=what, add_help=False, prefix_chars="\0")
        parser.add_argument("arguments", nargs="*")
        parser.set_defaults(run=_reports)

    experiment = commands.add_parser("experiment", help="run an experiment; exit 1 when its claim fails")
    experiment.add_argument("name", nargs="?", help="left out: list them")
    experiment.add_argument("--output", default="build/experiments", metavar="DIR", help="where pictures and tables go")
    add_json(experiment)
    experiment.set_defaults(run=_experiment)

    doctor = commands.add_parser("doctor", help="which tools are found, which are not, and what each adds")
    add_json(doctor)
    doctor.set_defaults(run=_doctor)


def _reports(arguments: argparse.Namespace) -> int:
    from reports.__main__ import main

    command = {"report": "show"}.get(arguments.command, arguments.command)
    return int(main([command, *arguments.arguments]))


def _experiment(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from flow.errors import UsageError
    from flow.experiments import EXPERIMENTS

    if arguments.name is None:
        show(
            arguments,
            {name: e.claim for name, e in EXPERIMENTS.items()},
            table(["experiment", "claim"], [[name, e.claim] for name, e in EXPERIMENTS.items()]),
        )
        return 0
    if arguments.name not in EXPERIMENTS:
        raise UsageError(f"experiment {arguments.name!r}: unknown; known: {', '.join(EXPERIMENTS)}")
    outcome = EXPERIMENTS[arguments.name].run(Path(arguments.output))
    show(arguments, outcome.result, outcome.text)
    return 0 if outcome.holds else 1


def _doctor(arguments: argparse.Namespace) -> int:
    from flow.doctor import examine

    found = examine()
    text = table(["tool", "found", "what it adds"], [[t.name, t.version or f"no: {t.remedy}", t.adds] for t in found])
    show(arguments, {t.name: {"found": t.version, "adds": t.adds, "remedy": t.remedy} for t in found}, text)
    return int(any(t.needed and not t.version for t in found))
