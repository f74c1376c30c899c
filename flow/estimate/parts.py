# SPDX-License-Identifier: Apache-2.0
"""Features of the hardware of each op: what its LUTs and flip-flops are proportional to.

One table, `PARTS`, says of which parts the hardware of an op is made. A part is a name, its features and its block
memories; the coefficients of the features are fitted against Yosys (flow/estimate/calibrate.py) and read from
coefficients.yaml. A new op is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flow.estimate.memories import blocks, rom_luts
from flow.ops import BinaryConv, Folding, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.types import CODE, Range, Shape


@dataclass(frozen=True)
class Site:
    """Where an op is built.

    Attributes:
        family: xcup, xc7 or ecp5.
        folding: of the op.
        beats: channels a beat of each input.
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
        features: amounts; `exact` ones are LUTs as they are.
        bram18: block memories.
    """

    name: str
    features: dict[str, float] = field(default_factory=dict)
    bram18: int = 0


def rom(site: Site, name: str, words: int, bits: int, memory: str = "lut") -> Part:
    """A constant memory."""
    if memory == "block":
        return Part(name, {}, blocks(site.family, words, bits))
    return Part(name, {"rom": rom_luts(site.family, words, bits)})


def _binary_conv(op: Op, site: Site) -> Iterator[Part]:
    assert isinstance(op, BinaryConv)
    folding, image = site.folding, site.shapes[0]
    kh, kw = op.kernel
    simd = op.simd(folding) + op.simd(folding) % 2
    acc, s = site.range.bits, folding.stream_channels
    steps = op.steps(folding)
    yield Part(
        "unit",
        {"mac": folding.pe * simd, "lane": folding.pe, "simd": simd, "acc": folding.pe * acc, "out": s * acc, "one": 1},
    )
    row_words = image.width * image.channels // max(folding.depth, site.beats[0])
    row_bits = max(folding.depth, site.beats[0]) * CODE.bits
    yield Part(
        "window",
        {
            "rows": (kh + op.stride[0]) * row_bits * -(-row_words // 64),
            "taps": kh * folding.depth * CODE.bits,
            "halves": 2 * simd * max(1.0, 2 * steps / 32),
            "one": 1,
        },
    )
    yield rom(site, "weights", op.output_groups(folding) * steps, folding.pe * op.simd(folding), folding.memory)
    yield rom(site, "constants", op.out_channels // s, s * acc)


def _threshold(op: Op, site: Site) -> Iterator[Part]:
    s, bits = site.folding.stream_channels, site.ranges[0].bits
    yield Part("threshold", {"compare": 3 * s * bits, "channel": s, "one": 1})
    yield rom(site, "thresholds", op.out_channels // s, s * (3 * (bits + 1) + 1))


def _residual_add(op: Op, site: Site) -> Iterator[Part]:
    yield Part("add", {"bits": site.folding.stream_channels * site.range.bits, "one": 1})


def _thermometer_encode(op: Op, site: Site) -> Iterator[Part]:
    assert isinstance(op, ThermometerEncode)
    s = site.folding.stream_channels
    yield Part("encode", {"codes": s, "table": op.out_channels if s < op.out_channels else 0, "one": 1})


def _global_pool(op: Op, site: Site) -> Iterator[Part]:
    yield Part("pool", {"bits": site.beats[0] * site.range.bits, "sums": op.out_channels * site.range.bits, "one": 1})


PARTS: dict[str, Callable[[Op, Site], Iterator[Part]]] = {
    BinaryConv.kind: _binary_conv,
    Threshold.kind: _threshold,
    ResidualAdd.kind: _residual_add,
    ThermometerEncode.kind: _thermometer_encode,
    "global_pool": _global_pool,
}


def fifo(family: str, depth: int, bits: int) -> Part:
    """A FIFO between two ops."""
    if depth * bits > 36 * 512 and depth > 256:
        return Part("fifo", {"block": 1, "bits": bits}, blocks(family, depth, bits))
    return Part("fifo", {"ram": bits * -(-depth // 32), "bits": bits, "one": 1})
