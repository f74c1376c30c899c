# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""Quantizers of an Efficiera Residual Network: one-bit weights, two-bit activations, EWGS gradients.

Forward rules and gradients are those of the official training code (arXiv 2410.11553, sections 3.1 and 3.2), which
rounds half up with a maximum of 2.0 where the paper's equation 4 floors. EWGS (element-wise gradient scaling) changes
the straight-through gradient g to `g * (1 + delta * sign(g) * (input - output))`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from qkeras.quantizers import BaseQuantizer

# Smallest float32 that reaches code 1, 2, 3. The first is one ulp below 1/3: that is what multiplying by 1.5 and adding
# 0.5 in float32 gives, and one comparison with a constant cannot depend on how a compiler contracts the two.
CODE_THRESHOLDS: tuple[float, float, float] = tuple(  # type: ignore[assignment]
    float(v) for v in np.array([0x3EAAAAAA, 0x3F800000, 0x3FD55555], np.uint32).view(np.float32)
)
# What one code is worth outside the layers when it is post-scaled (float32 0x3F2AAAAB).
CODE_SCALE = float(np.float32(2.0 / 3.0))
SHARED_SCALE = 1.0 / 32.0
ACTIVATION_MAX = 2.0

Tensor = Any  # TensorFlow ships no types


def _below_zero(x: Tensor) -> Tensor:
    """x < 0 by the bits of a float32: TensorFlow's comparisons take the smallest negative numbers (subnormal) for 0."""
    bits = tf.bitcast(x, tf.int32)
    return tf.logical_and(bits < 0, tf.not_equal(bits, tf.int32.min))


def weight_sign(w: Tensor) -> Tensor:
    """+1.0 where w >= 0 (both zeros count as +1), else -1.0; float32, shape of w."""
    return tf.where(_below_zero(w), -1.0, 1.0)


def ewgs(g: Tensor, x: Tensor, out: Tensor, delta: float) -> Tensor:
    """Scale the gradient g by its quantization error: g * (1 + delta * sign(g) * (x - out)); delta 0 returns g."""
    if delta == 0.0:
        return g
    return g * (1.0 + delta * tf.sign(g) * (x - out))


def activation_codes(x: Tensor) -> Tensor:
    """Codes 0.0..3.0 (float32) of real values x: how many of the three constants each value reaches (NaN none)."""
    one, two, three = (tf.cast(x >= t, tf.float32) for t in CODE_THRESHOLDS)
    return one + two + three


class _BinaryWeight(BaseQuantizer):
    """Base of the one-bit weight quantizers; subclasses say what a weight is worth."""

    bits = 1
    # QKeras replaces initializer and constraint where alpha is a number; latent weights stay free.
    alpha = "auto"

    def __init__(self, ewgs_delta: float = 0.0) -> None:
        super().__init__()
        self.ewgs_delta = float(ewgs_delta)

    def scale(self, w: Tensor) -> Tensor:
        """Value of a +1 weight, one a output channel: float32 [out], for w of shape [kh, kw, in, out]."""
        raise NotImplementedError("a weight quantizer must define scale()")

    def __call__(self, w: Tensor) -> Tensor:
        """Quantized weights sign(w) * scale, shape of w, float32."""

        @tf.custom_gradient
        def quantize(w: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
            q = weight_sign(w) * self.scale(w)

            def grad(g: Tensor) -> Tensor:
                return ewgs(g, w, q, self.ewgs_delta)

            return q, grad

        return quantize(tf.convert_to_tensor(w))

    def get_config(self) -> dict[str, Any]:
        return {"ewgs_delta": self.ewgs_delta}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> _BinaryWeight:
        return cls(**config)

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"


class BinaryMeanWeight(_BinaryWeight):
    """sign(w) times the mean of |w| over an output channel (XNOR-Net scale); no gradient through the mean."""

    def scale(self, w: Tensor) -> Tensor:
        # Summed in float64 and rounded once: the order of a float32 sum, which differs between eager and compiled
        # code, would move the last bit.
        return tf.cast(tf.reduce_mean(tf.cast(tf.abs(w), tf.float64), axis=[0, 1, 2]), tf.float32)


class BinarySharedWeight(_BinaryWeight):
    """sign(w) times one constant for all channels, so that residual streams are integers times that constant."""

    def __init__(self, constant: float = SHARED_SCALE, ewgs_delta: float = 0.0) -> None:
        super().__init__(ewgs_delta)
        self.constant = float(np.float32(constant))

    def scale(self, w: Tensor) -> Tensor:
        return tf.fill([w.shape[-1]], tf.constant(self.constant, tf.float32))

    def get_config(self) -> dict[str, Any]:
        return {"constant": self.constant, "ewgs_delta": self.ewgs_delta}


class Quantized2Bit(BaseQuantizer):
    """Half-wave quantizer to codes 0..3: thresholds 1/3, 1, 5/3; output raw codes or codes times 2/3.

    The gradient passes for 0 <= x <= 2, both ends included; it is 1.5 times as large for raw codes.
    """

    bits = 2

    def __init__(self, post_scale: bool = True, ewgs_delta: float = 0.0) -> None:
        super().__init__()
        self.post_scale = bool(post_scale)
        self.ewgs_delta = float(ewgs_delta)

    @property
    def output_scale(self) -> float:
        """What one code is worth in the output: 2/3 (as float32) or 1."""
        return CODE_SCALE if self.post_scale else 1.0

    def __call__(self, x: Tensor) -> Tensor:
        """Quantize x (float32, any shape); the result has its shape."""

        @tf.custom_gradient
        def quantize(x: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
            out = activation_codes(x)
            if self.post_scale:
                out = out * CODE_SCALE

            def grad(g: Tensor) -> Tensor:
                passed = tf.where(tf.logical_or(_below_zero(x), x > ACTIVATION_MAX), 0.0, g)
                if not self.post_scale:
                    passed = passed * 1.5
                return ewgs(passed, x, out, self.ewgs_delta)

            return out, grad

        return quantize(tf.convert_to_tensor(x))

    def max(self) -> float:
        """Largest output."""
        return 3 * self.output_scale

    def min(self) -> float:
        """Smallest output."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        return {"post_scale": self.post_scale, "ewgs_delta": self.ewgs_delta}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Quantized2Bit:
        return cls(**config)

    def __str__(self) -> str:
        return f"Quantized2Bit(post_scale={self.post_scale}, ewgs_delta={self.ewgs_delta})"


QUANTIZERS = {c.__name__: c for c in (BinaryMeanWeight, BinarySharedWeight, Quantized2Bit)}
