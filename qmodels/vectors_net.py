# SPDX-License-Identifier: Apache-2.0
"""Official vectors of whole networks: inference of every stream, and one training step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from qmodels.blocks import BlockOptions, norm_act
from qmodels.ern import build
from qmodels.layers import Activation2Bit, BinaryConv2D, ExactBatchNormalization
from qmodels.official import config_of, layer_name, load_layers
from qmodels.quantizers import SHARED_SCALE

Arrays = Mapping[str, npt.NDArray[Any]]
Pair = tuple[str, npt.NDArray[Any], float]

LOGIT_LIMIT = 1e-5  # absolute
STEM = 1e-6  # of the largest value: scales of channels are summed in another order
GRADIENT = 1e-4
STATISTICS = 1e-5

# What the official recipe uses where the description of a training step does not say.
_STEP_DEFAULTS = {"lr": 4e-4, "eps": 1e-4, "weight decay": 1e-5, "EWGS delta": 0.01}
_BETAS = (0.9, 0.999)


def as_torch(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Kernels [kh, kw, in, out] as [out, in, kh, kw]; vectors as they are."""
    return value.transpose(3, 2, 0, 1) if value.ndim == 4 else value


def parameters(layers: Iterable[tf.keras.layers.Layer], key: Callable[[Any], str]) -> Iterator[tuple[str, Any]]:
    """Official parameter names and Keras variables of our layers; `key` gives the official module of a layer."""
    for layer in layers:
        if isinstance(layer, BinaryConv2D):
            yield f"{key(layer)}.weight", layer.kernel
        elif isinstance(layer, ExactBatchNormalization):
            yield f"{key(layer)}.weight", layer.gamma
            yield f"{key(layer)}.bias", layer.beta
            yield f"{key(layer)}.running_mean", layer.moving_mean
            yield f"{key(layer)}.running_var", layer.moving_variance


def with_tails(state: Arrays, delta: float, data: Arrays) -> tf.keras.Model:
    """Network of a state dictionary with one output a layer, and with the tails a classifier leaves unused."""
    config = config_of(state, ewgs_delta=delta)
    model = build(config, (int(data["x"].shape[2]), int(data["x"].shape[3])))
    outputs = {layer.name: layer.output for layer in model.layers}
    for index, stage in enumerate(config.stages, 1):
        if f"backbone.last_bn_layer{index}.weight" in state and f"last_bn_layer{index}" not in outputs:
            end = outputs[f"layer{index}_{stage.blocks - 1}_add"]
            outputs[f"last_act_layer{index}"] = norm_act(
                end, f"last_bn_layer{index}", f"last_act_layer{index}", BlockOptions(), scaled=True, delta=delta
            )
    whole = tf.keras.Model(model.input, outputs)
    load_layers(whole.layers, state)
    return whole


def run(state: Arrays, data: Arrays) -> Iterator[Pair]:
    """Inference on data["x"]: codes, streams and classifier sums exactly, logits within 1e-5."""
    model = with_tails(state, 0.0, data)
    layers = {layer.name: layer for layer in model.layers}
    images = np.ascontiguousarray(data["x"].transpose(0, 2, 3, 1))
    out = {name: value.numpy() for name, value in model(images).items()}
    last_act = next(name for name in out if name.startswith("last_act") and f"{name.replace('act', 'bn')}" in out)
    for key in data:
        if match := re.fullmatch(r"layer(\d+)_int", key):
            block = max(int(m[1]) for n in out if (m := re.fullmatch(rf"layer{match[1]}_(\d+)_add", n)))
            yield key, _nchw(out[f"layer{match[1]}_{block}_add"]) / SHARED_SCALE, 0.0
        elif key == "last_codes" or key.startswith("codes/"):
            name = last_act if key == "last_codes" else layer_name(key.removeprefix("codes/"))
            yield key, codes(layers[name], out[name]), 0.0
        elif key == "stem_out":
            yield key, _nchw(out["conv1_2"]), STEM
        elif key in ("logits", "logits_fp64"):
            near = np.abs(out["pool"] - data[key]) <= LOGIT_LIMIT
            yield key, np.where(near, data[key], np.nan), 0.0
        elif key == "logits_intsum":
            yield key, _classifier_sum(layers["conv"], out["conv"]), 0.0


def _nchw(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return x.transpose(0, 3, 1, 2)


def codes(layer: Activation2Bit, out: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Codes N x C x H x W of an activation's output N x H x W x C; NaN where it is no code times the scale."""
    found = np.rint(out / layer.output_scale)
    # A value that is not exactly a code times the scale is wrong, not nearly right.
    exact = out == found.astype(np.float32) * np.float32(layer.output_scale)
    return _nchw(np.where(exact, found, np.nan))


def _classifier_sum(layer: BinaryConv2D, out: npt.NDArray[Any]) -> npt.NDArray[Any]:
    scale = layer.output_scale()
    acc = np.rint(out.astype(np.float64) / np.where(scale == 0, 1, scale))
    exact = out == acc.astype(np.float32) * scale
    return np.asarray(np.where(exact, acc, np.nan).sum(axis=(1, 2)))


def train_step(state: Arrays, data: Arrays, holds: str) -> Iterator[Pair]:
    """One step of the official recipe (cross entropy, Adam with coupled decay); `holds` describes its numbers."""
    step = {
        name: float(m[1]) if (m := re.search(rf"{name} ([\d.e-]+\d)", holds)) else default
        for name, default in _STEP_DEFAULTS.items()
    }
    before = {**state, **{k.removeprefix("bn_before/"): v for k, v in data.items() if k.startswith("bn_before/")}}
    model = with_tails(before, step["EWGS delta"], data)
    with tf.GradientTape() as tape:
        logits = model(np.ascontiguousarray(data["x"].transpose(0, 2, 3, 1)), training=True)["pool"]
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(data["labels"], logits))
    weights = model.trainable_variables
    gradients = {id(w): g for w, g in zip(weights, tape.gradient(loss, weights), strict=True)}
    yield "logits", logits.numpy(), GRADIENT
    yield "loss", loss.numpy(), GRADIENT
    keys = {layer_name(k.rpartition(".")[0]): k.rpartition(".")[0] for k in state if ".downsample.0" not in k}
    twice = "backbone.downsample.1."  # the official code registers this norm under two names
    for array, variable in parameters(model.layers, lambda layer: keys[layer.name]):
        value, gradient = as_torch(variable.numpy()), gradients.get(id(variable))
        if gradient is not None:
            gradient = as_torch(gradient.numpy())
            if f"grad/{array}" in data:
                yield f"grad/{array}", gradient, GRADIENT
            value = _adam(value, gradient, step)
        for name in {array, array.replace("backbone.bn_downsample.", twice)}:
            if f"after/{name}" in data:
                yield f"after/{name}", value, STATISTICS if "running" in name else GRADIENT


def _adam(value: npt.NDArray[Any], gradient: npt.NDArray[Any], step: Mapping[str, float]) -> npt.NDArray[Any]:
    """First step of PyTorch's Adam from zero moments; decay only on parameters of more than one dimension."""
    g = gradient.astype(np.float64) + (step["weight decay"] * value if value.ndim > 1 else 0.0)
    first, second = (1 - _BETAS[0]) * g, (1 - _BETAS[1]) * g * g
    size = first / (1 - _BETAS[0]) / (np.sqrt(second / (1 - _BETAS[1])) + step["eps"])
    return np.asarray((value - step["lr"] * size).astype(np.float32))
