# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""BatchNormalization with one result on every path."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from flow.errors import ModelError
from qmodels.layers.policy import require_float32
from qmodels.quantizers import Tensor

FloatArray = npt.NDArray[np.float32]
BN_EPSILON = 1e-5


class ExactBatchNormalization(tf.keras.layers.BatchNormalization):
    """BatchNormalization over the last axis of N x H x W x C whose inference gives one float, however it is run.

    Inference: A = gamma/sqrt(var+eps) and B = beta - mean*A in float64, each rounded once to float32, then
    float32(float64(x)*A + B). The product is exact in float64, so a fused multiply-add cannot change the result.
    Training: normalise with the biased batch variance, store the unbiased one (as PyTorch does).
    """

    def __init__(self, momentum: float = 0.9, epsilon: float = BN_EPSILON, **kwargs: Any) -> None:
        for fixed, value in (("axis", -1), ("center", True), ("scale", True)):
            found = kwargs.pop(fixed, value)
            found = found[0] if isinstance(found, (list, tuple)) and len(found) == 1 else found
            if found != value and not (fixed == "axis" and found == 3):
                raise ModelError(
                    f"layer {kwargs.get('name', 'batch_normalization')}: {fixed} must be {value}, found {found}"
                )
        super().__init__(axis=-1, momentum=momentum, epsilon=epsilon, **kwargs)

    def build(self, input_shape: Any) -> None:
        require_float32(self)
        if len(input_shape) != 4:
            raise ModelError(f"layer {self.name}: expected N x H x W x C, found {tuple(input_shape)}")
        super().build(input_shape)

    def affine(self) -> tuple[FloatArray, FloatArray]:
        """The float32 pair A, B ([C] each) of the inference rule, computed as call() computes it."""
        a, b = self._affine()
        return a.numpy(), b.numpy()

    def _affine(self) -> tuple[Tensor, Tensor]:
        gamma, beta, mean, var = (
            tf.cast(v, tf.float64) for v in (self.gamma, self.beta, self.moving_mean, self.moving_variance)
        )
        # Neither maximum changes a value. The first keeps optimisers from rewriting x/sqrt(v) as x*rsqrt(v), which
        # rounds twice; the second keeps the product apart from the subtraction, so that no fused multiply-add forms.
        a = gamma / tf.maximum(tf.sqrt(var + self.epsilon), 1e-30)
        b = beta - tf.maximum(mean * a, tf.float64.min)
        return tf.cast(a, tf.float32), tf.cast(b, tf.float32)

    def call(self, inputs: Tensor, training: Any = None) -> Tensor:
        if training is None:
            training = tf.keras.backend.learning_phase()
        if not self.trainable:
            training = False
        if isinstance(training, (bool, int)):
            return self._train(inputs) if training else self._infer(inputs)
        return tf.cond(tf.cast(training, tf.bool), lambda: self._train(inputs), lambda: self._infer(inputs))

    def _infer(self, x: Tensor) -> Tensor:
        a, b = (tf.cast(v, tf.float64) for v in self._affine())
        return tf.cast(tf.cast(x, tf.float64) * a + b, tf.float32)

    def _train(self, x: Tensor) -> Tensor:
        # The raw op: the public wrapper silently raises epsilon to 1.001e-5. Its variance output is the unbiased one.
        out = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=self.gamma,
            offset=self.beta,
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, batch in ((self.moving_mean, out.batch_mean), (self.moving_variance, out.batch_variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
        return out.y
