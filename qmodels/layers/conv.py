# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""Convolution of two-bit codes with one-bit weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from qkeras import QConv2D

from flow.errors import ModelError
from qmodels.layers.policy import require_float32
from qmodels.quantizers import BinaryMeanWeight, BinarySharedWeight, Tensor, ewgs, weight_sign


class BinaryConv2D(QConv2D):
    """Convolution of two-bit codes with one-bit weights, computed as integers and scaled once.

    Input N x H x W x in of values `code * input_scale`; output N x H' x W' x filters float32, equal to
    `float32(sum of +-code) * output_scale()`. `padding="same"` is symmetric zero padding of kernel//2 on every side (as
    in PyTorch; TensorFlow's own "same" is lopsided when strided), "valid" is none. `scale="mean"` gives each output
    channel the mean of |w|, a number gives all channels that constant. No bias. The backward pass is that of an
    ordinary convolution of the input with the scaled weights (arXiv 2410.11553, section 3.2), with EWGS on the weights.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "same",
        scale: str | float = "mean",
        input_scale: float = 1.0,
        ewgs_delta: float = 0.0,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        name = kwargs.get("name", "binary_conv")
        if scale != "mean" and (isinstance(scale, str) or not 0.0 < float(scale) < float("inf")):
            raise ModelError(f"layer {name}: scale must be 'mean' or a positive number, found {scale!r}")
        if padding not in ("same", "valid"):
            raise ModelError(f"layer {name}: padding must be 'same' or 'valid', found {padding!r}")
        if kwargs.pop("use_bias", False):
            raise ModelError(
                f"layer {name}: a binary convolution has no bias; let the BatchNormalization after it shift"
            )
        for fixed in ("kernel_quantizer", "bias_quantizer", "kernel_range", "bias_range"):
            kwargs.pop(fixed, None)
        for refused, allowed in (
            ("activation", (None, "linear")),
            ("groups", (1,)),
            ("data_format", (None, "channels_last")),
            ("dilation_rate", (1, (1, 1), [1, 1])),
            ("kernel_constraint", (None,)),
        ):
            if kwargs.get(refused, allowed[0]) not in allowed:
                raise ModelError(f"layer {name}: {refused} must be {allowed[-1]!r}, found {kwargs[refused]!r}")
            kwargs.pop(refused, None)
        self.scale = scale if scale == "mean" else float(scale)
        self.input_scale = float(np.float32(input_scale))
        self.ewgs_delta = float(ewgs_delta)
        quantizer = (
            BinaryMeanWeight(self.ewgs_delta) if scale == "mean" else BinarySharedWeight(float(scale), self.ewgs_delta)
        )
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding="valid",
            use_bias=False,
            kernel_quantizer=quantizer,
            **kwargs,
        )
        self.symmetric_padding = padding
        # QKeras derives both from the quantizer's range; latent weights are free and start as PyTorch's do.
        self.kernel_constraint = None
        self.kernel_initializer = tf.keras.initializers.get(
            kernel_initializer or tf.keras.initializers.VarianceScaling(1.0 / 3.0, "fan_in", "uniform")
        )

    @property
    def pad(self) -> tuple[int, int]:
        """Zero rows above and below, zero columns left and right."""
        if self.symmetric_padding == "valid":
            return (0, 0)
        return (self.kernel_size[0] // 2, self.kernel_size[1] // 2)

    def build(self, input_shape: Any) -> None:
        require_float32(self)
        super().build(input_shape)

    def _tf_padding(self) -> Any:
        (ph, pw), odd = self.pad, all(k % 2 for k in self.kernel_size)
        if ph == pw == 0:
            return "VALID"
        if self.strides == (1, 1) and odd:
            return "SAME"  # the same thing, by the faster kernels
        return [[0, 0], [ph, ph], [pw, pw], [0, 0]]

    def call(self, inputs: Tensor) -> Tensor:
        padding, strides = self._tf_padding(), list(self.strides)
        quantizer, input_scale, delta = self.kernel_quantizer_internal, self.input_scale, self.ewgs_delta

        @tf.custom_gradient
        def convolve(x: Tensor, w: Tensor) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor]]]:
            alpha, sign = quantizer.scale(w), weight_sign(w)
            codes = x if input_scale == 1.0 else tf.round(x * np.float32(1.0 / input_scale))
            acc = tf.round(tf.nn.conv2d(codes, sign, strides, padding))
            out = acc * (alpha * np.float32(input_scale))

            def grad(g: Tensor) -> tuple[Tensor, Tensor]:
                q = sign * alpha
                full = [1, *strides, 1]
                explicit: list[int] = [n for pair in padding for n in pair] if isinstance(padding, list) else []
                mode = "EXPLICIT" if explicit else padding
                dx = tf.raw_ops.Conv2DBackpropInput(
                    input_sizes=tf.shape(x),
                    filter=q,
                    out_backprop=g,
                    strides=full,
                    padding=mode,
                    explicit_paddings=explicit,
                )
                dq = tf.raw_ops.Conv2DBackpropFilter(
                    input=x,
                    filter_sizes=tf.shape(w),
                    out_backprop=g,
                    strides=full,
                    padding=mode,
                    explicit_paddings=explicit,
                )
                return dx, ewgs(dq, w, q, delta)

            return out, grad

        return convolve(inputs, tf.convert_to_tensor(self.kernel))

    def weight_bits(self) -> npt.NDArray[np.uint8]:
        """Weights as bits [kh, kw, in, out]: 1 is +1, 0 is -1. ModelError if a latent weight is not finite."""
        kernel = self.kernel.numpy()
        if not np.isfinite(kernel).all():
            raise ModelError(
                f"layer {self.name}: expected finite latent weights, found NaN or infinity; retrain or reload"
            )
        return (kernel >= 0).astype(np.uint8)

    def output_scale(self) -> npt.NDArray[np.float32]:
        """The float32 number [filters] with which each channel's integer sum is multiplied, exactly as in call()."""
        return (self.weight_scale() * np.float32(self.input_scale)).astype(np.float32)

    def weight_scale(self) -> npt.NDArray[np.float32]:
        """What a +1 weight is worth, float32 [filters]. ModelError if a latent weight is not finite."""
        self.weight_bits()
        return self.kernel_quantizer_internal.scale(tf.convert_to_tensor(self.kernel)).numpy()

    def compute_output_shape(self, input_shape: Any) -> Any:
        sizes = [
            None if n is None else (n + 2 * p - k) // s + 1
            for n, p, k, s in zip(tuple(input_shape)[1:3], self.pad, self.kernel_size, self.strides, strict=True)
        ]
        return tf.TensorShape([input_shape[0], *sizes, self.filters])

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for gone in ("kernel_quantizer", "bias_quantizer", "kernel_range", "bias_range"):
            config.pop(gone, None)
        return {
            **config,
            "padding": self.symmetric_padding,
            "scale": self.scale,
            "input_scale": self.input_scale,
            "ewgs_delta": self.ewgs_delta,
        }
