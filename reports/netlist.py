# SPDX-License-Identifier: Apache-2.0
"""A Yosys stat file as a report with one row, so that gates and tables serve anybody's netlist."""

from __future__ import annotations

from pathlib import Path

from reports.cells import dsp_kinds
from reports.errors import ReportError
from reports.parse import parse
from reports.parsers import yosys_stat
from reports.schema import Cycles, DspLocation, ModuleProof, Performance, Report, Resource
from reports.source import Source


def report_of_netlist(path: Path, family: str | None) -> Report:
    """A report with the one row of a Yosys stat file.

    Raises:
        ReportError: the file is not a complete stat report of a known family.
    """
    parsed = parse(path, family)
    if parsed.problems:
        problem = parsed.problems[0]
        raise ReportError(problem.file, problem.text, problem.field, problem.line)
    stat = yosys_stat.read_stat(Source(path).text, str(path))
    assert parsed.family is not None
    figures = parsed.figures.known()
    dsps = set(dsp_kinds(parsed.family))
    row = Resource(
        stage="synth",
        source="rtl",
        tool="yosys",
        version=stat.version or "unknown",
        family=parsed.family,
        lut=int(figures["lut_all"]),
        **{name: int(figures[name]) for name in ("dsp", "bram18", "ff", "uram", "carry", "lutram")},
        cells=stat.total,
        modules=(ModuleProof(stat.top, 1, stat.total),),
        dsp_kinds=dsp_kinds(parsed.family),
        dsp_cells=tuple(
            DspLocation(module, f"{number} of them", kind)
            for module, held in stat.modules.items()
            for kind, number in held.cells.items()
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
