# SPDX-License-Identifier: Apache-2.0
"""Any report file to one flat result: what it is, which figures it can vouch for, and what is wrong with it.

A tool is recognised from the content, never from the file name.

>>> from pathlib import Path
>>> parse(Path("no-such-file.rpt")).problems[0].text
'cannot be read (No such file or directory)'
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports.convert import to_json
from reports.errors import ReportError
from reports.parsed import SCHEMA, Draft, Module, Parsed, Watch
from reports.parsers import PARSERS
from reports.report import report_json
from reports.source import Source

UNKNOWN = "unknown"


def parse(path: Path, family: str | None = None, watch: Watch | None = None) -> Parsed:
    """Read a report; a file that cannot be used becomes a result with problems, not an exception.

    Args:
        path: the report, of any tool of docs/reports.md.
        family: of a mapped netlist (`xcup`, `xc7`, `ecp5`), where its cells do not tell.
        watch: called with each row of the hierarchy, however many there are.
    """
    source = Source(path)
    draft = Draft(source.name, UNKNOWN, watch)
    draft.family = family
    try:
        for parser in PARSERS:
            kind = parser.recognise(source)
            if kind is not None:
                draft.kind = kind
                parser.read(source, draft)
                break
        else:
            if not source.head.strip():
                raise ReportError(source.name, "is empty")
            raise ReportError(source.name, "is no report of a known tool; docs/reports.md lists what is read")
    except ReportError as error:
        draft.problem(error.text, line=error.line, field=error.place)
    return draft.finish()


def parsed_json(parsed: Parsed) -> dict[str, Any]:
    """One flat JSON object (reports/parsed.schema.json); figures that the report does not give are absent."""
    head = {name: getattr(parsed, name) for name in ("tool", "version", "device", "family", "stage", "state", "top")}
    rest = {
        "available": dict(parsed.available),
        "cells": dict(parsed.cells),
        "details": dict(parsed.details),
        "modules": [_module_json(module) for module in parsed.modules],
        "modules_left_out": parsed.modules_left_out,
        "report": report_json(parsed.report) if parsed.report else None,
    }
    return {
        "schema": SCHEMA,
        "kind": parsed.kind,
        "file": parsed.file,
        **{key: value for key, value in head.items() if value is not None},
        "complete": parsed.complete,
        "problems": [to_json(problem) for problem in parsed.problems],
        **parsed.figures.known(),
        **dict.fromkeys(parsed.unknown),
        "unknown": dict(parsed.unknown),
        **{key: value for key, value in rest.items() if value},
    }


def _module_json(module: Module) -> dict[str, Any]:
    named = {} if module.module is None else {"module": module.module}
    unknown = {"unknown": dict(module.unknown)} if module.unknown else {}
    return {"path": module.path, **named, **module.figures.known(), **dict.fromkeys(module.unknown), **unknown}
