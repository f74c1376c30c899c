# SPDX-License-Identifier: Apache-2.0
"""The Keras layers compute the rule of flow.lower bit for bit: eager, predicted, traced, compiled and frozen."""

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from lower_nets import nasty_norm
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from flow.lower import rule
from flow.ops import BinaryConv
from qmodels.layers import Activation2Bit, BinaryConv2D, ExactBatchNormalization

pytestmark = pytest.mark.tensorflow
CHANNELS = 61


def frozen(model: "tf.keras.Model") -> Callable:
    signature = tf.TensorSpec(model.inputs[0].shape, model.inputs[0].dtype)
    concrete = tf.function(lambda x: model(x, training=False)).get_concrete_function(signature)
    constant = convert_variables_to_constants_v2(concrete)
    return lambda x: constant(tf.constant(x))


MODES: dict[str, Callable] = {
    "eager": lambda model: lambda x: model(x, training=False),
    "predict": lambda model: lambda x: model.predict(x, verbose=0),
    "predict one by one": lambda model: lambda x: model.predict(x, verbose=0, batch_size=1),
    "traced": lambda model: tf.function(lambda x: model(x, training=False)),
    "compiled": lambda model: tf.function(lambda x: model(x, training=False), jit_compile=True),
    "frozen": frozen,
}


@pytest.fixture(scope="module", params=["mean, raw", "mean, scaled", "shared, raw"])
def case(request: pytest.FixtureRequest) -> tuple["tf.keras.Model", np.ndarray, list[np.ndarray]]:
    """A convolution, a nasty norm and an activation; its input; what NumPy says of each layer's output."""
    weight, code = request.param.split(", ")
    rng = np.random.default_rng(len(request.param))
    input_scale = np.float32(2 / 3) if code == "scaled" else np.float32(1)
    inputs = tf.keras.Input((7, 6, 9))
    conv = BinaryConv2D(CHANNELS, (3, 2), (2, 1), scale="mean" if weight == "mean" else 1 / 32, input_scale=input_scale)
    norm, act = ExactBatchNormalization(), Activation2Bit(post_scale=True)
    sums = conv(inputs)
    normed = norm(sums)
    model = tf.keras.Model(inputs, [sums, normed, act(normed)])
    values = nasty_norm(rng, CHANNELS)
    norm.set_weights(list(values.values()))
    kernel = rng.normal(0, 0.05, conv.kernel.shape).astype(np.float32)
    kernel[..., 0] = 0.0
    kernel[..., 1] = -0.0
    conv.set_weights([kernel])
    codes = rng.integers(0, 4, (5, 7, 6, 9)).astype(np.uint8)
    node = BinaryConv("c", ("x",), conv.weight_bits().transpose(3, 0, 1, 2), conv.strides, conv.pad)
    acc, scale = node.run(codes), conv.output_scale()
    gain, offset = rule.affine(**values, epsilon=norm.epsilon)
    y = rule.value(acc, scale, gain, offset)
    expected = [acc.astype(np.float32) * scale, y, rule.codes(y).astype(np.float32) * np.float32(2 / 3)]
    return model, codes.astype(np.float32) * input_scale, expected


@pytest.mark.parametrize("mode", MODES)
def test_layers_give_the_very_floats_of_the_rule(case: tuple, mode: str) -> None:
    model, x, expected = case
    found = MODES[mode](model)(x)
    for layer, want, got in zip(("convolution", "norm", "activation"), expected, found, strict=True):
        # Zeros of both signs are one value; everything else must be the same bits.
        assert np.array_equal(want, np.asarray(got)), f"{mode}: {layer} differs"


def test_norm_and_rule_agree_on_gain_and_offset() -> None:
    rng = np.random.default_rng(0)
    for spread in (0.1, 1.0, 300.0):
        values = nasty_norm(rng, 5000, spread)
        norm = ExactBatchNormalization()
        norm.build((None, 1, 1, 5000))
        norm.set_weights(list(values.values()))
        for want, got in zip(rule.affine(**values, epsilon=norm.epsilon), norm.affine(), strict=True):
            small = np.abs(want) < np.finfo(np.float32).tiny  # TensorFlow may flush these to zero
            assert np.array_equal(want[~small], got[~small])
            assert (np.abs(got[small]) < np.finfo(np.float32).tiny).all()


def test_activation_and_rule_agree_around_every_threshold() -> None:
    near = rule.CODE_THRESHOLDS.view(np.uint32)[:, None] + np.arange(-50, 51, dtype=np.int64)
    special = np.array([0.0, -0.0, 2.0, 5.0, -3.0, np.inf, -np.inf], np.float32)
    x = np.concatenate([near.astype(np.uint32).view(np.float32).reshape(-1), special])
    found = np.asarray(Activation2Bit(post_scale=False)(x.reshape(1, 1, 1, -1))).reshape(-1)
    assert np.array_equal(found, rule.codes(x))
