# SPDX-License-Identifier: Apache-2.0
"""Networks of the official ERN code (its state_dict keys, arXiv 2410.11553) as plain data.

Depths, widths, K, colours, classes and the kind of block are read from keys and shapes. Strides leave no trace there:
the stem has 2, 1, 2, 1 and the first block of every stage but the first has 2, as in every network of that code.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from flow.errors import ModelError
from flow.importer.state import State
from flow.lower.names import legal
from flow.lower.network import IMAGE, RAW, SCALED, Activation, Add, Encode, Layer, Network, Pool, images
from flow.ops.base import Array
from flow.ops.thermometer_encode import official_thresholds

SHARED = 1.0 / 32.0
PIXELS = 256
BACKBONE = "backbone."


def ern_from_state(arrays: Mapping[str, Array], name: str = "ern", source: str = "state") -> Network:
    """The network of a state_dict (keys without `network.`).

    Args:
        arrays: key -> array.
        name: name of the network.
        source: what error messages call the state, a file name as a rule.

    Raises:
        ModelError: a key that is missing, unknown, of a wrong shape, or NaN.
    """
    state = State(arrays, source)
    encode, colours = encoder(state)
    layers: list[Layer] = [encode]
    channels = _stem(state, layers, colours * len(encode.thresholds))
    stages = _contiguous(state, BACKBONE + r"layer(\d+)\.", 1, "stage")
    for stage in stages:
        blocks = _contiguous(state, rf"{BACKBONE}layer{stage}\.(\d+)\.", 0, f"block of layer{stage}")
        for block in blocks:
            prefix = f"{BACKBONE}layer{stage}.{block}."
            channels = residual_block(
                state, layers, prefix, layers[-1].name, channels, 2 if stage > 1 and block == 0 else 1
            )
        if stage != stages[-1]:
            _unused_tail(state, stage, channels)
    classes = _classifier(state, layers, stages[-1], channels)
    state.close()
    labels = {"source": "checkpoint", "classes": classes, "expansion": len(encode.thresholds)}
    return Network(name, images(colours), tuple(layers), labels)


def residual_block(state: State, layers: list[Layer], prefix: str, source: str, channels: int, stride: int) -> int:
    """Append a pre-activation block that reads the stream `source`; return its output channels.

    The first norm is called bn0 in plain blocks and bn1 in bottlenecks; the downsample reads the activated tensor.
    """
    bottleneck = f"{prefix}conv3.weight" in state
    first = 1 if bottleneck else 0
    down = f"{prefix}downsample.weight" in state
    width = len(state.read(f"{prefix}conv1.weight", (None, channels, None, None)))
    entry = RAW if down else SCALED
    activated = norm_act(state, layers, prefix, first, source, channels, entry)
    if bottleneck:
        h = _conv(state, layers, prefix, "conv1", activated, (width, channels, 1, 1), 1, entry)
        h = norm_act(state, layers, prefix, 2, h, width, SCALED)
        h = _conv(state, layers, prefix, "conv2", h, (width, width, 3, 3), stride, SCALED)
        h = norm_act(state, layers, prefix, 3, h, width, RAW)
        out = len(state.read(f"{prefix}conv3.weight", (None, width, 1, 1)))
        h = _conv(state, layers, prefix, "conv3", h, (out, width, 1, 1), 1, RAW, SHARED)
    else:
        h = _conv(state, layers, prefix, "conv1", activated, (width, channels, 3, 3), stride, entry)
        h = norm_act(state, layers, prefix, 1, h, width, RAW)
        out = width
        h = _conv(state, layers, prefix, "conv2", h, (out, width, 3, 3), 1, RAW, SHARED)
    skip = source
    if down:
        skip = _conv(state, layers, prefix, "downsample", activated, (out, channels, 1, 1), stride, RAW, SHARED)
    elif out != channels or stride != 1:
        raise ModelError(
            f"{state.source}: key '{prefix}downsample.weight' is missing; the block turns {channels} channels into "
            f"{out}"
        )
    layers.append(Add(_name(f"{prefix}add"), (h, skip)))
    return out


def norm_act(
    state: State, layers: list[Layer], prefix: str, number: int | str, source: str, channels: int, scale: np.float32
) -> str:
    """Append norm bn<number> and activation act<number>; return the latter's name."""
    norm = state.norm(f"{prefix}bn{number}", _name(f"{prefix}bn{number}"), source, channels)
    layers += [norm, Activation(_name(f"{prefix}act{number}"), (norm.name,), scale)]
    return layers[-1].name


