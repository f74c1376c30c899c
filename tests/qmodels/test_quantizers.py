# SPDX-License-Identifier: Apache-2.0
"""Edges of the quantizers; their ordinary values are in test_vectors."""

import numpy as np
import pytest
import tensorflow as tf
from qkeras.quantizers import BaseQuantizer, get_quantizer

from qmodels.quantizers import CODE_THRESHOLDS, QUANTIZERS, BinaryMeanWeight, BinarySharedWeight, Quantized2Bit


def test_thresholds_are_the_official_codes_own() -> None:
    """Around each threshold, floor(1.5*clamp(x, 0, 2) + 0.5) with every product and sum rounded to float32."""
    for threshold in CODE_THRESHOLDS:
        bits = np.float32(threshold).view(np.uint32) + np.arange(-50, 50)
        x = bits.astype(np.uint32).view(np.float32)
        official = np.floor((np.clip(x, 0, 2) * np.float32(1.5)).astype(np.float32) + np.float32(0.5))
        np.testing.assert_array_equal(Quantized2Bit(post_scale=False)(x).numpy(), official)


def test_scaled_codes_are_the_official_floats() -> None:
    out = Quantized2Bit()(tf.constant([-np.inf, 0.0, 0.5, 1.0, 2.0, np.inf])).numpy()
    assert [hex(v) for v in out.view(np.uint32)] == [
        "0x0",
        "0x0",
        "0x3f2aaaab",
        "0x3faaaaab",
        "0x40000000",
        "0x40000000",
    ]


@pytest.mark.parametrize("quantizer", [BinaryMeanWeight(), BinarySharedWeight()])
def test_zeros_are_plus_one_and_subnormals_keep_their_sign(quantizer: BaseQuantizer) -> None:
    w = tf.constant(np.array([0.0, -0.0, 1e-42, -1e-42, 1.0, -1.0], np.float32).reshape(1, 1, 6, 1))
    for function in (quantizer, tf.function(quantizer), tf.function(quantizer, jit_compile=True)):
        np.testing.assert_array_equal(np.sign(function(w).numpy().ravel()), [1, 1, 1, -1, 1, -1])


def test_mean_of_scaled_signs_is_the_scale_again() -> None:
    """What lets the zoo store one bit a weight and one scale a channel."""
    rng = np.random.default_rng(0)
    for n in (1, 7, 90, 270, 576, 1151):
        alpha = np.abs(rng.normal(size=64)).astype(np.float32) * np.float32(10.0) ** rng.integers(-9, 9, 64)
        w = np.where(rng.integers(0, 2, (1, 1, n, 64)), 1, -1).astype(np.float32) * alpha.astype(np.float32)
        for jit in (False, True):
            scale = tf.function(BinaryMeanWeight().scale, jit_compile=jit)(tf.constant(w)).numpy()
            np.testing.assert_array_equal(scale, alpha.astype(np.float32), f"{n} weights, jit {jit}")


def test_they_are_qkeras_quantizers_that_serialize() -> None:
    for quantizer in (BinaryMeanWeight(0.01), BinarySharedWeight(0.25, 0.02), Quantized2Bit(False, 0.03)):
        assert isinstance(quantizer, BaseQuantizer)
        again = QUANTIZERS[type(quantizer).__name__].from_config(quantizer.get_config())
        assert str(again) == str(quantizer)
        assert get_quantizer(quantizer) is quantizer
