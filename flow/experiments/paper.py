# SPDX-License-Identifier: Apache-2.0
"""The five official networks on three boards: the fastest fold of each, what binds, and what others published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flow.boards import Board, load_board
from flow.emit.plan import write_atomic
from flow.estimate import estimate, total
from flow.experiments.base import Outcome, check_lines, table
from flow.experiments.picture import COLOURS, figure, save
from flow.fold.build import plan_in
from flow.fold.folding import BLOCK_BITS, FILL, OutOfReach, binds, budget_of, relaxed, weight_bits
from flow.fold.options import Space
from flow.fold.rewrites import worthwhile
from flow.fold.solve import solve
from flow.pipeline.seeded import seeded_graph
from flow.pipeline.workspace import Workspace, key_of
from flow.rewrite import rewritten
from flow.types import Shape

CLAIM = "ERNs18-0.75x passes its published rate six times, ERNs34, 50 and 101 fit a board, ERNs50 passes FINN's rate"
NETS = ("erns18_075x", "erns18", "erns34", "erns50", "erns101")
BOARDS = ("kv260", "zcu104", "u250")
IMAGE_SIZE = Shape(256, 256, 3)
LADDER = (8192, 16384, 16640, 24576, 32768, 49152, 65536, 73728, 98304, 131072, 196608, 294912, 589824, 1179648)
"""Cycles a frame that are tried: folds by divisors lie on such a coarse grid. (Four pixels a beat take 16,384 cycles to
enter; the windows behind them need 16,640 at least, one beat more a row.)"""
MUST_FIT = (("erns34", "zcu104"), ("erns50", "zcu104"), ("erns101", "u250"))
ULTRA_BITS = 288 * 1024
TIMES = 6
PUBLISHED_FPS = 298.5
ERNS50_FPS = 10_000
"""Frames a second of ERNs50 on u250 that are claimed: 3.7 times FINN's ResNet-50 there."""
PUBLISHED = (
    ("ERN paper (arXiv 2410.11553)", "ERNs18-0.75x", "KV260", PUBLISHED_FPS, 77_572, 83_805, 280, 0),
    ("ERN paper", "ERNs18", "KV260", 277.8, 77_572, 83_805, 280, 0),
    ("ERN paper", "ERNs50", "KV260", 103.7, 77_572, 83_805, 280, 0),
    ("ERN paper", "ERNs101", "KV260", 63.4, 77_572, 83_805, 280, 0),
    ("FINN (arXiv 2011.07317)", "ResNet-50 w1a2, ends 8 bits", "U250", 2703, 1_027_000, "-", 3870, 1611),
)
"""Source, network, board, FPS, LUT, FF, BRAM18, DSP. The paper runs all networks on one core; 3.60 and 9.64 ms a frame
are told here as FPS."""


def run(output: Path, nets: Sequence[str] = NETS, boards: Sequence[str] = BOARDS) -> Outcome:
    """Fold; write paper.md, paper.json and paper.svg below `output`. A pair that is done is kept until code changes.

    Args:
        output: folder of table and picture.
        nets: names of official networks; weights are seeded.
        boards: names of boards of one family.
    """
    from tqdm import tqdm

    rows = []
    with tqdm(total=len(nets) * len(boards), desc="paper", unit="fold", leave=False, disable=None) as progress:
        for net in nets:
            spaces = _Spaces(net)
            for name in boards:
                rows.append(_kept(output, net, name, spaces))
                progress.update()
    by_pair = {(row["net"], row["board"]): row for row in rows}
    first = by_pair.get((NETS[0], BOARDS[0]), {})
    checks = {
        f"{NETS[0]} on {BOARDS[0]} reaches {TIMES} x {PUBLISHED_FPS} FPS by the model": first.get("fps", 0)
        >= TIMES * PUBLISHED_FPS,
        f"ERNs50 on u250 reaches {ERNS50_FPS:,} FPS by the model": by_pair.get(("erns50", "u250"), {}).get("fps", 0)
        >= ERNS50_FPS,
        "ERNs34 and ERNs50 fit zcu104, ERNs101 fits u250": all("fps" in by_pair.get(pair, {}) for pair in MUST_FIT),
    }
    built = _built(output.parent)
    result = {"claim": CLAIM, "rows": rows, "built": built, "published": [list(p) for p in PUBLISHED], "checks": checks}
    text = _report(rows, built, checks)
    write_atomic(output / "paper.json", json.dumps(result, indent=1) + "\n")
    write_atomic(output / "paper.md", text + "\n")
    _picture(rows, output / "paper.svg")
    return Outcome(result, text, all(checks.values()))


