# SPDX-License-Identifier: Apache-2.0
"""One design through every family of Yosys: its cells, no DSP block, and a control of the same flow that has some."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from flow.boards import load_board
from flow.design import Design
from flow.emit.plan import write_atomic
from flow.emit.rtl import FILE_LIST, TOP, rtl_plan
from flow.errors import ToolError
from flow.estimate.samples import network
from flow.experiments.base import Outcome, check_lines, table
from flow.experiments.picture import COLOURS, figure, save
from flow.experiments.resources import FPS, SIZES, small_design
from flow.fold import design as fold_design
from flow.synthesise.families import FLOWS, Flow
from flow.synthesise.result import SynthResult
from flow.synthesise.yosys import synthesise, version
from flow.types import Shape

CLAIM = "ern_small takes 0 DSP blocks in every family, where the same flow maps products to DSP blocks"
LEFT_OUT: Mapping[str, str] = {
    "MAX 10, Cyclone IV (synth_intel)": "costs of its cells are not in reports/",
    "Analog Devices T40LP (synth_analogdevices)": "costs of its cells are not in reports/",
    "older AMD families (synth_xilinx)": "the cells of xc7, fewer inputs a LUT",
    "Lattice MachXO2, QuickLogic PP3": "no multiplier in the devices",
    "NanoXplore, Achronix, SmartFusion2, FABulous": "Yosys maps no products of these to DSP blocks",
}
"""Families of Yosys that are not measured, with the reason."""

Synthesise = Callable[[str, bool], SynthResult]
"""Gives the cells of a family's design, or with True those of its control."""


def run(output: Path, families: Iterable[str] = tuple(FLOWS), synthesise: Synthesise | None = None) -> Outcome:
    """Measure; write portability.md, portability.json and portability.svg below `output`.

    Every unit is cached, so an interrupted run goes on where it was.

    Args:
        output: folder of table and picture.
        families: keys of `FLOWS`.
        synthesise: see `Synthesise`; Yosys by default.

    Raises:
        FoldError: the design does not reach its rate.
    """
    from tqdm import tqdm

    measure = synthesise or _yosys()
    rows = [
        _row(family, FLOWS[family], measure)
        for family in tqdm(list(families), desc="portability", unit="family", leave=False, disable=None)
    ]
    checks = {
        "every family maps the design": all("reason" not in row for row in rows),
        "DSP is 0 in every family": all(row.get("dsp") == 0 for row in rows),
        "the control has DSP blocks wherever the flow maps products to them": all(
            (row.get("control_dsp", 0) > 0) == row["multiplies"] for row in rows
        ),
    }
    result = {"claim": CLAIM, "yosys": version(), "rows": rows, "left_out": dict(LEFT_OUT), "checks": checks}
    text = _report(rows, checks)
    write_atomic(output / "portability.json", json.dumps(result, indent=1) + "\n")
    write_atomic(output / "portability.md", text + "\n")
    _picture([row for row in rows if "reason" not in row], output / "portability.svg")
    return Outcome(result, text, all(checks.values()))


def _yosys() -> Synthesise:
    designs = small_design(SIZES[-1]), _control()

    def measure(family: str, control: bool) -> SynthResult:
        form = FLOWS[family].form
        board = replace(designs[control].board, arithmetic=form if form in ("plain", "portable") else "auto")
        made = replace(designs[control], board=board)
        plan = rtl_plan(made.for_family(family) if board.arithmetic == "auto" else made)
        with tempfile.TemporaryDirectory(prefix="ern-portability-") as name:
            plan.write(Path(name))
            if control:
                multiplied = resources.files("flow.experiments") / "data" / "packed_lane_sum.sv"
                (Path(name) / "rtl" / "lane_sum.sv").write_text(multiplied.read_text())
            return synthesise(Path(name), str(plan[FILE_LIST]).split(), TOP, family, jobs=1)

    return measure


def _control() -> Design:
    """A net of a few lanes, which will multiply: products of ern_small would fill hours of synthesis."""
    graph = network("control", stem=(4, 6), stem_strides=(1,), stages=(6,), classes=3, expansion=2)
    return fold_design(graph, Shape(6, 7, 1), load_board("kv260"), 20_000)


def _row(family: str, flow: Flow, measure: Synthesise) -> dict[str, Any]:
    row: dict[str, Any] = {"family": family, "devices": flow.title, "script": flow.script, "form": flow.form}
    row |= {"lut_cell": flow.lut, "block": flow.block, "multiplies": flow.multiplies}
    try:
        found, control = measure(family, False).counts, measure(family, True).counts
    except ToolError as error:
        return {**row, "reason": str(error)}
    keys = ("lut", "ff", "carry", "lutram", "bram18", "dsp")
    return {**row, **{key: getattr(found, key) for key in keys}, "control_dsp": control.dsp}


def _report(rows: list[dict[str, Any]], checks: dict[str, bool]) -> str:
    header = ["family", "devices", "LUT cell", "LUT", "FF", "carry", "block memories", "DSP", "DSP of the control"]
    body = [
        [
            *(row[key] for key in ("family", "devices", "lut_cell", "lut", "ff", "carry")),
            f"{row['bram18']} {row['block']}",
            row["dsp"],
            row["control_dsp"] if row["multiplies"] else "0: the flow maps no products",
        ]
        for row in rows
        if "reason" not in row
    ]
    failed = [f"- {row['family']} ({row['devices']}): {row['reason']}" for row in rows if "reason" in row]
    return "\n".join(
        [
            f"# Portability\n\nClaim: {CLAIM}.\n",
            f"One fold of ern_small ({FPS:,.0f} FPS or more at 200 MHz), random weights, Yosys {version()}, DSP "
            "inference on, a run a module. LUT: the family's own cell; carry and distributed RAM are counted apart.\n",
            table(header, body),
            "",
            *([*failed, ""] if failed else []),
            "Not measured:\n",
            *(f"- {name}: {reason}" for name, reason in LEFT_OUT.items()),
            "",
            check_lines(checks),
        ]
    )


def _picture(rows: list[dict[str, Any]], path: Path) -> None:
    made, axes = figure(1, 2, 9.0, 0.6 + 0.32 * max(1, len(rows)))
    left, right = axes[0]
    names, places = [row["family"] for row in rows], range(len(rows))
    for index, (key, label) in enumerate((("lut", "LUT cells"), ("ff", "FF"))):
        heights = [place + 0.2 - 0.4 * index for place in places]
        left.barh(heights, [row[key] for row in rows], 0.38, color=COLOURS[index], label=label)
    right.barh(places, [row["control_dsp"] for row in rows], 0.5, color=COLOURS[5], label="control, which multiplies")
    right.plot([row["dsp"] for row in rows], places, "o", color=COLOURS[1], label="ern_small", clip_on=False)
    for axis in (left, right):
        axis.set_yticks(list(places), names)
        axis.invert_yaxis()
        axis.legend(frameon=False)
    left.set_title("logic of ern_small", fontsize=10)
    right.set_title("DSP blocks", fontsize=10)
    save(made, path)
