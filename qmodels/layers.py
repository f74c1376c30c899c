# SPDX-License-Identifier: Apache-2.0
"""Keras layers of an Efficiera Residual Network whose inference is integer arithmetic in disguise.

Every layer is a subclass of the QKeras or Keras layer a user would expect, with the same weights. In inference the value
of every activation is decided by integers and by single float32 or float64 roundings that no compiler may reorder, so
eager, frozen, compiled and batched runs agree bit for bit with each other and with the integer graph.
All layers use NHWC and the float32 policy.
"""

from __future__ import annotations

from typing import Any, Callable, Sequence, Union

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from qkeras import QActivation, QConv2D

from flow.errors import ModelError
from qmodels.pixels import CONVENTIONS, pixel_thresholds
from qmodels.quantizers import (
    QUANTIZERS,
    SHARED_SCALE,
    BinaryMeanWeight,
    BinarySharedWeight,
    Quantized2Bit,
    Tensor,
    ewgs,
    weight_sign,
)

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BN_EPSILON = 1e-5


def _require_float32(layer: tf.keras.layers.Layer) -> None:
    if layer.compute_dtype != "float32":
        raise ModelError(f"layer {layer.name}: expected the float32 policy, found {layer.compute_dtype}; "
                         "integers are exact only there, so remove the mixed-precision policy")


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
            raise ModelError(f"layer {self.name}: convention must be one of {', '.join(CONVENTIONS)}, found {convention}")
        self._autocast = False  # integer images must reach call() as they are

    @property
    def thresholds(self) -> IntArray:
        """Integer thresholds [expansion, 3]: code = how many the pixel reaches (>=)."""
        return pixel_thresholds(self.expansion, self.convention)

    def build(self, input_shape: Any) -> None:
        _require_float32(self)
        if len(input_shape) != 4 or input_shape[-1] is None:
            raise ModelError(f"layer {self.name}: expected images N x H x W x C with C known, found {tuple(input_shape)}")
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


