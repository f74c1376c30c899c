# SPDX-License-Identifier: Apache-2.0
"""Any report file to one flat result: what it is, which figures it can vouch for, and what is wrong with it.

A tool is recognised from the content, never from the file name. A figure that the file does not give is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports import report, yosys
from reports.cells import count, dsp_kinds, infer_family
from reports.convert import to_json
from reports.errors import ReportError
from reports.schema import Cycles, DspLocation, ModuleProof, Performance, Report, Resource
from reports.text import read_text

SCHEMA = 1
ERN_REPORT = "ern_report"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a report: file, line or field, text."""

    file: str
    place: str
    text: str


@dataclass(frozen=True)
class Parsed:
    """A file that was read.

    Attributes:
        kind: `yosys_stat_json`, `yosys_stat_text`, `ern_report`, or `unknown`.
        tool, version: who wrote it, where it says so.
        family: of the cells: given by the caller, or inferred (`xilinx` where xc7 and xcup look alike).
        figures: `lut` (LUT cells alone), `lut_all` (with INV, shift registers and distributed RAM: what report.json
            calls lut), `ff`, `bram18`, `uram`, `dsp`, `carry`, `lutram`.
        cells: leaf cells of the whole design by kind.
        report: the whole report where it is a report.json.
        problems: empty in a complete report.
    """

    kind: str
    tool: str | None = None
    version: str | None = None
    family: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, int] = field(default_factory=dict)
    report: Report | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether gates may use it."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """One flat JSON object; figures that the file does not give are absent."""
        head = {"tool": self.tool, "version": self.version, "family": self.family}
        stage = {"stage": "synth"} if self.figures else {}
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            **{key: value for key, value in head.items() if value is not None},
            **stage,
            "complete": self.complete,
            "problems": [to_json(problem) for problem in self.problems],
            **self.figures,
            **({"cells": dict(self.cells)} if self.cells else {}),
            **({"report": report.report_json(self.report)} if self.report else {}),
            "unknown": {},
        }


def parse(path: Path, family: str | None = None) -> Parsed:
    """Read a report file; a file that cannot be used becomes a result with problems, not an exception."""
    file = str(path)
    kind = "unknown"
    try:
        text = read_text(path)
        if report.looks_like(text):
            kind = ERN_REPORT
            return Parsed(kind, "ern", report=report.parse_report(text, file))
        found = yosys.looks_like(text)
        if found is None:
            raise ReportError(file, "is no report of a known tool (known: Yosys stat as json or text, report.json)")
        kind = found
        return _netlist(yosys.read_stat(text, file), family, file)
    except ReportError as error:
        return Parsed(kind, problems=(Problem(error.file, error.place, error.text),))


def _netlist(stat: yosys.Stat, family: str | None, file: str) -> Parsed:
    family = family or infer_family(stat.total)
    known: dict[str, Any] = {"kind": stat.kind, "tool": "Yosys", "version": stat.version, "cells": stat.total}
    if family is None:
        kinds = ", ".join(sorted(stat.total)[:8])
        text = f"cell kinds of no known family, or of several ({kinds}); nothing is counted"
        return Parsed(**known, problems=(Problem(file, "", text),))
    try:
        counts = count(stat.total, family, file=file)
    except ReportError as error:
        return Parsed(**known, family=family, problems=(Problem(file, error.place, error.text),))
    figures = {
        "lut": counts.logic_lut,
        "lut_all": counts.lut,
        "ff": counts.ff,
        "bram18": counts.bram18,
        "uram": counts.uram,
        "dsp": counts.dsp,
        "carry": counts.carry,
        "lutram": counts.lutram,
    }
    return Parsed(**known, family=family, figures=figures)


def report_of_netlist(path: Path, family: str | None) -> Report:
    """A report with the one row of a Yosys stat file, for gates over anybody's netlist.

    Raises:
        ReportError: the file is not a complete stat report of a known family.
    """
    text = read_text(path)
    stat = yosys.read_stat(text, str(path))
    parsed = _netlist(stat, family, str(path))
    if parsed.problems:
        raise ReportError(str(path), parsed.problems[0].text, parsed.problems[0].place)
    assert parsed.family is not None
    dsps = set(dsp_kinds(parsed.family))
    cells_of = {name: module.cells for name, module in stat.modules.items()}
    row = Resource(
        stage="synth",
        source="rtl",
        tool="yosys",
        version=stat.version or "unknown",
        family=parsed.family,
        lut=parsed.figures["lut_all"],
        dsp=parsed.figures["dsp"],
        bram18=parsed.figures["bram18"],
        ff=parsed.figures["ff"],
        uram=parsed.figures["uram"],
        carry=parsed.figures["carry"],
        lutram=parsed.figures["lutram"],
        cells=stat.total,
        modules=(ModuleProof(stat.top, 1, stat.total),),
        dsp_kinds=dsp_kinds(parsed.family),
        dsp_cells=tuple(
            DspLocation(module, f"{number} of them", kind)
            for module, cells in cells_of.items()
            for kind, number in cells.items()
            if kind in dsps and number
        ),
    )
    return Report(
        model=stat.top,
        board="none",
        digest="",
        clock_mhz=0,
        exactness=(),
        performance=Performance(Cycles(0)),
        resources=(row,),
        layers=(),
        gates=(),
        not_run=(),
    )
