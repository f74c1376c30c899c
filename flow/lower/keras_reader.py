# SPDX-License-Identifier: Apache-2.0
"""Read a Keras model made of the layers of qmodels into a Network. The only file here that needs TensorFlow.

A model is walked backwards from its output tensor, so order and connections are those of the tensors themselves. Only
exact classes are taken: a subclass may compute something else, and a stock layer does (docs/semantics.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import qkeras
import tensorflow as tf

from flow.errors import LowerError
from flow.lower import network as net
from qmodels import layers as ours
from qmodels.quantizers import BinaryMeanWeight, BinarySharedWeight

REMEDIES = {
    "Conv2D": "use BinaryConv2D",
    "QConv2D": "use BinaryConv2D (a stock QConv2D convolves floats, so one sum has several values)",
    "QDense": "use a 1x1 BinaryConv2D and MeanLogits after it",
    "Dense": "use a 1x1 BinaryConv2D and MeanLogits after it",
    "BatchNormalization": "use ExactBatchNormalization (the same weights, one rounding)",
    "QBatchNormalization": "use ExactBatchNormalization",
    "QActivation": "use Activation2Bit",
    "Activation": "use Activation2Bit, and leave a softmax to the host",
    "ReLU": "use Activation2Bit",
    "Softmax": "drop it: the host takes the arg max of the logits",
    "Add": "use ResidualAdd",
    "GlobalAveragePooling2D": "use MeanLogits",
    "MaxPooling2D": "use a BinaryConv2D with strides=2",
    "AveragePooling2D": "use a BinaryConv2D with strides=2",
    "ZeroPadding2D": "use padding='same' of BinaryConv2D, which is symmetric",
    "TFOpLambda": "use ResidualAdd for a sum and our layers for the rest",
    "Dropout": "drop it for inference: build the model without it and load the weights by name",
    "Flatten": "drop it: MeanLogits gives N x classes",
    "Rescaling": "drop it: ThermometerEncode takes pixels 0..255",
}


def load_model(path: Path) -> Any:
    """A saved Keras model (.h5, .keras or SavedModel) with the layers of qmodels and QKeras known by name.

    Raises:
        LowerError: a path that is no such model, or one with a layer of unknown class.
    """
    known: dict[str, Any] = {}
    qkeras.utils._add_supported_quantized_objects(known)
    try:
        return tf.keras.models.load_model(path, custom_objects={**known, **ours.CUSTOM_OBJECTS}, compile=False)
    except (OSError, ValueError, TypeError, KeyError, EOFError, ImportError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise LowerError(
            f"{path}: cannot be loaded as a Keras model ({reason[:200]}); expected a whole model of qmodels layers, "
            "saved with model.save()"
        ) from error


def read_model(model: Any) -> net.Network:
    """The network of a built functional or Sequential model.

    Raises:
        LowerError: a model that is not built, several inputs or outputs, a foreign layer, a layer used twice.
        ModelError: weights that are NaN.
    """
    if not isinstance(model, tf.keras.Model):
        raise LowerError(f"expected a Keras model, found {type(model).__name__}")
    if not getattr(model, "outputs", None):
        raise LowerError(
            f"model {model.name!r}: has no fixed graph; build it with the functional API, or give a Sequential an Input"
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise LowerError(
            f"model {model.name!r}: expected one input and one output, found {len(model.inputs)} and "
            f"{len(model.outputs)}"
        )
    shape = model.inputs[0].shape
    if len(shape) != 4 or shape[-1] is None:
        raise LowerError(f"model {model.name!r}: expected images N x H x W x C with C known, found {tuple(shape)}")
    reader = _Reader()
    reader.stream(model.outputs[0], {_input(model.inputs[0]): net.IMAGE}, "")
    return net.Network(model.name, net.images(int(shape[-1])), tuple(reader.layers), {"source": "keras"})


class _Reader:
    """Collects layers in topological order while tensors are followed back to the image."""

    def __init__(self) -> None:
        self.layers: list[net.Layer] = []
        self._streams: dict[tuple[str, int], str] = {}
        self._calls: dict[int, tuple[str, int]] = {}

    def stream(self, tensor: Any, fed: dict[int, str], prefix: str) -> str:
        """Name of the stream a Keras tensor stands for; `fed` names what the model it belongs to is fed with."""
        if _input(tensor) in fed:
            return fed[_input(tensor)]
        layer, call, index = tensor._keras_history
        key = (f"{prefix}{layer.name}", call)
        if isinstance(layer, tf.keras.Model):
            return self._nested(layer, call, index, fed, prefix)
        if key not in self._streams:
            if self._calls.setdefault(id(layer), key) != key:
                raise LowerError(f"layer {layer.name!r}: is called more than once; give each call a layer of its own")
            node = layer._inbound_nodes[call]
            inputs = tuple(self.stream(source, fed, prefix) for source in tf.nest.flatten(node.keras_inputs))
            self._streams[key] = self._append(layer, key[0], inputs)
        return self._streams[key]

    def _nested(self, model: Any, call: int, index: int, fed: dict[int, str], prefix: str) -> str:
        if not getattr(model, "outputs", None):
            raise LowerError(
                f"layer {model.name!r} ({type(model).__name__}): a subclassed model; use the functional API"
            )
        outer = tf.nest.flatten(model._inbound_nodes[call].keras_inputs)
        inner = {_input(own): self.stream(source, fed, prefix) for own, source in zip(model.inputs, outer, strict=True)}
        return self.stream(model.outputs[index], inner, f"{prefix}{model.name}_")

    def _append(self, layer: Any, name: str, inputs: tuple[str, ...]) -> str:
        if type(layer) not in READERS:
            raise _foreign(layer)
        if type(layer) is ours.ResidualAdd and len(inputs) != 2:
            raise LowerError(
                f"layer {layer.name!r} (ResidualAdd): adds two streams, found {len(inputs)}; chain several"
            )
        self.layers.append(READERS[type(layer)](layer, name, inputs))
        return name


def _input(tensor: Any) -> int:
    """Identity of the layer that made a tensor; that of an input tensor is an InputLayer of its own."""
    return id(tensor._keras_history.layer)


def _foreign(layer: Any) -> LowerError:
    kind = type(layer).__name__
    known = ", ".join(cls.__name__ for cls in READERS)
    if any(isinstance(layer, cls) for cls in READERS):
        remedy = "a subclass may compute something else; use the layer of qmodels itself"
    else:
        remedy = REMEDIES.get(kind, "build the model of qmodels layers only")
    quantizer = getattr(layer, "kernel_quantizer", None)
    found = f"{kind} with {quantizer}" if quantizer else kind
    return LowerError(f"layer {layer.name!r}: expected one of {known}; found {found}; {remedy}")


def _encode(layer: Any, name: str, inputs: tuple[str, ...]) -> net.Layer:
    return net.Encode(name, inputs, np.asarray(layer.thresholds, np.int64))


def _convolution(layer: Any, name: str, inputs: tuple[str, ...]) -> net.Layer:
    quantizer = layer.kernel_quantizer_internal
    if type(quantizer) not in (BinaryMeanWeight, BinarySharedWeight):
        raise LowerError(
            f"layer {layer.name!r} (BinaryConv2D): weights are not binary; expected BinaryMeanWeight or "
            "BinarySharedWeight, "
            f"found {type(quantizer).__name__}; leave the quantizer as the layer made it"
        )
    weights = np.asarray(layer.weight_bits(), np.uint8).transpose(3, 0, 1, 2)
    scale = np.asarray(layer.output_scale(), np.float32)
    strides = (int(layer.strides[0]), int(layer.strides[1]))
    return net.Convolution(name, inputs, weights, scale, np.float32(layer.input_scale), strides, tuple(layer.pad))


def _norm(layer: Any, name: str, inputs: tuple[str, ...]) -> net.Layer:
    gamma, beta, mean, variance = (
        np.asarray(v.numpy(), np.float32) for v in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    )
    return net.Norm(name, inputs, gamma, beta, mean, variance, float(layer.epsilon))


def _activation(layer: Any, name: str, inputs: tuple[str, ...]) -> net.Layer:
    return net.Activation(name, inputs, np.float32(layer.output_scale))


def _add(layer: Any, name: str, inputs: tuple[str, ...]) -> net.Layer:
    return net.Add(name, inputs)


def _pool(layer: Any, name: str, inputs: tuple[str, ...]) -> net.Layer:
    return net.Pool(name, inputs)


READERS = {
    ours.ThermometerEncode: _encode,
    ours.BinaryConv2D: _convolution,
    ours.ExactBatchNormalization: _norm,
    ours.Activation2Bit: _activation,
    ours.ResidualAdd: _add,
    ours.MeanLogits: _pool,
}
