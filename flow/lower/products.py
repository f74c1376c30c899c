# SPDX-License-Identifier: Apache-2.0
"""Pass: encoder, convolutions, additions and pooling become integer ops; only scales and signs of weights mattered."""

from __future__ import annotations

import numpy as np

from flow.lower.network import Add, Convolution, Encode, Item, Network, Pool
from flow.ops import BinaryConv, GlobalPool, ResidualAdd, ThermometerEncode
from flow.ops.base import integers


def integer_products(network: Network) -> Network:
    """The network with every layer but norms and activations replaced by its op."""
    return network.replace(tuple(_op(layer, network) for layer in network.layers))


def _op(layer: Item, network: Network) -> Item:
    source = network.streams[layer.inputs[0]]
    if isinstance(layer, Encode):
        return ThermometerEncode(layer.name, layer.inputs, source.channels, integers(layer.thresholds))
    if isinstance(layer, Convolution):
        return BinaryConv(layer.name, layer.inputs, integers(layer.weights, np.uint8), layer.stride, layer.padding)
    if isinstance(layer, Add):
        return ResidualAdd(layer.name, layer.inputs, source.channels)
    if isinstance(layer, Pool):
        assert source.scale is not None  # sums
        return GlobalPool(layer.name, layer.inputs, integers(source.scale, np.float32))
    return layer
