# SPDX-License-Identifier: Apache-2.0
"""`python -m flow.estimate.calibrate [FAMILY ...] [--parts ...]`: fit the coefficients of the cost model to synthesis.

Networks with random weights are folded for several rates; of their ops and FIFOs a spread of different ones is
synthesised with Yosys, each kept apart. Non-negative least squares of relative errors give the coefficients, which are
written to coefficients.yaml with the error of each part. Takes some minutes a family.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from flow.boards import Board, load_board
from flow.design import Design
from flow.emit.rtl import template_texts
from flow.emit.rtl_modules import instance
from flow.estimate.model import site
from flow.estimate.parts import PARTS, Part, fifo, fork
from flow.estimate.samples import Builder, network
from flow.fold.folding import best_fold
from flow.fold.options import Space
from flow.graph import Graph
from flow.ops import BinaryConv, Folding, Op
from flow.synthesise.process import NETLIST, Job, Pool
from flow.synthesise.yosys import SCRIPTS, STRICT
from flow.types import Shape
from reports.cells import Counts, count

COEFFICIENTS = Path(__file__).with_name("coefficients.yaml")
BOARDS = {"xcup": "u250", "xc7": "arty_a7", "ecp5": "ulx3s", "nexus": "crosslink_nx_evn"}
MOST = {"unit": 9, "rows": 8, "pixels": 4, "feed": 4, "resize": 6, "threshold": 4, "add": 2, "encode": 2, "pool": 2}
"""Samples of each part."""
WIDE = (
    ((32, 32), 1, 6, 3, 2, 4), ((64, 256), 3, 10, 3, 2, 4), ((32, 256), 3, 5, 3, 2, 2), ((24, 40), 3, 4, 5, 1, 4),
    ((16, 512), 3, 10, 3, 2, 2), ((32, 64), 1, 20, 3, 4, 8), ((28, 28), 1, 10, 3, 1, 4),
)  # fmt: skip
"""Image, colours, codes a colour, kernel, stride and pixels a beat of the samples with more than one."""
SMALLEST_WEIGHT = 40.0
"""LUTs or FFs below which an error counts absolutely, not relatively."""


@dataclass(frozen=True)
class Sample:
    """One module to synthesise.

    Attributes:
        parts: what the model says it consists of; the first one is fitted.
        module: name in rtl_templates.
        parameters: integers by name.
        files: memory files by the parameter that names them.
    """

    parts: tuple[Part, ...]
    module: str
    parameters: Mapping[str, int]
    files: Mapping[str, str]


def designs(board: Board, quick: bool = False) -> Iterator[Design]:
    """Folded networks of several sizes, colours and rates (`quick`: the first one alone); no budget binds."""
    huge = replace(board, lut=10**9, bram18=10**6, default_fps=1, lut_fraction=1.0)
    nets = (
        (network(), Shape(28, 28, 1), (40000, 6600, 3200)),
        (network(stem=(16, 24, 32), stages=(32, 48, 96), expansion=7), Shape(20, 26, 1), (20000, 2500)),
        (network(stem=(16, 32, 32), stages=(32, 64), colours=3, expansion=5, blocks=2), Shape(32, 32, 3), (9000,)),
    )
    for graph, image, targets in nets[: 1 if quick else None]:
        space = Space(graph, image, huge)
        for target in targets:
            found = best_fold(space, huge.clock_mhz * 1e6 / target)
            yield Design(graph, image, huge, found.foldings, {})


def wide_designs(board: Board) -> Iterator[Design]:
    """An encoder and a convolution that take several pixels a beat, of several sizes."""
    for size, colours, expansion, kernel, stride, pixels in WIDE:
        build = Builder()
        channels = colours * expansion
        conv = build.conv("conv", build.encode(colours, expansion), (channels, 4), kernel, stride)
        build.pool(conv, 4)
        foldings = {"encode": Folding(1, 1, channels, pixels=pixels, pixels_in=pixels), "pool": Folding()}
        foldings["conv"] = Folding(4, channels, 4, pixels_in=pixels)
        yield Design(Graph("wide", colours, tuple(build.nodes)), Shape(*size, colours), board, foldings, {})


def samples(design: Design) -> Iterator[Sample]:
    """Modules of a design's nodes."""
    for node in design.graph.nodes:
        parts = tuple(PARTS[node.kind](node, site(design, node)))
        made = instance(design, node)
        if isinstance(node, BinaryConv):
            yield from _convolution(design, node, parts, made.parameters, made.files)
        else:
            yield Sample(parts, made.module, made.parameters, made.files)


