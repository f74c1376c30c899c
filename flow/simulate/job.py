# SPDX-License-Identifier: Apache-2.0
"""What the testbench reads and writes: a job folder (rtl_templates/sim/ern_bench.cpp tells its format)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flow import tool
from flow.design import Design
from flow.emit.rtl import load_words, stream_names
from flow.emit.weights import LOAD_BITS
from flow.errors import SimulationError
from flow.graph import IMAGE
from flow.ops.base import Array

BENCH = "ern_bench"
"""Module at the top of the testbench."""
HUNG = 3
"""Exit code of a testbench in which nothing moved for too long."""
LEAST_PATIENCE = 20_000
Report = Mapping[tuple[str, int], list[int]]


@dataclass(frozen=True)
class Load:
    """One packet on the load port of a design with weights in UltraRAM.

    Attributes:
        words: as in `weights/load.bin`.
        after_frames: frames whose first pixel is offered before the packet begins.
        after_cycles: cycles from the start before the packet begins.
    """

    words: bytes
    after_frames: int = 0
    after_cycles: int = 0

    @property
    def beats(self) -> int:
        """Words of the packet."""
        return len(self.words) * 8 // LOAD_BITS


@dataclass(frozen=True)
class Stimulus:
    """What a simulation feeds one design.

    Attributes:
        design: what is simulated.
        images: uint8, N x H x W x in_channels, of the design's image size.
        loads: packets on the load port, in order; none for a design without one.
    """

    design: Design
    images: Array
    loads: tuple[Load, ...]


@dataclass(frozen=True)
class Finished:
    """A job that ran to its end, or hung.

    Attributes:
        folder: what the testbench wrote.
        report: its report.
        hung: whether nothing moved for too long.
    """

    folder: Path
    report: Report
    hung: bool

    def sums(self, number: int, images: int, classes: int) -> Array:
        """classifier_sum of design `number`, int64 [images, classes].

        Raises:
            SimulationError: fewer sums left the design than its images have, or more.
        """
        found = np.fromfile(self.folder / f"sums_{number}.bin", dtype="<i4").astype(np.int64)
        if len(found) != images * classes:
            raise SimulationError(
                f"design {number}: {len(found)} or more sums left it, {images * classes} expected for {images} images"
            )
        return found.reshape(images, classes)


def stimulus(design: Design, images: Array, loads: Sequence[Load] | None = None) -> Stimulus:
    """Images of the right size, and the design's own weights in one packet unless `loads` says otherwise.

    Raises:
        DataError, SimulationError: images of another type or size, or loads for a design without load port.
    """
    design.graph.check_images(images)
    if images.shape[1:] != (design.image.height, design.image.width, design.image.channels):
        raise SimulationError(
            f"{design.graph.name}: built for images of {design.image}, found {list(images.shape[1:])}; "
            "build another design for this size"
        )
    words = load_words(design)
    if loads and not words:
        raise SimulationError(f"{design.graph.name}: has no load port; fold a layer into UltraRAM or drop the loads")
    own = (Load(words),) if words else ()
    return Stimulus(design, images, own if loads is None else tuple(loads))


@contextmanager
def run_job(
    binary: Path, folder: Path, stimuli: Sequence[Stimulus], stalls: float | None, seed: int, taps: bool
) -> Iterator[Finished]:
    """Run a testbench; what it wrote is there until the context ends without an error.

    Args:
        binary: that Verilator built.
        folder: where the job folder goes.
        stimuli: what each design is fed.
        stalls: share of cycles in which source and sink pause at random, or None.
        seed: of the pauses.
        taps: whether to record every stream.

    Raises:
        SimulationError: the testbench left no whole report.
        ToolError: it failed.
    """
    job = folder / f"job_{round(1000 * (stalls or 0.0))}_{seed}"
    shutil.rmtree(job, ignore_errors=True)
    write_job(job, stimuli, stalls, seed, taps)
    code = tool.run([str(binary), str(job)], folder, BENCH, (0, HUNG))
    yield Finished(job, read_report(job / "result.txt"), code == HUNG)
    shutil.rmtree(job, ignore_errors=True)


def write_job(job: Path, stimuli: Sequence[Stimulus], stalls: float | None, seed: int, taps: bool) -> None:
    """Write the job folder; it must not be there."""
    job.mkdir(parents=True)
    streams = sum(len(stream_names(s.design)) for s in stimuli)
    fifos = sum(len(s.design.edges) for s in stimuli)
    patience = max(LEAST_PATIENCE, 4 * max(s.design.cycles_per_frame for s in stimuli))
    permille = round(1000 * (stalls or 0.0))
    lines = [f"{len(stimuli)} {streams} {fifos} {seed} {permille} {int(taps)} {patience}"]
    for number, s in enumerate(stimuli):
        beats, size, classes = s.design.beats(IMAGE), s.design.values(IMAGE), s.design.graph.output.channels
        lines.append(f"{len(s.images)} {beats} {size} {classes} {len(s.loads)}")
        lines += [f"{load.beats} {load.after_frames} {load.after_cycles}" for load in s.loads]
        (job / f"images_{number}.bin").write_bytes(np.ascontiguousarray(s.images).tobytes())
        (job / f"load_{number}.bin").write_bytes(b"".join(load.words for load in s.loads))
    (job / "job.txt").write_text("\n".join(lines) + "\n")


def read_report(path: Path) -> Report:
    """Lines `key index values...` by key and index; `cycles` has no index.

    Raises:
        SimulationError: the report is not whole.
    """
    lines = path.read_text().splitlines() if path.is_file() else []
    if not lines or lines[-1] != "end":
        raise SimulationError(f"{path}: the simulation ended early; run it again")
    report = {}
    for line in lines[:-1]:
        key, *numbers = line.split()
        values = [int(n) for n in numbers]
        report[(key, 0) if key == "cycles" else (key, values[0])] = values if key == "cycles" else values[1:]
    return report
