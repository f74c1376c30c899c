# SPDX-License-Identifier: Apache-2.0
"""What commands share: files, formats, and how a document leaves."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from reports.cells import FAMILIES
from reports.document import Document
from reports.errors import ReportError
from reports.formats import FORMATS, github
from reports.parse import parse
from reports.parsed import Parsed
from reports.schema import FAIL
from reports.table import clean, harmless
from reports.text import write_atomic
from reports.verdict import ERROR

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Outcome(NamedTuple):
    """What a command has to say, and the exit code: 0 pass, 1 a gate failed, 2 unusable input."""

    document: Document
    code: int


def add_command(commands: Commands, name: str, what: str, more: str = "") -> argparse.ArgumentParser:
    """A command with the options that all have."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--format", choices=tuple(FORMATS), default="text", help="what standard output gets (text)")
    chosen.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument(
        "--write",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        type=_written,
        help="write a file too, for example junit=gates.xml; may be repeated",
    )
    return parser


def add_family(parser: argparse.ArgumentParser) -> None:
    """The option that says what a mapped netlist is made for."""
    text = "family of a mapped netlist (inferred from its cells), and of the rows of a report.json that count"
    parser.add_argument("--family", choices=FAMILIES, help=text)


def read_all(files: Iterable[Path], family: str | None) -> list[Parsed]:
    """The reports in files; an unusable one is among them, with its problems."""
    return [parse(file, family) for file in dict.fromkeys(files)]


def emit(asked: argparse.Namespace, document: Document) -> None:
    """Write a document as it was asked for.

    Raises:
        ReportError: a file cannot be written.
    """
    for name, path in asked.write:
        write_atomic(path, FORMATS[name](document).encode(errors="replace").decode())
    write_out(FORMATS[asked.format](document))
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if asked.format == "github":
        if page:
            github.summary(document, Path(page))
    else:
        complain(document)


def complain(document: Document) -> None:
    """What failed, on standard error, one sentence a line."""
    for finding in document.findings:
        if finding.status in (ERROR, FAIL):
            word = "error" if finding.status == ERROR else "FAIL"
            place = finding.file + (f": line {finding.line}" if finding.line else "")
            gate = "" if finding.gate or finding.rule == "input" else f"gate {finding.rule}: "
            of = f" ({finding.subject})" if finding.subject and not finding.gate else ""
            line = harmless(clean(f"{word}: {place}: {gate}{finding.text}{of}"))
            print(line.encode("ascii", "backslashreplace").decode(), file=sys.stderr)


def write_out(text: str) -> None:
    """Text to standard output, whatever characters it takes."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _written(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name not in FORMATS or not path:
        raise argparse.ArgumentTypeError(f"expected FORMAT=FILE with one of {', '.join(FORMATS)}; found {text!r}")
    return name, Path(path)


def option_error(option: str, text: str) -> ReportError:
    """An option that cannot be understood."""
    return ReportError("options", text, option)