class _Spaces:
    """Choices of one network, its costs shared by the boards; made when the first of them is asked for."""

    def __init__(self, net: str) -> None:
        self.net = net
        self._first: Space | None = None

    def on(self, board: Board) -> Space:
        from qmodels.config import network

        if self._first is None:
            graph = seeded_graph(network(self.net))
            fps = board.clock_mhz * 1e6 / IMAGE_SIZE.pixels
            self._first = Space(rewritten(graph, worthwhile(graph, IMAGE_SIZE, board, fps)), IMAGE_SIZE, board)
        return self._first.on(board)


def _kept(output: Path, net: str, name: str, spaces: _Spaces) -> dict[str, Any]:
    workspace, key = Workspace(output, "paper"), key_of(net, name, LADDER)
    row = workspace.cached("paper", key)
    if row is None:
        row = fastest(spaces.on(load_board(name)), net)
        workspace.remember("paper", key, row)
    return row


def fastest(space: Space, net: str, ladder: Sequence[int] = LADDER) -> dict[str, Any]:
    """One row: the fastest rung that folds with 70 % of the LUTs, and what binds a rung above; or what is missing."""
    board, budget = space.board, budget_of(space.board, FILL)
    row: dict[str, Any] = {"net": net, "board": board.name, "weight_bits": weight_bits(space.graph)}
    row["clock_mhz"] = board.clock_mhz
    low, high = 0, len(ladder)
    while low < high:
        middle = (low + high) // 2
        if solve(space, ladder[middle], budget, first=True):
            high = middle
        else:
            low = middle + 1
    reason = ""
    for rung in range(low, len(ladder)):
        try:
            design, _, schedule = plan_in(space.on(board), board.clock_mhz * 1e6 / ladder[rung])
        except OutOfReach as error:  # deep FIFOs take what the search had
            reason = error.reason
            continue
        spent = total(estimate(design).values())
        row |= {"cycles": schedule.cycles_per_frame, "fps": board.clock_mhz * 1e6 / schedule.cycles_per_frame}
        row |= {key: round(value) for key, value in asdict(spent).items()}
        row["lut_share"] = spent.lut / board.lut
        row["binds"] = binds(space, ladder[rung - 1], budget) if rung else "nothing: the fastest rate tried"
        row["above"] = ladder[rung - 1] if rung else None
        return row
    if reason:
        return row | {"binds": f"with its FIFOs {reason}"}
    wanted = relaxed(space, ladder[-1], budget)
    return row | {"missing": _missing(wanted, budget), "binds": binds(space, ladder[-1], budget)}


def _missing(wanted: Mapping[str, Any], budget: Any) -> dict[str, float]:
    """LUTs missing with the memory that there is, and bits missing with the LUTs that there are."""
    found = {}
    if "lut" in wanted:
        found["lut"] = wanted["lut"].cost.lut - budget.lut
    bits = {"bram18": BLOCK_BITS, "uram": ULTRA_BITS}
    memory = [(getattr(s.cost, k) - getattr(budget, k)) * bits[k] for k, s in wanted.items() if k in bits]
    if memory:
        found["bits"] = min(memory)
    return found


def _built(builds: Path) -> list[dict[str, Any]]:
    """Builds of these networks whose reports hold both what was predicted and what was synthesised."""
    rows = []
    for path in sorted(builds.glob("erns*/report.json")):
        report = json.loads(path.read_text())
        luts = {(r["stage"], r["family"]): r["lut"] for r in report["resources"]}
        family = load_board(report["board"]).family
        if ("synth", family) in luts and ("estimate", family) in luts:
            cycles = report["performance"]["cycles_per_frame"]["model"]
            pair = luts["estimate", family], luts["synth", family]
            rows.append({"net": report["model"], "board": report["board"], "cycles": cycles, "predicted": pair[0]})
            rows[-1]["synthesised"] = pair[1]
    return rows