def _convolution(
    design: Design, node: Op, parts: tuple[Part, ...], values: Mapping[str, int], files: Mapping[str, str]
) -> Iterator[Sample]:
    assert isinstance(node, BinaryConv)
    folding, window = design.foldings[node.name], parts[1]
    # The unit is fitted as what a whole convolution takes besides its other parts: neighbours simplify each other.
    yield Sample(parts, node.kind, values, files)
    if folding.pixels_in > 1:
        names = "height width in_channels pixels_in kernel_h kernel_w stride_h stride_w padding_h padding_w row_memory"
        yield Sample((window,), "window_wide", _some(values, names), {})
        return
    names = "height width in_channels row_channels depth kernel_h kernel_w stride_h stride_w padding_h padding_w hold"
    parameters = _some(values, f"{names} by_column row_memory window_memory")
    parameters |= {"output_groups": node.output_groups(folding)}
    yield Sample((window,), "window", parameters, {})
    ends = {"channels_in": values["stream_channels_in"], "channels_out": values["row_channels"]}
    if ends["channels_in"] != ends["channels_out"]:
        yield Sample((parts[2],), "stream_resize", {"width": 2, **ends}, {})
    words = node.output_groups(folding) * node.steps(folding)
    if folding.memory == "block" and words > 1:
        parameters = {"width": folding.pe * node.simd(folding), "words": words, "parts": folding.hold, "memory": 1}
        yield Sample((parts[4],), "weight_feed", parameters, {"MEMORY_FILE": files["WEIGHT_FILE"]})


def _some(values: Mapping[str, int], names: str) -> dict[str, int]:
    return {name: values[name] for name in names.split()}


def others(family: str) -> Iterator[Sample]:
    """FIFOs and forks."""
    for depth, width in ((2, 8), (2, 40), (4, 13), (50, 26)):
        yield Sample((fifo(family, depth, width),), "stream_fifo", {"depth": depth, "width": width}, {})
    yield Sample((fifo(family, 1000, 40),), "stream_fifo", {"depth": 1000, "width": 40, "memory": 1}, {})
    yield Sample((fork(2),), "stream_fork", {"outputs": 2, "width": 8}, {})


def spread(found: Iterable[Sample]) -> list[Sample]:
    """At most `MOST` of each part, evenly over the range of their sizes."""
    groups: dict[str, dict[str, Sample]] = {}
    for sample in found:
        groups.setdefault(sample.parts[0].name, {})[f"{sorted(sample.parameters.items())}"] = sample
    chosen = []
    for name, different in groups.items():
        ordered = sorted(different.values(), key=lambda s: (sum(s.parts[0].features.values()), str(s.parameters)))
        picks = np.linspace(0, len(ordered) - 1, min(MOST.get(name, 12), len(ordered))).round().astype(int)
        chosen += [ordered[i] for i in dict.fromkeys(picks.tolist())]
    return chosen


def measure(chosen: Sequence[Sample], family: str) -> list[Counts]:
    """What Yosys makes of samples: one run, every sample a module that is kept apart.

    Raises:
        ToolError: Yosys is missing or failed.
    """
    texts = {**template_texts("common"), **template_texts("")}
    files = {f"{i}_{key.lower()}.hex": text for i, s in enumerate(chosen) for key, text in s.files.items()}
    lines = ["module samples;"]
    for number, sample in enumerate(chosen):
        values = [f".{key}({value})" for key, value in sample.parameters.items()]
        values += [f'.{key}("{number}_{key.lower()}.hex")' for key in sample.files]
        lines.append(f"  (* keep, keep_hierarchy *) {sample.module} #({', '.join(values)}) u{number} ();")
    files["samples.sv"] = "\n".join([*lines, "endmodule\n"])
    read = (*STRICT, f"read_verilog -sv -defer -DSYNTHESIS {' '.join(texts)} samples.sv", "hierarchy -top samples")
    script = (f"{SCRIPTS[family]} -top samples", "tee -q -o stat.json stat -json")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in {**texts, **files}.items():
            (folder / file).write_text(text)
        Pool(1).run(Job("samples", folder, script, read, folder, kinds=()))
        modules = json.loads((folder / "stat.json").read_text())["modules"]
        instances = {cell: kind for cell, kind, *_ in json.loads((folder / NETLIST).read_text())["\\samples"]}
    cells = {name.removeprefix("\\"): module["num_cells_by_type"] for name, module in modules.items()}
    return [count(_leaves(cells, instances[f"\\u{i}"]), family, file=s.module) for i, s in enumerate(chosen)]


