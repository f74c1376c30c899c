# SPDX-License-Identifier: Apache-2.0
"""Reports of tools for gates: a hierarchical utilization report as a file, and results of parsers by hand."""

from __future__ import annotations

from typing import Any

from reports.parsed import Figures, Module, Parsed

RULE = "-" * 80
COLUMNS = ("Instance", "Module", "Total LUTs", "Logic LUTs", "LUTRAMs", "SRLs", "FFs", "RAMB36", "RAMB18", "DSP Blocks")
TREE = (
    ("top", "(top)", 300, 60, 0),
    ("  (top)", "(top)", 100, 20, 0),
    ("  conv[0]", "conv", 150, 30, 0),
    ("    lane", "lane", 150, 30, 0),
    ("  pool", "pool", 50, 10, 0),
)
"""Instance, module, LUTs, flip-flops, DSP blocks."""


def hierarchy(tree: Any = TREE, state: str = "Routed", version: str = "2023.2") -> str:
    """A hierarchical utilization report as Vivado writes it."""
    cells = [COLUMNS] + [(name, kind, lut, lut, 0, 0, ff, 0, 0, dsp) for name, kind, lut, ff, dsp in tree]
    widths = [max(len(str(row[i])) for row in cells) for i in range(len(COLUMNS))]
    border = "+" + "+".join("-" * (width + 2) for width in widths) + "+"

    def line(row: tuple[Any, ...], head: bool = False) -> str:
        shown = (
            str(c).ljust(w) if i == 0 or head else str(c).rjust(w)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        return "| " + " | ".join(shown) + " |"

    rows = [border, line(cells[0], True), border, *map(line, cells[1:]), border]
    head = [
        "Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.", RULE,
        f"| Tool Version : Vivado v.{version} (lin64) Build 4029153 Fri Oct 13 20:13:54 MDT 2023",
        "| Date         : Thu Jul  2 21:26:33 2026", "| Host         : nobody running 64-bit Linux",
        "| Command      : report_utilization -hierarchical -file hier.rpt", "| Design       : top",
        "| Device       : xck26-sfvc784-2LV-c", "| Speed File   : -2LV", f"| Design State : {state}", RULE, "",
        "Utilization Design Information", "", "Table of Contents", "-----------------",
        "1. Utilization by Hierarchy", "", "1. Utilization by Hierarchy", "---------------------------", "",
    ]  # fmt: skip
    return "\n".join(
        [*head, *rows, "* Note: The sum of lower-level cells may be larger than their parent cells total.", "", ""]
    )


def parsed(kind: str = "vivado_util", stage: str | None = "route", top: str | None = "top", **more: Any) -> Parsed:
    """A result of a parser: figures by name, and the fields of `Parsed`."""
    names = Figures.__dataclass_fields__
    figures = Figures(**{name: more.pop(name) for name in list(more) if name in names})
    return Parsed(more.pop("file", f"{kind}.rpt"), kind, stage=stage, top=top, figures=figures, **more)


def module(path: str, kind: str | None = None, unknown: dict[str, str] | None = None, **figures: Any) -> Module:
    """A row of a hierarchy."""
    return Module(path, Figures(**figures), kind, unknown or {})
