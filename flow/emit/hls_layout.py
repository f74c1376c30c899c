# SPDX-License-Identifier: Apache-2.0
"""What each op of a design becomes in C++: the constants of its CONFIG struct and its packed memories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from flow.design import Design
from flow.emit.weights import (
    chunks,
    constant_range,
    constant_words,
    grouped_words,
    threshold_range,
    threshold_words,
    weight_words,
)
from flow.errors import EmitError
from flow.ops import BinaryConv, DigitPool, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.types import Range

PIXEL_LEVEL_BITS = 9
"""An encoder threshold is 0 (always reached) to 256 (never reached)."""
WIDEST_BEAT = 4096
"""Bits of the widest ap_uint that both HLS tools accept (AP_INT_MAX_W)."""


@dataclass(frozen=True)
class Memory:
    """A read-only memory of a node.

    Attributes:
        name: `weights`, `constants`, `words`: the name of the C++ argument.
        words: packed integers in address order.
        bits: bits of a word.
    """

    name: str
    words: tuple[int, ...]
    bits: int

    @property
    def chunks(self) -> int:
        """64-bit chunks of a word."""
        return -(-self.bits // 64)

    @property
    def rows(self) -> list[list[int]]:
        """Words as 64-bit chunks, lowest first."""
        return [list(chunks(word, self.bits)) for word in self.words]


@dataclass(frozen=True)
class Layout:
    """Constants of a CONFIG struct by their C++ name, memories in argument order, what the function's name ends in."""

    parameters: dict[str, int | bool]
    memories: tuple[Memory, ...] = ()
    variant: str = ""


def layout(design: Design, node: Op) -> Layout:
    """The C++ side of one node.

    Raises:
        EmitError: a folding or a width that the C++ templates cannot hold.
    """
    found = LAYOUTS[node.kind](design, node)
    for stream in (*node.inputs, node.name):
        _check_width(node, f"a beat of stream {stream!r}", design.beat_bits(stream))
    return found


def signed_bits(found: Range) -> int:
    """Bits of a two's complement field that holds a range, even one without negative values."""
    return Range(min(found.low, -1), found.high).bits


def _check_width(node: Op, what: str, bits: int) -> None:
    if bits > WIDEST_BEAT:
        raise EmitError(
            f"{node.name}: {what} has {bits} bits, HLS takes at most {WIDEST_BEAT}; fold with fewer channels at once"
        )


def _encode(design: Design, node: Op) -> Layout:
    assert isinstance(node, ThermometerEncode)
    shape = design.shape(node.inputs[0])
    channels = design.stream_channels(node.name)
    colour_bits = max(1, (node.in_channels - 1).bit_length())
    levels = np.clip(node.thresholds, 0, 256).reshape(-1)
    low = 3 * channels * PIXEL_LEVEL_BITS
    thresholds = grouped_words(np.tile(levels, node.in_channels), 3 * channels, PIXEL_LEVEL_BITS)
    colours = grouped_words(np.repeat(np.arange(node.in_channels), node.expansion), channels, colour_bits)
    words = tuple(t | c << low for t, c in zip(thresholds, colours, strict=True))
    parameters: dict[str, int | bool] = {
        "in_channels": node.in_channels,
        "in_height": shape.height,
        "in_width": shape.width,
        "out_channels": node.out_channels,
        "stream_channels": channels,
        "pixels": design.pixels(node.name),
        "colour_bits": colour_bits,
    }
    return Layout(parameters, (Memory("words", words, low + channels * colour_bits),))


