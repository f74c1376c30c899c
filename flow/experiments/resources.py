# SPDX-License-Identifier: Apache-2.0
"""LUT, FF, BRAM18 and DSP of whole designs as the network grows: real synthesis, DSP inference on.

Residual networks with random weights (what a weight is does not change the size of its memory or its unit), 28 x 28
pixels, folded for one rate on one board by the flow's own stages and synthesised as `ern build` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flow.boards import load_board
from flow.design import Design
from flow.emit.plan import write_atomic
from flow.estimate.samples import network
from flow.experiments.base import Outcome, check_lines, table
from flow.experiments.picture import COLOURS, figure, save
from flow.fold import design as fold_design
from flow.synthesise import SynthResult, synthesise_design
from flow.types import Shape

CLAIM = "a whole design takes 0 DSP at every network size, from a few thousand weights up to ern_small"
BOARD, FPS = "kv260", 5000.0
IMAGE_SIZE = Shape(28, 28, 1)
LEAST_SIZES = 6


@dataclass(frozen=True)
class Size:
    """One network: output channels of the stem and of each stage."""

    name: str
    stem: tuple[int, ...]
    stages: tuple[int, ...]


SIZES = (
    Size("8", (8, 8), (8,)),
    Size("8-16", (8, 8, 8), (8, 16)),
    Size("16-32", (8, 16, 16), (16, 32)),
    Size("16-32-64", (8, 16, 16), (16, 32, 64)),
    Size("32-64", (16, 32, 32), (32, 64)),
    Size("48-96", (24, 48, 48), (48, 96)),
    Size("64-128 (ern_small)", (32, 64, 64), (64, 128)),
)
"""The widest one is ern_small."""

Synthesise = Callable[[Design], SynthResult]


def run(output: Path, sizes: Sequence[Size] = SIZES, synthesise: Synthesise | None = None) -> Outcome:
    """Measure; write resources.svg and resources.md below `output`.

    Args:
        output: folder of tables and pictures.
        sizes: networks, small to large.
        synthesise: gives the cells of a design; Yosys for the board's family by default.

    Raises:
        FoldError: a network that does not reach the rate.
        ToolError: Yosys is missing or fails.
    """
    from tqdm import tqdm

    rows = []
    for size in tqdm(sizes, desc="resources", unit="net", leave=False, disable=None):
        made = small_design(size)
        rows.append(_row(size, made, (synthesise or _yosys)(made)))
    checks = {
        f"at least {LEAST_SIZES} network sizes": len(rows) >= LEAST_SIZES,
        "DSP is 0 in every design": all(row["dsp"] == 0 for row in rows),
    }
    text = _report(rows, checks)
    _picture(rows, output / "resources.svg")
    write_atomic(output / "resources.md", text + "\n")
    result = {"claim": CLAIM, "board": BOARD, "asked_fps": FPS, "rows": rows, "checks": checks}
    return Outcome(result, text, all(checks.values()))


def small_design(size: Size, fps: float = FPS) -> Design:
    """The folded design of a size at a rate."""
    strides = (1, 2, 1)[: len(size.stem) - 1]
    graph = network(size.name, size.stem, strides, size.stages)
    return fold_design(graph, IMAGE_SIZE, load_board(BOARD), fps)


def _yosys(design: Design) -> SynthResult:
    return SynthResult.from_json(synthesise_design(design, design.board.family))


def _row(size: Size, design: Design, found: SynthResult) -> dict[str, Any]:
    counts, board = found.counts, design.board
    bits = sum(array.size for node in design.graph.nodes for key, array in node.arrays().items() if key == "weights")
    return {
        "network": size.name,
        "macs": design.graph.macs(design.image),
        "weight_bits": bits,
        "cycles_per_frame": design.cycles_per_frame,
        "fps": round(design.fps),
        "lut": counts.lut,
        "ff": counts.ff,
        "bram18": counts.bram18,
        "dsp": counts.dsp,
        "lut_share": round(counts.lut / board.lut, 4),
        "family": found.family,
        "version": found.version,
    }


def _report(rows: Sequence[dict[str, Any]], checks: dict[str, bool]) -> str:
    names = ["network", "products a frame", "weights", "cycles a frame", "FPS", "LUT", "FF", "BRAM18", "DSP", "LUT, %"]
    keys = ("network", "macs", "weight_bits", "cycles_per_frame", "fps", "lut", "ff", "bram18", "dsp")
    body = [[*(row[key] for key in keys), round(100 * row["lut_share"], 1)] for row in rows]
    return "\n".join(
        [
            f"# Resources\n\nClaim: {CLAIM}.\n",
            f"Channels of the stages name a network; images of {IMAGE_SIZE}, {FPS:,.0f} FPS or more on {BOARD} "
            f"({load_board(BOARD).clock_mhz:g} MHz, not timed), Yosys {rows[0]['version']}, {rows[0]['family']}, "
            "DSP inference on:\n",
            table(names, body),
            "",
            check_lines(checks),
        ]
    )


def _picture(rows: Sequence[dict[str, Any]], path: Path) -> None:
    made, axes = figure(1, 2, 9.0, 3.4)
    left, right = axes[0]
    weights = [row["weight_bits"] for row in rows]
    for index, (key, label) in enumerate((("lut", "LUT"), ("ff", "FF"))):
        left.plot(weights, [row[key] for row in rows], "o-", color=COLOURS[index], label=label, markersize=4)
    left.set_yscale("log")
    left.set_ylabel("primitives")
    for index, (key, label) in enumerate((("bram18", "BRAM18"), ("dsp", "DSP")), start=2):
        right.plot(weights, [row[key] for row in rows], "o-", color=COLOURS[index], label=label, markersize=4)
    right.set_ylabel("blocks")
    for axis in (left, right):
        axis.set_xscale("log")
        axis.set_xlabel("weights of the network (bits)")
        axis.legend(frameon=False)
    left.set_title(f"logic of whole designs, {FPS:,.0f} FPS on {BOARD}", fontsize=10)
    right.set_title("memory and DSP blocks", fontsize=10)
    save(made, path)
