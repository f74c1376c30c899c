# SPDX-License-Identifier: Apache-2.0
"""Reports of a project that hls4ml wrote (Vivado, VivadoAccelerator, Vitis), in the shape of hls4ml's own reader.

`parse_vivado_report` and `read_vivado_report` have the names, the arguments and the results of
`hls4ml.report.vivado_report` (hls4ml 1.3), so that an import is all that changes. They differ where that reader gives
wrong numbers, or nothing (docs/reports/hls4ml.md): here a missing or broken report is a ReportError.

>>> parse_vivado_report("no-such-project")
Traceback (most recent call last):
    ...
reports.errors.ReportError: no-such-project: is no folder; run the build of hls4ml first, or correct the path
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring

from reports.errors import ReportError
from reports.parse import parse
from reports.parsed import Parsed
from reports.parsers import hls_csynth_xml, vivado_util
from reports.source import Source

BUILD = "run hls4ml's build again"
_SET = re.compile(r'\s*set (project_name|backend) "([^"]+)"\s*\Z')
_APPS = ("vivado_hls.app", "hls.app")
_CSYNTH = {
    "TargetClockPeriod": "UserAssignments/TargetClockPeriod",
    "EstimatedClockPeriod": "PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod",
    "BestLatency": "PerformanceEstimates/SummaryOfOverallLatency/Best-caseLatency",
    "WorstLatency": "PerformanceEstimates/SummaryOfOverallLatency/Worst-caseLatency",
    "IntervalMin": "PerformanceEstimates/SummaryOfOverallLatency/Interval-min",
    "IntervalMax": "PerformanceEstimates/SummaryOfOverallLatency/Interval-max",
}
_AREAS = {"AreaEstimates/Resources/": "", "AreaEstimates/AvailableResources/": "Available"}
_SYNTH = {"LUT": "lut", "FF": "ff", "BRAM_18K": "bram18", "URAM": "uram", "DSP": "dsp", "DSP48E": "dsp"}
_COSIM = {
    "LatencyMin": "latency_min", "LatencyMax": "latency_max", "IntervalMin": "ii_min", "IntervalMax": "ii_max",
}  # fmt: skip
_STAGE = "design state"
_TIMING = ("WNS", "TNS", "WHS", "THS", "WPWS", "TPWS")
_TIMING_HEAD = ("WNS(ns)", "TNS(ns)", "WHS(ns)", "THS(ns)", "WPWS(ns)", "TPWS(ns)")


@dataclass(frozen=True)
class Project:
    """Folders of a project.

    Attributes:
        folder: what hls4ml wrote.
        name: of the project; top: of the top function (`_axi` behind it in an accelerator).
        solution: folder of the HLS solution.
    """

    folder: Path
    name: str
    top: str
    solution: Path

    @property
    def reports(self) -> dict[str, Path]:
        """Where each report would be, by the key of the result."""
        wrapper = "project_1.runs/impl_1/design_1_wrapper_timing_summary_routed.rpt"
        return {
            "CSimResults": self.folder / "tb_data/csim_results.log",
            "CosimResults": self.folder / "tb_data/rtl_cosim_results.log",
            "CSynthesisReport": self.solution / f"syn/report/{self.top}_csynth.xml",
            "VivadoSynthReport": self.folder / "vivado_synth.rpt",
            "CosimReport": self.solution / f"sim/report/{self.top}_cosim.rpt",
            "ImplementationReport": self.folder / "util.rpt",
            "TimingReport": self.folder / f"{self.name}_vivado_accelerator" / wrapper,
        }


def find_project(path: str | PathLike[str]) -> Project:
    """The project in a folder.

    Raises:
        ReportError: no folder, no project.tcl that names project and backend, no HLS project, no solution listed.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ReportError(str(path), "is no folder; run the build of hls4ml first, or correct the path")
    script = folder / "project.tcl"
    if not script.is_file():
        raise ReportError(str(script), "is missing; is this the output folder of hls4ml?")
    said = {match[1]: match[2] for line in Source(script).lines() if (match := _SET.match(line.text)) is not None}
    for key in ("project_name", "backend"):
        if key not in said:
            raise ReportError(str(script), f"has no line 'set {key} \"...\"'; write the project again", key)
    name = said["project_name"]
    project = folder / f"{name}_prj"
    if not project.is_dir():
        raise ReportError(str(project), f"is missing; the HLS tool never ran: {BUILD}")
    solutions = [solution for solution in _solutions(project) if (project / solution).is_dir()]
    if not solutions:
        raise ReportError(
            str(project), f"lists no solution that is there; C synthesis did not come to its end: {BUILD}"
        )
    if len(solutions) > 1:
        warnings.warn(f"{project} has {len(solutions)} solutions; the first, {solutions[0]}, is read", stacklevel=3)
    top = f"{name}_axi" if "accelerator" in said["backend"] else name
    return Project(folder, name, top, project / solutions[0])


