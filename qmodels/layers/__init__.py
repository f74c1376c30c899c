# SPDX-License-Identifier: Apache-2.0
"""Keras layers of an Efficiera Residual Network whose inference is integer arithmetic in disguise.

Every layer is a subclass of the QKeras or Keras layer a user would expect, with the same weights. In inference the
value of every activation is decided by integers and by single float32 or float64 roundings that no compiler may
reorder, so eager, frozen, compiled and batched runs agree bit for bit with each other and with the integer graph.
All layers use NHWC and the float32 policy.
"""

from __future__ import annotations

from typing import Any

from qmodels.layers.activation import Activation2Bit
from qmodels.layers.conv import BinaryConv2D
from qmodels.layers.encode import ThermometerEncode
from qmodels.layers.norm import BN_EPSILON, ExactBatchNormalization
from qmodels.layers.streams import MeanLogits, ResidualAdd
from qmodels.quantizers import QUANTIZERS

LAYERS = (ThermometerEncode, BinaryConv2D, Activation2Bit, ExactBatchNormalization, ResidualAdd, MeanLogits)
CUSTOM_OBJECTS: dict[str, Any] = {**{c.__name__: c for c in LAYERS}, **QUANTIZERS}
"""What `tf.keras.models.load_model(..., custom_objects=CUSTOM_OBJECTS)` needs."""

__all__ = [
    "BN_EPSILON",
    "CUSTOM_OBJECTS",
    "LAYERS",
    "Activation2Bit",
    "BinaryConv2D",
    "ExactBatchNormalization",
    "MeanLogits",
    "ResidualAdd",
    "ThermometerEncode",
]
