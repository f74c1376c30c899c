# SPDX-License-Identifier: Apache-2.0
"""The vendor path: csynth, cosim and export of the HLS project where vitis-run, vitis_hls or vivado_hls is on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flow.design import Design
from flow.emit.hls import PROJECT, hls_plan
from flow.errors import ToolError
from flow.synthesise.vendor_reports import check_cosim, read_csynth

STEPS = ("csynth", "cosim", "export")
LOG = "vendor.log"
SOLUTION = Path(PROJECT) / "solution1"
REPORTS: dict[str, tuple[str, ...]] = {
    "csim": (),
    "csynth": ("syn/report/ern_top_csynth.xml",),
    "cosim": ("sim/report/ern_top_cosim.rpt",),
    "export": ("impl/export.zip", "impl/ip/component.xml", "impl/ip/*.zip"),
}
"""What a step leaves below the solution; any one of them will do."""

AMD = ("xcup", "xc7")
"""Families of the parts that these tools know."""


@dataclass(frozen=True)
class Tool:
    """A program that runs the Tcl script of a project."""

    program: str
    vendor: str
    arguments: tuple[str, ...]


TOOLS = (
    Tool("vitis-run", "vitis", ("--mode", "hls", "--tcl", "build_prj.tcl")),
    Tool("vitis_hls", "vitis", ("-f", "build_prj.tcl")),
    Tool("vivado_hls", "vivado", ("-f", "build_prj.tcl")),
)
"""In order of preference."""
FOLDERS = {"vitis": "hls", "vivado": "hls_vivado"}


def run_vendor(design: Design, folder: Path, steps: Sequence[str] = STEPS) -> dict[str, Any]:
    """Run the vendor's tools on the projects of a build, one tool a vendor.

    Args:
        design: what is built.
        folder: build folder; projects sit in `hls` and `hls_vivado`.
        steps: of csim, csynth, cosim, export.

    Returns:
        `resources` (rows of report.json), `reports` (paths by vendor and step), `not_run` (stage, reason).

    Raises:
        ToolError: a tool is there but fails, leaves no report, or its co-simulation did not pass.
    """
    tools = _tools()
    if not tools:
        return _not_run(steps, f"none of {', '.join(tool.program for tool in TOOLS)} found on PATH")
    if design.board.family not in AMD:
        return _not_run(steps, f"board {design.board.name} ({design.board.part}) is no AMD part")
    results: dict[str, Any] = {"resources": [], "reports": {}, "not_run": []}
    for tool in tools:
        project = Path(folder) / FOLDERS[tool.vendor]
        hls_plan(design, tool.vendor).write(project)
        found = run_project(project, tool.vendor, steps)
        results["reports"][tool.vendor] = {step: str(path) for step, path in found["reports"].items()}
        if "csynth" in found["reports"]:
            row = read_csynth(found["reports"]["csynth"], design.board.part)
            results["resources"].append({**row, "tool": tool.program, "family": design.board.family})
    return results


def run_project(project: Path, vendor: str, steps: Sequence[str] = STEPS) -> dict[str, Any]:
    """Run the Tcl script of a written project.

    Returns:
        `tool`, and `reports`: path by step.

    Raises:
        ToolError: no tool of this vendor, unknown step, exit code not 0, missing report, failed co-simulation.
    """
    unknown = [step for step in steps if step not in REPORTS]
    if unknown:
        raise ToolError(f"{project}: unknown steps {', '.join(unknown)}; known: {', '.join(REPORTS)}")
    tool = next((tool for tool in _tools() if tool.vendor == vendor), None)
    if tool is None:
        programs = [tool.program for tool in TOOLS if tool.vendor == vendor]
        raise ToolError(f"{project}: {' or '.join(programs)} not found on PATH; source the vendor's settings first")
    for step in steps:
        for old in _found(project, step):
            old.unlink()
    log = project / LOG
    with log.open("w") as output:
        done = subprocess.run(
            [tool.program, *tool.arguments],
            cwd=project,
            env={**os.environ, "ERN_STEPS": " ".join(steps)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise ToolError(f"{tool.program}: exit code {done.returncode}; log {log}:\n{_tail(log)}")
    reports = {}
    for step in steps:
        found = _found(project, step)
        if REPORTS[step] and not found:
            expected = " or ".join(REPORTS[step])
            raise ToolError(
                f"{tool.program}: {step} left no report ({expected} in {SOLUTION}); log {log}:\n{_tail(log)}"
            )
        if found:
            reports[step] = found[0]
    if "cosim" in reports:
        check_cosim(reports["cosim"])
    return {"tool": tool.program, "reports": reports}


def _tools() -> list[Tool]:
    """The first tool of each vendor that is on PATH."""
    found: dict[str, Tool] = {}
    for tool in TOOLS:
        if shutil.which(tool.program):
            found.setdefault(tool.vendor, tool)
    return list(found.values())


def _not_run(steps: Sequence[str], reason: str) -> dict[str, Any]:
    rows = [{"stage": f"hls {step}", "reason": reason} for step in steps]
    return {"resources": [], "reports": {}, "not_run": rows}


def _found(project: Path, step: str) -> list[Path]:
    solution = project / SOLUTION
    return [path for pattern in REPORTS[step] for path in sorted(solution.glob(pattern)) if path.is_file()]


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
