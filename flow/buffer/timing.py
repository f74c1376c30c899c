# SPDX-License-Identifier: Apache-2.0
"""When the hardware of each op takes and gives beats: one table, `TIMINGS`, one function an op.

The functions restate what rtl_templates/ does, cycle by cycle where it matters for throughput and buffering; constant
pipeline latencies are single numbers below. A new op is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable

from flow.buffer.convolution import binary_conv
from flow.buffer.engine import Process, Steps, Track
from flow.buffer.place import Place, write
from flow.ops import BinaryConv, DigitPool, GlobalPool, ResidualAdd, ThermometerEncode, Threshold


def _flow(place: Place) -> list[Process]:
    """Each beat of every input makes one beat of the output, or several narrower ones, in the cycle it is offered."""
    beats = place.frames * place.shape.values // place.folding.stream_channels
    each = [beats // (place.frames * s.values // b) for s, b in zip(place.shapes, place.beats, strict=True)]
    reads = tuple(channel.read for channel in place.inputs)
    writes = tuple(channel.written for channel in place.outputs)

    def steps() -> Steps:
        channels = zip(place.inputs, each, strict=True)
        sources = [(c.written, c.written.times, c.read.times, n, c.delay) for c, n in channels]
        outputs = [(c, c.depth, c.read, c.read.times, c.written.times) for c in place.outputs]
        now = -1
        for beat in range(beats):
            now += 1
            for track, written, _, ratio, delay in sources:
                if beat % ratio == 0:
                    if len(written) <= beat // ratio:
                        yield track, beat // ratio
                    now = max(now, written[beat // ratio] + delay)
            offered = now
            for _, depth, track, read, written in outputs:
                moved = offered
                if beat >= depth:
                    if len(read) <= beat - depth:
                        yield track, beat - depth
                    moved = max(moved, read[beat - depth] + 1)
                written.append(moved)
                now = max(now, moved)
            for _, _, read, ratio, _ in sources:
                if beat % ratio == ratio - 1:
                    read.append(now)

    return [place.process(steps(), *reads, *writes)]


def _global_pool(place: Place) -> list[Process]:
    """Sums a frame; the sums of the last pixel go straight out, one class a cycle."""
    source = place.inputs[0]
    beats = place.shapes[0].values // place.beats[0]
    pixel = place.shapes[0].channels // place.beats[0]
    classes = place.beats[0] // place.folding.stream_channels

    def steps() -> Steps:
        written, read = source.written.times, source.read.times
        now, sums = -1, 0
        for _ in range(place.frames):
            for position in range(beats):
                beat = len(read)
                if len(written) <= beat:
                    yield source.written, beat
                now = max(now + 1, written[beat] + source.delay)
                if position >= beats - pixel:
                    for part in range(classes):
                        yield from write(place.outputs, sums, now)
                        now = max(channel.written.times[sums] for channel in place.outputs) + (part < classes - 1)
                        sums += 1
                read.append(now)

    return [place.process(steps(), source.read, *(channel.written for channel in place.outputs))]


def _digit_pool(place: Place) -> list[Process]:
    """Sums a frame; its digits leave while the next frame is summed, whose last pixel waits for them."""
    source, groups = place.inputs[0], place.shape.channels // place.folding.stream_channels
    beats, digits = place.shapes[0].pixels * groups, place.shape.pixels * groups
    summed, gone = Track(f"{place.node.name} frames summed"), Track(f"{place.node.name} frames gone")

    def collect() -> Steps:
        written, read = source.written.times, source.read.times
        now = -1
        for frame in range(place.frames):
            for position in range(beats):
                beat = len(read)
                if len(written) <= beat:
                    yield source.written, beat
                now = max(now + 1, written[beat] + source.delay)
                if position == beats - groups and frame:
                    if len(gone.times) < frame:
                        yield gone, frame - 1
                    now = max(now, gone.times[frame - 1] + 1)
                read.append(now)
            summed.times.append(now)

    def leave() -> Steps:
        now = -1
        for frame in range(place.frames):
            if len(summed.times) <= frame:
                yield summed, frame
            now = max(now, summed.times[frame])
            for beat in range(frame * digits, (frame + 1) * digits):
                yield from write(place.outputs, beat, now + 1)
                now = max(channel.written.times[beat] for channel in place.outputs)
            gone.times.append(now)

    writes = tuple(channel.written for channel in place.outputs)
    return [place.process(collect(), source.read, summed), place.process(leave(), gone, *writes)]


TIMINGS: dict[str, Callable[[Place], list[Process]]] = {
    ThermometerEncode.kind: _flow,
    BinaryConv.kind: binary_conv,
    Threshold.kind: _flow,
    ResidualAdd.kind: _flow,
    GlobalPool.kind: _global_pool,
    DigitPool.kind: _digit_pool,
}
