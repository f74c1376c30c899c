# SPDX-License-Identifier: Apache-2.0
"""Features of the hardware of each op: what its LUTs and flip-flops are proportional to.

One table, `PARTS`, says of which parts the hardware of an op is made. A part is a name, its features and its block
memories; the coefficients of the features are fitted against Yosys (flow/estimate/calibrate.py) and read from
coefficients.yaml. A new op is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from flow.emit.weights import threshold_words
from flow.estimate.memories import (
    block_luts,
    blocks,
    fifo_memory,
    lutrams,
    rom_luts,
    row_memory,
    table_luts,
    ultra_luts,
    ultras,
)
from flow.ops import BinaryConv, DigitPool, Folding, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.wide_row import WIDE_WORDS
from flow.types import Range, Shape


@dataclass(frozen=True)
class Site:
    """Where an op is built.

    Attributes:
        family: xcup, xc7, ecp5 or nexus.
        folding: of the op.
        beats: values a beat of each input.
        shapes: of each input.
        ranges: of each input.
        shape: of the output.
        range: of the output.
    """

    family: str
    folding: Folding
    beats: tuple[int, ...]
    shapes: tuple[Shape, ...]
    ranges: tuple[Range, ...]
    shape: Shape
    range: Range


@dataclass(frozen=True)
class Part:
    """One piece of an op's hardware.

    Attributes:
        name: key of its coefficients.
        features: amounts, by name, that coefficients multiply.
        lut, bram18, uram: memories, which follow from their shape alone.
    """

    name: str
    features: Mapping[str, float] = field(default_factory=dict)
    lut: float = 0.0
    bram18: int = 0
    uram: int = 0


def _rom(site: Site, words: int, bits: int, memory: str = "lut") -> Part:
    """A constant memory with an output register, or weights in UltraRAM."""
    if memory == "block":
        return Part("rom", {}, block_luts(words, bits), blocks(words, bits))
    if memory == "ultra":
        return Part("rom", {}, ultra_luts(words, bits), 0, ultras(words, bits))
    return Part("rom", {"bits": bits}, rom_luts(site.family, words, bits))


def _binary_conv(op: Op, site: Site) -> Iterator[Part]:
    assert isinstance(op, BinaryConv)
    folding = site.folding
    yield _unit(op, site)
    if folding.pixels_in > 1:
        yield _wide_window(op, site)
    else:
        yield _window(op, site)
        yield resize(2, site.beats[0], op.row_channels(folding, site.beats[0], site.shapes[0]))
    words, bits = op.output_groups(folding) * op.steps(folding), folding.pe * op.simd(folding)
    parts = folding.hold if words > 1 else 1
    part_bits = -(-bits // parts)
    yield _rom(site, words * parts, part_bits, folding.memory)
    yield Part("feed", {"kept": (parts - 1) * part_bits, "count": float((words * parts).bit_length()), "one": 1})


def _unit(op: BinaryConv, site: Site) -> Part:
    """Lanes, shared sum, read-out with its constants and its queue (rtl_templates/common/conv_unit.sv)."""
    folding, acc = site.folding, site.range.bits
    s, pairs, steps, hold = folding.stream_channels, (op.simd(folding) + 1) // 2, op.steps(folding), folding.hold
    sum_bits = (3 * pairs * steps).bit_length()
    lanes = folding.pe // s
    features = {
        "mac": 2 * pairs * folding.pe,
        "sum": folding.pe * sum_bits if steps > 1 else 0,
        "lane": folding.pe,
        "select": s * sum_bits * (lanes - 1),
        "simd": 2 * pairs,
        "out": s * acc,
        "one": 1,
    }
    lut, bram18 = float(rom_luts(site.family, op.out_channels // s, s * (acc + 1))), 0
    if hold == 1:
        lut += lutrams(site.family, lanes + (pairs - 1).bit_length() + 13, s * acc)
    else:
        words = 2 * hold * op.output_groups(folding)
        features["turn"] = (hold - 1) * (folding.pe + 1) * sum_bits if steps > 1 else 0
        features["order"] = 1
        lut += lutrams(site.family, 12, s * acc) + lutrams(site.family, 2 * hold, sum_bits)
        if row_memory(words) == "block":
            bram18 = blocks(words, folding.pe * sum_bits)
            lut += block_luts(words, folding.pe * sum_bits)
        else:
            lut += lutrams(site.family, words, folding.pe * sum_bits)
    return Part("unit", features, lut, bram18)


def _window(op: BinaryConv, site: Site) -> Part:
    """Row store and ring of columns (rtl_templates/common/window.sv)."""
    folding, kh = site.folding, op.kernel[0]
    channels = op.row_channels(folding, site.beats[0], site.shapes[0])
    words, bits, copies = op.window_words(folding), 2 * kh * folding.depth, op.columns(folding)
    features = {"taps": bits * copies, "collect": bits - 2 * kh * channels, "one": 1}
    lut, bram18 = 0.0, 0
    if row_memory(words) == "block":
        bram18, features["taps"] = copies * blocks(words, bits), 0
    else:
        lut = copies * lutrams(site.family, words, bits)
    if op.kernel == (1, 1):
        return Part("pixels", features, lut, bram18)
    banks, row = kh + op.stride[0] - 1, site.shapes[0].width * op.in_channels // channels
    features |= {"turn": 2 * kh * channels * max(1, banks - 1), "banks": banks}
    if row_memory(row) == "block":
        lut += banks * block_luts(row, 2 * channels)
        return Part("rows", features, lut, bram18 + banks * blocks(row, 2 * channels))
    return Part("rows", features, lut + banks * lutrams(site.family, row, 2 * channels), bram18)


def _wide_window(op: BinaryConv, site: Site) -> Part:
    """Row store, queue of beats and the register that windows are read from (rtl_templates/common/window_wide.sv)."""
    folding, kh, source = site.folding, op.kernel[0], site.shapes[0]
    row, bits = op.wide_row(folding, source), 2 * op.in_channels * folding.pixels_in
    banks, words = kh + op.stride[0] - 1, row.groups
    features = {
        "taps": 2 * op.in_channels * kh * op.kernel[1] * (row.offsets - 1),
        "shift": 2 * op.in_channels * kh * row.columns,
        "turn": bits * kh * (banks - 1),
        "one": 1,
    }
    lut = lutrams(site.family, WIDE_WORDS, bits * kh)
    if row_memory(words) == "block":
        return Part("wide", features, lut + banks * block_luts(words, bits), banks * blocks(words, bits))
    return Part("wide", features, lut + banks * lutrams(site.family, words, bits))


def _threshold(op: Op, site: Site) -> Iterator[Part]:
    s, bits = site.folding.stream_channels, site.ranges[0].bits
    yield Part("threshold", {"compare": 3 * s * (bits + 1), "channel": s, "one": 1})
    yield Part("rom", {"bits": s * (3 * (bits + 1) + 1)}, _threshold_luts(site.family, op, s, site.ranges[0]))


@cache
def _threshold_luts(family: str, op: Op, stream_channels: int, acc: Range) -> int:
    assert isinstance(op, Threshold)
    return table_luts(family, threshold_words(op, stream_channels, acc))


def _residual_add(op: Op, site: Site) -> Iterator[Part]:
    yield Part("add", {"bits": site.folding.stream_channels * site.range.bits, "one": 1})


def _thermometer_encode(op: Op, site: Site) -> Iterator[Part]:
    assert isinstance(op, ThermometerEncode)
    s = site.folding.stream_channels
    if site.folding.pixels > 1:
        limits = op.thresholds.reshape(-1).tolist()
        lanes = op.in_channels * site.folding.pixels
        broad = sum(_compared_bits(limit) > 6 for limit in limits)
        yield Part("encode_wide", {"compare": lanes * len(limits), "broad": lanes * broad})
        return
    colours = s * (op.in_channels - 1)
    yield Part("encode", {"codes": s, "colours": colours, "one": 1})
    yield _rom(site, op.out_channels // s, s * (27 + (op.in_channels - 1).bit_length()))


def _compared_bits(limit: int) -> int:
    """Bits of a pixel that `pixel >= limit` looks at one by one: low zeros of `limit`, or of `limit - 1`, save some.

    >>> _compared_bits(9), _compared_bits(16), _compared_bits(86)
    (5, 4, 7)
    """
    return min(8 - ((n & -n).bit_length() - 1) for n in (limit, limit - 1) if n) if 0 < limit < 256 else 0


def _global_pool(op: Op, site: Site) -> Iterator[Part]:
    lanes, groups = site.beats[0], op.out_channels // site.beats[0]
    bits = lanes * site.range.bits
    yield Part("pool", {"bits": bits, "resize": bits if lanes > 1 else 0, "one": 1}, lutrams(site.family, groups, bits))


def _digit_pool(op: Op, site: Site) -> Iterator[Part]:
    lanes, digits = site.folding.stream_channels, site.shape.width
    bits, groups = 2 * digits * lanes, op.out_channels // lanes
    memories = 2 * lutrams(site.family, groups, bits)
    # Two digits of a sum a LUT, and the counters of group and digit.
    chosen = 2 * lanes * -(-digits // 4) + 2 * (groups.bit_length() + digits.bit_length())
    yield Part("pool", {"bits": bits, "one": 1}, memories + chosen)


PARTS: dict[str, Callable[[Op, Site], Iterator[Part]]] = {
    BinaryConv.kind: _binary_conv,
    Threshold.kind: _threshold,
    ResidualAdd.kind: _residual_add,
    ThermometerEncode.kind: _thermometer_encode,
    "global_pool": _global_pool,
    DigitPool.kind: _digit_pool,
}


def loader(pixels: int) -> Part:
    """The load port of a design with weights in UltraRAM (rtl_templates/common/weight_loader.sv)."""
    return Part("rom", {}, 56.0 + 2 * pixels.bit_length())


def resize(width: int, channels_in: int, channels_out: int) -> Part:
    """Width converter of a stream (rtl_templates/common/stream_resize.sv), from or to a multiple."""
    wider, narrower = max(0, channels_out - channels_in), max(0, channels_in - channels_out)
    parts = max(channels_in, channels_out) // min(channels_in, channels_out)
    return Part("resize", {"widen": width * wider, "narrow": width * narrower, "count": (parts - 1).bit_length()})


def fifo(family: str, depth: int, bits: int) -> Part:
    """A FIFO between two ops (rtl_templates/common/stream_fifo.sv)."""
    features = {"counter": float(depth.bit_length()), "bits": bits, "one": 1}
    if fifo_memory(depth) == "block":
        return Part("block_fifo", features, block_luts(depth, bits), blocks(depth, bits))
    return Part("fifo", features, lutrams(family, depth, bits))


def fork(outputs: int) -> Part:
    """What hands a stream to several consumers (rtl_templates/common/stream_fork.sv)."""
    return Part("fork", {"outputs": outputs})
