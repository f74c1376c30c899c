# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""Pixels to two-bit codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from flow.errors import ModelError
from qmodels.layers.policy import require_float32
from qmodels.pixels import CONVENTIONS, pixel_thresholds
from qmodels.quantizers import Tensor


class ThermometerEncode(tf.keras.layers.Layer):
    """Turn uint8 pixels into `expansion` two-bit codes a colour (arXiv 2410.11553, section 3.3).

    Input N x H x W x C of pixel values 0..255 (uint8, another integer type, or float holding such values); output
    N x H x W x C*K float32 codes 0..3, channel `colour*K + i`. `convention` is "official" (a pixel must exceed the
    threshold of the paper's formula, as the published code does) or "paper" (reaching it is enough). No weights, and no
    gradient flows to the image.
    """

    def __init__(self, expansion: int, convention: str = "official", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.expansion = int(expansion)
        self.convention = convention
        if self.expansion < 1:
            raise ModelError(f"layer {self.name}: expansion must be at least 1, found {expansion}")
        if convention not in CONVENTIONS:
            raise ModelError(
                f"layer {self.name}: convention must be one of {', '.join(CONVENTIONS)}, found {convention}"
            )
        self._autocast = False  # integer images must reach call() as they are

    @property
    def thresholds(self) -> npt.NDArray[np.int64]:
        """Integer thresholds [expansion, 3]: code = how many the pixel reaches (>=)."""
        return pixel_thresholds(self.expansion, self.convention)

    def build(self, input_shape: Any) -> None:
        require_float32(self)
        if len(input_shape) != 4 or input_shape[-1] is None:
            raise ModelError(
                f"layer {self.name}: expected images N x H x W x C with C known, found {tuple(input_shape)}"
            )
        super().build(input_shape)

    def call(self, inputs: Tensor) -> Tensor:
        pixels = tf.expand_dims(tf.cast(inputs, tf.float32), -1)
        codes = tf.add_n([tf.cast(pixels >= self.thresholds[:, m].astype(np.float32), tf.float32) for m in range(3)])
        shape = tf.shape(inputs)
        channels = inputs.shape[-1] * self.expansion
        codes = tf.reshape(codes, [shape[0], shape[1], shape[2], channels])
        codes.set_shape([*inputs.shape[:-1], channels])
        return tf.stop_gradient(codes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tf.TensorShape([*input_shape[:-1], input_shape[-1] * self.expansion])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "expansion": self.expansion, "convention": self.convention}
