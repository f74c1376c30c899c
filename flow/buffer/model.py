# SPDX-License-Identifier: Apache-2.0
"""A design's schedule: cycles a frame, latency, FIFO peaks, deadlocks; in seconds, without any simulation of RTL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from flow.buffer.engine import Channel, Process, Steps, run
from flow.buffer.place import Place
from flow.buffer.timing import TIMINGS
from flow.design import Design
from flow.errors import FoldError
from flow.graph import IMAGE
from flow.ops import Op

UNBOUNDED = 2**40
FRAMES = ((20_000, 4), (100_000, 3), (2**62, 2))
"""Frames of a run by cycles a frame (up to so many); the distance between the last two ends is the period."""


@dataclass(frozen=True)
class Schedule:
    """What a run without stalls at either end does.

    Attributes:
        cycles_per_frame: cycles between the ends of the last two frames.
        latency_cycles: from the first beat of the first frame in to its last beat out, both included.
        ends: cycle of the last output beat of every frame.
        peaks: most beats in each FIFO at once, by edge name.
    """

    cycles_per_frame: int
    latency_cycles: int
    ends: tuple[int, ...]
    peaks: dict[str, int]


def schedule(
    design: Design, frames: int = 0, depths: Mapping[str, int] | None = None, period: float = 0.0
) -> Schedule:
    """Run a design's schedule.

    Args:
        design: what is built.
        frames: frames to run, at least 2; 0 takes a number that is enough and quick.
        depths: FIFO depths in beats by edge name in place of the design's own.
        period: cycles a frame that the source is slowed down to; 0 offers a pixel every cycle.

    Raises:
        FoldError: the design deadlocks; names the FIFO that is too shallow.
    """
    frames = frames or _frames(design)
    channels = {e.name: Channel(e.name, (depths or {}).get(e.name, e.depth)) for e in design.edges}
    out = Channel("output", UNBOUNDED)
    processes: list[Process] = [_source(design, channels, frames, period)]
    for node in design.graph.nodes:
        inputs = tuple(channels[e.name] for e in design.inputs(node))
        outputs = tuple(channels[e.name] for e in design.consumers(node.name)) or (out,)
        processes += _processes(design, node, inputs, outputs, frames)
    stuck = run(processes)
    if stuck:
        raise FoldError(_deadlock(design, channels, stuck))
    beats = design.beats(design.graph.output.name)
    ends = tuple(out.written.times[beats - 1 :: beats])
    start = min(channel.written.times[0] for e, channel in _entries(design, channels))
    return Schedule(
        ends[-1] - ends[-2], ends[0] - start + 1, ends, {name: _peak(channel) for name, channel in channels.items()}
    )


def _frames(design: Design) -> int:
    return next(frames for cycles, frames in FRAMES if design.cycles_per_frame <= cycles)


def alone(design: Design, node: Op) -> int:
    """Cycles a frame of one node whose inputs always come and whose outputs always go."""
    frames = min(3, _frames(design))
    inputs = tuple(Channel(e.name, UNBOUNDED) for e in design.inputs(node))
    out = Channel("output", UNBOUNDED)
    for channel, stream in zip(inputs, node.inputs, strict=True):
        channel.written.times = list(range(frames * design.beats(stream)))
    run(_processes(design, node, inputs, (out,), frames))
    ends = out.written.times[design.beats(node.name) - 1 :: design.beats(node.name)]
    return ends[-1] - ends[-2]


def _processes(
    design: Design, node: Op, inputs: tuple[Channel, ...], outputs: tuple[Channel, ...], frames: int
) -> list[Process]:
    place = Place(
        node,
        design.foldings[node.name],
        inputs,
        outputs,
        tuple(design.stream_channels(s) for s in node.inputs),
        tuple(design.shape(s) for s in node.inputs),
        design.shape(node.name),
        frames,
    )
    return TIMINGS[node.kind](place)


def _entries(design: Design, channels: Mapping[str, Channel]) -> list[tuple[str, Channel]]:
    return [(e.name, channels[e.name]) for e in design.consumers(IMAGE)]


def _source(design: Design, channels: Mapping[str, Channel], frames: int, period: float) -> Process:
    outputs = [channel for _, channel in _entries(design, channels)]
    pixels = design.image.pixels
    gap = max(1.0, period / pixels)

    def steps() -> Steps:
        time = -1
        for beat in range(frames * pixels):
            time = last = max(int(beat * gap), time + 1)
            for channel in outputs:
                moved = time
                if beat >= channel.depth:
                    if len(channel.read.times) <= beat - channel.depth:
                        yield channel.read, beat - channel.depth
                    moved = max(moved, channel.read.times[beat - channel.depth] + 1)
                channel.written.times.append(moved)
                last = max(last, moved)
            time = last

    return Process(IMAGE, steps(), tuple(channel.written for channel in outputs))


def _peak(channel: Channel) -> int:
    """Most beats inside after any cycle: those written less those read up to it."""
    written = np.array(channel.written.times, dtype=np.int64)
    read = np.array(channel.read.times, dtype=np.int64)
    return int((np.arange(1, len(written) + 1) - np.searchsorted(read, written, side="right")).max(initial=0))


def _deadlock(design: Design, channels: Mapping[str, Channel], stuck: list[Process]) -> str:
    full = {c.read.name: c for c in channels.values()}
    blocked = [p.blocked for p in stuck if p.blocked]
    shallow = [full[track.name] for track, _ in blocked if track.name in full]
    joins = {e.name for node in design.graph.nodes if node.arity > 1 for e in design.inputs(node)}
    named = sorted((c for c in shallow if c.name in joins), key=lambda c: c.name) or shallow
    culprits = ", ".join(f"{c.name} (depth {c.depth})" for c in named) or "no FIFO"
    return f"deadlock: {culprits} is full while its consumer waits for another stream; make it deeper"
