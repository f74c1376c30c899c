# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""Joining residual streams and pooling classifier sums."""

from __future__ import annotations

import tensorflow as tf

from qmodels.quantizers import Tensor


class ResidualAdd(tf.keras.layers.Add):
    """Sum of two residual streams of one shape; exact while both are integers times the shared scale."""


class MeanLogits(tf.keras.layers.GlobalAveragePooling2D):
    """Mean over H and W after the classifier convolution: N x H x W x C to N x C float32 logits.

    Summed in float64, where sums of this many float32 values are exact, so their order does not matter.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return tf.cast(tf.reduce_mean(tf.cast(inputs, tf.float64), axis=[1, 2], keepdims=self.keepdims), tf.float32)
