# SPDX-License-Identifier: Apache-2.0
"""A trained network of ours as an hls4ml user would write it: stock QKeras and Keras layers, the same weights.

hls4ml has no thermometer layer, so the twin starts at the codes. Sums stay integers (`binary(alpha=1)`),
BatchNormalization carries scale, gain and offset and ends in units of one code, and `quantized_relu(2, 2)` rounds and
clips to the codes 0 to 3. In Keras the twin therefore says what our network says, up to ties of rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flow.lower.network import SCALED, Activation, Add, Convolution, Encode, Layer, Network, Norm, Pool
from flow.lower.rule import affine
from flow.ops.base import Array

EPSILON = 1e-3
TENSOR = dict[str, Any]


def twin(network: Network, shape: tuple[int, int, int]) -> Any:
    """Keras model float32 codes [N, H, W, C] to logits.

    Args:
        network: a network read from a Keras model of ours.
        shape: H, W and channels of the codes.

    Raises:
        ImportError: no TensorFlow or QKeras here.
    """
    import tensorflow as tf

    keras = tf.keras
    codes = keras.Input(shape, name="codes")
    tensors: TENSOR = {}
    scales: dict[str, Array] = {}
    for layer in network.layers:
        assert isinstance(layer, Layer)
        inputs = [tensors.get(stream, codes) for stream in layer.inputs]
        if isinstance(layer, Encode):
            tensors[layer.name] = codes
        elif isinstance(layer, Convolution):
            tensors[layer.name] = _convolution(layer, inputs[0])
            scales[layer.name] = layer.scale
        elif isinstance(layer, Norm):
            tensors[layer.name] = _norm(keras, layer, inputs[0], scales[layer.inputs[0]])
        elif isinstance(layer, Activation):
            tensors[layer.name] = _activation(layer, inputs[0])
        elif isinstance(layer, Add):
            tensors[layer.name] = keras.layers.Add(name=layer.name)(inputs)
            scales[layer.name] = scales[layer.inputs[0]]
        elif isinstance(layer, Pool):
            scaled = _affine(keras, "logit_scale", inputs[0], scales[layer.inputs[0]], np.zeros(1, np.float32))
            tensors[layer.name] = keras.layers.GlobalAveragePooling2D(name=layer.name)(scaled)
    return keras.Model(codes, tensors[network.layers[-1].name], name="twin")


def _convolution(layer: Convolution, source: Any) -> Any:
    from qkeras import QConv2D, binary
    from tensorflow import keras

    out, kh, kw, _ = layer.weights.shape
    if layer.padding != (0, 0):
        source = keras.layers.ZeroPadding2D(layer.padding, name=f"{layer.name}_pad")(source)
    conv = QConv2D(
        out, (kh, kw), layer.stride, "valid", use_bias=False, kernel_quantizer=binary(alpha=1), name=layer.name
    )
    found = conv(source)
    conv.set_weights([2.0 * layer.weights.transpose(1, 2, 3, 0).astype(np.float32) - 1.0])
    return found


def _norm(keras: Any, layer: Norm, source: Any, scale: Array) -> Any:
    """Gain and offset of sum to code: y is in units where one code is worth 2/3."""
    gain, offset = affine(layer.gamma, layer.beta, layer.mean, layer.variance, layer.epsilon)
    return _affine(keras, layer.name, source, gain * scale / SCALED, offset / SCALED)


def _affine(keras: Any, name: str, source: Any, gain: Array, offset: Array) -> Any:
    norm = keras.layers.BatchNormalization(epsilon=EPSILON, name=name)
    found = norm(source)
    channels = source.shape[-1]
    gamma, beta = (np.broadcast_to(np.asarray(a, np.float32), (channels,)) for a in (gain, offset))
    norm.set_weights([gamma, beta, np.zeros(channels), np.full(channels, 1.0 - EPSILON)])
    return found


def _activation(layer: Activation, source: Any) -> Any:
    from qkeras import QActivation

    return QActivation("quantized_relu(2, 2)", name=layer.name)(source)
