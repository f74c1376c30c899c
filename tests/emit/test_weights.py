# SPDX-License-Identifier: Apache-2.0
"""Packed words, unpacked again by the rules of docs/semantics.md. Exhaustive over the sums that can occur."""

import numpy as np
import pytest

from flow.emit.weights import channel_constants, threshold_range, threshold_words, weight_parts, weight_words
from flow.ops import BinaryConv, Folding, Threshold
from flow.types import Range


def signed(value: int, bits: int, is_signed: bool) -> int:
    return value - (1 << bits) if is_signed and value >> (bits - 1) else value


@pytest.mark.parametrize("acc", [Range(-9, 6), Range(0, 7), Range(-8, 7), Range(-1, 0)], ids=str)
def test_threshold_words_decide_as_the_op_does_also_beyond_the_range(acc: Range) -> None:
    rng = np.random.default_rng(3)
    node = Threshold(
        "t", ("x",), np.sort(rng.integers(-40, 40, (8, 3)), axis=1), rng.integers(0, 2, 8).astype(np.uint8)
    )
    held, lanes = threshold_range(acc), 2
    sums = np.arange(acc.low, acc.high + 1)
    expected = node.run(np.repeat(sums, 8).reshape(1, 1, -1, 8))[0, 0]
    for group, word in enumerate(threshold_words(node, lanes, acc)):
        for j in range(lanes):
            fields = [word >> ((j * 3 + m) * held.bits) & ((1 << held.bits) - 1) for m in range(3)]
            levels = [signed(field, held.bits, held.signed) for field in fields]
            codes = sum((sums >= level).astype(int) for level in levels)
            flip = word >> (3 * lanes * held.bits + j) & 1
            np.testing.assert_array_equal(3 - codes if flip else codes, expected[:, group * lanes + j])


def test_weight_words_put_each_bit_where_semantics_says() -> None:
    rng = np.random.default_rng(4)
    conv = BinaryConv("c", ("x",), rng.integers(0, 2, (5, 3, 2, 4)).astype(np.uint8), (1, 1), (1, 0))
    folding = Folding(pe=2, depth=2, stream_channels=1)
    words, simd = weight_words(conv, folding), conv.simd(folding)
    assert len(words) == conv.output_groups(folding) * conv.steps(folding)
    for o, i, j, c in np.ndindex(conv.weights.shape):
        group, lane = divmod(o, 2)
        step, channel = divmod(c, 2)
        element = (i * 2 + j) * 2 + channel
        word = words[group * conv.steps(folding) + step]
        assert word >> (lane * simd + element) & 1 == conv.weights[o, i, j, c]


def test_kernel_columns_come_one_after_another() -> None:
    rng = np.random.default_rng(6)
    conv = BinaryConv("c", ("x",), rng.integers(0, 2, (5, 3, 2, 4)).astype(np.uint8), (1, 1), (1, 0))
    folding = Folding(pe=2, depth=2, stream_channels=1, by_column=True)
    words, simd, steps = weight_words(conv, folding), conv.simd(folding), conv.steps(folding)
    assert (simd, steps, len(words)) == (6, 4, 12)
    for o, i, j, c in np.ndindex(conv.weights.shape):
        word = words[o // 2 * steps + j * 2 + c // 2]
        assert word >> (o % 2 * simd + i * 2 + c % 2) & 1 == conv.weights[o, i, j, c]


@pytest.mark.parametrize(("hold", "expected_bits"), [(1, 12), (2, 6), (4, 3), (8, 2)])
def test_parts_of_a_held_word_make_it_whole(hold: int, expected_bits: int) -> None:
    rng = np.random.default_rng(7)
    conv = BinaryConv("c", ("x",), rng.integers(0, 2, (5, 3, 2, 4)).astype(np.uint8), (1, 1), (1, 0))
    folding = Folding(pe=2, depth=2, hold=hold, by_column=True)
    whole = weight_words(conv, folding)
    parts, bits = weight_parts(conv, folding)
    assert bits == expected_bits and len(parts) == hold * len(whole)
    pe, simd = 2, 6
    for number, word in enumerate(whole):
        found = sum(part << (r * bits) for r, part in enumerate(parts[number * hold : (number + 1) * hold]))
        assert found < 1 << (pe * simd)
        for p, e in np.ndindex(pe, simd):  # Lanes of one element stand side by side, in a lane-first word they do not.
            assert found >> (e * pe + p) & 1 == word >> (p * simd + e) & 1
    single = BinaryConv("c", ("x",), rng.integers(0, 2, (2, 1, 1, 4)).astype(np.uint8), (1, 1), (0, 0))
    (word,), bits = weight_parts(single, Folding(2, 4, hold=4))
    assert bits == 8 and [word >> i & 1 for i in range(8)] == single.weights.reshape(2, 4).T.reshape(-1).tolist()


@pytest.mark.parametrize(("kernel", "channels", "depth"), [((1, 1), 3, 3), ((3, 3), 5, 1), ((2, 3), 4, 2)])
def test_the_cheap_form_gives_the_sum(kernel: tuple[int, int], channels: int, depth: int) -> None:
    rng = np.random.default_rng(5)
    conv = BinaryConv("c", ("x",), rng.integers(0, 2, (4, *kernel, channels)).astype(np.uint8), (1, 1), (0, 0))
    folding = Folding(pe=1, depth=depth, stream_channels=1)
    codes = rng.integers(0, 4, (1, *kernel, channels)).astype(np.uint8)
    constants = channel_constants(conv, folding)
    for o in range(4):
        f = z = 0
        for step in range(conv.steps(folding)):
            part = slice(step * depth, (step + 1) * depth)
            a, x = conv.weights[o][..., part].reshape(-1), codes[0][..., part].reshape(-1)
            if len(a) % 2:
                a, x = np.append(a, 0), np.append(x, 0)
            for k in (0, 1):
                x0, x1 = x[0::2] >> k & 1, x[1::2] >> k & 1
                a0, a1 = a[0::2], a[1::2]
                v = np.select(
                    [(x0 & x1) == 1, (x0 | x1) == 0, x0 == 1], [a0 | a1, 1 - (a0 & a1), a0 & (1 - a1)], (1 - a0) & a1
                )
                f += int(v.sum()) << k
                z += int((x0 == x1).sum()) << k
        assert 2 * f + constants[o] - z == conv.run(codes)[0, 0, 0, o]
