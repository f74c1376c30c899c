# SPDX-License-Identifier: Apache-2.0
"""When the hardware of each op takes and gives beats: one table, `TIMINGS`, one function an op.

The functions describe processes that streams.h and convolution.h run; these restate what rtl_templates/ does, cycle by
cycle where it matters for throughput and buffering. A new op is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable

from flow.buffer.convolution import binary_conv
from flow.buffer.place import Place
from flow.ops import BinaryConv, DigitPool, GlobalPool, ResidualAdd, ThermometerEncode, Threshold


def _flow(place: Place, stage: int = 0) -> None:
    """Each beat of every input makes one beat of the output, or several narrower ones, `stage` cycles after it came."""
    beats = place.frames * place.shape.values // place.folding.values
    each = [beats // (place.frames * s.values // b) for s, b in zip(place.shapes, place.beats, strict=True)]
    place.network.process("flow", beats, place.inputs, each, place.outputs, stage)


def _threshold(place: Place) -> None:
    """Comparisons end in a register of one beat."""
    _flow(place, stage=1)


def _global_pool(place: Place) -> None:
    """Sums a frame; the sums of the last pixel go straight out, one class a cycle."""
    beats = place.shapes[0].values // place.beats[0]
    pixel = place.shapes[0].channels // place.beats[0]
    classes = place.beats[0] // place.folding.stream_channels
    place.network.process("pool", place.frames, beats, pixel, classes, place.inputs[0], place.outputs)


def _digit_pool(place: Place) -> None:
    """Sums a frame; its digits leave while the next frame is summed, whose last pixel waits for them."""
    groups = place.shape.channels // place.folding.stream_channels
    beats, digits = place.shapes[0].pixels * groups, place.shape.pixels * groups
    summed, gone = place.network.track(), place.network.track()
    place.network.process("collect_frames", place.frames, beats, groups, place.inputs[0], summed, gone)
    place.network.process("leave_frames", place.frames, digits, summed, gone, place.outputs)


TIMINGS: dict[str, Callable[[Place], None]] = {
    ThermometerEncode.kind: _flow,
    BinaryConv.kind: binary_conv,
    Threshold.kind: _threshold,
    ResidualAdd.kind: _flow,
    GlobalPool.kind: _global_pool,
    DigitPool.kind: _digit_pool,
}
