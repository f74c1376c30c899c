# SPDX-License-Identifier: Apache-2.0
"""Keras = graph on every activation of every image, and foreign models refused by layer name."""

from pathlib import Path

import numpy as np
import pytest
import qkeras
import tensorflow as tf
from lower_nets import nasty_norm

from flow import store
from flow.errors import LowerError, ModelError
from flow.graph import Graph
from flow.lower import lower
from flow.lower.keras_reader import load_model
from qmodels.config import ErnConfig, Stage, StemConv
from qmodels.ern import build
from qmodels.layers import (
    Activation2Bit,
    BinaryConv2D,
    ExactBatchNormalization,
    MeanLogits,
    ResidualAdd,
    ThermometerEncode,
)

pytestmark = pytest.mark.tensorflow
layers = tf.keras.layers
CODE = float(np.float32(2 / 3))


def unsettle(model: "tf.keras.Model", seed: int) -> None:
    """Random weights and nasty norms everywhere."""
    rng = np.random.default_rng(seed)
    for layer in model.submodules:
        if isinstance(layer, ExactBatchNormalization):
            layer.set_weights(list(nasty_norm(rng, int(layer.gamma.shape[0])).values()))
        elif isinstance(layer, BinaryConv2D):
            layer.set_weights([rng.normal(0, 0.3, layer.kernel.shape)])


def assert_equal(model: "tf.keras.Model", graph: Graph, images: np.ndarray) -> None:
    """Codes of every activation, sums of every residual addition, and logits."""
    kinds = (Activation2Bit, ResidualAdd, ThermometerEncode)
    watched = [layer for layer in model.layers if isinstance(layer, kinds)]
    found = tf.keras.Model(model.inputs, [layer.output for layer in watched] + model.outputs)(images, training=False)
    taps = graph.run(images, taps=True)
    for layer, values in zip(watched, found, strict=False):
        scale = 1 / 32 if isinstance(layer, ResidualAdd) else getattr(layer, "output_scale", 1.0)
        expected = taps[layer.name].astype(np.float32) * np.float32(scale)
        assert np.array_equal(np.asarray(values), expected), layer.name
    assert np.abs(np.asarray(found[-1]) - taps["logits"]).max() <= 1e-5


STEM = (StemConv("conv1", 7, 3, 2), StemConv("conv1_2", 6, 1, 1, norm=False))
NETS = {
    "plain": ErnConfig("plain", (9, 11, 3), 2, STEM, (Stage(2, 6, 1), Stage(1, 9, 2)), 5),
    "bottleneck": ErnConfig("bottleneck", (9, 11, 1), 5, STEM, (Stage(2, 2, 1), Stage(1, 3, 2)), 3, block="bottleneck"),
    "paper": ErnConfig("paper", (9, 11, 1), 21, STEM, (Stage(1, 4, 2),), 2, convention="paper"),
    "other scale": ErnConfig("other_scale", (9, 11, 1), 3, STEM, (Stage(2, 4, 1),), 2, shared_scale=1 / 32),
}


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("seed", range(3))
def test_keras_equals_graph_on_every_activation(name: str, seed: int) -> None:
    model = build(NETS[name])
    unsettle(model, seed)
    graph = lower(model)
    shape = (12, 9 + seed, 13 - 2 * seed, NETS[name].in_shape[2])
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    assert_equal(model, graph, images)
    assert graph.name == NETS[name].name and graph.labels["source"] == "keras"


def test_a_sequential_model_lowers() -> None:
    model = tf.keras.Sequential(
        [
            layers.Input((8, 5, 2), dtype="uint8"),
            ThermometerEncode(3),
            BinaryConv2D(5, (3, 1), (1, 2), padding="valid", name="first"),
            ExactBatchNormalization(),
            Activation2Bit(post_scale=True, name="act"),
            BinaryConv2D(4, 2, input_scale=CODE, name="second"),
            Activation2Bit(post_scale=False, name="act_without_norm"),
            BinaryConv2D(3, 1, name="classifier"),
            MeanLogits(),
        ]
    )
    unsettle(model, 5)
    assert_equal(model, lower(model), np.random.default_rng(5).integers(0, 256, (6, 8, 5, 2), dtype=np.uint8))


