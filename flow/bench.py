# SPDX-License-Identifier: Apache-2.0
"""How long the stages take, and how that grows with the network; writes docs/benchmarks.md.

    python -m flow.bench                                 everything (`make bench`)
    python -m flow.bench --only csim --sizes 8 16-32     one stage, some networks, printed and not written

The networks are those of `ern experiment resources`, folded for the same rate. Every binary and netlist is made anew in
a temporary folder, so compile and synthesis times are those of an empty cache. Compare figures of one run only: they
depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flow import tool
from flow.design import Design
from flow.emit.plan import write_atomic
from flow.errors import ErnError, UsageError
from flow.experiments.base import table
from flow.experiments.resources import BOARD, FPS, IMAGE_SIZE, SIZES, small_design
from flow.ops.base import Array

TARGET = Path("docs/benchmarks.md")
SHOWN = ("8", "16-32", "32-64", "64-128 (ern_small)")
"""Networks of a full run, small to large."""
GRAPH_IMAGES, CSIM_FRAMES, RTLSIM_FRAMES = 128, 32, 3

Figures = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """One stage to time.

    Attributes:
        name: for --only.
        about: what the figures are.
        measure: times the stage for a design, in an empty folder.
    """

    name: str
    about: str
    measure: Callable[[Design, Path], Figures]


def frames(design: Design, number: int) -> Array:
    """Seeded random images, uint8 [number, H, W, C]."""
    image = design.image
    return np.random.default_rng(1).integers(0, 256, (number, image.height, image.width, image.channels), np.uint8)


def _graph(design: Design, folder: Path) -> Figures:
    images = frames(design, GRAPH_IMAGES)
    design.graph.run(images[:8])
    seconds = _seconds(lambda: design.graph.run(images))
    return {"images a second": len(images) / seconds}


def _csim(design: Design, folder: Path) -> Figures:
    from flow.simulate.csim import csim

    images = frames(design, CSIM_FRAMES)
    first = _seconds(lambda: csim(design, images[:1], folder, taps=False))
    run = _seconds(lambda: csim(design, images, folder, taps=False))
    return {"emit and compile, s": max(0.0, first - run / len(images)), "frames a second": len(images) / run}


def _rtlsim(design: Design, folder: Path) -> Figures:
    from flow.simulate.rtlsim import rtlsim

    images = frames(design, RTLSIM_FRAMES)
    first = _seconds(lambda: rtlsim(design, images[:1], folder, taps=False))
    started = time.monotonic()
    found = rtlsim(design, images, folder, taps=False)
    run = time.monotonic() - started
    return {
        "emit and compile, s": max(0.0, first - run / len(images)),
        "frames a second": len(images) / run,
        "cycles a second": found.cycles / run,
        "cycles a frame": found.cycles_per_frame,
    }


def _synth(design: Design, folder: Path) -> Figures:
    from flow.synthesise import SynthResult, synthesise_design

    started = time.monotonic()
    found = SynthResult.from_json(synthesise_design(design, design.board.family, folder))
    seconds = time.monotonic() - started
    again = _seconds(lambda: synthesise_design(design, design.board.family, folder))
    return {"synthesis, s": seconds, "again from the cache, s": again, "LUT": found.counts.lut, "DSP": found.counts.dsp}


STAGES = (
    Stage("graph", f"NumPy graph, {GRAPH_IMAGES} images", _graph),
    Stage("csim", f"C++ by g++, {CSIM_FRAMES} frames, no streams recorded", _csim),
    Stage("rtlsim", f"SystemVerilog by Verilator, {RTLSIM_FRAMES} frames, no stalls, no streams recorded", _rtlsim),
    Stage("synth", "Yosys for the family of the board, empty cache", _synth),
)


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def measure(names: Sequence[str], stages: Sequence[str], progress: bool = True) -> list[Figures]:
    """One row a network: its size, the time of its folding, and figures by stage.

    Args:
        names: networks of flow.experiments.resources.SIZES.
        stages: names of STAGES.
        progress: whether to show a progress bar.

    Raises:
        UsageError: an unknown network or stage.
        ErnError: a tool is missing or fails.
    """
    from tqdm import tqdm

    known = {size.name: size for size in SIZES}
    by_name = {stage.name: stage for stage in STAGES}
    for found, allowed in ((names, known), (stages, by_name)):
        for name in found:
            if name not in allowed:
                raise UsageError(f"bench: {name!r} is unknown; known: {', '.join(allowed)}")
    rows = []
    with tqdm(total=len(names) * len(stages), desc="bench", disable=None if progress else True) as bar:
        for name in names:
            started = time.monotonic()
            design = small_design(known[name])
            row: Figures = {
                "network": name,
                "products": design.graph.macs(design.image),
                "fold, s": time.monotonic() - started,
            }
            for stage in stages:
                bar.set_postfix(network=name, stage=stage)
                with tempfile.TemporaryDirectory(prefix="ern-bench-") as folder:
                    row[stage] = by_name[stage].measure(design, Path(folder))
                bar.update()
            rows.append(row)
    return rows


def machine() -> list[str]:
    """What the figures depend on: processor, cores and the versions of the tools."""
    from flow.simulate import csim, verilator
    from flow.synthesise import yosys

    return [
        f"- processor: {_processor()}, {os.cpu_count()} cores; load when started: {os.getloadavg()[0]:.1f}",
        f"- {platform.system()}, Python {platform.python_version()}, NumPy {np.__version__}",
        f"- {csim.gxx_version()}; Verilator {verilator.version()}; Yosys {yosys.version()}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def document(
    rows: Sequence[Figures], stages: Sequence[str], about: Sequence[str], seconds: float, command: str = "make bench"
) -> str:
    """The Markdown page; `command` is what writes it."""
    names = " ".join(f"'{row['network']}'" for row in rows)
    parts = [
        "# Benchmarks\n",
        f"Written by `{command}`. Compare figures within this page only: they are one run on one machine, wall time.\n",
        *about,
        f"\nNetworks are named by the channels of their stages; images of {IMAGE_SIZE}, folded for {FPS:,.0f} FPS on "
        f"{BOARD}. Everything took {seconds / 60:.1f} minutes.\n",
        "## Folding\n\n    python -m flow.bench --only graph\n",
        table(["network", "products a frame", "fold and FIFO depths, s"], _rows(rows, ["products", "fold, s"])),
    ]
    for stage in (stage for stage in STAGES if stage.name in stages):
        keys = list(rows[0][stage.name])
        cells = [[row["network"], *(_round(row[stage.name][key]) for key in keys)] for row in rows]
        parts += [
            f"\n## {stage.name}: {stage.about}\n\n    python -m flow.bench --only {stage.name} --sizes {names}\n",
            table(["network", *keys], cells),
        ]
    parts += ["\n## Cost as the network grows\n", _growth(rows, stages)]
    return "\n".join(parts) + "\n"


def _growth(rows: Sequence[Figures], stages: Sequence[str]) -> str:
    """Every cost as a multiple of that of the first network; rates count as time a frame."""
    first = rows[0]
    columns = [(stage, key) for stage in stages for key in first[stage] if key.endswith((", s", "a second", "LUT"))]
    columns = [(stage, key) for stage, key in columns if "cache" not in key and "cycles" not in key]
    header = ["network", "products", *(f"{stage}: {_cost(key)}" for stage, key in columns)]
    cells = []
    for row in rows:
        ratios = [
            _ratio(first[s][k], row[s][k]) if k.endswith("a second") else _ratio(row[s][k], first[s][k])
            for s, k in columns
        ]
        cells.append([row["network"], _ratio(row["products"], first["products"]), *ratios])
    return "Multiples of the first row.\n\n" + table(header, cells)


def _cost(key: str) -> str:
    return "time a frame" if key.endswith("a second") else key.removesuffix(", s")


def _ratio(value: float, of: float) -> float:
    return round(value / of, 2) if of else float("nan")


def _rows(rows: Sequence[Figures], keys: Sequence[str]) -> list[list[object]]:
    return [[row["network"], *(_round(row[key]) for key in keys)] for row in rows]


def _round(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return round(value) if value >= 100 else float(f"{value:.3g}")


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[stage.name for stage in STAGES], help="some stages")
    parser.add_argument("--sizes", nargs="+", metavar="NETWORK", help=f"of: {', '.join(s.name for s in SIZES)}")
    parser.add_argument("--output", type=Path, help=f"Markdown file; a full run writes {TARGET}")
    arguments = parser.parse_args(argv)
    tool.heed_signals()
    stages = arguments.only or [stage.name for stage in STAGES]
    full = not arguments.only and not arguments.sizes
    target = arguments.output or (TARGET if full else None)
    started = time.monotonic()
    try:
        about = machine()
        rows = measure(arguments.sizes or SHOWN, stages)
        chosen = ["--only", *arguments.only] if arguments.only else []
        chosen += ["--sizes", *arguments.sizes] if arguments.sizes else []
        command = "make bench" if full else f"python -m flow.bench {shlex.join(chosen)}"
        text = document(rows, stages, about, time.monotonic() - started, command)
        if target:
            write_atomic(target, text)
    except (ErnError, subprocess.SubprocessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
