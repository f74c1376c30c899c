# SPDX-License-Identifier: Apache-2.0
"""Reports of the vendor's HLS tools. Fails closed: what is missing, truncated or of another design is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from flow.errors import ToolError

TOP = "ern_top"
DSP_TAGS = ("DSP", "DSP48E")
"""Vitis HLS writes DSP, Vivado HLS DSP48E."""


def read_csynth(path: Path, part: str) -> dict[str, Any]:
    """Figures of a `*_csynth.xml`, as fields of a resource row of report.json (all but tool and family).

    Raises:
        ToolError: no such file, no XML, another top or part, or a figure that is missing or no whole number.
    """
    try:
        root = ElementTree.fromstring(path.read_text())
    except (OSError, UnicodeDecodeError, ElementTree.ParseError) as error:
        raise ToolError(f"{path}: not a csynth report ({error}); run csynth again") from error
    top = _text(root, "UserAssignments/TopModelName", path)
    target = _text(root, "UserAssignments/Part", path)
    if top != TOP or target != part:
        raise ToolError(f"{path}: report of {top} on {target}, expected {TOP} on {part}; run csynth again")
    found = root.find("AreaEstimates/Resources")
    if found is None:
        raise ToolError(f"{path}: no AreaEstimates/Resources; run csynth again")
    dsp = [tag for tag in DSP_TAGS if found.find(tag) is not None]
    if len(dsp) != 1:
        raise ToolError(f"{path}: expected one of {', '.join(DSP_TAGS)} in AreaEstimates/Resources, found {dsp}")
    return {
        "stage": "csynth",
        "source": "hls",
        "version": _text(root, "ReportVersion/Version", path),
        "lut": _count(found, "LUT", path),
        "ff": _count(found, "FF", path),
        "bram18": _count(found, "BRAM_18K", path),
        "uram": _count(found, "URAM", path) if found.find("URAM") is not None else None,
        "dsp": _count(found, dsp[0], path),
    }


def check_cosim(path: Path) -> None:
    """Raise ToolError unless a `*_cosim.rpt` says that Verilog passed."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ToolError(f"{path}: not a cosim report ({error}); run cosim again") from error
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in lines if line.count("|") > 2]
    status = {name: result for name, result in (row for row in rows if len(row) == 2)}
    if "Verilog" not in status:
        raise ToolError(f"{path}: no row for Verilog; run cosim again")
    if status["Verilog"].lower() != "pass":
        raise ToolError(f"{path}: co-simulation of Verilog: {status['Verilog']}, expected Pass; see the cosim log")


def _text(root: ElementTree.Element, tag: str, path: Path) -> str:
    found = root.find(tag)
    if found is None or not (found.text or "").strip():
        raise ToolError(f"{path}: no {tag}; run csynth again")
    return (found.text or "").strip()


def _count(found: ElementTree.Element, tag: str, path: Path) -> int:
    text = _text(found, tag, path)
    if not text.isdecimal():
        raise ToolError(f"{path}: {tag} must be a whole number, found {text!r}")
    return int(text)
