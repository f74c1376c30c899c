# SPDX-License-Identifier: Apache-2.0
"""Pass: scale, BatchNormalization and activation become integer thresholds (flow.lower.rule)."""

from __future__ import annotations

import numpy as np

from flow.errors import LowerError
from flow.lower import rule
from flow.lower.network import Activation, Item, Network, Norm
from flow.ops import Op, Threshold
from flow.ops.base import integers
from flow.types import PIXEL, Range


def integer_thresholds(network: Network) -> Network:
    """The network with each activation, and the norm it reads if any, replaced by one threshold op."""
    norms = {layer.name: layer for layer in network.layers if isinstance(layer, Norm)}
    ranges = {name: stream.range or PIXEL for name, stream in network.streams.items()}
    layers: list[Item] = []
    for layer in network.layers:
        if isinstance(layer, Norm):
            continue
        item = layer
        if isinstance(layer, Activation):
            item = _threshold(layer, norms.get(layer.inputs[0]), network, ranges)
        if isinstance(item, Op):
            ranges[item.name] = item.range(*(ranges[name] for name in item.inputs))
        layers.append(item)
    return network.replace(tuple(layers))


def _threshold(layer: Activation, norm: Norm | None, network: Network, ranges: dict[str, Range]) -> Threshold:
    source = norm.inputs[0] if norm else layer.inputs[0]
    stream = network.streams[source]
    assert stream.scale is not None  # sums
    gain, offset = np.ones(stream.channels, np.float32), np.zeros(stream.channels, np.float32)
    try:
        if norm:
            gain, offset = rule.affine(norm.gamma, norm.beta, norm.mean, norm.variance, norm.epsilon)
        found, negative = rule.thresholds(stream.scale, gain, offset, ranges[source])
    except LowerError as error:
        raise LowerError(f"layer {(norm or layer).name!r}: {error}") from error
    return Threshold(layer.name, (source,), integers(found), integers(negative, np.uint8))
