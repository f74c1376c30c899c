# SPDX-License-Identifier: Apache-2.0
"""Each op against a reference written as loops over docs/semantics.md, on odd shapes."""

import numpy as np
import pytest

from flow.errors import GraphError
from flow.ops import BinaryConv, GlobalPool, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.binary_conv import FLOAT32_EXACT
from flow.ops.thermometer_encode import official_thresholds, paper_thresholds
from flow.types import CODE, Range, Shape


def conv_reference(codes: np.ndarray, weights: np.ndarray, stride: tuple[int, int], pad: tuple[int, int]) -> np.ndarray:
    n, height, width, channels = codes.shape
    out, kh, kw, _ = weights.shape
    oh, ow = (height + 2 * pad[0] - kh) // stride[0] + 1, (width + 2 * pad[1] - kw) // stride[1] + 1
    result = np.zeros((n, oh, ow, out), np.int64)
    for f, r, c, o, i, j in np.ndindex(n, oh, ow, out, kh, kw):
        y, x = r * stride[0] + i - pad[0], c * stride[1] + j - pad[1]
        if 0 <= y < height and 0 <= x < width:
            for k in range(channels):
                result[f, r, c, o] += (1 if weights[o, i, j, k] else -1) * int(codes[f, y, x, k])
    return result


@pytest.mark.parametrize("seed", range(12))
def test_convolution_equals_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kh, kw, out, channels = (int(v) for v in rng.integers(1, 5, 4))
    height, width = (int(v) for v in rng.integers(4, 9, 2))
    stride = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    pad = (int(rng.integers(0, kh)), int(rng.integers(0, kw)))
    codes = rng.integers(0, 4, (2, height, width, channels)).astype(np.uint8)
    weights = rng.integers(0, 2, (out, kh, kw, channels)).astype(np.uint8)
    node = BinaryConv("c", ("x",), weights, stride, pad)
    found = node.run(codes)
    assert np.array_equal(found, conv_reference(codes, weights, stride, pad)), f"seed {seed}"
    assert node.shape(Shape(height, width, channels)) == Shape(*found.shape[1:])
    assert node.macs(Shape(height, width, channels)) == found[0].size * kh * kw * channels


@pytest.mark.parametrize("seed", range(4))
def test_range_of_a_convolution_is_reached_and_never_left(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 2, (3, 3, 2, 5)).astype(np.uint8)
    node = BinaryConv("c", ("x",), weights, (1, 1), (0, 0))
    bounds = node.range(CODE)
    worst = [3 * weights[o][None] for o in range(3)] + [3 * (1 - weights[o][None]) for o in range(3)]
    sums = np.concatenate([node.run(np.asarray(codes, np.uint8)).reshape(-1) for codes in worst])
    assert (int(sums.min()), int(sums.max())) == (bounds.low, bounds.high)


def test_convolution_refuses_an_image_below_its_kernel() -> None:
    node = BinaryConv("deep", ("x",), np.ones((1, 5, 5, 1), np.uint8), (1, 1), (0, 0))
    with pytest.raises(GraphError, match=r"deep.*4x9x1.*larger images"):
        node.shape(Shape(4, 9, 1))


def test_convolution_refuses_sums_that_float32_cannot_hold() -> None:
    node = BinaryConv("c", ("x",), np.ones((1, 1, 1, FLOAT32_EXACT // 3 + 1), np.uint8), (1, 1), (0, 0))
    with pytest.raises(GraphError, match="2\\^24"):
        node.run(np.zeros((1, 1, 1, node.in_channels), np.uint8))


def test_threshold_counts_and_falls() -> None:
    thresholds = np.array([[-1, 0, 5], [2, 2, 2], [-9, -9, -9], [10, 10, 10], [-1, 0, 5]])
    node = Threshold("t", ("x",), thresholds, np.array([0, 0, 0, 0, 1], np.uint8))
    acc = np.repeat(np.arange(-9, 10, dtype=np.int32)[:, None], 5, axis=1).reshape(1, 1, 19, 5)
    expected = np.array([[sum(a >= t for t in row) for row in thresholds] for a in range(-9, 10)])
    expected[:, 4] = 3 - expected[:, 4]
    assert np.array_equal(node.run(acc)[0, 0], expected)
    assert set(expected[:, 2]) == {3} and set(expected[:, 3]) == {0}


@pytest.mark.parametrize("expansion", [1, 2, 10, 21, 32, 85, 100])
def test_encoder_equals_the_formula_for_all_pixels(expansion: int) -> None:
    step = max(1, 255 // (3 * expansion))
    pixels = np.arange(256, dtype=np.uint8)
    image = np.stack([pixels, pixels[::-1]], axis=1).reshape(1, 16, 16, 2)
    for thresholds, strict in ((official_thresholds(expansion), True), (paper_thresholds(expansion), False)):
        codes = ThermometerEncode("e", ("image",), 2, thresholds).run(image).reshape(256, 2, expansion)
        for v in range(256):
            for i in range(expansion):
                levels = [step * (expansion * (m - 1) + i + 1) for m in (1, 2, 3)]
                code = sum(v > t if strict else v >= t for t in levels)
                assert codes[v, 0, i] == codes[255 - v, 1, i] == code


@pytest.mark.parametrize(("expansion", "distinct", "saturated"), [(10, 31, 241), (21, 64, 253), (32, 97, 193)])
def test_encoder_has_the_published_number_of_codes(expansion: int, distinct: int, saturated: int) -> None:
    image = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
    codes = ThermometerEncode("e", ("image",), 1, official_thresholds(expansion)).run(image)[0, 0]
    assert len(np.unique(codes, axis=0)) == distinct
    assert int((codes == 3).all(axis=1).argmax()) == saturated


def test_pool_sums_and_scales() -> None:
    alpha = np.array([0.5, 2.0], np.float32)
    node = GlobalPool("p", ("x",), alpha)
    acc = np.arange(24, dtype=np.int32).reshape(2, 2, 3, 2) - 9
    sums = node.run(acc)
    assert sums.shape == (2, 1, 1, 2) and np.array_equal(sums[:, 0, 0], acc.sum(axis=(1, 2)))
    assert np.allclose(node.logits(sums, 6), acc.mean(axis=(1, 2)) * alpha, rtol=1e-6)
    assert node.range(Range(-4, 5), pixels=6) == Range(-24, 30)


def test_addition_refuses_two_shapes() -> None:
    node = ResidualAdd("add", ("a", "b"), 2)
    with pytest.raises(GraphError, match="add: adds a of 3x3x2 and b of 2x3x2"):
        node.shape(Shape(3, 3, 2), Shape(2, 3, 2))
    assert node.range(Range(-3, 6), Range(-1, 2)) == Range(-4, 8)


@pytest.mark.parametrize(
    ("low", "high", "bits"),
    [(0, 0, 1), (0, 1, 1), (0, 3, 2), (0, 255, 8), (0, 256, 9), (-1, 0, 1), (-1, 1, 2), (-2, 1, 2), (-128, 127, 8),
     (-129, 0, 9), (-128, 128, 9), (-5, -3, 4)],
)  # fmt: skip
def test_bits_are_the_fewest(low: int, high: int, bits: int) -> None:
    assert Range(low, high).bits == bits
