# SPDX-License-Identifier: Apache-2.0
"""A design's schedule: cycles a frame, latency, FIFO peaks, deadlocks; in seconds, without any simulation of RTL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flow.buffer.engine import Channel, Network
from flow.buffer.joins import places
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


def schedule(design: Design, frames: int = 0, depths: Mapping[str, int] | None = None, period: float = 0.0) -> Schedule:
    """Run a design's schedule.

    Args:
        design: what is built.
        frames: frames to run, at least 2; 0 takes a number that is enough and quick.
        depths: FIFO depths in beats by edge name in place of the design's own.
        period: cycles a frame that the source is slowed down to; 0 offers a beat every cycle.

    Raises:
        FoldError: the design deadlocks; names the FIFO that is too shallow.
    """
    frames = frames or _frames(design)
    network = Network()
    channels = {e.name: network.channel(e.name, (depths or {}).get(e.name, e.depth)) for e in design.edges}
    out = network.channel("output", UNBOUNDED)
    entries = [channels[e.name] for e in design.consumers(IMAGE)]
    network.process("source", frames * design.beats(IMAGE), design.beats(IMAGE), int(period), entries)
    for node in design.graph.nodes:
        inputs = tuple(channels[e.name] for e in design.inputs(node))
        outputs = tuple(channels[e.name] for e in design.consumers(node.name)) or (out,)
        _join(network, design, node, inputs, outputs, frames)
    beats = design.beats(design.graph.output.name)
    found = network.run([(out.written, beats - 1, beats), *((entry.written, 0, 2**40) for entry in entries)])
    if found.blocked:
        raise FoldError(_deadlock(design, channels, found.blocked))
    ends, start = found.times[0], min(times[0] for times in found.times[1:])
    peaks = {name: found.peaks[channel.number] for name, channel in channels.items()}
    return Schedule(ends[-1] - ends[-2], ends[0] - start + 1, ends, peaks)


def _frames(design: Design) -> int:
    return next(frames for cycles, frames in FRAMES if design.cycles_per_frame <= cycles)


def alone(design: Design, node: Op) -> int:
    """Cycles a frame of one node whose inputs always come and whose outputs always go."""
    frames = min(3, _frames(design))
    network = Network()
    inputs = tuple(network.channel(e.name, UNBOUNDED) for e in design.inputs(node))
    out = network.channel("output", UNBOUNDED)
    for channel, stream in zip(inputs, node.inputs, strict=True):
        network.process("source", frames * design.beats(stream), 1, 0, [channel])
    _join(network, design, node, inputs, (out,), frames)
    beats = design.beats(node.name)
    ends = network.run([(out.written, beats - 1, beats)]).times[0]
    return ends[-1] - ends[-2]


def _join(
    network: Network,
    design: Design,
    node: Op,
    inputs: tuple[Channel, ...],
    outputs: tuple[Channel, ...],
    frames: int,
) -> None:
    place = Place(
        network,
        node,
        design.foldings[node.name],
        inputs,
        outputs,
        tuple(design.values(s) for s in node.inputs),
        tuple(design.shape(s) for s in node.inputs),
        design.shape(node.name),
        frames,
    )
    TIMINGS[node.kind](place)


def _deadlock(design: Design, channels: Mapping[str, Channel], blocked: tuple[int, ...]) -> str:
    full = {channel.read: channel for channel in channels.values()}
    shallow = [full[track] for track in blocked if track in full]
    deep = {name for names in places(design) for name in names}
    named = sorted((c for c in shallow if c.name in deep), key=lambda c: c.name) or shallow
    culprits = ", ".join(f"{c.name} (depth {c.depth})" for c in named) or "no FIFO"
    return f"deadlock: {culprits} is full while its consumer waits for another stream; make it deeper"
