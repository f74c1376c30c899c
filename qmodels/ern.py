# SPDX-License-Identifier: Apache-2.0
"""Keras models of Efficiera Residual Networks, and of the float twin that can teach them."""

from __future__ import annotations

import tensorflow as tf

from flow.errors import UsageError
from qmodels.blocks import BLOCKS, BlockOptions, classifier, stem
from qmodels.config import NETWORKS, ErnConfig, network
from qmodels.layers import ThermometerEncode
from qmodels.quantizers import Tensor

__all__ = ["NETWORKS", "ErnConfig", "build", "build_float_twin", "network"]


def build(config: ErnConfig | str, image_size: tuple[int, int] | None = None) -> tf.keras.Model:
    """Keras model of a network: uint8 images N x H x W x colours to float32 logits N x classes.

    `config` is an ErnConfig or the name of a known one; `image_size` fixes H and W, else any size works. UsageError for
    an unknown name. Topology: arXiv 2410.11553, section 3.4, as the official code has it.
    """
    config = network(config) if isinstance(config, str) else config
    size = image_size or (None, None)
    image = tf.keras.Input((*size, config.in_shape[2]), dtype="uint8", name="image")
    options = BlockOptions(
        config.shared_scale, config.ewgs_delta if config.ewgs_in_blocks else 0.0, config.ewgs_delta, config.bn_momentum
    )
    x = ThermometerEncode(config.expansion, config.convention, name="pixel_embedding")(image)
    x = stem(x, config.stem, options, config.ewgs_delta)
    for index, stage in enumerate(config.stages, 1):
        for block in range(stage.blocks):
            x = BLOCKS[config.block](
                x, stage.width, stage.stride if block == 0 else 1, block == 0, f"layer{index}_{block}_", options
            )
    logits = classifier(x, config.classes, config.last_stage, options, config.ewgs_delta)
    return tf.keras.Model(image, logits, name=config.name)


def build_float_twin(config: ErnConfig | str, image_size: tuple[int, int] | None = None) -> tf.keras.Model:
    """The same shape of network with float weights and ReLU: the teacher of `--distill`.

    Input and output as in `build`. Only preact networks have a twin (UsageError otherwise).
    """
    config = network(config) if isinstance(config, str) else config
    if config.block != "preact":
        raise UsageError(f"network {config.name}: a float twin is made of preact blocks only, found {config.block}")
    keras = tf.keras.layers
    size = image_size or (None, None)
    image = tf.keras.Input((*size, config.in_shape[2]), dtype="uint8", name="image")

    def conv(x: Tensor, filters: int, kernel: int, stride: int) -> Tensor:
        return keras.Conv2D(filters, kernel, stride, "same", use_bias=False, kernel_initializer="he_normal")(x)

    def act(x: Tensor) -> Tensor:
        return keras.ReLU()(keras.BatchNormalization(momentum=config.bn_momentum)(x))

    x = keras.Rescaling(1.0 / 255.0)(image)
    for spec in config.stem:
        x = conv(x, spec.filters, spec.kernel, spec.stride)
        x = act(x) if spec.norm else x
    for stage in config.stages:
        for block in range(stage.blocks):
            a, stride = act(x), stage.stride if block == 0 else 1
            skip = conv(a, stage.width, 1, stride) if block == 0 else x
            x = keras.Add()([conv(act(conv(a, stage.width, 3, stride)), stage.width, 3, 1), skip])
    logits = keras.GlobalAveragePooling2D()(keras.Conv2D(config.classes, 1)(act(x)))
    return tf.keras.Model(image, logits, name=f"{config.name}_float")
