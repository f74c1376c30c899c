# SPDX-License-Identifier: Apache-2.0
"""`python -m reports`: parse, gate, show and diff reports. Exit code 0 pass, 1 a gate failed, 2 unusable input."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports import diff, render
from reports.convert import to_json
from reports.errors import ReportError
from reports.gate import RESOURCES, Limits, amount, evaluate, failed, limits_of, read_limits
from reports.netlist import report_of_netlist
from reports.parse import parse, parsed_json
from reports.parsers import yosys_stat
from reports.report import parse_report, report_json
from reports.schema import Gate, Report
from reports.source import Source

FAMILIES = ("xcup", "xc7", "ecp5")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except ReportError as error:
        if asked.json:
            _print_json(
                {"problems": [{"file": error.file, "line": error.line, "field": error.place, "text": error.text}]}
            )
        print(f"error: {render.clean(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, what: str, run: Any) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=what, description=what)
        command.set_defaults(run=run)
        command.add_argument("--json", action="store_true", help="print one JSON object")
        return command

    command = add("parse", "print the figures of a tool's report; exit 2 if it is not complete", _parse)
    command.add_argument("file", type=Path, help="Yosys stat (json or text), or report.json")
    command.add_argument(
        "--family", choices=FAMILIES, help="family of the netlist; inferred from its cells if left out"
    )

    command = add("gate", "hold a report.json or a Yosys stat against limits; exit 1 if a gate fails", _gate)
    command.add_argument("file", type=Path)
    command.add_argument("--limits", type=Path, metavar="YAML", help="file with limits; options below go before it")
    command.add_argument("--family", choices=FAMILIES, help="family of the netlist, and of the row held against limits")
    command.add_argument("--dsp", type=int, metavar="N", help="most DSP blocks in every row; 0 unless told otherwise")
    for name in RESOURCES:
        command.add_argument(f"--{name}", metavar="N|P%", help=f"most {name}: a count, or a share of the device")
    command.add_argument(
        "--exact", action="append", metavar="PAIR[:IMAGES]", help="no mismatch, for example graph=csim:50"
    )
    for name in ("accuracy", "fps", "cycles_within", "lut_within", "bram18_within"):
        command.add_argument(f"--{name.replace('_', '-')}", type=float, metavar="X")
    command.add_argument("--cycles", type=int, metavar="N", help="most simulated cycles a frame")
    command.add_argument("--fifo", action="store_true", default=None, help="no FIFO above its depth")

    command = add("show", "show a report.json or a Yosys stat", _show)
    command.add_argument("file", type=Path)
    command.add_argument("--markdown", action="store_true")
    command.add_argument("--family", choices=FAMILIES)

    command = add("diff", "figures that differ between two report.json", _diff)
    command.add_argument("old", type=Path)
    command.add_argument("new", type=Path)
    return parser


def _parse(asked: argparse.Namespace) -> int:
    parsed = parse(asked.file, asked.family)
    data = parsed_json(parsed)
    if asked.json:
        _print_json(data)
    else:
        shown = {k: v for k, v in data.items() if not isinstance(v, (dict, list))}
        rows = tuple((key, str(value)) for key, value in shown.items())
        print(render.to_text(render.Table(str(asked.file), ("field", "value"), rows)))
    for problem in parsed.problems:
        print(render.clean(f"error: {problem}"), file=sys.stderr)
    return 0 if parsed.usable else 2


def _gate(asked: argparse.Namespace) -> int:
    report = _load(asked.file, asked.family)
    limits = _limits(asked)
    gates = evaluate(report, limits or Limits())
    if limits is None:
        gates = _join(report.gates, gates)
    lost = failed(gates)
    if asked.json:
        _print_json({"schema": 1, "passed": not lost, "gates": to_json(gates)})
    else:
        print(render.to_text(render.gate_table(gates)))
        print(f"\n{len(gates) - len(lost)} of {len(gates)} gates pass")
    return 1 if lost else 0


def _join(recorded: tuple[Gate, ...], now: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """Gates that the report recorded, and those evaluated now that it lacks."""
    known = {(gate.name, gate.subject) for gate in recorded}
    return recorded + tuple(gate for gate in now if (gate.name, gate.subject) not in known)


def _limits(asked: argparse.Namespace) -> Limits | None:
    """Limits of file and options; None if there are neither."""
    limits = read_limits(asked.limits) if asked.limits else Limits()
    given: dict[str, Any] = {
        name: getattr(asked, name)
        for name in ("dsp", "accuracy", "fps", "cycles", "cycles_within", "lut_within", "bram18_within", "fifo")
        if getattr(asked, name) is not None
    }
    limits_of(given, "option")
    for name in RESOURCES:
        if getattr(asked, name) is not None:
            given[name] = amount("option", f"--{name}", getattr(asked, name))
    if asked.exact:
        given["exactness"] = dict(_pair(text) for text in asked.exact)
    if not given and not asked.limits:
        return None
    return replace(limits, **given, **({"family": asked.family} if asked.family else {}))


def _pair(text: str) -> tuple[str, int]:
    pair, _, images = text.partition(":")
    if not images:
        return pair, 1
    if not (images.isascii() and images.isdigit()):
        raise ReportError("option", f"expected PAIR:IMAGES, found {text!r}", "--exact")
    return pair, int(images)


def _load(path: Path, family: str | None) -> Report:
    source = Source(path)
    if yosys_stat.recognise(source) is not None:
        return report_of_netlist(path, family)
    return parse_report(source.text, source.name)


def _show(asked: argparse.Namespace) -> int:
    report = _load(asked.file, asked.family)
    if asked.json:
        _print_json(report_json(report))
    else:
        print(render.markdown(report) if asked.markdown else render.text(report), end="")
    return 0


def _diff(asked: argparse.Namespace) -> int:
    found = diff.changes(_load(asked.old, None), _load(asked.new, None))
    if asked.json:
        _print_json({"schema": 1, "changes": [{**to_json(change), "relative": change.relative} for change in found]})
    else:
        print(render.to_text(diff.change_table(found)))
    return 0


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, allow_nan=False))


if __name__ == "__main__":
    sys.exit(main())