def user_net() -> "tf.keras.Model":
    """A residual net of another kind: additions in a row, one of them without a downsample, a nested model."""
    image = tf.keras.Input((10, 7, 1), dtype="uint8")
    head = tf.keras.Sequential(
        [layers.Input((10, 7, 4)), BinaryConv2D(6, 3, name="conv"), ExactBatchNormalization(name="bn")], name="Head.1"
    )
    a = Activation2Bit(False, name="act0")(head(ThermometerEncode(4, name="encode")(image)))
    parts = [BinaryConv2D(8, k, scale=1 / 32, name=f"part{k}")(a) for k in (1, 3, 5)]
    x = ResidualAdd(name="add1")([ResidualAdd(name="add0")(parts[:2]), parts[2]])
    b = Activation2Bit(False, name="act1")(ExactBatchNormalization(name="bn1")(x))
    x = ResidualAdd(name="add2")([x, BinaryConv2D(8, (1, 3), scale=1 / 32, name="conv_b")(b)])
    c = Activation2Bit(True, name="act2")(ExactBatchNormalization(name="bn2")(x))
    return tf.keras.Model(image, MeanLogits()(BinaryConv2D(4, 1, input_scale=CODE, name="classes")(c)), name="User Net")


def test_a_users_own_net_lowers() -> None:
    model = user_net()
    unsettle(model, 7)
    graph = lower(model)
    assert_equal(model, graph, np.random.default_rng(7).integers(0, 256, (9, 10, 7, 1), dtype=np.uint8))
    assert "head_1_conv" in graph.by_name


@pytest.mark.parametrize("form", ["net.h5", "net.keras", "saved_model"])
def test_a_saved_model_lowers_to_the_same_graph(tmp_path: Path, form: str) -> None:
    model = build(NETS["plain"])
    unsettle(model, 1)
    model.save(tmp_path / form)
    assert store.digest(lower(load_model(tmp_path / form))) == store.digest(lower(model))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    for path in (tmp_path / "net.h5", tmp_path / "nothing.h5", tmp_path):
        with pytest.raises(LowerError, match="cannot be loaded as a Keras model"):
            load_model(path)
    with pytest.raises(LowerError, match="expected a Keras model, found int"):
        lower(3)


class Doubled(BinaryConv2D):
    """A subclass that computes something else."""

    def call(self, inputs):  # type: ignore[no-untyped-def]
        return 2 * super().call(inputs)


