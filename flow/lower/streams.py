# SPDX-License-Identifier: Apache-2.0
"""Pass: what every stream holds and is worth; refuse layers whose scales do not fit each other."""

from __future__ import annotations

import numpy as np

from flow.errors import LowerError
from flow.lower.network import (
    Activation,
    Add,
    Convolution,
    Encode,
    Item,
    Network,
    Norm,
    Pool,
    Stream,
)
from flow.ops.base import Array

NEEDS = {
    Encode: (("pixels",), "pixels", "put it first"),
    Convolution: (("codes",), "codes", "put a ThermometerEncode or an Activation2Bit before it"),
    Norm: (("sums",), "sums of a convolution or a residual addition", "put it right after one"),
    Activation: (("sums", "normed"), "sums or normalised sums", "put it after a convolution, addition or norm"),
    Add: (("sums",), "sums", "add the outputs of convolutions, before normalisation and activation"),
    Pool: (("sums",), "sums of the classifier convolution", "put it right after a BinaryConv2D"),
}
HOLDS = {"normed": "normalised values", "logits": "logits"}


def trace_streams(network: Network) -> Network:
    """The network with all its streams known.

    Raises:
        LowerError: a layer that reads what it cannot, channels that do not fit, an activation and a convolution that
            disagree on what a code is worth, a residual addition of two scales.
    """
    streams = dict(network.streams)
    for layer in network.layers:
        for name in layer.inputs:
            _fits(layer, name, streams[name])
        streams[layer.name] = _output(layer, streams)
    return network.replace(network.layers, streams=streams)


def _fits(layer: Item, name: str, stream: Stream) -> None:
    kinds, expected, remedy = NEEDS[type(layer)]
    if stream.kind not in kinds:
        found = HOLDS.get(stream.kind, stream.kind)
        raise LowerError(f"layer {layer.name!r}: expected {expected}, but {name!r} gives {found}; {remedy}")
    channels = stream.channels
    if isinstance(layer, Convolution):
        channels = layer.weights.shape[3]
    elif isinstance(layer, Norm):
        channels = len(layer.gamma)
    if channels != stream.channels:
        raise LowerError(f"layer {layer.name!r}: expected {channels} channels, but {name!r} gives {stream.channels}")


def _output(layer: Item, streams: dict[str, Stream]) -> Stream:
    source = streams[layer.inputs[0]]
    if isinstance(layer, Encode):
        channels = source.channels * len(layer.thresholds)
        return Stream("codes", channels, np.ones(channels, np.float32))
    if isinstance(layer, Convolution):
        _code_scale(layer, source)
        return Stream("sums", len(layer.weights), layer.scale.astype(np.float32))
    if isinstance(layer, Norm):
        return Stream("normed", source.channels)
    if isinstance(layer, Activation):
        return Stream("codes", source.channels, np.full(source.channels, layer.scale, np.float32))
    if isinstance(layer, Add):
        return _addition(layer, streams)
    return Stream("logits", source.channels)


def _code_scale(layer: Convolution, source: Stream) -> None:
    found = np.float32(_scale(source)[0])
    if found != np.float32(layer.input_scale):
        raise LowerError(
            f"layer {layer.name!r}: expected codes worth {layer.input_scale:.8g} (its input_scale), but "
            f"{layer.inputs[0]!r} "
            f"gives codes worth {found:.8g}; set input_scale={found:.8g}, or post_scale of {layer.inputs[0]!r}"
        )


def _addition(layer: Add, streams: dict[str, Stream]) -> Stream:
    first, second = (streams[name] for name in layer.inputs)
    names = f"{layer.inputs[0]!r} and {layer.inputs[1]!r}"
    if first.channels != second.channels:
        raise LowerError(
            f"layer {layer.name!r}: {names} have {first.channels} and {second.channels} channels; they must agree"
        )
    scales = [_scale(stream) for stream in (first, second)]
    shared = scales[0][0]
    if any((scale != shared).any() for scale in scales):
        raise LowerError(
            f"layer {layer.name!r}: {names} must carry one shared constant scale, found {_text(scales[0])} and "
            f"{_text(scales[1])}; give the convolutions that end in a residual addition scale=1/32 and raw inputs"
        )
    if shared <= 0 or np.frexp(shared)[0] != 0.5:
        raise LowerError(
            f"layer {layer.name!r}: the scale shared by {names} is {shared:.8g}; only powers of two add exactly in "
            "float32, "
            "so use scale=1/32 and raw inputs (post_scale=False)"
        )
    return Stream("sums", first.channels, scales[0])


def _scale(stream: Stream) -> Array:
    assert stream.scale is not None  # codes and sums always have one
    return stream.scale


def _text(scale: Array) -> str:
    low, high = float(scale.min()), float(scale.max())
    return f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g} by channel"
