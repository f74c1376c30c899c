# SPDX-License-Identifier: Apache-2.0
"""The ops, one file each. `OPS` is the whole list: a new op is one file and one line."""

from flow.ops.base import Folding, Op
from flow.ops.binary_conv import BinaryConv
from flow.ops.digit_pool import DigitPool
from flow.ops.global_pool import GlobalPool
from flow.ops.residual_add import ResidualAdd
from flow.ops.thermometer_encode import ThermometerEncode
from flow.ops.threshold import Threshold

OPS: dict[str, type[Op]] = {
    op.kind: op for op in (ThermometerEncode, BinaryConv, Threshold, ResidualAdd, GlobalPool, DigitPool)
}

__all__ = [
    "OPS",
    "BinaryConv",
    "DigitPool",
    "Folding",
    "GlobalPool",
    "Op",
    "ResidualAdd",
    "ThermometerEncode",
    "Threshold",
]
