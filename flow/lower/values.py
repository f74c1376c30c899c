# SPDX-License-Identifier: Apache-2.0
"""Pass: refuse arrays that no network has (NaN, weights that are not bits, shapes that do not fit each other)."""

from __future__ import annotations

import numpy as np

from flow.errors import LowerError
from flow.lower.network import Convolution, Encode, Network, Norm
from flow.ops.base import Array


def sound_values(network: Network) -> Network:
    """The same network; LowerError names the layer and the array that is not sound."""
    for layer in network.layers:
        if isinstance(layer, Convolution):
            _convolution(layer)
        elif isinstance(layer, Norm):
            _norm(layer)
        elif isinstance(layer, Encode) and (layer.thresholds.ndim != 2 or layer.thresholds.shape[1] != 3):
            raise LowerError(f"layer {layer.name!r}: thresholds must be [K,3], found {list(layer.thresholds.shape)}")
    return network


def _finite(layer: str, what: str, array: Array) -> None:
    bad = ~np.isfinite(array)
    if bad.any():
        place = [int(index) for index in np.argwhere(bad)[0]]
        raise LowerError(
            f"layer {layer!r}: {what} holds {array[tuple(place)]} at {place} ({int(bad.sum())} of {array.size} "
            "values are "
            "not finite); retrain or load other weights"
        )


def _convolution(layer: Convolution) -> None:
    weights = layer.weights
    if weights.ndim != 4 or not weights.size:
        raise LowerError(f"layer {layer.name!r}: weights must be [out,kh,kw,in], found {list(weights.shape)}")
    if not np.isin(weights, (0, 1)).all():
        raise LowerError(
            f"layer {layer.name!r}: weights are not binary; expected bits 0 and 1, found {np.unique(weights)[:4]}"
        )
    if layer.scale.shape != (weights.shape[0],):
        raise LowerError(f"layer {layer.name!r}: scale must be [{weights.shape[0]}], found {list(layer.scale.shape)}")
    _finite(layer.name, "scale", layer.scale)
    if (layer.scale < 0).any():
        raise LowerError(f"layer {layer.name!r}: scale must not be negative, found {layer.scale.min()}")


def _norm(layer: Norm) -> None:
    for what in ("gamma", "beta", "mean", "variance"):
        array = getattr(layer, what)
        if array.shape != layer.gamma.shape or array.ndim != 1:
            raise LowerError(
                f"layer {layer.name!r}: {what} must be {list(layer.gamma.shape)}, found {list(array.shape)}"
            )
        _finite(layer.name, what, array)
    if (layer.variance < 0).any():
        raise LowerError(f"layer {layer.name!r}: variance must not be negative, found {layer.variance.min()}")
    if not layer.epsilon >= 0 or not (layer.variance.astype(np.float64) + layer.epsilon > 0).all():
        raise LowerError(f"layer {layer.name!r}: variance + epsilon must be positive, epsilon is {layer.epsilon}")
