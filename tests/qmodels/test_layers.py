# SPDX-License-Identifier: Apache-2.0
"""The layers against integers in NumPy: the same bits in eager, predict, compiled, frozen and reloaded form."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import qmodels_reference as reference
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from flow.errors import ModelError
from qmodels.layers import (
    CUSTOM_OBJECTS,
    Activation2Bit,
    BinaryConv2D,
    ExactBatchNormalization,
    MeanLogits,
    ResidualAdd,
    ThermometerEncode,
)
from qmodels.quantizers import CODE_SCALE

# filters, kernel, strides, padding, scale, input scale, size, channels: H != W, kh != kw, strides and channels differ
CONVOLUTIONS = [
    (5, (3, 3), (1, 1), "same", "mean", 1.0, (7, 9), 3),
    (4, (3, 1), (2, 1), "same", "mean", CODE_SCALE, (8, 5), 7),
    (9, (1, 5), (1, 3), "same", 1 / 32, 1.0, (6, 11), 2),
    (3, (2, 3), (2, 2), "same", "mean", CODE_SCALE, (7, 10), 4),
    (6, (3, 2), (1, 2), "valid", 0.37, CODE_SCALE, (5, 8), 5),
    (8, (1, 1), (2, 2), "same", 1 / 32, 1.0, (9, 6), 33),
]


def integer_conv(codes: np.ndarray, layer: BinaryConv2D) -> np.ndarray:
    """Integer sums N x H x W x out by the definition."""
    (ph, pw), (sh, sw), (kh, kw) = layer.pad, layer.strides, layer.kernel_size
    x = np.pad(codes.astype(np.int64), ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    w = np.where(layer.kernel.numpy() < 0, -1, 1)
    height, width = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    acc = np.zeros((len(x), height, width, w.shape[3]), np.int64)
    for row in range(height):
        for col in range(width):
            window = x[:, row * sh : row * sh + kh, col * sw : col * sw + kw]
            acc[:, row, col] = np.tensordot(window, w, ((1, 2, 3), (0, 1, 2)))
    return acc


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolution_is_integer_arithmetic(case: tuple[Any, ...]) -> None:
    filters, kernel, strides, padding, scale, input_scale, size, channels = case
    rng = np.random.default_rng(filters)
    layer = BinaryConv2D(filters, kernel, strides, padding, scale, input_scale)
    codes = rng.integers(0, 4, (2, *size, channels))
    x = codes.astype(np.float32) * np.float32(input_scale)
    layer.build(x.shape)
    out = layer(x).numpy()
    assert out.shape == tuple(layer.compute_output_shape(x.shape))
    expected = integer_conv(codes, layer).astype(np.float32) * layer.output_scale()
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(tf.function(layer, jit_compile=True)(tf.constant(x)).numpy(), expected)
    alpha = scale if scale != "mean" else np.abs(layer.kernel.numpy()).astype(np.float64).mean((0, 1, 2))
    np.testing.assert_allclose(layer.output_scale(), np.broadcast_to(alpha * input_scale, filters), rtol=3e-7)


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolution_gradient_is_that_of_the_scaled_weights(case: tuple[Any, ...]) -> None:
    filters, kernel, strides, padding, scale, input_scale, size, channels = case
    rng = np.random.default_rng(filters)
    layer = BinaryConv2D(filters, kernel, strides, padding, scale, input_scale, ewgs_delta=0.1)
    x = tf.constant((rng.integers(0, 4, (2, *size, channels)) * input_scale).astype(np.float32))
    layer.build(x.shape)
    w = layer.kernel.numpy()
    q = tf.constant(np.where(w < 0, -1, 1).astype(np.float32) * layer.weight_scale())
    with tf.GradientTape() as tape:
        out = layer(x)
    g = tf.constant(rng.normal(size=out.shape).astype(np.float32))
    dw = tape.gradient(out, layer.kernel, g).numpy()
    pads = [[0, 0], *([p, p] for p in layer.pad), [0, 0]]
    with tf.GradientTape() as tape:
        tape.watch([x, q])
        plain = tf.nn.conv2d(tf.pad(x, pads), q, layer.strides, "VALID")
    dx_plain, dq = tape.gradient(plain, [x, q], g)
    dq = dq.numpy()
    np.testing.assert_allclose(dw, dq * (1 + 0.1 * np.sign(dq) * (w - q.numpy())), rtol=1e-4, atol=1e-5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = layer(x)
    np.testing.assert_allclose(tape.gradient(out, x, g).numpy(), dx_plain.numpy(), rtol=1e-4, atol=1e-5)


def small_model(seed: int) -> tf.keras.Model:
    """A residual net of all layers, of any image size, with norms that are negative, zero and tiny."""
    image = tf.keras.Input((None, None, 2), dtype="uint8", name="image")
    x = ThermometerEncode(5, name="encode")(image)
    x = BinaryConv2D(7, (3, 2), (2, 1), name="conv1")(x)
    x = ExactBatchNormalization(name="bn0")(x)
    a = Activation2Bit(False, name="act0")(x)
    skip = BinaryConv2D(6, 1, (1, 2), scale=1 / 32, name="down")(a)
    x = BinaryConv2D(6, 3, (1, 2), name="conv2")(a)
    x = Activation2Bit(False, name="act1")(ExactBatchNormalization(name="bn1")(x))
    x = BinaryConv2D(6, 3, scale=1 / 32, name="conv3")(x)
    x = ResidualAdd(name="add")([x, skip])
    x = Activation2Bit(True, name="act2")(ExactBatchNormalization(name="bn2")(x))
    x = BinaryConv2D(4, 1, input_scale=CODE_SCALE, name="classifier")(x)
    model = tf.keras.Model(image, MeanLogits(name="pool")(x))
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, ExactBatchNormalization):
            state: dict[str, np.ndarray] = {}
            reference.norm(rng, state, "bn", layer.gamma.shape[0], 1.0)
            layer.set_weights([state[f"bn.{k}"] for k in ("weight", "bias", "running_mean", "running_var")])
        elif isinstance(layer, BinaryConv2D):
            layer.set_weights([rng.normal(size=layer.kernel.shape).astype(np.float32)])
    return model


def twin(model: tf.keras.Model, image: np.ndarray) -> dict[str, np.ndarray]:
    """Every stream of small_model by integers and stated roundings."""
    out: dict[str, np.ndarray] = {}

    def conv(name: str, codes: np.ndarray) -> np.ndarray:
        layer = model.get_layer(name)
        out[name] = integer_conv(codes, layer).astype(np.float32) * layer.output_scale()
        return out[name]

    def act(index: int, x: np.ndarray) -> np.ndarray:
        layer = model.get_layer(f"bn{index}")
        state = {
            f"bn.{k}": v
            for k, v in zip(("weight", "bias", "running_mean", "running_var"), layer.get_weights(), strict=True)
        }
        codes = reference.act(x.transpose(0, 3, 1, 2), state, "bn").transpose(0, 2, 3, 1)
        out[f"act{index}"] = codes.astype(np.float32) * np.float32(model.get_layer(f"act{index}").output_scale)
        return codes

    codes = out["encode"] = reference.encode(image.transpose(0, 3, 1, 2), 5).transpose(0, 2, 3, 1)
    a = act(0, conv("conv1", codes))
    skip = conv("down", a)
    x = out["add"] = conv("conv3", act(1, conv("conv2", a))) + skip
    x = conv("classifier", act(2, x))
    out["pool"] = x.astype(np.float64).mean((1, 2)).astype(np.float32)
    return out


@pytest.mark.parametrize("seed", range(2))
def test_every_stream_equals_the_integer_twin(seed: int) -> None:
    model = small_model(seed)
    image = np.random.default_rng(seed).integers(0, 256, (3, 9, 13, 2)).astype(np.uint8)
    expected = twin(model, image)
    taps = tf.keras.Model(model.input, {name: model.get_layer(name).output for name in expected})
    compiled = tf.function(lambda x: taps(x, training=False), jit_compile=True)
    for how, results in (
        ("eager", taps(image)),
        ("predict", taps.predict(image, batch_size=2, verbose=0)),
        ("graph", tf.function(taps)(tf.constant(image))),
        ("compiled", compiled(tf.constant(image))),
    ):
        for name, value in expected.items():
            np.testing.assert_array_equal(np.asarray(results[name]), value, f"seed {seed}, {how}, stream {name}")


def test_frozen_and_saved_models_keep_every_bit(tmp_path: Path) -> None:
    model = small_model(11)
    image = np.random.default_rng(11).integers(0, 256, (4, 8, 11, 2)).astype(np.uint8)
    expected = twin(model, image)["pool"]
    traced = tf.function(model).get_concrete_function(tf.TensorSpec((None, None, None, 2), tf.uint8))
    frozen = convert_variables_to_constants_v2(traced)(tf.constant(image))
    np.testing.assert_array_equal(np.asarray(frozen[0] if isinstance(frozen, list) else frozen), expected)
    for target in (tmp_path / "net.h5", tmp_path / "net.keras", tmp_path / "saved"):
        model.save(target)
        loaded = tf.keras.models.load_model(target, custom_objects=CUSTOM_OBJECTS)
        np.testing.assert_array_equal(loaded(image).numpy(), expected, target.name)
        assert loaded.get_layer("conv2").get_config() == model.get_layer("conv2").get_config()
    # What a server without this package runs:
    signature = tf.saved_model.load(str(tmp_path / "saved")).signatures["serving_default"]
    np.testing.assert_array_equal(signature(image=tf.constant(image))["pool"].numpy(), expected)


def test_norm_in_training_follows_pytorch() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(2, 3, (4, 5, 6, 7)).astype(np.float32)
    layer = ExactBatchNormalization()
    y = layer(x, training=True).numpy()
    flat = x.reshape(-1, 7).astype(np.float64)
    np.testing.assert_allclose(y, (x - flat.mean(0)) / np.sqrt(flat.var(0) + 1e-5), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.1 * flat.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.9 + 0.1 * flat.var(0, ddof=1), rtol=1e-5)
    layer.trainable = False
    before = layer.moving_mean.numpy()
    layer(x, training=True)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), before)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: BinaryConv2D(3, 3, use_bias=True, name="c"), "layer c: .*no bias"),
        (lambda: BinaryConv2D(3, 3, scale="max", name="c"), "layer c: scale must be"),
        (lambda: BinaryConv2D(3, 3, scale=-1.0, name="c"), "layer c: scale must be"),
        (lambda: BinaryConv2D(3, 3, padding="causal", name="c"), "layer c: padding must be"),
        (lambda: BinaryConv2D(4, 3, groups=2, name="c"), "layer c: groups must be"),
        (lambda: BinaryConv2D(4, 3, dilation_rate=2, name="c"), "layer c: dilation_rate must be"),
        (lambda: ThermometerEncode(0, name="e"), "layer e: expansion must be"),
        (lambda: ThermometerEncode(4, "torch", name="e"), "layer e: convention must be"),
        (lambda: ExactBatchNormalization(axis=1, name="b"), "layer b: axis must be"),
        (lambda: ExactBatchNormalization(scale=False, name="b"), "layer b: scale must be"),
        (
            lambda: BinaryConv2D(3, 3, name="c", dtype="mixed_bfloat16").build((None, 4, 4, 2)),
            "layer c: .*float32 policy",
        ),
        (lambda: ThermometerEncode(4, name="e").build((None, 4, 4)), "layer e: expected images"),
    ],
)
def test_refusals_name_the_layer(make: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        make()


def test_weights_that_are_not_finite_are_refused() -> None:
    layer = BinaryConv2D(2, 1, name="broken")
    layer.build((None, 4, 4, 3))
    layer.kernel.assign(tf.fill(layer.kernel.shape, float("nan")))
    with pytest.raises(ModelError, match=r"layer broken: .*NaN"):
        layer.output_scale()


def test_paper_and_official_pixels_differ_at_thresholds_only() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 256, 1, 1)
    for k, count in ((10, 30), (21, 63), (32, 96)):
        official, paper = (ThermometerEncode(k, c)(pixels).numpy()[0, :, 0] for c in ("official", "paper"))
        differing = np.argwhere(official != paper)
        assert len(differing) == count
        assert (paper - official)[tuple(differing.T)].tolist() == [1.0] * count
