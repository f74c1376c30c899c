# SPDX-License-Identifier: Apache-2.0
"""A project folder as hls4ml and the tools leave it, made by hand; and Vivado's flat report in its layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import hls_samples as samples

APP = """<project xmlns="com.autoesl.autopilot.project" name="net_prj" top="net">
<solutions xmlns="">{}</solutions>
</project>
"""
PROJECT = """variable project_name
set project_name "net"
variable backend
set backend "vivado"
"""
HEAD = """Copyright 1986-2020 Xilinx, Inc. All Rights Reserved.
{rule}
| Tool Version : Vivado v.2020.1 (lin64) Build 2902540 Wed May 27 19:54:35 MDT 2020
| Date         : Sun Mar 19 07:48:36 2023
| Host         : made running 64-bit unknown
| Command      : report_utilization -file vivado_synth.rpt
| Design       : net
| Device       : 7z020clg400-1
| Design State : {state}
{rule}

Utilization Design Information

Table of Contents
-----------------
{contents}

"""
LOGIC = (
    ("Slice LUTs", "400", "53200"), ("  LUT as Logic", "400", "53200"), ("  LUT as Memory", "0", "17400"),
    ("Slice Registers", "100", "106400"), ("  Register as Flip Flop", "100", "106400"),
    ("  Register as Latch", "0", "106400"),
)  # fmt: skip
Sites = Sequence[tuple[str, str, str]]


def write_project(folder: Path) -> Path:
    """Every report but the implementation's, in hls4ml's places."""
    solution = "net_prj/solution1"
    files = {
        "project.tcl": PROJECT,
        "net_prj/hls.app": APP.format('<solution name="solution1" status=""/>'),
        "tb_data/csim_results.log": "0.5 0.25\n1 0\n",
        "tb_data/rtl_cosim_results.log": "0.5 0.25\n1 0\n",
        f"{solution}/syn/report/net_csynth.xml": samples.csynth_xml().replace(">top<", ">net<"),
        f"{solution}/syn/report/net_csynth.rpt": samples.csynth("Vitis HLS", "2023.1", dsp="DSP"),
        f"{solution}/sim/report/net_cosim.rpt": samples.cosim(samples.PASSED),
        f"{solution}/csim/report/net_csim.log": "INFO: [SIM 1] CSim done with 0 errors.\n",
        "vivado_synth.rpt": utilization(bram="0", dsp="5"),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def utilization(bram: str, dsp: str, placed: bool = False) -> str:
    """What `report_utilization -file vivado_synth.rpt` writes; block RAM in tiles."""
    whole, half = int(float(bram)), int(2 * (float(bram) % 1))
    memory = (("Block RAM Tile", bram, "140"), ("  RAMB36/FIFO*", str(whole), "140"), ("  RAMB18", str(half), "280"))
    blocks = (("DSPs", dsp, "220"), *((("  DSP48E1 only", dsp, ""),) if dsp != "0" else ()))
    chapters: list[tuple[str, Sites]] = [("Slice Logic", LOGIC)]
    chapters += [("Slice Logic Distribution", (("Slice", "120", "13300"),))] if placed else []
    chapters += [("Memory", memory), ("DSP", blocks)]
    tables = [_sites(rows) for _, rows in chapters]
    cells = [("LUT4", "400", "LUT"), ("FDRE", "100", "Flop & Latch"), ("RAMB36E1", str(whole), "Block Memory")]
    cells += [("RAMB18E1", str(half), "Block Memory"), ("DSP48E1", dsp, "Block Arithmetic")]
    tables += [_drawn(("Ref Name", "Used", "Functional Category"), [cell for cell in cells if cell[1] != "0"])]
    tables += [_drawn(("Ref Name", "Used"), [])] * 2
    names = [*(name for name, _ in chapters), "Primitives", "Black Boxes", "Instantiated Netlists"]
    titles = [f"{number}. {name}" for number, name in enumerate(names, 1)]
    head = HEAD.format(rule="-" * 84, state="Fully Placed" if placed else "Synthesized", contents="\n".join(titles))
    parts = [[title, "-" * len(title), "", *table, "", ""] for title, table in zip(titles, tables, strict=True)]
    return head + "\n".join(line for part in parts for line in part) + "\n"


def _sites(rows: Sites) -> list[str]:
    cells = []
    for name, used, there in rows:
        share = f"{100 * float(used) / float(there):.2f}" if there else ""
        cells.append((name, used, "0" if there else "", there, share))
    return _drawn(("Site Type", "Used", "Fixed", "Available", "Util%"), cells)


def _drawn(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(text) for text in column) for column in zip(head, *rows, strict=True)]
    line = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    texts = []
    for first, *rest in (head, *rows):
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        texts.append(f"| {' | '.join(cells)} |")
    return [line, texts[0], *([line, *texts[1:]] if rows else []), line]