def _conv(design: Design, node: Op) -> Layout:
    assert isinstance(node, BinaryConv)
    folding = design.foldings[node.name]
    before, after = design.shape(node.inputs[0]), design.shape(node.name)
    simd, steps = node.simd(folding), node.steps(folding)
    if node.in_channels % folding.depth or folding.pe < 1:
        raise EmitError(f"{node.name}: depth {folding.depth} must divide in_channels {node.in_channels}; fold it anew")
    if folding.pe % folding.stream_channels:
        raise EmitError(
            f"{node.name}: stream_channels {folding.stream_channels} must divide pe {folding.pe}; fold it anew"
        )
    sum_bits = (3 * steps * -(-simd // 2)).bit_length()
    constant_bits = signed_bits(constant_range(node, folding))
    window_codes = node.kernel[0] * node.kernel[1] * folding.depth
    _check_width(node, "a window word", 2 * window_codes)
    _check_width(node, "a word of group sums", folding.pe * sum_bits)
    parameters: dict[str, int | bool] = {
        "in_channels": node.in_channels,
        "in_height": before.height,
        "in_width": before.width,
        "in_stream_channels": design.stream_channels(node.inputs[0]),
        "out_channels": node.out_channels,
        "out_height": after.height,
        "out_width": after.width,
        "kernel_height": node.kernel[0],
        "kernel_width": node.kernel[1],
        "stride_height": node.stride[0],
        "stride_width": node.stride[1],
        "padding_height": node.padding[0],
        "padding_width": node.padding[1],
        "pe": folding.pe,
        "depth": folding.depth,
        "slices": node.slices(folding),
        "columns": node.columns(folding),
        "window_codes": window_codes,
        "simd": simd,
        "steps": steps,
        "output_groups": node.output_groups(folding),
        "stream_channels": folding.stream_channels,
        "sum_bits": sum_bits,
        "constant_bits": constant_bits,
        "out_bits": design.bits(node.name),
        "in_block_memory": folding.memory != "lut",
    }
    weights = Memory("weights", tuple(weight_words(node, folding)), folding.pe * simd)
    constants = Memory(
        "constants", tuple(constant_words(node, folding, constant_bits)), folding.stream_channels * constant_bits
    )
    if folding.pixels_in == 1:
        return Layout(parameters, (weights, constants))
    row = node.wide_row(folding, before)
    _check_width(node, "a word of all kernel rows", 2 * node.kernel[0] * folding.pixels_in * node.in_channels)
    turns = sum(max(1, shifts) for shifts in row.shifts()) + row.unread
    parameters |= {"pixels_in": folding.pixels_in, "row_turns": turns, "unread": row.unread}
    return Layout(parameters, (weights, constants), "_wide")


def _threshold(design: Design, node: Op) -> Layout:
    assert isinstance(node, Threshold)
    shape, found = design.shape(node.name), design.range(node.inputs[0])
    levels = threshold_range(found)
    channels = design.stream_channels(node.name)
    words = tuple(threshold_words(node, channels, found))
    parameters: dict[str, int | bool] = {
        "channels": node.channels,
        "height": shape.height,
        "width": shape.width,
        "in_stream_channels": design.stream_channels(node.inputs[0]),
        "in_bits": found.bits,
        "in_signed": found.signed,
        "stream_channels": channels,
        "threshold_bits": levels.bits,
    }
    return Layout(parameters, (Memory("words", words, channels * (3 * levels.bits + 1)),))


def _add(design: Design, node: Op) -> Layout:
    assert isinstance(node, ResidualAdd)
    shape = design.shape(node.name)
    parameters: dict[str, int | bool] = {
        "channels": node.channels,
        "height": shape.height,
        "width": shape.width,
        "stream_channels": design.stream_channels(node.name),
        "out_bits": design.bits(node.name),
    }
    for letter, stream in zip("ab", node.inputs, strict=True):
        found = design.range(stream)
        parameters[f"{letter}_stream_channels"] = design.stream_channels(stream)
        parameters[f"{letter}_bits"] = found.bits
        parameters[f"{letter}_signed"] = found.signed
    return Layout(parameters)


def _pool(design: Design, node: Op) -> Layout:
    assert isinstance(node, GlobalPool)
    stream = node.inputs[0]
    shape, found = design.shape(stream), design.range(stream)
    if design.stream_channels(node.name) != 1 or design.bits(node.name) > 32:
        raise EmitError(
            f"{node.name}: sums leave one class a beat in 32 bits, found {design.stream_channels(node.name)} classes "
            f"of {design.bits(node.name)} bits; fold with stream_channels 1 and a smaller image"
        )
    parameters: dict[str, int | bool] = {
        "channels": node.channels,
        "height": shape.height,
        "width": shape.width,
        "in_stream_channels": design.stream_channels(stream),
        "in_bits": found.bits,
        "in_signed": found.signed,
        "stream_channels": 1,
        "out_bits": design.bits(node.name),
        "shift": node.shift,
    }
    return Layout(parameters)


def _digits(design: Design, node: Op) -> Layout:
    shape = design.shape(node.inputs[0])
    digits, channels = design.shape(node.name).width, design.stream_channels(node.name)
    _check_width(node, "a word of sums", 2 * digits * channels)
    parameters: dict[str, int | bool] = {
        "channels": shape.channels,
        "height": shape.height,
        "width": shape.width,
        "stream_channels": channels,
        "digits": digits,
    }
    return Layout(parameters)


LAYOUTS: dict[str, Callable[[Design, Op], Layout]] = {
    ThermometerEncode.kind: _encode,
    BinaryConv.kind: _conv,
    Threshold.kind: _threshold,
    ResidualAdd.kind: _add,
    GlobalPool.kind: _pool,
    DigitPool.kind: _digits,
}
