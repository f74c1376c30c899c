# SPDX-License-Identifier: Apache-2.0
"""Stem, residual blocks and classifier of an ERN as functions from tensor to tensor.

Layer names are the keys of the official state dictionaries with dots as underscores (layer1.0.conv1 is layer1_0_conv1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qmodels.config import StemConv
from qmodels.layers import Activation2Bit, BinaryConv2D, ExactBatchNormalization, MeanLogits, ResidualAdd
from qmodels.quantizers import CODE_SCALE, SHARED_SCALE, Tensor


@dataclass(frozen=True)
class BlockOptions:
    """What all blocks of a network have in common. `delta` acts in the blocks, `down_delta` on the skip convolution."""

    shared_scale: float = SHARED_SCALE
    delta: float = 0.0
    down_delta: float = 0.0
    bn_momentum: float = 0.9


def norm_act(x: Tensor, bn: str, act: str, options: BlockOptions, scaled: bool, delta: float | None = None) -> Tensor:
    """BatchNormalization `bn`, then the two-bit activation `act`, post-scaled or raw."""
    x = ExactBatchNormalization(momentum=options.bn_momentum, name=bn)(x)
    return Activation2Bit(scaled, options.delta if delta is None else delta, name=act)(x)


def _downsample(a: Tensor, channels: int, stride: int, prefix: str, options: BlockOptions) -> Tensor:
    return BinaryConv2D(
        channels, 1, stride, scale=options.shared_scale, ewgs_delta=options.down_delta, name=f"{prefix}downsample"
    )(a)


def preact_block(x: Tensor, width: int, stride: int, down: bool, prefix: str, options: BlockOptions) -> Tensor:
    """PreActBlock: N x H x W x in to N x H/stride x W/stride x width (arXiv 2410.11553, figure 3).

    The downsample reads the activated tensor, which is raw then and post-scaled otherwise.
    """
    a = norm_act(x, f"{prefix}bn0", f"{prefix}act0", options, scaled=not down)
    skip = _downsample(a, width, stride, prefix, options) if down else x
    h = BinaryConv2D(
        width, 3, stride, input_scale=1.0 if down else CODE_SCALE, ewgs_delta=options.delta, name=f"{prefix}conv1"
    )(a)
    a = norm_act(h, f"{prefix}bn1", f"{prefix}act1", options, scaled=False)
    h = BinaryConv2D(width, 3, scale=options.shared_scale, ewgs_delta=options.delta, name=f"{prefix}conv2")(a)
    return ResidualAdd(name=f"{prefix}add")([h, skip])


def bottleneck_block(x: Tensor, width: int, stride: int, down: bool, prefix: str, options: BlockOptions) -> Tensor:
    """PreActBottleneck: N x H x W x in to N x H/stride x W/stride x 4*width (arXiv 2410.11553, figure 4)."""
    a = norm_act(x, f"{prefix}bn1", f"{prefix}act1", options, scaled=not down)
    skip = _downsample(a, 4 * width, stride, prefix, options) if down else x
    h = BinaryConv2D(
        width, 1, input_scale=1.0 if down else CODE_SCALE, ewgs_delta=options.delta, name=f"{prefix}conv1"
    )(a)
    a = norm_act(h, f"{prefix}bn2", f"{prefix}act2", options, scaled=True)
    h = BinaryConv2D(width, 3, stride, input_scale=CODE_SCALE, ewgs_delta=options.delta, name=f"{prefix}conv2")(a)
    a = norm_act(h, f"{prefix}bn3", f"{prefix}act3", options, scaled=False)
    h = BinaryConv2D(4 * width, 1, scale=options.shared_scale, ewgs_delta=options.delta, name=f"{prefix}conv3")(a)
    return ResidualAdd(name=f"{prefix}add")([h, skip])


BLOCKS = {"preact": preact_block, "bottleneck": bottleneck_block}


def stem(codes: Tensor, convs: Sequence[StemConv], options: BlockOptions, delta: float) -> Tensor:
    """Stem convolutions; the first reads raw pixel codes, the later ones post-scaled codes."""
    x, input_scale = codes, 1.0
    for conv in convs:
        x = BinaryConv2D(
            conv.filters, conv.kernel, conv.stride, input_scale=input_scale, ewgs_delta=delta, name=conv.name
        )(x)
        if conv.norm:
            x = norm_act(x, f"bn{conv.suffix}", f"act{conv.suffix}", options, scaled=True, delta=delta)
            input_scale = CODE_SCALE
    return x


def classifier(x: Tensor, classes: int, stage: str, options: BlockOptions, delta: float) -> Tensor:
    """Last norm and activation, 1x1 convolution to the classes, then the mean over H x W: N x classes logits."""
    a = norm_act(x, f"last_bn_{stage}", f"last_act_{stage}", options, scaled=True, delta=delta)
    x = BinaryConv2D(classes, 1, input_scale=CODE_SCALE, ewgs_delta=delta, name="conv")(a)
    return MeanLogits(name="pool")(x)