def _leaves(cells: Mapping[str, Mapping[str, int]], root: str) -> dict[str, int]:
    """Leaf cells of a module and of everything below it."""
    found: dict[str, int] = {}
    for kind, number in cells[root.removeprefix("\\")].items():
        below = _leaves(cells, kind) if kind.removeprefix("\\") in cells else {kind: 1}
        for leaf, times in below.items():
            found[leaf] = found.get(leaf, 0) + number * times
    return found


def fit(
    rows: Sequence[Mapping[str, float]], measured: Sequence[float], known: Sequence[float] | None = None
) -> dict[str, float]:
    """Non-negative coefficients of least squared error (columns that come out negative are dropped).

    Args:
        rows: features of each sample.
        measured: cells of each sample.
        known: cells that are known beforehand, not to be fitted; errors are relative to all measured ones.
    """
    names = sorted({name for row in rows for name, amount in row.items() if amount})
    scale = 1.0 / np.maximum(np.array(measured, dtype=np.float64), SMALLEST_WEIGHT)
    goal = np.array(measured, dtype=np.float64) - (0.0 if known is None else np.array(known))
    while names:
        matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows]) * scale[:, None]
        size = np.maximum(1e-12, np.linalg.norm(matrix, axis=0))
        values = np.linalg.lstsq(matrix / size, goal * scale, rcond=1e-6)[0] / size
        if (values >= 0).all():
            return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}
        names.pop(int(np.argmin(values * size)))
    return {}


def calibrate(family: str, parts: Sequence[str] = ()) -> dict[str, dict[str, dict[str, float]]]:
    """Coefficients of every part of a family, or of those named; prints measured and predicted LUTs of each sample."""
    board = load_board(BOARDS[family])
    found = [s for d in wide_designs(board) for s in samples(d) if s.parts[0].name in ("wide", "encode_wide")]
    chosen = [*spread(s for d in designs(board) for s in samples(d)), *others(family), *found]
    chosen = [sample for sample in chosen if not parts or sample.parts[0].name in parts]
    print(f"{family}: {len(chosen)} modules", flush=True)
    measured = measure(chosen, family)
    table: dict[str, dict[str, dict[str, float]]] = {
        **(yaml.safe_load(COEFFICIENTS.read_text())[family] if parts else {}),
        "rom": {"lut": {}, "ff": {"bits": 1.0}},
        "top": {"lut": {"one": 40.0}, "ff": {"one": 20.0}},
    }
    for name in sorted({sample.parts[0].name for sample in chosen}, key=lambda name: (name == "unit", name)):
        mine = [(s, m) for s, m in zip(chosen, measured, strict=True) if s.parts[0].name == name]
        rows = [s.parts[0].features for s, _ in mine]
        known = [
            s.parts[0].lut + sum(_predicted(part, table, "lut") + part.lut for part in s.parts[1:]) for s, _ in mine
        ]
        known_ff = [sum(_predicted(part, table, "ff") for part in s.parts[1:]) for s, _ in mine]
        lut = fit(rows, [m.lut for _, m in mine], known)
        ff = fit(rows, [m.ff for _, m in mine], known_ff)
        table[name] = {"lut": lut, "ff": ff}
        for (sample, counts), row, exact in zip(mine, rows, known, strict=True):
            guess = exact + sum(lut.get(key, 0.0) * amount for key, amount in row.items())
            blocks = sum(part.bram18 for part in sample.parts)
            print(
                f"{family} {name:10} {counts.lut:6} LUT, predicted {guess:7.0f}, "
                f"{counts.bram18} BRAM18, predicted {blocks}; {counts.ff} FF",
                flush=True,
            )
    return table


def _predicted(part: Part, table: Mapping[str, Mapping[str, Mapping[str, float]]], kind: str) -> float:
    """Cells of a part, its memories left out, by coefficients that are fitted already."""
    return sum(table[part.name][kind].get(name, 0.0) * amount for name, amount in part.features.items())


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit the families named (all if none) and write coefficients.yaml."""
    parser = argparse.ArgumentParser(prog="python -m flow.estimate.calibrate", description=__doc__)
    parser.add_argument("families", nargs="*", default=list(BOARDS), help=f"of {', '.join(BOARDS)}")
    parser.add_argument("--parts", nargs="+", default=[], help="of the parts, those to fit; the others stay")
    chosen = parser.parse_args(arguments)
    for family in chosen.families:
        table = yaml.safe_load(COEFFICIENTS.read_text())
        found = calibrate(family, chosen.parts)
        fitted = json.loads(json.dumps({**table, family: found}))
        head = "# Fitted by: python -m flow.estimate.calibrate (docs/folding.md says what the features are)\n"
        COEFFICIENTS.write_text(head + yaml.safe_dump(fitted, default_flow_style=None, width=120))


if __name__ == "__main__":
    main()
