# SPDX-License-Identifier: Apache-2.0
"""A network whose residual streams carry a scale a channel, run in NumPy: exactly, or in the fixed point of hardware.

Without a shared constant scale, a residual addition is `scale_0[c] * acc_0 + scale_1[c] * acc_1`. Hardware holds the
scales as integers of a few bits, `m = round(scale * 2**fraction)`, and adds `m_0[c]*acc_0 + m_1[c]*acc_1`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flow.errors import LowerError
from flow.lower import network as net
from flow.lower import rule
from flow.lower.network import Network
from flow.ops import BinaryConv, ThermometerEncode
from flow.ops.base import Array, integers
from flow.types import Range


@dataclass(frozen=True)
class FixedAdd:
    """One residual addition in fixed point.

    Attributes:
        name: of the layer.
        inputs: proven ranges of the two streams before scaling.
        scales: the integer scales [C] of the two streams.
        fraction: bits of the scales behind the binary point.
        range: of the sum, over all channels.
    """

    name: str
    inputs: tuple[Range, Range]
    scales: tuple[Array, Array]
    fraction: int
    range: Range


def fixed_adds(network: Network, bits: int) -> dict[str, FixedAdd]:
    """The residual additions of a network with unsigned scales of `bits` bits, by name.

    Raises:
        LowerError: an addition that does not read two convolutions.
    """
    layers = {layer.name: layer for layer in network.layers}
    adds = {}
    for layer in network.layers:
        if isinstance(layer, net.Add):
            convs = [layers[name] for name in layer.inputs]
            if not all(isinstance(conv, net.Convolution) for conv in convs):
                raise LowerError(f"layer {layer.name!r}: expected two convolutions before it, found {layer.inputs}")
            adds[layer.name] = _fixed(layer.name, [c for c in convs if isinstance(c, net.Convolution)], bits)
    return adds


def _fixed(name: str, convs: list[net.Convolution], bits: int) -> FixedAdd:
    largest = max(float(conv.scale.max()) for conv in convs)
    fraction = int(np.floor(np.log2((2**bits - 1) / largest)))
    scales = [np.maximum(1, np.rint(conv.scale.astype(np.float64) * 2.0**fraction)).astype(np.int64) for conv in convs]
    plus = [conv.weights.reshape(len(conv.weights), -1).sum(axis=1, dtype=np.int64) for conv in convs]
    minus = [conv.weights[0].size - count for conv, count in zip(convs, plus, strict=True)]
    ranges = [Range(-3 * int(m.max()), 3 * int(p.max())) for m, p in zip(minus, plus, strict=True)]
    low = -3 * sum(s * m for s, m in zip(scales, minus, strict=True))
    high = 3 * sum(s * p for s, p in zip(scales, plus, strict=True))
    bound = Range(int(np.min(low)), int(np.max(high)))
    return FixedAdd(name, (ranges[0], ranges[1]), (scales[0], scales[1]), fraction, bound)


def logits(network: Network, images: Array, bits: int | None = None) -> Array:
    """float64 [N, classes].

    Args:
        network: starts at images, ends in logits; every residual addition reads two convolutions.
        images: uint8 [N, H, W, C].
        bits: of the scales of residual additions; None adds real values instead.

    Raises:
        LowerError: a layer without a rule here.
    """
    adds = fixed_adds(network, bits) if bits else {}
    values: dict[str, Array] = {net.IMAGE: images}
    scales: dict[str, Array] = {}
    norms: dict[str, net.Norm] = {}
    for layer in network.layers:
        source = layer.inputs[0]
        if isinstance(layer, net.Encode):
            encode = ThermometerEncode(layer.name, layer.inputs, images.shape[3], integers(layer.thresholds))
            values[layer.name] = encode.run(images)
        elif isinstance(layer, net.Convolution):
            conv = BinaryConv(layer.name, layer.inputs, integers(layer.weights, np.uint8), layer.stride, layer.padding)
            values[layer.name], scales[layer.name] = conv.run(values[source]), layer.scale
        elif isinstance(layer, net.Norm):
            norms[layer.name] = layer
        elif isinstance(layer, net.Activation):
            norm = norms[source]
            gain, offset = rule.affine(norm.gamma, norm.beta, norm.mean, norm.variance, norm.epsilon)
            values[layer.name] = rule.codes(rule.value(values[norm.inputs[0]], scales[norm.inputs[0]], gain, offset))
        elif isinstance(layer, net.Add):
            first, second = layer.inputs
            fixed = adds.get(layer.name)
            factors = fixed.scales if fixed else (scales[first], scales[second])
            values[layer.name] = values[first] * factors[0] + values[second] * factors[1]
            scales[layer.name] = np.full(len(factors[0]), 2.0**-fixed.fraction if fixed else 1.0, np.float32)
        elif isinstance(layer, net.Pool):
            return np.asarray(values[source].mean(axis=(1, 2)) * scales[source].astype(np.float64))
        else:
            raise LowerError(f"layer {layer.name!r} ({type(layer).__name__}): has no rule here")
    raise LowerError(f"network {network.name!r}: does not end in logits")
