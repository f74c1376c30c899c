# SPDX-License-Identifier: Apache-2.0
"""hls4ml layer classes, one an op, and the layer list of a design. hls4ml's own layers are never used."""

from __future__ import annotations

from typing import Any, ClassVar

from hls4ml.model.attributes import Attribute
from hls4ml.model.layers import Layer, register_layer
from hls4ml.model.types import IntegerPrecisionType

from flow.design import Design
from flow.emit.hls_layout import layout
from flow.graph import IMAGE


class ErnLayer(Layer):  # type: ignore[misc]
    """Base: one node of a design.

    Attributes (hls4ml's `attributes`): `shape` [H, W, C]; `bits` and `signed` of a value; `parameters` of the CONFIG
    struct; `memories`; `arguments` and `function` of the C++ call.
    """

    kind: ClassVar[str] = ""
    _expected_attributes: ClassVar[list[Attribute]] = [
        Attribute("shape", value_type=list),
        Attribute("bits"),
        Attribute("signed", value_type=bool),
        Attribute("parameters", value_type=dict),
        Attribute("memories", value_type=tuple),
        Attribute("arguments", value_type=list),
        Attribute("function", value_type=str),
    ]

    def initialize(self) -> None:
        """Declare the output stream with its proven width."""
        precision = IntegerPrecisionType(width=self.get_attr("bits"), signed=self.get_attr("signed"))
        self.add_output_variable(self.get_attr("shape"), precision=precision)


class ErnImage(ErnLayer):
    """The uint8 input stream."""

    kind = IMAGE


class ErnThermometerEncode(ErnLayer):
    """thermometer_encode."""

    kind = "thermometer_encode"


class ErnBinaryConv(ErnLayer):
    """binary_conv."""

    kind = "binary_conv"


class ErnThreshold(ErnLayer):
    """threshold."""

    kind = "threshold"


class ErnResidualAdd(ErnLayer):
    """residual_add."""

    kind = "residual_add"


class ErnGlobalPool(ErnLayer):
    """global_pool."""

    kind = "global_pool"


class ErnDigitPool(ErnLayer):
    """digit_pool."""

    kind = "digit_pool"


LAYERS: tuple[type[ErnLayer], ...] = (
    ErnImage,
    ErnThermometerEncode,
    ErnBinaryConv,
    ErnThreshold,
    ErnResidualAdd,
    ErnGlobalPool,
    ErnDigitPool,
)
OP_LAYERS = LAYERS[1:]


class ErnKerasLayer(Layer):  # type: ignore[misc]
    """Placeholder of one Keras layer until the whole model is lowered."""

    def initialize(self) -> None:
        """Any width will do: it is never used."""
        self.add_output_variable([1], precision=IntegerPrecisionType(width=8, signed=False))


def register_layers() -> None:
    """Tell hls4ml the classes."""
    for layer in (*LAYERS, ErnKerasLayer):
        register_layer(layer.__name__, layer)


def fifo_name(edge_or_stream: str) -> str:
    """C++ name of a FIFO; the prefix keeps node names from meeting C++ words.

    >>> fifo_name("new")
    's_new'
    """
    return f"s_{edge_or_stream}"


def output_fifo(design: Design, stream: str) -> str:
    """FIFO that the producer of a stream writes: its only reader's own, or one in front of the forks."""
    edges = design.consumers(stream)
    return fifo_name(edges[0].name if len(edges) == 1 else stream)


def layer_list(design: Design) -> list[dict[str, Any]]:
    """The design as hls4ml's list of layers, `image` first.

    Raises:
        EmitError: a node that the C++ templates cannot hold.
    """
    classes = {layer.kind: layer.__name__ for layer in LAYERS}
    layers = [_entry(design, IMAGE, classes[IMAGE], {}, (), [])]
    for node in design.graph.nodes:
        found = layout(design, node)
        arguments = [fifo_name(edge.name) for edge in design.inputs(node)]
        arguments.append(output_fifo(design, node.name))
        arguments += [f"ern_parameters::{node.name}_{memory.name}" for memory in found.memories]
        entry = _entry(design, node.name, classes[node.kind], found.parameters, found.memories, arguments)
        layers.append({**entry, "inputs": list(node.inputs), "function": node.kind + found.variant})
    return layers


def _entry(
    design: Design,
    stream: str,
    class_name: str,
    parameters: dict[str, Any],
    memories: tuple[Any, ...],
    arguments: list[str],
) -> dict[str, Any]:
    shape, found = design.shape(stream), design.range(stream)
    return {
        "class_name": class_name,
        "name": stream,
        "shape": [shape.height, shape.width, shape.channels],
        "bits": found.bits,
        "signed": found.signed,
        "parameters": parameters,
        "memories": memories,
        "arguments": arguments,
        "function": "",
    }
