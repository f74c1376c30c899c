# SPDX-License-Identifier: Apache-2.0
"""True numbers out of the reports of FPGA tools: parse, gate, baseline, diff and show."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from reports.commands import COMMANDS
from reports.commands.common import emit
from reports.document import Document
from reports.errors import ReportError
from reports.verdict import Finding, Verdict, impossible, verdict_json
from reports.version import version

EPILOG = """\
examples:
  reports parse --json utilization.rpt
  reports gate --dsp 0 --lut '70 %' utilization.rpt
  reports baseline update utilization.rpt timing.rpt -o baselines/top.json
  reports gate --baseline baselines/top.json --growth '2 %' utilization.rpt timing.rpt
  reports diff --git main HEAD baselines/top.json

exit codes: 0 pass, 1 a gate failed, 2 an input was unusable or an option wrong, 130 interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    asked = parser().parse_args(arguments)
    try:
        try:
            outcome = asked.run(asked)
            emit(asked, outcome.document)
        except ReportError as error:
            return _refused(asked, error)
        sys.stdout.flush()
        return int(outcome.code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="reports", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"reports {version()}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top


def _refused(asked: argparse.Namespace, error: ReportError) -> int:
    """An input that a command could not start with, in the format that was asked for."""
    text = ": ".join(part for part in (error.place, error.text) if part)
    finding: Finding = impossible(error.file, "input", text, error.line)
    verdict = Verdict((finding,))
    document = Document(f"UNUSABLE: {error.file}", (), (finding,), verdict_json(verdict))
    asked.write = [(name, path) for name, path in asked.write if str(path) != error.file]
    try:
        emit(asked, document)
    except ReportError as second:
        print(f"error: {second}", file=sys.stderr)
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