class BinaryConv2D(QConv2D):
    """Convolution of two-bit codes with one-bit weights, computed as integers and scaled once.

    Input N x H x W x in of values `code * input_scale`; output N x H' x W' x filters float32, equal to
    `float32(sum of +-code) * output_scale()`. `padding="same"` is symmetric zero padding of kernel//2 on every side (as in
    PyTorch; TensorFlow's own "same" is lopsided when strided), "valid" is none. `scale="mean"` gives each output channel
    the mean of |w|, a number gives all channels that constant. No bias. The backward pass is that of an ordinary
    convolution of the input with the scaled weights (arXiv 2410.11553, section 3.2), with EWGS on the weights.
    """

    def __init__(self, filters: int, kernel_size: Union[int, Sequence[int]], strides: Union[int, Sequence[int]] = 1,
                 padding: str = "same", scale: Union[str, float] = "mean", input_scale: float = 1.0,
                 ewgs_delta: float = 0.0, kernel_initializer: Any = None, **kwargs: Any) -> None:
        name = kwargs.get("name", "binary_conv")
        if scale != "mean" and (isinstance(scale, str) or not 0.0 < float(scale) < float("inf")):
            raise ModelError(f"layer {name}: scale must be 'mean' or a positive number, found {scale!r}")
        if padding not in ("same", "valid"):
            raise ModelError(f"layer {name}: padding must be 'same' or 'valid', found {padding!r}")
        if kwargs.pop("use_bias", False):
            raise ModelError(f"layer {name}: a binary convolution has no bias; let the BatchNormalization after it shift")
        for fixed in ("kernel_quantizer", "bias_quantizer", "kernel_range", "bias_range"):
            kwargs.pop(fixed, None)
        for refused, allowed in (("activation", (None, "linear")), ("groups", (1,)), ("data_format", (None, "channels_last")),
                                 ("dilation_rate", (1, (1, 1), [1, 1])), ("kernel_constraint", (None,))):
            if kwargs.get(refused, allowed[0]) not in allowed:
                raise ModelError(f"layer {name}: {refused} must be {allowed[-1]!r}, found {kwargs[refused]!r}")
            kwargs.pop(refused, None)
        self.scale = scale if scale == "mean" else float(scale)
        self.input_scale = float(np.float32(input_scale))
        self.ewgs_delta = float(ewgs_delta)
        quantizer = (BinaryMeanWeight(self.ewgs_delta) if scale == "mean"
                     else BinarySharedWeight(float(scale), self.ewgs_delta))
        super().__init__(filters=filters, kernel_size=kernel_size, strides=strides, padding="valid", use_bias=False,
                         kernel_quantizer=quantizer, **kwargs)
        self.symmetric_padding = padding
        # QKeras derives both from the quantizer's range; latent weights are free and start as PyTorch's do.
        self.kernel_constraint = None
        self.kernel_initializer = tf.keras.initializers.get(
            kernel_initializer or tf.keras.initializers.VarianceScaling(1.0 / 3.0, "fan_in", "uniform"))

    @property
    def pad(self) -> tuple[int, int]:
        """Zero rows above and below, zero columns left and right."""
        if self.symmetric_padding == "valid":
            return (0, 0)
        return (self.kernel_size[0] // 2, self.kernel_size[1] // 2)

    def build(self, input_shape: Any) -> None:
        _require_float32(self)
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
                explicit = sum(padding, []) if isinstance(padding, list) else []
                mode = "EXPLICIT" if explicit else padding
                dx = tf.raw_ops.Conv2DBackpropInput(input_sizes=tf.shape(x), filter=q, out_backprop=g, strides=full,
                                                    padding=mode, explicit_paddings=explicit)
                dq = tf.raw_ops.Conv2DBackpropFilter(input=x, filter_sizes=tf.shape(w), out_backprop=g, strides=full,
                                                     padding=mode, explicit_paddings=explicit)
                return dx, ewgs(dq, w, q, delta)

            return out, grad

        return convolve(inputs, tf.convert_to_tensor(self.kernel))

    def weight_bits(self) -> npt.NDArray[np.uint8]:
        """Weights as bits [kh, kw, in, out]: 1 is +1, 0 is -1. ModelError if a latent weight is not finite."""
        kernel = self.kernel.numpy()
        if not np.isfinite(kernel).all():
            raise ModelError(f"layer {self.name}: expected finite latent weights, found NaN or infinity; retrain or reload")
        return (kernel >= 0).astype(np.uint8)

    def output_scale(self) -> FloatArray:
        """The float32 number [filters] with which each channel's integer sum is multiplied, exactly as in call()."""
        self.weight_bits()
        alpha: FloatArray = self.kernel_quantizer_internal.scale(tf.convert_to_tensor(self.kernel)).numpy()
        return (alpha * np.float32(self.input_scale)).astype(np.float32)

    def compute_output_shape(self, input_shape: Any) -> Any:
        sizes = [None if n is None else (n + 2 * p - k) // s + 1 for n, p, k, s in
                 zip(tuple(input_shape)[1:3], self.pad, self.kernel_size, self.strides)]
        return tf.TensorShape([input_shape[0], *sizes, self.filters])

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for gone in ("kernel_quantizer", "bias_quantizer", "kernel_range", "bias_range"):
            config.pop(gone, None)
        return {**config, "padding": self.symmetric_padding, "scale": self.scale, "input_scale": self.input_scale,
                "ewgs_delta": self.ewgs_delta}


class Activation2Bit(QActivation):
    """Two-bit activation: float32 in, codes 0..3 out, times 2/3 if `post_scale` (float32, shape of the input)."""

    def __init__(self, post_scale: bool = True, ewgs_delta: float = 0.0, **kwargs: Any) -> None:
        kwargs.pop("activation", None)
        super().__init__(activation=Quantized2Bit(post_scale, ewgs_delta), **kwargs)
        self.post_scale = bool(post_scale)
        self.ewgs_delta = float(ewgs_delta)

    @property
    def output_scale(self) -> float:
        """What one code is worth in the output: 2/3 (as float32) or 1."""
        return self.quantizer.output_scale

    def build(self, input_shape: Any) -> None:
        _require_float32(self)
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("activation", None)
        return {**config, "post_scale": self.post_scale, "ewgs_delta": self.ewgs_delta}


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
                raise ModelError(f"layer {kwargs.get('name', 'batch_normalization')}: {fixed} must be {value}, found {found}")
        super().__init__(axis=-1, momentum=momentum, epsilon=epsilon, **kwargs)

    def build(self, input_shape: Any) -> None:
        _require_float32(self)
        if len(input_shape) != 4:
            raise ModelError(f"layer {self.name}: expected N x H x W x C, found {tuple(input_shape)}")
        super().build(input_shape)

    def affine(self) -> tuple[FloatArray, FloatArray]:
        """The float32 pair A, B ([C] each) of the inference rule, computed as call() computes it."""
        a, b = self._affine()
        return a.numpy(), b.numpy()

    def _affine(self) -> tuple[Tensor, Tensor]:
        gamma, beta, mean, var = (tf.cast(v, tf.float64) for v in
                                  (self.gamma, self.beta, self.moving_mean, self.moving_variance))
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
        out = tf.raw_ops.FusedBatchNormV3(x=x, scale=self.gamma, offset=self.beta, mean=tf.zeros([0]),
                                          variance=tf.zeros([0]), epsilon=self.epsilon, is_training=True)
        for moving, batch in ((self.moving_mean, out.batch_mean), (self.moving_variance, out.batch_variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
        return out.y


class ResidualAdd(tf.keras.layers.Add):
    """Sum of two residual streams of one shape; exact while both are integers times the shared scale."""


class MeanLogits(tf.keras.layers.GlobalAveragePooling2D):
    """Mean over H and W after the classifier convolution: N x H x W x C to N x C float32 logits.

    Summed in float64, where sums of this many float32 values are exact, so their order does not matter.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return tf.cast(tf.reduce_mean(tf.cast(inputs, tf.float64), axis=[1, 2], keepdims=self.keepdims), tf.float32)


LAYERS = (ThermometerEncode, BinaryConv2D, Activation2Bit, ExactBatchNormalization, ResidualAdd, MeanLogits)
CUSTOM_OBJECTS: dict[str, Any] = {**{c.__name__: c for c in LAYERS}, **QUANTIZERS}
__all__ = ["CUSTOM_OBJECTS", "LAYERS", "SHARED_SCALE", *[c.__name__ for c in LAYERS]]