def parse_vivado_report(hls_dir: str | PathLike[str]) -> dict[str, Any]:
    """Every report of a project, by hls4ml's keys; a report that was not made is absent.

    Args:
        hls_dir: output folder of hls4ml.

    Raises:
        ReportError: no such project, no report in it at all, or one that is broken, truncated or contradicts itself.
    """
    project = find_project(hls_dir)
    there = {key: path for key, path in project.reports.items() if path.is_file()}
    readers = {
        "CSimResults": _results,
        "CosimResults": _results,
        "CSynthesisReport": _csynth,
        "VivadoSynthReport": _synth,
        "ImplementationReport": _implementation,
        "TimingReport": _timing,
    }
    report = {key: readers[key](path) for key, path in there.items() if key in readers}
    if "CosimReport" in there:
        report["CosimReport"] = _cosim(project, there["CosimReport"])
    if not report:
        raise ReportError(str(hls_dir), f"holds no report at all: {BUILD}")
    return {key: report[key] for key in project.reports if key in report}


def read_vivado_report(hls_dir: str | PathLike[str], full_report: bool = False) -> None:
    """Print the reports of a project's C simulation, C synthesis and co-simulation.

    Args:
        hls_dir: output folder of hls4ml.
        full_report: also the part below the table of DSPs.

    Raises:
        ReportError: no such project, none of the three reports, or one that is broken.
    """
    project = find_project(hls_dir)
    csim = project.solution / f"csim/report/{project.top}_csim.log"
    csynth = project.solution / f"syn/report/{project.top}_csynth.rpt"
    cosim = project.reports["CosimReport"]
    if not any(path.is_file() for path in (csim, csynth, cosim)):
        raise ReportError(str(project.solution), f"holds none of the reports: {BUILD}")
    for path in (csynth, cosim):
        if path.is_file():
            _whole(path, failed_too=path == cosim)
    print(f"Reports for solution {project.solution.name!r} of {project.solution.parent}:\n")
    _show(csim, "C SIMULATION RESULT:", "C simulation report not found.")
    _show(csynth, "SYNTHESIS REPORT:", "Synthesis report not found.", not full_report)
    _show(cosim, "CO-SIMULATION RESULT:", "Co-simulation report not found.")


def _show(path: Path, title: str, missing: str, short: bool = False) -> None:
    if not path.is_file():
        print(missing)
        return
    print(title)
    for line in Source(path).lines():
        if short and line.text.strip().startswith("* DSP"):
            break
        print(line.text)


def _solutions(project: Path) -> Iterator[str]:
    app = next((project / name for name in _APPS if (project / name).is_file()), None)
    if app is None:
        return
    try:
        root = fromstring(Source(app).text)
    except (ParseError, ValueError) as error:
        raise ReportError(str(app), f"is no whole XML ({error}): {BUILD}") from error
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "solution" and element.get("name"):
            yield str(element.get("name"))


def _whole(path: Path, kinds: str = "", failed_too: bool = False) -> Parsed:
    """A report that can be vouched for. Which tool made it of what stage of a design is the caller's business.

    Raises:
        ReportError: its first problem.
    """
    parsed = parse(path)
    for problem in parsed.problems:
        if not (failed_too and parsed.complete) and problem.field != _STAGE:
            raise ReportError(str(path), f"{problem.text}: {BUILD}", problem.field, problem.line)
    if kinds and kinds not in parsed.kind:
        raise ReportError(str(path), f"is a report of kind {parsed.kind}, not {kinds}: {BUILD}")
    return parsed


