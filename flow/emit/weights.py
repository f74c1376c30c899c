# SPDX-License-Identifier: Apache-2.0
"""Packed words of weights, channel constants and thresholds: one bit order for both emitters (docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from flow.ops import BinaryConv, Folding, Threshold
from flow.ops.base import Array
from flow.types import Range

LOAD_BITS = 72
"""Bits of a beat of the load port: one row of an UltraRAM."""


def weight_words(conv: BinaryConv, folding: Folding) -> list[int]:
    """OG*SF words of pe*simd bits; word og*SF + f, bit p*simd + e. Lanes past out_channels are 0."""
    return [_word(bits) for bits in _by_word(conv, folding)]


def weight_parts(conv: BinaryConv, folding: Folding) -> tuple[list[int], int]:
    """Words of the weight memory of the SystemVerilog project, and their bits: a weight word in `hold` parts.

    There the bit of lane p, element e is bit e*pe + p of the word. Part r of a word is at address word*hold + r and has
    its bits r*bits and up; a single word is kept whole.
    """
    words = [_word(bits.transpose()) for bits in _by_word(conv, folding)]
    parts = folding.hold if len(words) > 1 else 1
    bits = -(-folding.pe * conv.simd(folding) // parts)
    return [word >> (r * bits) & ((1 << bits) - 1) for word in words for r in range(parts)], bits


def _by_word(conv: BinaryConv, folding: Folding) -> Array:
    """Weight bits [OG*SF, pe, simd]; lanes past out_channels are 0."""
    groups, steps, simd = conv.output_groups(folding), conv.steps(folding), conv.simd(folding)
    lanes = np.zeros((groups * folding.pe, *conv.weights.shape[1:]), np.uint8)
    lanes[: conv.out_channels] = conv.weights
    ordered = _in_steps(conv, folding, lanes).reshape(groups, folding.pe, steps, simd).transpose(0, 2, 1, 3)
    return ordered.reshape(groups * steps, folding.pe, simd)


def _in_steps(conv: BinaryConv, folding: Folding, weights: Array) -> Array:
    """Weights [O, kh, kw, in] in the order in which a lane takes them: [O, SF, simd]."""
    (kh, kw), slices = conv.kernel, conv.slices(folding)
    order = (0, 2, 3, 1, 4) if folding.by_column else (0, 3, 1, 2, 4)
    sliced = weights.reshape(-1, kh, kw, slices, folding.depth).transpose(order)
    return sliced.reshape(-1, conv.steps(folding), conv.simd(folding))


def channel_constants(conv: BinaryConv, folding: Folding) -> Array:
    """c[o] int64 [out]: 6 * (pairs with both weights +1) - 3*n/2, n the padded elements of all steps."""
    lanes = _in_steps(conv, folding, conv.weights)
    if lanes.shape[2] % 2:
        lanes = np.pad(lanes, ((0, 0), (0, 0), (0, 1)))
    both = (lanes[:, :, 0::2] & lanes[:, :, 1::2]).sum(axis=(1, 2), dtype=np.int64)
    return np.asarray(6 * both - 3 * lanes[0].size // 2)


def constant_range(conv: BinaryConv, folding: Folding) -> Range:
    """Range of the channel constants."""
    constants = channel_constants(conv, folding)
    return Range(int(constants.min()), int(constants.max()))


def constant_words(conv: BinaryConv, folding: Folding, bits: int) -> list[int]:
    """One word an output beat of a pixel: c[o] of its stream_channels channels, `bits` each, two's complement."""
    return grouped_words(channel_constants(conv, folding), folding.stream_channels, bits)


def threshold_range(acc: Range) -> Range:
    """Range that holds every threshold of a stream, `never reached` (high + 1) included."""
    return Range(acc.low, acc.high + 1)


def threshold_words(node: Threshold, stream_channels: int, acc: Range) -> list[int]:
    """One word a channel group: 3 thresholds a channel, `threshold_range(acc).bits` each, then one `negative` bit each.

    A threshold beyond the range of `acc` is moved to its end, which compares the same with every sum that can occur.
    """
    held = threshold_range(acc)
    bits = held.bits
    levels = np.clip(node.thresholds, held.low, held.high)
    thresholds = grouped_words(levels.reshape(-1), 3 * stream_channels, bits)
    negative = grouped_words(node.negative, stream_channels, 1)
    return [t | n << (3 * stream_channels * bits) for t, n in zip(thresholds, negative, strict=True)]


def grouped_words(values: Array, group: int, bits: int) -> list[int]:
    """Pack `group` values a word, value j at bits [j*bits +: bits], two's complement.

    >>> grouped_words(np.array([1, -1, 2, 3]), 2, 4)
    [241, 50]
    """
    mask = (1 << bits) - 1
    rows = np.asarray(values, dtype=np.int64).reshape(-1, group)
    return [sum((int(v) & mask) << (j * bits) for j, v in enumerate(row)) for row in rows]


def hex_lines(words: Sequence[int], bits: int) -> str:
    """A $readmemh file: one word a line, address order."""
    digits = -(-bits // 4)
    return "".join(f"{word:0{digits}x}\n" for word in words)


def load_bytes(words: Sequence[int], bits: int) -> bytes:
    """Words of an UltraRAM in the order of the load port: rows of 72 bits, lowest first, nine bytes each.

    >>> load_bytes([1, 2 << 72], 80).hex(" ", 9)
    '010000000000000000 000000000000000000 000000000000000000 020000000000000000'
    """
    rows = -(-bits // LOAD_BITS)
    return b"".join(word.to_bytes(rows * LOAD_BITS // 8, "little") for word in words)


def chunks(word: int, bits: int, size: int = 64) -> Iterable[int]:
    """A word as `size`-bit chunks, lowest first: for C++ initialisers."""
    return ((word >> first) & ((1 << size) - 1) for first in range(0, bits, size))


def _word(bits: Array) -> int:
    """Bits of any shape as a number, the first one lowest."""
    return int.from_bytes(np.packbits(bits.reshape(-1), bitorder="little").tobytes(), "little")
