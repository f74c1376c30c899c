# SPDX-License-Identifier: Apache-2.0
"""Built networks: sizes of the official ones, names, any image size, EWGS where it belongs."""

import numpy as np
import pytest
import tensorflow as tf

from qmodels.config import NETWORKS
from qmodels.ern import build, build_float_twin
from qmodels.layers import Activation2Bit, BinaryConv2D, ExactBatchNormalization

# name: weights (one bit each), convolutions, channels of norms; the official figures without its unused tails
SIZES = {
    "erns18_075x": (8_216_448, 25, 3_584),
    "erns50": (25_588_608, 57, 22_912),
    "ern_tiny": (21_216, 9, 128),
    "ern_small": (333_888, 10, 544),
}


@pytest.mark.parametrize("name", SIZES)
def test_sizes(name: str) -> None:
    model = build(name)
    convs = [layer for layer in model.layers if isinstance(layer, BinaryConv2D)]
    norms = [layer for layer in model.layers if isinstance(layer, ExactBatchNormalization)]
    found = (sum(int(np.prod(c.kernel.shape)) for c in convs), len(convs), sum(n.gamma.shape[0] for n in norms))
    assert found == SIZES[name]
    assert model.output_shape == (None, NETWORKS[name].classes)


def test_names_are_official_keys_with_underscores() -> None:
    names = {layer.name for layer in build("erns18_075x").layers}
    assert {
        "pixel_embedding",
        "conv1",
        "bn1",
        "act1",
        "conv2",
        "conv_downsample",
        "bn_downsample",
        "act_downsample",
        "conv1_2",
        "layer1_0_downsample",
        "layer1_0_bn0",
        "layer4_1_conv2",
        "last_bn_layer4",
        "last_act_layer4",
        "conv",
        "pool",
    } <= names
    assert "layer1_1_downsample" not in names


def test_ewgs_acts_where_the_official_code_has_it() -> None:
    config = NETWORKS["ern_tiny"].with_options(ewgs_delta=0.01)
    kinds = (BinaryConv2D, Activation2Bit)
    active = {la.name for la in build(config).layers if isinstance(la, kinds) and la.ewgs_delta}
    assert active == {
        "conv1",
        "act1",
        "conv1_2",
        "layer1_0_downsample",
        "layer2_0_downsample",
        "last_act_layer2",
        "conv",
    }
    everywhere = build(config.with_options(ewgs_in_blocks=True))
    assert all(la.ewgs_delta == 0.01 for la in everywhere.layers if isinstance(la, kinds))


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (5, 11)])
def test_any_image_size(size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (2, *size, 1)).astype(np.uint8)
    free, fixed = build("ern_tiny"), build("ern_tiny", size)
    fixed.set_weights(free.get_weights())
    np.testing.assert_array_equal(free(image).numpy(), fixed(image).numpy())


def test_float_twin() -> None:
    twin = build_float_twin("ern_tiny")
    assert twin(np.zeros((2, 8, 8, 1), np.uint8)).shape == (2, 10)
    assert not any(isinstance(layer, BinaryConv2D) for layer in twin.layers)
    assert isinstance(twin, tf.keras.Model)