def _results(path: Path) -> list[list[str]]:
    return [line.text.split() for line in Source(path).lines()]


def _csynth(path: Path) -> dict[str, str]:
    _whole(path, "csynth_xml")
    texts = hls_csynth_xml.texts(Source(path))
    report = {key: texts[place] for key, place in _CSYNTH.items() if place in texts}
    for above, prefix in _AREAS.items():
        for place, text in texts.items():
            if place.startswith(above):
                tag = place.removeprefix(above)
                report[prefix + ("DSP" if tag == "DSP48E" else tag)] = text
    return report


def _synth(path: Path) -> dict[str, str]:
    parsed = _whole(path)
    if parsed.kind not in (vivado_util.WHOLE, vivado_util.HLS4ML):
        raise ReportError(str(path), f"is a report of kind {parsed.kind}, not a utilization report: {BUILD}")
    known = parsed.figures.known()
    return {key: str(known[name]) for key, name in _SYNTH.items() if name in known}


def _cosim(project: Project, path: Path) -> dict[str, Any]:
    parsed = _whole(path, "hls_cosim_rpt", failed_too=True)
    ran = {name: status for name, status in parsed.details["status"].items() if status != "NA"}
    if not ran:
        raise ReportError(str(path), f"no language was simulated; the simulator died: {BUILD}", "state")
    language = list(ran)[-1]
    known = parsed.figures.known()
    report: dict[str, Any] = {"RTL": language, "Status": ran[language]}
    report |= {key: str(known.get(name, "NA")) for key, name in _COSIM.items()}
    trace = project.solution / f"sim/{language.lower()}/{project.top}.performance.result.transaction.xml"
    # After a run that failed, the trace may be of an earlier one.
    return report | _trace(trace) if ran[language] == "Pass" and trace.is_file() else report


def _trace(path: Path) -> dict[str, Any]:
    parsed = _whole(path, "hls_transaction_rpt")
    known = parsed.figures.known()
    averages = {"LatencyAvg": "latency_average", "IntervalAvg": "ii_average"}
    found = {key: known.get(name, "NA") for key, name in _COSIM.items()}
    return found | {key: parsed.details.get(name, "NA") for key, name in averages.items()}


def _implementation(path: Path) -> dict[str, int | float]:
    _whole(path, "vivado_util_hier")
    names: list[str] = []
    for line in Source(path).lines():
        cells = [cell.strip() for cell in line.text.split("|")[1:-1]]
        if cells[:2] == ["Instance", "Module"]:
            names = cells
        elif names and cells[1:2] == ["(top)"]:
            return dict(_shares(names[2:], cells[2:]))
    raise ReportError(str(path), f"has no row of the top: {BUILD}")


def _shares(names: list[str], cells: list[str]) -> Iterator[tuple[str, int | float]]:
    keys = {
        "Total LUTs": "TotLUTs",
        "Logic LUTs": "LogicLUTs",
        "RAMB36": "RAMB36s",
        "RAMB18": "RAMB18s",
        "URAM": "URAMs",
    }
    for name, cell in zip(names, cells, strict=True):
        key = "DSPs" if name.startswith("DSP") else keys.get(name, name)
        count, _, share = cell.partition("(")
        yield key, int(count)
        if share:
            yield f"{key}%", float(share.rstrip("%)").lstrip("<"))


def _timing(path: Path) -> dict[str, float]:
    _whole(path, "vivado_timing")
    lines = iter(Source(path).lines())
    for line in lines:
        head = line.text.replace(" Failing Endpoints", "_failing").replace(" Total Endpoints", "_total").split()
        if set(_TIMING_HEAD) <= set(head):
            next(lines, None)
            row = next(lines, None)
            found = dict(zip(head, row.text.split() if row is not None else [], strict=False))
            values = {key: found.get(f"{key}(ns)", "NA") for key in _TIMING}
            return {key: float(value) for key, value in values.items() if value != "NA"}
    raise ReportError(str(path), f"has no design timing summary: {BUILD}")
