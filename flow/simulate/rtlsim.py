# SPDX-License-Identifier: Apache-2.0
"""Cycle-accurate simulation of the generated SystemVerilog with Verilator: every stream, every FIFO's peak, cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flow.design import Design
from flow.emit.plan import Plan
from flow.emit.rtl import TOP, load_words, render, rtl_plan, stream_names, template_texts
from flow.errors import SimulationError
from flow.graph import IMAGE
from flow.ops.base import Array
from flow.simulate import verilator
from flow.simulate.job import BENCH, Finished, Load, Report, Stimulus, run_job, stimulus

PART_BITS = 64
LOADED = 1
LOAD_STATES = ("no load has ended", "loaded", "the last load had too few words", "", "the last load had too many words")
SIDES = ("producer valid", "FIFO ready", "FIFO valid", "consumer ready")


@dataclass(frozen=True)
class RtlsimResult:
    """What a simulation of one design gave.

    Attributes:
        classifier_sum: int64 [N, classes].
        streams: every stream by name, N x H x W x C; empty without taps.
        frame_ends: cycle in which the last sum of each frame left.
        cycles_per_frame: distance between the ends of the last two frames; None with stalls or a single frame.
        latency_cycles: from the first pixel to the end of the first frame; None with stalls.
        fifo_peaks: most beats ever in the FIFO of each edge, by edge name.
        cycles: cycles simulated.
        load_states: every value that load_status took (docs/semantics.md); empty without a load port.
        load_cycles: from the first word on the load port to complete weights; None without a load port or with stalls.
    """

    classifier_sum: Array
    streams: Mapping[str, Array]
    frame_ends: tuple[int, ...]
    cycles_per_frame: int | None
    latency_cycles: int | None
    fifo_peaks: Mapping[str, int]
    cycles: int
    load_states: tuple[int, ...] = ()
    load_cycles: int | None = None


def rtlsim(
    design: Design,
    images: Array,
    folder: Path,
    stalls: float | None = None,
    seed: int = 0,
    taps: bool = True,
    loads: Sequence[Load] | None = None,
) -> RtlsimResult:
    """Simulate one design on images, frames back to back.

    Args:
        design: what to simulate.
        images: uint8, N x H x W x in_channels, of the design's image size.
        folder: where sources, binary and job files go; a binary is built once for unchanged sources.
        stalls: share of cycles in which source and sink pause at random (besides rare long pauses), or None.
        seed: of the pauses.
        taps: whether to record every stream.
        loads: packets on the load port in place of one with the design's weights.

    Raises:
        SimulationError: no beat moved for a long time (the message names every FIFO's state), or beats were lost.
        ToolError: Verilator or g++ is missing or failed.
    """
    return _simulate([stimulus(design, images, loads)], folder, stalls, seed, taps, [(TOP, "weights")], "-O1")[0]


def rtlsim_many(
    designs: Sequence[Design],
    images: Sequence[Array],
    folder: Path,
    stalls: float | None = None,
    seed: int = 0,
    taps: bool = True,
    loads: Sequence[Sequence[Load] | None] | None = None,
    shared_lanes: int = verilator.SHARED_LANES,
) -> list[RtlsimResult]:
    """Simulate many small designs in one Verilator model; see `rtlsim`, and `verilator.build` on `shared_lanes`."""
    names = [(f"{TOP}_{i}", f"weights_{i}") for i in range(len(designs))]
    parts = zip(designs, images, loads or [None] * len(designs), strict=True)
    return _simulate([stimulus(*part) for part in parts], folder, stalls, seed, taps, names, "-O0", shared_lanes)


def compile_simulator(design: Design, folder: Path) -> None:
    """Build what `rtlsim` runs, so that several runs of one design find it there.

    Raises:
        ToolError: Verilator or g++ is missing or failed.
    """
    _build([design], Path(folder).resolve(), [(TOP, "weights")], "-O1", verilator.SHARED_LANES)


def bench_plan(designs: Sequence[Design], names: Sequence[tuple[str, str]]) -> tuple[Plan, list[str]]:
    """Sources of a simulation and the order in which Verilator reads them.

    Args:
        designs: what to simulate.
        names: module and weight folder of each design.
    """
    files: dict[str, str | bytes] = {}
    tops, bases = [], (0, 0)
    for design, (top, weights) in zip(designs, names, strict=True):
        files.update(rtl_plan(design, top, weights))
        entry = {"top": top, "image_bits": design.beat_bits(IMAGE), "stream_base": bases[0], "fifo_base": bases[1]}
        tops.append({**entry, "load": bool(load_words(design))})
        bases = (bases[0] + len(stream_names(design)), bases[1] + len(design.edges))
    files.update({f"sim/{name}": text for name, text in template_texts("sim").items()})
    files.update({f"sim/{name}": text for name, text in template_texts("sim", ".cpp").items()})
    files[f"sim/{BENCH}.sv"] = render("sim/ern_bench.sv.j2", designs=tops)
    sources = sorted(path for path in files if path.endswith((".sv", ".cpp")))
    return Plan(files), sources


def _simulate(
    stimuli: Sequence[Stimulus],
    folder: Path,
    stalls: float | None,
    seed: int,
    taps: bool,
    names: Sequence[tuple[str, str]],
    optimise: str,
    shared_lanes: int = verilator.SHARED_LANES,
) -> list[RtlsimResult]:
    folder = Path(folder).resolve()
    binary = _build([s.design for s in stimuli], folder, names, optimise, shared_lanes)
    results, first_stream, first_fifo = [], 0, 0
    with run_job(binary, folder, stimuli, stalls, seed, taps) as done:
        if done.hung:
            raise SimulationError(_hang_message(stimuli, done.report))
        for number, fed in enumerate(stimuli):
            results.append(_result(done, fed, (number, first_stream, first_fifo), stalls is None, taps))
            first_stream += len(stream_names(fed.design))
            first_fifo += len(fed.design.edges)
    return results


def _build(
    designs: Sequence[Design], folder: Path, names: Sequence[tuple[str, str]], optimise: str, shared_lanes: int
) -> Path:
    plan, sources = bench_plan(designs, names)
    plan.write(folder)
    contents = {path: plan[path] for path in sources}
    return verilator.build(folder, sources, BENCH, contents, optimise, shared_lanes=shared_lanes)


def _result(done: Finished, fed: Stimulus, numbers: tuple[int, int, int], timed: bool, taps: bool) -> RtlsimResult:
    number, first_stream, first_fifo = numbers
    design, images, report = fed.design, fed.images, done.report
    names = stream_names(design)
    for i, stream in enumerate(names):
        parts, beats = report["parts", first_stream + i][0], design.beats(stream) * len(images)
        if parts != beats * _parts(design, stream):
            raise SimulationError(
                f"{stream}: {parts // _parts(design, stream)} beats moved in {len(images)} frames, {beats} expected"
            )
    streams = {
        stream: _decode(done.folder / f"stream_{first_stream + i}.bin", design, stream, len(images))
        for i, stream in enumerate(names)
        if taps
    }
    ends = report["frame_ends", number]
    return RtlsimResult(
        classifier_sum=done.sums(number, len(images), design.graph.output.channels),
        streams=streams,
        frame_ends=tuple(ends),
        cycles_per_frame=ends[-1] - ends[-2] if timed and len(ends) > 1 else None,
        latency_cycles=ends[0] - report["first_pixel", number][0] if timed else None,
        fifo_peaks={edge.name: report["peak", first_fifo + i][0] for i, edge in enumerate(design.edges)},
        cycles=report["cycles", 0][0],
        load_states=tuple(report["load_states", number]),
        load_cycles=report["load_cycles", number][0] if timed and fed.loads else None,
    )


def _parts(design: Design, stream: str) -> int:
    """64-bit parts of one beat."""
    return -(-design.beat_bits(stream) // PART_BITS)


def _decode(path: Path, design: Design, stream: str, frames: int) -> Array:
    """Values of a recorded stream, N x H x W x C int32 (int64 where 32 bits are not enough)."""
    shape, bits, count = design.shape(stream), design.bits(stream), design.values(stream)
    words = np.fromfile(path, dtype="<u8").reshape(-1, _parts(design, stream))
    values = np.zeros((len(words), count), np.int64)
    for number in range(count):
        part, shift = divmod(number * bits, PART_BITS)
        value = words[:, part] >> np.uint64(shift)
        if shift + bits > PART_BITS:
            value = value | words[:, part + 1] << np.uint64(PART_BITS - shift)
        values[:, number] = (value & np.uint64((1 << bits) - 1)).astype(np.int64)
    if design.range(stream).signed:
        values = np.where(values >> (bits - 1) & 1, values - (1 << bits), values)
    dtype = np.int32 if bits <= 31 else np.int64
    return values.astype(dtype).reshape(frames, shape.height, shape.width, shape.channels)


def _hang_message(stimuli: Sequence[Stimulus], report: Report) -> str:
    lines = [f"the simulation hangs in cycle {report['cycles', 0][0]}; streams (beats moved of all):"]
    stream_number = fifo_number = 0
    for number, fed in enumerate(stimuli):
        design = fed.design
        state = [LOADED, *report["load_states", number]][-1]
        if state != LOADED:
            lines.append(f"  {design.graph.name}: weights are not complete, {LOAD_STATES[state]}; no frame can start")
        for stream in stream_names(design):
            moved = report["parts", stream_number][0] // _parts(design, stream)
            lines.append(f"  {design.graph.name}.{stream}: {moved} of {design.beats(stream) * len(fed.images)}")
            stream_number += 1
        for edge in design.edges:
            beats, handshake = report["state", fifo_number]
            sides = ", ".join(f"{side} {handshake >> (3 - i) & 1}" for i, side in enumerate(SIDES))
            lines.append(f"  {design.graph.name}.{edge.name}: {beats} of {edge.depth} beats in the FIFO, {sides}")
            fifo_number += 1
    return "\n".join(lines)