def _report(rows: Sequence[dict[str, Any]], built: Sequence[dict[str, Any]], checks: dict[str, bool]) -> str:
    header = ["network", "board", "cycles a frame", "FPS", "LUT", "of the board, %", "FF", "BRAM18", "UltraRAM"]
    keys = ("cycles", "fps", "lut", "lut_share", "ff", "bram18", "uram")
    body = [[row["net"], row["board"], *(_cell(row, key) for key in keys)] for row in rows]
    lines = [
        f"# The five networks\n\nClaim: {CLAIM}.\n",
        f"Fastest fold at {IMAGE_SIZE} on the grid of {len(LADDER)} cycle counts from {LADDER[0]:,} to {LADDER[-1]:,}, "
        f"{FILL:.0%} of the LUTs at most, all block memory, 200 MHz (not timed), 0 DSP, seeded weights; predicted.\n",
        table(header, body),
        "\nWhat binds one step faster, or where nothing fits:\n",
        *(f"- {row['net']} on {row['board']}{_above(row)}: {row['binds']}{_lack(row)}" for row in rows),
        "\nPublished by others:\n",
        table(["source", "network", "board", "FPS", "LUT", "FF", "BRAM18", "DSP"], PUBLISHED),
    ]
    if built:
        head = ["network", "board", "cycles a frame", "LUT predicted", "LUT synthesised", "difference, %"]
        found = [
            [*r.values(), round(100 * (r["predicted"] / r["synthesised"] - 1), 1)] for r in built
        ]  # fmt: skip
        lines += ["\nBuilds that were synthesised:\n", table(head, found)]
    return "\n".join([*lines, "", check_lines(checks)])


def _cell(row: Mapping[str, Any], key: str) -> object:
    if key not in row:
        return "does not fit" if key == "cycles" else "-"
    return round(100 * row[key], 1) if key == "lut_share" else round(row[key])


def _above(row: Mapping[str, Any]) -> str:
    return f" at {row['above']:,} cycles" if row.get("above") else ""


def _lack(row: Mapping[str, Any]) -> str:
    missing = row.get("missing", {})
    parts = [f"{missing['lut']:,.0f} LUTs"] if "lut" in missing else []
    parts += [f"{missing['bits'] / 1e6:.1f} Mb of block memory"] if "bits" in missing else []
    return f"; missing: {' or '.join(parts)}" if parts else ""


def _picture(rows: Sequence[dict[str, Any]], path: Path) -> None:
    made, axes = figure(1, 2, 9.0, 3.4)
    nets = list(dict.fromkeys(row["net"] for row in rows))
    boards = list(dict.fromkeys(row["board"] for row in rows))
    for axis, key, label in ((axes[0][0], "fps", "frames a second"), (axes[0][1], "lut_share", "share of the LUTs")):
        for index, board in enumerate(boards):
            found = {row["net"]: row.get(key, 0) for row in rows if row["board"] == board}
            places = [i + (index - 1) * 0.27 for i in range(len(nets))]
            axis.bar(places, [found[net] for net in nets], 0.25, color=COLOURS[index], label=board)
        axis.set_xticks(range(len(nets)), nets, fontsize=8)
        axis.set_ylabel(label)
    axes[0][0].axhline(PUBLISHED_FPS, color=COLOURS[5], linestyle=":", linewidth=1)
    axes[0][0].set_yscale("log")
    axes[0][0].set_ylim(top=4 * axes[0][0].get_ylim()[1])
    axes[0][0].legend(frameon=False, loc="upper center", ncols=len(boards))
    axes[0][0].set_title("fastest fold; no bar: does not fit; line: published for ERNs18-0.75x", fontsize=8)
    axes[0][1].set_title("LUTs that it takes", fontsize=8)
    save(made, path)
