# SPDX-License-Identifier: Apache-2.0
"""The largest networks on boards that hold them: units synthesised, and a small frame through the very same lanes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flow.emit.plan import write_atomic
from flow.emit.rtl import rtl_plan
from flow.estimate import estimate, total
from flow.experiments.base import Outcome, check_lines, table
from flow.pipeline import STEPS, Request, State, Step, run_steps
from flow.synthesise import SynthResult, synthesise_design
from flow.types import Shape

CLAIM = "ERNs34, ERNs50 and ERNs101 fit a board as synthesised, with 0 DSP, and a frame of each is simulated exactly"
FRAME, SMALL_FRAME = Shape(256, 256, 3), Shape(64, 64, 3)
FRAMES = 2
RESOURCES = ("lut", "ff", "bram18", "uram", "dsp")
CLOSE = 0.10
"""Largest share by which predicted and synthesised LUTs may differ."""


@dataclass(frozen=True)
class Case:
    """A network, a board, and frames a second at 256 x 256."""

    net: str
    board: str
    fps: float


CASES = (Case("erns34", "zcu104", 1000.0), Case("erns50", "zcu104", 1000.0), Case("erns101", "u250", 500.0))

Measure = Callable[[Case, Path], dict[str, Any]]


def run(output: Path, cases: Sequence[Case] = CASES, measure: Measure | None = None) -> Outcome:
    """Fold, emit, synthesise and simulate; write large.md and large.json below `output`.

    Every step and every unit is kept, so an interrupted run goes on where it was.

    Args:
        output: folder of the table; builds go below it.
        cases: what is measured.
        measure: gives a row; the flow's own steps by default.

    Raises:
        FoldError: a network does not fit its board at the rate.
        ToolError: Yosys or Verilator is missing or fails.
    """
    from tqdm import tqdm

    rows = [
        (measure or _measure)(case, output / "large")
        for case in tqdm(cases, desc="large", unit="net", leave=False, disable=None)
    ]
    checks = {
        "every design fits its board as synthesised": all(row["fits"] for row in rows),
        "0 DSP, DSP inference on": all(row["dsp"] == 0 for row in rows),
        f"predicted LUTs within {CLOSE:.0%} of the synthesised ones": all(abs(_off(row)) <= CLOSE for row in rows),
        "every stream of the small frames equals the graph": all(row["mismatches"] == 0 for row in rows),
        "cycles of the small frames as predicted": all(row["small_simulated"] == row["small_cycles"] for row in rows),
        "no FIFO above its depth": all(row["small_fifos_hold"] for row in rows),
    }
    result = {"claim": CLAIM, "rows": rows, "checks": checks}
    text = _report(rows, checks)
    write_atomic(output / "large.json", json.dumps(result, indent=1) + "\n")
    write_atomic(output / "large.md", text + "\n")
    return Outcome(result, text, all(checks.values()))


def _measure(case: Case, root: Path) -> dict[str, Any]:
    return {
        "net": case.net,
        "board": case.board,
        **synthesised(case, root / "frame"),
        **simulated(case, root / "small"),
    }


def synthesised(case: Case, root: Path) -> dict[str, Any]:
    """Prediction and synthesis of the whole design at 256 x 256, unit by unit, for the family of the board."""
    state = State(Request(case.net, case.board, case.fps, FRAME, root))
    run_steps(state, _steps("lower", "fold"))
    design, board = state.design, state.board
    plan = rtl_plan(design)
    plan.write(state.workspace.path("rtl"))
    found = SynthResult.from_json(synthesise_design(design, board.family, state.workspace.cache)).counts
    row = {key: getattr(found, key) for key in RESOURCES}
    return {
        **row,
        "predicted": round(total(estimate(design).values()).lut),
        "cycles": design.cycles_per_frame,
        "fps": design.fps,
        "lut_share": found.lut / board.lut,
        "fits": all(row[key] <= getattr(board, key) for key in RESOURCES),
        "rtl_files": len(plan),
    }


def simulated(case: Case, root: Path) -> dict[str, Any]:
    """Two frames of 64 x 64 with random stalls, at sixteen times the rate: lanes as many, a sixteenth of the cycles."""
    times = FRAME.pixels / SMALL_FRAME.pixels
    state = State(Request(case.net, case.board, times * case.fps, SMALL_FRAME, root, FRAMES))
    results = run_steps(state, _steps("lower", "fold", "rtlsim"))
    found, expected = results["rtlsim"], results["fold"]["cycles_per_frame"]
    exact = found["exactness"]
    deepest = all(fifo["peak"] <= fifo["depth"] for fifo in found["fifo"].values())
    return {
        "values": exact["values"],
        "mismatches": exact["mismatches"],
        "small_cycles": expected,
        "small_simulated": found["cycles_per_frame"],
        "small_fifos_hold": deepest,
    }


def _steps(*names: str) -> list[Step]:
    return [step for step in STEPS if step.name in names]


def _off(row: Mapping[str, Any]) -> float:
    return float(row["predicted"] / row["lut"] - 1)


def _report(rows: Sequence[Mapping[str, Any]], checks: dict[str, bool]) -> str:
    header = ["network", "board", "cycles a frame", "FPS", "LUT", "of the board, %", "predicted", "off, %"]
    keys = ("net", "board", "cycles", "fps", "lut")
    body = [
        [
            *(round(row[key]) if key == "fps" else row[key] for key in keys),
            round(100 * row["lut_share"], 1),
            row["predicted"],
            round(100 * _off(row), 1),
            *(row[key] for key in ("ff", "bram18", "uram", "dsp")),
        ]
        for row in rows
    ]
    small = [
        [row["net"], row["small_cycles"], row["small_simulated"], row["values"], row["mismatches"]] for row in rows
    ]
    return "\n".join(
        [
            f"# The largest networks\n\nClaim: {CLAIM}.\n",
            f"{FRAME}, 200 MHz (not timed), seeded weights; Yosys, unit by unit, DSP inference on:\n",
            table([*header, "FF", "BRAM18", "UltraRAM", "DSP"], body),
            f"\n{FRAMES} frames of {SMALL_FRAME} through as many lanes, random stalls, every stream:\n",
            table(["network", "cycles predicted", "cycles simulated", "values", "values that differ"], small),
            "",
            check_lines(checks),
        ]
    )
