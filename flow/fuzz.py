# SPDX-License-Identifier: Apache-2.0
"""Random small graphs through graph, C++ and SystemVerilog: every stream equal, or the seed of the one that is not.

    python -m flow.fuzz --graphs 400 [--seed 1]
    python -m flow.fuzz --graphs 1 --seed 137            one graph again

Graph number i has seed + i; its folding, images and pauses follow from that number alone. Many graphs share a csim
binary and a Verilator model: compiling is what takes the time. Exit code 1 names the seeds that failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flow import tool
from flow.boards import load_board
from flow.buffer import depths
from flow.design import Design
from flow.errors import ErnError
from flow.estimate import estimate, total
from flow.ops.base import Array
from flow.ops.wide_row import PIXELS
from flow.random_graph import random_folding, random_graph
from flow.rewrite import pool_first

BATCH = 20
FRAMES = 3
MOST_STALLS = 0.6
LUTS = 3000
"""Predicted size of most designs: random foldings are now and then ten times as wide, and compile as slowly."""
TRIES = 10
POOLED = 3
"""Every so many graphs are rewritten to pool before the classifier, where they can be."""
SEVERAL = 5
"""One graph in so many has several pixels a beat of the image, where they divide its width."""
WIDE = 10
"""One graph in so many may be of any width."""


@dataclass(frozen=True)
class Case:
    """One random graph on its way.

    Attributes:
        seed: everything follows from it.
        design: graph, random legal folding, FIFO depths.
        images: uint8 [N, H, W, C].
    """

    seed: int
    design: Design
    images: Array


@dataclass(frozen=True)
class Verdict:
    """What one graph gave.

    Attributes:
        seed: of the graph.
        values: integers compared, in both rooms together.
        problems: what was wrong, one line each; empty when all was equal.
    """

    seed: int
    values: int
    problems: tuple[str, ...] = ()


def random_case(seed: int, frames: int = FRAMES) -> Case:
    """A random graph, folding, FIFO depths and images of one seed.

    Raises:
        FoldError: a deadlock by the schedule model, which no legal folding may have.
    """
    rng = np.random.default_rng(seed)
    graph, image = random_graph(seed)
    graph = pool_first(graph) if seed % POOLED == 0 else graph
    several = [p for p in PIXELS[1:] if image.width % p == 0] if seed % SEVERAL == 1 else []
    pixels = int(rng.choice(several)) if several else 1
    smallest = float("inf")
    for attempt in range(1 if seed % WIDE == 0 else TRIES):
        foldings = random_folding(graph, image, seed + attempt * 2**32, pixels)
        tried = Design(graph, image, load_board("kv260"), foldings, {})
        size = total(estimate(tried).values()).lut
        if size < smallest:
            draft, smallest = tried, size
        if size <= LUTS:
            break
    images = rng.integers(0, 256, (frames, image.height, image.width, image.channels), np.uint8)
    images[-1] = rng.choice([0, 255], images.shape[1:])
    return Case(seed, Design(graph, image, draft.board, draft.foldings, depths(draft)[0]), images)


def check(cases: Sequence[Case], folder: Path) -> list[Verdict]:
    """Run cases in one csim binary and one Verilator model.

    Args:
        cases: what to run.
        folder: where sources and binaries go.

    Raises:
        ErnError: a tool failed, or a simulation hung or lost data.
    """
    from flow.simulate.csim import csim_many
    from flow.simulate.rtlsim import rtlsim_many

    designs, images = [case.design for case in cases], [case.images for case in cases]
    seed = cases[0].seed
    stalls = float(np.random.default_rng(seed).uniform(0.0, MOST_STALLS))
    compiled = csim_many(designs, images, folder / "csim")
    simulated = rtlsim_many(designs, images, folder / "rtlsim", stalls=stalls, seed=seed)
    verdicts = []
    for case, c, r in zip(cases, compiled, simulated, strict=True):
        expected = case.design.graph.run(case.images, taps=True)
        rooms = {
            "csim": {**c.streams, "classifier_sum": c.classifier_sum},
            "rtlsim": {**r.streams, "classifier_sum": r.classifier_sum},
        }
        verdicts.append(_verdict(case.seed, expected, rooms))
    return verdicts


def _verdict(seed: int, expected: Mapping[str, Array], rooms: Mapping[str, Mapping[str, Array]]) -> Verdict:
    from flow.simulate.compare import compare

    values, problems = 0, []
    for room, found in rooms.items():
        missing = set(expected) - {"logits"} - set(found)
        problems += [f"{room}: stream {stream} was not recorded" for stream in sorted(missing)]
        for comparison in compare(expected, found):
            values += comparison.values
            if comparison.mismatches:
                problems.append(f"{room}: {comparison}")
    return Verdict(seed, values, tuple(problems))


def fuzz(graphs: int, seed: int, folder: Path, batch: int = BATCH, progress: bool = False) -> list[Verdict]:
    """Check `graphs` random graphs of seeds seed, seed + 1, ... and return a verdict of each.

    A batch that fails as a whole (a hang, a compiler's error) ends the run, with the first graph that fails alone.
    """
    from tqdm import tqdm

    verdicts: list[Verdict] = []
    with tqdm(total=graphs, desc="fuzz", unit="graph", disable=None if progress else True) as bar:
        for first in range(seed, seed + graphs, batch):
            seeds = range(first, min(first + batch, seed + graphs))
            verdicts += _batch(seeds, folder)
            bar.update(len(seeds))
            bar.set_postfix(failed=sum(bool(v.problems) for v in verdicts))
            if len(verdicts) < seeds[-1] + 1 - seed:
                break
    return verdicts


def _batch(seeds: Sequence[int], folder: Path) -> list[Verdict]:
    """Verdicts of a batch. Where it fails as a whole, halves are run until one graph is found that fails alone."""
    cases, verdicts = [], []
    for seed in seeds:
        try:
            cases.append(random_case(seed))
        except ErnError as error:
            verdicts.append(Verdict(seed, 0, (f"design: {error}",)))
    if cases:
        verdicts += _halves(cases, folder)
    return verdicts


def _halves(cases: Sequence[Case], folder: Path) -> list[Verdict]:
    try:
        return check(cases, folder)
    except ErnError as error:
        if len(cases) == 1:
            return [Verdict(cases[0].seed, 0, (str(error),))]
        found: list[Verdict] = []
        for half in (cases[: len(cases) // 2], cases[len(cases) // 2 :]):
            with tempfile.TemporaryDirectory(prefix="half_", dir=folder) as alone:
                found += _halves(half, Path(alone))
            if any(verdict.problems for verdict in found):
                return found
        seeds = f"{cases[0].seed} to {cases[-1].seed}"
        return [*found, Verdict(cases[0].seed, 0, (f"seeds {seeds} fail together, not apart: {error}",))]


def report(verdicts: Sequence[Verdict]) -> str:
    """What was compared and every problem, with the command that shows it again."""
    failed = [verdict for verdict in verdicts if verdict.problems]
    lines = [
        f"{len(verdicts)} random graphs through graph, csim and rtlsim: "
        f"{sum(v.values for v in verdicts):,} values, {len(failed)} graphs with mismatches"
    ]
    for verdict in failed:
        lines.append(f"seed {verdict.seed} (again: python -m flow.fuzz --graphs 1 --seed {verdict.seed}):")
        lines += [f"  {problem}" for problem in verdict.problems]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=int, default=40, metavar="N", help="number of graphs (default 40)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the first graph (default 1)")
    parser.add_argument("--batch", type=int, default=BATCH, help=f"graphs a binary (default {BATCH})")
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="where sources and binaries go")
    arguments = parser.parse_args(argv)
    tool.heed_signals()
    if min(arguments.graphs, arguments.batch) < 1:
        parser.error("--graphs and --batch must be at least 1")
    started = time.monotonic()
    try:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        verdicts = fuzz(arguments.graphs, arguments.seed, arguments.folder, arguments.batch, progress=True)
    except (ErnError, OSError) as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("fuzz: interrupted", file=sys.stderr)
        return 130
    print(f"{report(verdicts)}, {time.monotonic() - started:.0f} s")
    return int(any(verdict.problems for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
