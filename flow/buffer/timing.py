# SPDX-License-Identifier: Apache-2.0
"""When the hardware of each op takes and gives beats: one table, `TIMINGS`, one function an op.

The functions restate what rtl_templates/ does, cycle by cycle where it matters for throughput and buffering; constant
pipeline latencies are single numbers below. A new op is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable

from flow.buffer.convolution import binary_conv
from flow.buffer.engine import Process, Steps
from flow.buffer.place import Place, write
from flow.ops import BinaryConv, GlobalPool, ResidualAdd, ThermometerEncode, Threshold

FLOW_LATENCY = 2
"""Cycles from an input beat to its output beat in ops that pass beats one by one."""


def _flow(place: Place) -> list[Process]:
    """Each beat of every input makes one beat of the output, or several narrower ones; a short pipeline."""
    beats = place.frames * place.shape.values // place.folding.stream_channels
    each = [beats // (place.frames * s.values // b) for s, b in zip(place.shapes, place.beats, strict=True)]
    reads = tuple(channel.read for channel in place.inputs)
    writes = tuple(channel.written for channel in place.outputs)

    def steps() -> Steps:
        sources = [(c.written, c.written.times, c.read.times, n) for c, n in zip(place.inputs, each, strict=True)]
        outputs = [(c, c.depth, c.read, c.read.times, c.written.times) for c in place.outputs]
        left = [-1] * FLOW_LATENCY
        now = last = -1
        for beat in range(beats):
            now = max(now + 1, left[beat % FLOW_LATENCY])
            for track, written, _, ratio in sources:
                if beat % ratio == 0:
                    if len(written) <= beat // ratio:
                        yield track, beat // ratio
                    now = max(now, written[beat // ratio] + 1)
            for _, _, read, ratio in sources:
                if beat % ratio == 0:
                    read.append(now)
            offered = last = max(now + FLOW_LATENCY, last + 1)
            for _, depth, track, read, written in outputs:
                moved = offered
                if beat >= depth:
                    if len(read) <= beat - depth:
                        yield track, beat - depth
                    moved = max(moved, read[beat - depth] + 1)
                written.append(moved)
                last = max(last, moved)
            left[beat % FLOW_LATENCY] = last

    return [place.process(steps(), *reads, *writes)]


def _global_pool(place: Place) -> list[Process]:
    """Reads a frame, then gives its sums, one a cycle; the next frame enters after them."""
    source = place.inputs[0]
    beats = place.shapes[0].values // place.beats[0]

    def steps() -> Steps:
        written, read = source.written.times, source.read.times
        now, sums = -1, 0
        for _ in range(place.frames):
            for _ in range(beats):
                beat = len(read)
                if len(written) <= beat:
                    yield source.written, beat
                now = max(now + 1, written[beat] + 1)
                read.append(now)
            for _ in range(place.shape.values):
                now += 1
                yield from write(place.outputs, sums, now)
                now = max([now, *(channel.written.times[sums] for channel in place.outputs)])
                sums += 1

    return [place.process(steps(), source.read, *(channel.written for channel in place.outputs))]


TIMINGS: dict[str, Callable[[Place], list[Process]]] = {
    ThermometerEncode.kind: _flow,
    BinaryConv.kind: binary_conv,
    Threshold.kind: _flow,
    ResidualAdd.kind: _flow,
    GlobalPool.kind: _global_pool,
}
