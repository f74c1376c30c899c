# SPDX-License-Identifier: Apache-2.0
"""Known pixels through the thermometer encoder: every value, every room, both conventions.

The reference is the real-valued definition (arXiv 2410.11553, equations 5 to 9; the official code lowers y by 1e-4) in
exact rational arithmetic; thresholds, NumPy op, C++ and SystemVerilog are held against it value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from flow.boards import load_board
from flow.design import Design
from flow.emit.plan import write_atomic
from flow.experiments.base import Outcome, check_lines, table
from flow.experiments.picture import COLOURS, figure, save
from flow.graph import IMAGE, Graph
from flow.ops import BinaryConv, GlobalPool, ThermometerEncode
from flow.ops.base import Array, integers
from flow.ops.thermometer_encode import official_thresholds, paper_thresholds
from flow.random_graph import random_folding
from flow.types import Shape

EXPANSIONS = (10, 21, 32)
CLAIM = (
    "the encoder gives the defined code for all 256 pixel values in NumPy, C++ and SystemVerilog, K = 10, 21, 32, "
    "official and paper convention"
)
VALUES = 256
SIDE, COLOUR_COUNT = 16, 3
OFFSET = Fraction(1, 10_000)
LARGEST = 4 - Fraction(1, 1_000_000)
DIFFERING = {10: 30, 21: 63, 32: 96}
"""Values on which the two conventions differ: one for each of the 3K thresholds."""

Thresholds = Callable[[int], Array]
CONVENTIONS: dict[str, tuple[Thresholds, Fraction]] = {
    "official": (official_thresholds, OFFSET),
    "paper": (paper_thresholds, Fraction(0)),
}
"""Integer thresholds [K,3] by K, and what the definition takes off y."""


def definition(expansion: int, offset: Fraction) -> Array:
    """Codes [256, K]: z_i = floor(clamp(v/(s*K) - ((i+1)/K - 1) - offset, 0, 4 - 1e-6)), s = max(1, 255 // (3K))."""
    step = max(1, 255 // (3 * expansion))
    codes = np.zeros((VALUES, expansion), np.uint8)
    for value in range(VALUES):
        for channel in range(expansion):
            y = Fraction(value, step * expansion) - (Fraction(channel + 1, expansion) - 1) - offset
            codes[value, channel] = int(min(max(y, Fraction(0)), LARGEST))
    return codes


def pixels() -> Array:
    """uint8 [1, 16, 16, 3]: each colour holds every value once, in another order."""
    value = np.arange(VALUES)
    colours = np.stack([value, VALUES - 1 - value, (5 * value + 1) % VALUES], axis=1)
    return np.asarray(colours, np.uint8).reshape(1, SIDE, SIDE, COLOUR_COUNT)


def run(
    output: Path,
    conventions: Mapping[str, tuple[Thresholds, Fraction]] = CONVENTIONS,
    expansions: Sequence[int] = EXPANSIONS,
) -> Outcome:
    """Measure; write pixels.svg and pixels.md below `output`.

    Args:
        output: folder of tables and pictures.
        conventions: the thresholds to try and the offset of their definition.
        expansions: every K to try.

    Raises:
        ToolError: g++ or Verilator is missing or fails.
    """
    cases = [(k, name) for k in expansions for name in conventions]
    designs = [_design(conventions[name][0](k), k, name) for k, name in cases]
    found = _simulate(designs, output)
    rows, codes = [], {}
    for case, design, rooms in zip(cases, designs, found, strict=True):
        codes[case] = definition(case[0], conventions[case[1]][1])
        rows.append(_row(case, design, codes[case], rooms))
    differing = {}
    if {"official", "paper"} <= set(conventions):
        differing = {k: int((codes[k, "official"] != codes[k, "paper"]).any(axis=1).sum()) for k in expansions}
    rooms = rows[0]["mismatches"]
    checks = {f"{room}: every code as defined": not any(row["mismatches"][room] for row in rows) for room in rooms}
    if differing:
        checks["official and paper differ on one value for each of the 3K thresholds (K = 10: 30, 21: 63, 32: 96)"] = (
            all(differing[k] == DIFFERING.get(k, differing[k]) for k in expansions)
        )
    text = _report(rows, differing, checks)
    _picture(codes, output / "pixels.svg")
    write_atomic(output / "pixels.md", text + "\n")
    result = {"claim": CLAIM, "rows": rows, "differing_values": differing, "checks": checks}
    return Outcome(result, text, all(checks.values()))


def _design(thresholds: Array, expansion: int, convention: str) -> Design:
    """The smallest graph with an encoder: it ends, as every graph does, in a convolution and a pooling."""
    channels = COLOUR_COUNT * expansion
    nodes = (
        ThermometerEncode("encode", (IMAGE,), COLOUR_COUNT, integers(thresholds)),
        BinaryConv("conv", ("encode",), integers(np.ones((1, 1, 1, channels)), np.uint8), (1, 1), (0, 0)),
        GlobalPool("pool", ("conv",), integers(np.ones(1), np.float32)),
    )
    graph, image = Graph(f"pixels_{convention}_{expansion}", COLOUR_COUNT, nodes), Shape(SIDE, SIDE, COLOUR_COUNT)
    return Design(graph, image, load_board("kv260"), random_folding(graph, image, expansion), {})


def _simulate(designs: list[Design], output: Path) -> list[dict[str, Array]]:
    """Codes [1, 16, 16, 3K] of every design by room."""
    from flow.simulate.csim import csim_many
    from flow.simulate.rtlsim import rtlsim_many

    images = [pixels()] * len(designs)
    compiled = csim_many(designs, images, output / "pixels_csim")
    simulated = rtlsim_many(designs, images, output / "pixels_rtlsim", stalls=0.3, seed=1)
    return [
        {
            "NumPy": design.graph.run(pixels(), taps=True)["encode"],
            "C++ (csim)": c.streams["encode"],
            "SystemVerilog (rtlsim)": r.streams["encode"],
        }
        for design, c, r in zip(designs, compiled, simulated, strict=True)
    ]


def _row(case: tuple[int, str], design: Design, expected: Array, rooms: Mapping[str, Array]) -> dict[str, Any]:
    encode = design.graph.nodes[0]
    assert isinstance(encode, ThermometerEncode)
    thresholds = encode.thresholds
    closed = (np.arange(VALUES)[:, None, None] >= thresholds).sum(axis=2)
    wanted = expected[pixels()].reshape(1, SIDE, SIDE, -1)
    mismatches = {"closed form": int((closed != expected).sum())}
    mismatches |= {room: int((codes != wanted).sum()) for room, codes in rooms.items()}
    return {
        "expansion": case[0],
        "convention": case[1],
        "step": int(thresholds[0, 1] - thresholds[0, 0]) // case[0],
        "first_threshold": int(thresholds.min()),
        "last_threshold": int(thresholds.max()),
        "distinct_codes": len(np.unique(expected, axis=0)),
        "saturated_values": int((expected == 3).all(axis=1).sum()),
        "mismatches": mismatches,
    }


def _report(rows: list[dict[str, Any]], differing: Mapping[int, int], checks: dict[str, bool]) -> str:
    header = ["K", "convention", "step s", "first code from", "last code from", "distinct codes", "saturated values"]
    keys = [
        "expansion",
        "convention",
        "step",
        "first_threshold",
        "last_threshold",
        "distinct_codes",
        "saturated_values",
    ]
    rooms = list(rows[0]["mismatches"])
    body = [[*(row[key] for key in keys), *(row["mismatches"][room] for room in rooms)] for row in rows]
    lines = [
        f"# Pixels\n\nClaim: {CLAIM}.\n",
        f"Mismatches are counted over {VALUES} values a colour, {COLOUR_COUNT} colours, every code channel.\n",
        table(header + [f"{room}: mismatches" for room in rooms], body),
    ]
    if differing:
        pairs = ", ".join(f"{count} for K = {k}" for k, count in differing.items())
        lines.append(f"\nPixel values on which official and paper convention differ: {pairs}.")
    return "\n".join([*lines, "", check_lines(checks)])


def _picture(codes: Mapping[tuple[int, str], Array], path: Path) -> None:
    from matplotlib.colors import ListedColormap

    expansions = list(dict.fromkeys(k for k, _ in codes))
    made, axes = figure(2, len(expansions), 10.5, 5.4)
    shades = ListedColormap(["#f4f6f7", "#b5d3ea", "#5b9bd0", "#0b3c6f"])
    for column, k in enumerate(expansions):
        chosen = {name: c for (expansion, name), c in codes.items() if expansion == k}
        name, shown = next(iter(chosen.items()))
        above, below = axes[0][column], axes[1][column]
        drawn = above.imshow(
            shown.T, aspect="auto", origin="lower", cmap=shades, vmin=-0.5, vmax=3.5, interpolation="none"
        )
        above.grid(False)
        above.set_title(f"K = {k}, {name} convention", fontsize=10)
        above.set_ylabel("channel i of a colour")
        for colour, (convention, table_) in zip(COLOURS, chosen.items(), strict=False):
            below.step(np.arange(VALUES), table_.sum(axis=1), where="mid", color=colour, linewidth=1, label=convention)
        below.set_xlabel("pixel value (0 to 255)")
        below.set_ylabel("sum of the K codes")
        below.set_xlim(0, VALUES - 1)
        below.legend(loc="upper left", frameon=False)
    made.colorbar(drawn, ax=list(axes[0]), ticks=[0, 1, 2, 3], label="code", fraction=0.02)
    save(made, path)
