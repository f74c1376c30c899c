# SPDX-License-Identifier: Apache-2.0
"""Official state dictionaries (PyTorch names, NCHW) and the Keras networks made of them.

A key such as `backbone.layer1.0.conv1.weight` belongs to the layer `layer1_0_conv1`; kernels go from [out, in, kh, kw]
to [kh, kw, in, out].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from flow.errors import ModelError
from qmodels.config import ErnConfig, Stage, StemConv
from qmodels.layers import BinaryConv2D, ExactBatchNormalization

State = Mapping[str, npt.NDArray[Any]]

# Strides are not in a state dictionary; these are the official stem's.
_STEM_STRIDES = {"conv1": 2, "conv2": 1, "conv_downsample": 2, "conv1_2": 1}
_BN_KEYS = ("weight", "bias", "running_mean", "running_var")


def layer_name(key: str) -> str:
    """Keras layer name of an official module or parameter key without its last part, e.g. backbone.bn1 -> bn1."""
    return key.removeprefix("network.").removeprefix("backbone.").replace(".", "_")


def kernel(weight: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Kernel [kh, kw, in, out] of a PyTorch weight [out, in, kh, kw]."""
    return np.ascontiguousarray(np.asarray(weight, np.float32).transpose(2, 3, 1, 0))


def load_layers(layers: Iterable[tf.keras.layers.Layer], state: State, prefix: str = "") -> None:
    """Set the weights of our convolutions and norms from official keys.

    `prefix` stands before every key. Keys without a layer are left alone (unused tails, duplicates); ModelError for a
    layer without a key or with a weight of another shape.
    """
    keys = {
        layer_name(k.removeprefix(prefix).rpartition(".")[0]): k.rpartition(".")[0]
        for k in state
        if k.startswith(prefix)
    }
    for layer in layers:
        if not isinstance(layer, BinaryConv2D | ExactBatchNormalization):
            continue
        if layer.name not in keys:
            raise ModelError(
                f"layer {layer.name}: expected a key for it in the state dictionary, found none; the network "
                "has another topology"
            )
        names = ("weight",) if isinstance(layer, BinaryConv2D) else _BN_KEYS
        found = [np.asarray(state[f"{keys[layer.name]}.{n}"], np.float32) for n in names]
        found = [kernel(v) for v in found] if isinstance(layer, BinaryConv2D) else found
        for have, want in zip(found, layer.get_weights(), strict=True):
            if have.shape != want.shape:
                raise ModelError(
                    f"layer {layer.name}: expected a weight of shape {want.shape}, found {have.shape}; the "
                    "network has another topology"
                )
        layer.set_weights(found)


def model_of(state: State, name: str, convention: str = "official") -> tf.keras.Model:
    """Keras model with the weights of a state dictionary. ModelError if it is not an ERN's."""
    from qmodels.ern import build

    config = config_of(state, name).with_options(convention=convention)
    model = build(config)
    load_layers(model.layers, state)
    return model


def config_of(state: State, name: str = "official", ewgs_delta: float = 0.01) -> ErnConfig:
    """Network of a state dictionary, read off its keys and shapes. ModelError if it is not an ERN's."""
    try:
        stages = []
        for index in range(1, 1 + max(int(m[1]) for k in state if (m := re.match(r"backbone\.layer(\d+)\.", k)))):
            pattern = re.compile(rf"backbone\.layer{index}\.(\d+)\.")
            blocks = 1 + max(int(m[1]) for k in state if (m := pattern.match(k)))
            width = int(state[f"backbone.layer{index}.0.conv1.weight"].shape[0])
            stages.append(Stage(blocks, width, 1 if index == 1 else 2))
        stem = tuple(
            StemConv(n, int(w.shape[0]), int(w.shape[2]), stride, norm=n != "conv1_2")
            for n, stride in _STEM_STRIDES.items()
            for w in (state[f"backbone.{n}.weight"],)
        )
        _, colours, expansion = state["pixel_embedding.w_const"].shape[:3]
        block = "preact" if "backbone.layer1.0.bn0.weight" in state else "bottleneck"
        classes = int(state["conv.weight"].shape[0])
    except (KeyError, ValueError) as err:
        raise ModelError(
            f"state dictionary {name}: expected the keys of an Efficiera Residual Network, missing {err}"
        ) from err
    return ErnConfig(
        name, (256, 256, int(colours)), int(expansion), stem, tuple(stages), classes, block=block, ewgs_delta=ewgs_delta
    )
