# SPDX-License-Identifier: Apache-2.0
"""Networks of the official ERN code (its state_dict keys, arXiv 2410.11553) as plain data.

Depths, widths, K, colours, classes and the kind of block are read from keys and shapes. Strides leave no trace there:
the stem has 2, 1, 2, 1 and the first block of every stage but the first has 2, as in every network of that code.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from flow.errors import ModelError
from flow.importer.state import COUNTER, NORM_PARTS, Outline, State
from flow.importer.tensors import Stored
from flow.lower.names import legal
from flow.lower.network import IMAGE, RAW, SCALED, Activation, Add, Convolution, Encode, Layer, Network, Pool, images
from flow.ops.base import Array
from flow.ops.thermometer_encode import official_thresholds

SHARED = 1.0 / 32.0
PIXELS = 256
BACKBONE = "backbone."
EMBEDDING = "pixel_embedding."
ROUNDING = {"float16": 2.0**-11, "bfloat16": 2.0**-8}
"""Largest relative error of rounding to a type."""


def ern_from_state(arrays: Mapping[str, Array | Stored], name: str = "ern", source: str = "state") -> Network:
    """The network of a state_dict (keys without `network.`).

    Args:
        arrays: key -> array.
        name: name of the network.
        source: what error messages call the state, a file name as a rule.

    Raises:
        ModelError: a key that is missing, unknown, of a wrong shape, NaN, or more exact than float32.
    """
    _network(Outline(arrays, source), name)  # all keys and shapes fit before any value is read
    return _network(State(arrays, source), name)


def _network(state: State, name: str) -> Network:
    builder = Builder(state)
    encode, colours = encoder(state)
    builder.layers.append(encode)
    channels = builder.stem(colours * len(encode.thresholds))
    stem = channels
    stages = []
    for stage in _contiguous(state, BACKBONE + r"layer(\d+)\.", 1, "stage"):
        blocks = _contiguous(state, rf"{BACKBONE}layer{stage}\.(\d+)\.", 0, f"block of layer{stage}")
        for block in blocks:
            prefix, stride = f"{BACKBONE}layer{stage}.{block}.", 2 if stage > 1 and block == 0 else 1
            channels = builder.residual_block(prefix, builder.last, channels, stride, block == 0)
        stages.append({"blocks": len(blocks), "width": channels // (4 if builder.bottleneck else 1)})
        state.unused_norm(f"{BACKBONE}last_bn_layer{stage}", channels)
    builder.tail(len(stages), builder.last, channels)
    classes = state.shape("conv.weight", (None, channels, 1, 1))[0]
    builder.conv("conv", builder.last, (classes, channels, 1, 1))
    builder.layers.append(Pool("pool", (builder.last,)))
    state.close()
    topology = {
        "block": "bottleneck" if builder.bottleneck else "preact", "stages": stages, "stem": stem, "classes": classes,
        "expansion": len(encode.thresholds), "colours": colours,
    }  # fmt: skip
    labels = {"source": state.source, "topology": topology, "types": state.kinds}
    return Network(name, images(colours), tuple(builder.layers), labels)


def embedding(expansion: int, colours: int) -> dict[str, Array]:
    """Constants of the pixel embedding as the official code stores them."""
    step, shape = max(1, 255 // (3 * expansion)), (1, colours, expansion, 1, 1)
    ramp = ((np.arange(expansion) + 1) / expansion - 1).reshape(1, 1, expansion, 1, 1)
    return {
        f"{EMBEDDING}w_const": np.full(shape, 1 / (step * expansion), np.float32),
        f"{EMBEDDING}b_const": ramp.astype(np.float32),
        f"{EMBEDDING}w": np.zeros(shape, np.float32),
        f"{EMBEDDING}b": np.full(shape, 1e-4, np.float32),
    }


def encoder(state: State) -> tuple[Encode, int]:
    """The encoder and the colours; thresholds are those of the stored constants for all 256 pixel values.

    Constants that are the official ones but for rounding to half precision count as the official ones: rounded, they
    would encode other codes than the network was trained with.
    """
    _, colours, expansion, _, _ = state.shape(f"{EMBEDDING}w_const", (1, None, None, 1, 1))
    expected = embedding(expansion, colours)
    official = official_thresholds(expansion)
    stored = {key: state.read(key, array.shape).astype(np.float64) for key, array in expected.items()}
    rounding = ROUNDING.get(state.kind(f"{EMBEDDING}w_const"), 0.0)
    if rounding and all((abs(stored[key] - expected[key]) <= rounding * abs(expected[key])).all() for key in expected):
        return Encode("pixel_embedding", (IMAGE,), official), colours
    slope = (stored[f"{EMBEDDING}w_const"] + stored[f"{EMBEDDING}w"]).reshape(colours, expansion)
    offset = (stored[f"{EMBEDDING}b_const"] + stored[f"{EMBEDDING}b"]).reshape(colours, expansion)
    codes = np.floor(np.clip(np.arange(PIXELS)[:, None, None] * slope - offset, 0, 4 - 1e-6))
    if (codes != codes[:, :1]).any() or (np.diff(codes, axis=0) < 0).any():
        raise ModelError(
            f"{state.source}: 'pixel_embedding' differs from colour to colour or falls; only one rising encoding is "
            "supported"
        )
    found = np.stack([(codes[:, 0] <= m).sum(axis=0) for m in range(3)], axis=1)
    same = np.array_equal(np.minimum(official, PIXELS), found)
    return Encode("pixel_embedding", (IMAGE,), official if same else found.astype(np.int64)), colours


class Builder:
    """Appends layers whose weights a state holds.

    Attributes:
        layers: the layers so far.
        bottleneck: whether blocks have three convolutions.
    """

    def __init__(self, state: State) -> None:
        self.layers: list[Layer] = []
        self.bottleneck = state.holds(r"(?:.*\.)?(?:conv3|bn3)\.")
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
            out = state.shape(f"{key}.weight", (None, channels, None, None))[0]
            stream = self.conv(key, stream, (out, channels, None, None), stride, scale)
            channels, scale = out, SCALED
            if part != "1_2":
                stream = self.norm_act(f"{BACKBONE}bn{part}", f"{BACKBONE}act{part}", stream, channels, SCALED)
        if state.holds(rf"{BACKBONE}downsample\."):
            state.same(f"{BACKBONE}downsample.0.", f"{BACKBONE}conv_downsample.", ("weight",))
            state.same(f"{BACKBONE}downsample.1.", f"{BACKBONE}bn_downsample.", (*NORM_PARTS, COUNTER))
        return channels

    def residual_block(self, prefix: str, source: str, channels: int, stride: int, down: bool | None = None) -> int:
        """Append a pre-activation block that reads the stream `source`; return its output channels.

        With a downsample (None: if the state has one) the activated tensor that it reads is raw, otherwise post-scaled.
        The first norm is called bn0 in plain blocks and bn1 in bottlenecks.
        """
        state = self._state
        down = f"{prefix}downsample.weight" in state if down is None else down
        width = state.shape(f"{prefix}conv1.weight", (None, channels, None, None))[0]
        out = 4 * width if self.bottleneck else width
        if not down and (out != channels or stride != 1):
            raise ModelError(
                f"{state.source}: '{prefix}conv1.weight' must keep {channels} channels, found {out}, stride {stride}; "
                "only the first block of a stage may change them"
            )
        entry, first = RAW if down else SCALED, 1 if self.bottleneck else 0
        a = self.norm_act(f"{prefix}bn{first}", f"{prefix}act{first}", source, channels, entry)
        if self.bottleneck:
            h = self.conv(f"{prefix}conv1", a, (width, channels, 1, 1), 1, entry)
            h = self.norm_act(f"{prefix}bn2", f"{prefix}act2", h, width, SCALED)
            h = self.conv(f"{prefix}conv2", h, (width, width, 3, 3), stride)
            h = self.norm_act(f"{prefix}bn3", f"{prefix}act3", h, width, RAW)
            h = self.conv(f"{prefix}conv3", h, (out, width, 1, 1), 1, RAW, SHARED)
        else:
            h = self.conv(f"{prefix}conv1", a, (width, channels, 3, 3), stride, entry)
            h = self.norm_act(f"{prefix}bn1", f"{prefix}act1", h, width, RAW)
            h = self.conv(f"{prefix}conv2", h, (out, width, 3, 3), 1, RAW, SHARED)
        if down:
            source = self.conv(f"{prefix}downsample", a, (out, channels, 1, 1), stride, RAW, SHARED)
        self.layers.append(Add(_name(f"{prefix}add"), (h, source)))
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