FOREIGN = {
    "QConv2D": lambda x: qkeras.QConv2D(4, 3, kernel_quantizer=qkeras.quantized_bits(4, 0), name="alien")(x),
    "Conv2D": lambda x: layers.Conv2D(4, 3, name="alien")(x),
    "BatchNormalization": lambda x: layers.BatchNormalization(name="alien")(x),
    "QBatchNormalization": lambda x: qkeras.QBatchNormalization(name="alien")(x),
    "MaxPooling2D": lambda x: layers.MaxPooling2D(name="alien")(x),
    "GlobalAveragePooling2D": lambda x: layers.Reshape((1, 1, -1))(layers.GlobalAveragePooling2D(name="alien")(x)),
    "Dense": lambda x: layers.Dense(4, name="alien")(x),
    "Add": lambda x: layers.Add(name="alien")([x, x]),
    "Activation": lambda x: layers.Activation("relu", name="alien")(x),
    "QActivation": lambda x: qkeras.QActivation("quantized_relu(2,2)", name="alien")(x),
    "Dropout": lambda x: layers.Dropout(0.5, name="alien")(x),
    "Lambda": lambda x: layers.Lambda(lambda y: y + 1, name="alien")(x),
    "TFOpLambda": lambda x: tf.add(x, 1.0, name="alien"),
    "Doubled": lambda x: Doubled(4, 3, name="alien")(x),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_layers_are_refused_by_name(kind: str) -> None:
    image = tf.keras.Input((9, 9, 1), dtype="uint8")
    a = Activation2Bit(False)(ExactBatchNormalization()(BinaryConv2D(6, 3)(ThermometerEncode(4)(image))))
    x = BinaryConv2D(3, 1, name="last")(FOREIGN[kind](a))
    model = tf.keras.Model(image, MeanLogits()(x))
    remedy = "subclass" if kind == "Doubled" else ""
    with pytest.raises(LowerError, match=rf"(?s){'' if kind == 'TFOpLambda' else 'alien'}.*found {kind}.*{remedy}"):
        lower(model)


def test_a_softmax_at_the_end_is_refused() -> None:
    model = build(NETS["plain"])
    with pytest.raises(LowerError, match=r"softmax.*arg max"):
        lower(tf.keras.Model(model.input, layers.Softmax()(model.output)))


def small(**changes: dict) -> "tf.keras.Model":
    """conv, norm, act, two convolutions added, act, classifier, with other arguments for some."""

    def options(name: str, **default: object) -> dict:
        return {"name": name, **default, **changes.get(name, {})}

    image = tf.keras.Input((6, 6, 1), dtype="uint8")
    x = BinaryConv2D(4, 3, **options("conv0"))(ThermometerEncode(2)(image))
    a = Activation2Bit(**options("act0", post_scale=False))(ExactBatchNormalization(name="bn0")(x))
    both = [BinaryConv2D(4, 3, **options(name, scale=1 / 32))(a) for name in ("left", "right")]
    x = ExactBatchNormalization(name="bn1")(ResidualAdd(name="add")(both))
    a = Activation2Bit(**options("act1", post_scale=True))(x)
    return tf.keras.Model(image, MeanLogits()(BinaryConv2D(3, 1, **options("classes", input_scale=CODE))(a)))


def test_the_small_model_lowers() -> None:
    lower(small())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"left": {"scale": "mean"}}, "'add': 'left' and 'right' must carry one shared constant scale"),
        ({"left": {"scale": 1 / 16}}, "'add': 'left' and 'right' .*found 0.0625 and 0.03125"),
        ({"left": {"scale": 0.03}, "right": {"scale": 0.03}}, "'add'.*powers of two"),
        (
            {"act0": {"post_scale": True}},
            "expected codes worth 1 .its input_scale., but 'act0' gives codes worth 0.6666",
        ),
        ({"classes": {"input_scale": 1.0}}, "'classes': expected codes worth 1 .*'act1'"),
        ({"conv0": {"input_scale": CODE}}, "'conv0': expected codes worth 0.6666"),
    ],
)
def test_scales_that_do_not_fit_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(LowerError, match=message):
        lower(small(**changes))


def test_nan_is_refused_by_layer() -> None:
    model = small()
    kernel = np.array(model.get_layer("left").kernel)
    kernel[0, 1, 0, 2] = np.nan
    model.get_layer("left").set_weights([kernel])
    with pytest.raises(ModelError, match=r"left.*NaN"):
        lower(model)
    model = small()
    values = model.get_layer("bn1").get_weights()
    values[3][2] = np.nan
    model.get_layer("bn1").set_weights(values)
    with pytest.raises(LowerError, match=r"'bn1': variance holds nan at \[2\]"):
        lower(model)


def test_a_quantizer_of_another_kind_is_refused() -> None:
    model = small()
    model.get_layer("left").kernel_quantizer_internal = qkeras.quantized_bits(4, 0)
    with pytest.raises(LowerError, match=r"'left'.*weights are not binary.*quantized_bits"):
        lower(model)


def test_a_layer_called_twice_is_refused() -> None:
    image = tf.keras.Input((6, 6, 1), dtype="uint8")
    shared = BinaryConv2D(2, 3, name="shared")
    act = [Activation2Bit(False, name=f"act{i}") for i in range(2)]
    x = shared(act[1](shared(ThermometerEncode(2)(image))))
    with pytest.raises(LowerError, match="'shared': is called more than once"):
        lower(tf.keras.Model(image, MeanLogits()(x)))


def test_models_without_one_fixed_path_are_refused() -> None:
    model = small()
    with pytest.raises(LowerError, match="one input and one output, found 1 and 2"):
        lower(tf.keras.Model(model.input, [model.output, model.get_layer("act0").output]))
    with pytest.raises(LowerError, match="no fixed graph"):
        lower(tf.keras.Sequential([ThermometerEncode(2), BinaryConv2D(3, 1), MeanLogits()]))
    with pytest.raises(LowerError, match=r"put a ThermometerEncode"):
        image = tf.keras.Input((6, 6, 2))
        lower(tf.keras.Model(image, MeanLogits()(BinaryConv2D(3, 1, name="first")(image))))
