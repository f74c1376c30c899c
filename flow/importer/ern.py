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
from flow.lower.network import IMAGE, RAW, SCALED, Activation, Add, Convolution, Encode, Layer, Network, Pool, images
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
    builder = Builder(state)
    encode, colours = encoder(state)
    builder.layers.append(encode)
    channels = builder.stem(colours * len(encode.thresholds))
    stages = _contiguous(state, BACKBONE + r"layer(\d+)\.", 1, "stage")
    for stage in stages:
        for block in _contiguous(state, rf"{BACKBONE}layer{stage}\.(\d+)\.", 0, f"block of layer{stage}"):
            stride = 2 if stage > 1 and block == 0 else 1
            channels = builder.residual_block(f"{BACKBONE}layer{stage}.{block}.", builder.last, channels, stride)
        if stage != stages[-1] and f"{BACKBONE}last_bn_layer{stage}.weight" in state:
            # Checkpoints hold norms of earlier stages too, which a classifier does not use.
            state.norm(f"{BACKBONE}last_bn_layer{stage}", "", "", channels)
    builder.tail(stages[-1], builder.last, channels)
    classes = len(state.read("conv.weight", (None, channels, 1, 1)))
    builder.conv("conv", builder.last, (classes, channels, 1, 1))
    builder.layers.append(Pool("pool", (builder.last,)))
    state.close()
    labels = {"source": "checkpoint", "classes": classes, "expansion": len(encode.thresholds)}
    return Network(name, images(colours), tuple(builder.layers), labels)


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


class Builder:
    """Appends layers whose weights a state holds.

    Attributes:
        layers: the layers so far.
    """

    def __init__(self, state: State) -> None:
        self.layers: list[Layer] = []
        self._state = state

    @property
    def last(self) -> str:
        """Stream of the last layer."""
        return self.layers[-1].name

    def conv(
        self,
        key: str,
        source: str,
        shape: tuple[int | None, ...],
        stride: int = 1,
        input_scale: np.float32 = SCALED,
        shared: float | None = None,
    ) -> str:
        """Append the convolution `key` of weights [out,in,kh,kw]; return its name."""
        bits, scale, padding = self._state.weights(f"{key}.weight", shape, shared)
        scale = scale * input_scale
        self.layers.append(Convolution(_name(key), (source,), bits, scale, input_scale, (stride, stride), padding))
        return self.last

    def norm_act(self, bn: str, act: str, source: str, channels: int, scale: np.float32) -> str:
        """Append norm and activation; return the latter's name."""
        norm = self._state.norm(bn, _name(bn), source, channels)
        self.layers += [norm, Activation(_name(act), (norm.name,), scale)]
        return self.last

    def stem(self, channels: int) -> int:
        """Append the four stem convolutions; return their channels."""
        state, stream, scale = self._state, self.last, RAW
        for part, stride in (("1", 2), ("2", 1), ("_downsample", 2), ("1_2", 1)):
            key = f"{BACKBONE}conv{part}"
            out = len(state.read(f"{key}.weight", (None, channels, None, None)))
            stream = self.conv(key, stream, (out, channels, None, None), stride, scale)
            channels, scale = out, SCALED
            if part != "1_2":
                stream = self.norm_act(f"{BACKBONE}bn{part}", f"{BACKBONE}act{part}", stream, channels, SCALED)
        state.same(f"{BACKBONE}downsample.0.weight", f"{BACKBONE}conv_downsample.weight")
        for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
            state.same(f"{BACKBONE}downsample.1.{part}", f"{BACKBONE}bn_downsample.{part}")
        return channels

    def residual_block(self, prefix: str, source: str, channels: int, stride: int) -> int:
        """Append a pre-activation block that reads the stream `source`; return its output channels.

        The first norm is called bn0 in plain blocks and bn1 in bottlenecks; the downsample reads the activated tensor,
        which is raw then and post-scaled otherwise.
        """
        state = self._state
        bottleneck, down = (f"{prefix}{key}.weight" in state for key in ("conv3", "downsample"))
        width = len(state.read(f"{prefix}conv1.weight", (None, channels, None, None)))
        entry, first = RAW if down else SCALED, 1 if bottleneck else 0
        a = self.norm_act(f"{prefix}bn{first}", f"{prefix}act{first}", source, channels, entry)
        if bottleneck:
            h = self.conv(f"{prefix}conv1", a, (width, channels, 1, 1), 1, entry)
            h = self.norm_act(f"{prefix}bn2", f"{prefix}act2", h, width, SCALED)
            h = self.conv(f"{prefix}conv2", h, (width, width, 3, 3), stride)
            h = self.norm_act(f"{prefix}bn3", f"{prefix}act3", h, width, RAW)
            out = len(state.read(f"{prefix}conv3.weight", (None, width, 1, 1)))
            h = self.conv(f"{prefix}conv3", h, (out, width, 1, 1), 1, RAW, SHARED)
        else:
            out = width
            h = self.conv(f"{prefix}conv1", a, (width, channels, 3, 3), stride, entry)
            h = self.norm_act(f"{prefix}bn1", f"{prefix}act1", h, width, RAW)
            h = self.conv(f"{prefix}conv2", h, (out, width, 3, 3), 1, RAW, SHARED)
        skip = source
        if down:
            skip = self.conv(f"{prefix}downsample", a, (out, channels, 1, 1), stride, RAW, SHARED)
        elif out != channels or stride != 1:
            key = f"{prefix}downsample.weight"
            raise ModelError(
                f"{state.source}: key {key!r} is missing; the block takes {channels} channels to {out}, stride {stride}"
            )
        self.layers.append(Add(_name(f"{prefix}add"), (h, skip)))
        return out

    def tail(self, stage: int, source: str, channels: int) -> str:
        """Append norm and activation of the end of a stage; return the latter's name."""
        end = f"{BACKBONE}last_{{}}_layer{stage}"
        return self.norm_act(end.format("bn"), end.format("act"), source, channels, SCALED)


def _name(key: str) -> str:
    return legal(key.removeprefix(BACKBONE))


def _contiguous(state: State, pattern: str, first: int, what: str) -> list[int]:
    """Numbers found in keys, which must be first, first + 1, ..."""
    found = state.numbers(pattern)
    if not found or found != list(range(first, first + len(found))):
        raise ModelError(f"{state.source}: expected {what} {first} and on without a gap, found {found or 'none'}")
    return found