def _name(key: str) -> str:
    return legal(key.removeprefix(BACKBONE))


def _conv(
    state: State,
    layers: list[Layer],
    prefix: str,
    key: str,
    source: str,
    shape: tuple[int | None, ...],
    stride: int,
    input_scale: np.float32,
    shared: float | None = None,
) -> str:
    layers.append(state.convolution(prefix + key, _name(prefix + key), source, shape, stride, input_scale, shared))
    return layers[-1].name


def encoder(state: State) -> tuple[Encode, int]:
    """The encoder and the colours; thresholds are those of the stored constants for all 256 pixel values."""
    key = "pixel_embedding."
    slope = state.read(f"{key}w_const", (1, None, None, 1, 1))
    _, colours, expansion, _, _ = slope.shape
    full = (1, colours, expansion, 1, 1)
    slope = slope.astype(np.float64) + state.read(f"{key}w", full)
    offset = state.read(f"{key}b_const", (1, 1, expansion, 1, 1)).astype(np.float64) + state.read(f"{key}b", full)
    pixels = np.arange(PIXELS)[:, None, None]
    real = pixels * slope.reshape(colours, expansion) - offset.reshape(colours, expansion)
    codes = np.floor(np.clip(real, 0, 4 - 1e-6))
    if (codes != codes[:, :1]).any() or (np.diff(codes, axis=0) < 0).any():
        raise ModelError(
            f"{state.source}: 'pixel_embedding' differs from colour to colour or falls; only one rising encoding is "
            "supported"
        )
    official = official_thresholds(expansion)
    found = np.stack([(codes[:, 0] <= m).sum(axis=0) for m in range(3)], axis=1)
    same = np.array_equal(np.minimum(official, PIXELS), found)
    return Encode("pixel_embedding", (IMAGE,), official if same else found.astype(np.int64)), colours


def _stem(state: State, layers: list[Layer], channels: int) -> int:
    """Append the four stem convolutions; return their channels."""
    stream, scale = layers[-1].name, RAW
    for key, stride in (("conv1", 2), ("conv2", 1), ("conv_downsample", 2), ("conv1_2", 1)):
        stream = _conv(state, layers, BACKBONE, key, stream, (None, channels, None, None), stride, scale)
        channels, scale = len(state.read(f"{BACKBONE}{key}.weight")), SCALED
        if key != "conv1_2":
            stream = norm_act(state, layers, BACKBONE, key.removeprefix("conv"), stream, channels, SCALED)
    state.same(f"{BACKBONE}downsample.0.weight", f"{BACKBONE}conv_downsample.weight")
    for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
        state.same(f"{BACKBONE}downsample.1.{part}", f"{BACKBONE}bn_downsample.{part}")
    return channels


def _classifier(state: State, layers: list[Layer], stage: int, channels: int) -> int:
    """Append last norm and activation, classifier and pooling; return the number of classes."""
    tail(state, layers, stage, layers[-1].name, channels)
    stream = _conv(state, layers, "", "conv", layers[-1].name, (None, channels, 1, 1), 1, SCALED)
    layers.append(Pool("pool", (stream,)))
    return len(state.read("conv.weight"))


def tail(state: State, layers: list[Layer], stage: int, source: str, channels: int) -> None:
    """Append norm and activation of the end of a stage."""
    norm = state.norm(f"{BACKBONE}last_bn_layer{stage}", f"last_bn_layer{stage}", source, channels)
    layers += [norm, Activation(f"last_act_layer{stage}", (norm.name,), SCALED)]


def _unused_tail(state: State, stage: int, channels: int) -> None:
    """Checkpoints hold norms of earlier stages too, which a classifier does not use."""
    key = f"{BACKBONE}last_bn_layer{stage}"
    if f"{key}.weight" in state:
        state.norm(key, key, "", channels)


def _contiguous(state: State, pattern: str, first: int, what: str) -> list[int]:
    """Numbers found in keys, which must be first, first + 1, ..."""
    found = state.numbers(pattern)
    if not found or found != list(range(first, first + len(found))):
        raise ModelError(f"{state.source}: expected {what} {first} and on without a gap, found {found or 'none'}")
    return found
