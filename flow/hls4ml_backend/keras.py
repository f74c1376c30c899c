# SPDX-License-Identifier: Apache-2.0
"""Keras side of the backend: our layers pass hls4ml's reader untouched, then the whole model is lowered at once."""

from __future__ import annotations

from typing import Any

from hls4ml.model.optimizer import ModelOptimizerPass

from flow.design import Design
from flow.errors import LowerError
from flow.types import Shape

KERAS_LAYERS = (
    "ThermometerEncode",
    "BinaryConv2D",
    "Activation2Bit",
    "ExactBatchNormalization",
    "ResidualAdd",
    "MeanLogits",
    "Functional",
    "Sequential",
    "Model",
)
"""Keras layers that hls4ml's reader lets pass to `flow.lower`: those of qmodels.layers, and nested models of them."""


def keras_layer(keras: dict[str, Any], inputs: list[str] | None, shapes: list[Any], reader: Any) -> tuple[Any, Any]:
    """hls4ml layer handler: name and inputs only."""
    layer: dict[str, Any] = {"class_name": "ErnKerasLayer", "name": keras["config"]["name"]}
    if inputs is not None:
        layer["inputs"] = inputs
    return layer, list(shapes[0])


def register_keras_layers() -> None:
    """Tell hls4ml's reader our Keras layers. Not before hls4ml is wholly imported: its converters import backends."""
    from hls4ml.converters import get_supported_keras_layers, register_keras_v2_layer_handler

    for name in KERAS_LAYERS:
        if name not in get_supported_keras_layers():
            register_keras_v2_layer_handler(name, keras_layer)


class LowerKeras(ModelOptimizerPass):  # type: ignore[misc]
    """First pass: replaces what hls4ml read by the lowered and folded design."""

    def __init__(self) -> None:
        self.name = "lower_keras"

    def transform(self, model: Any) -> bool:
        """Nothing for a model that was made from a design.

        Raises:
            LowerError: a foreign layer, named; or a Keras model without a fixed input size.
        """
        config = model.config.config
        if config.get("ErnDesign") is not None:
            return False
        keras_model = config.get("KerasModel")
        if keras_model is None:
            raise LowerError("backend ERN: no Keras model and no design; use convert_from_keras_model or flow.emit.hls")
        config["ErnDesign"] = design_of(keras_model, config["ErnBoard"], config["ErnFps"], config["ErnImageSize"])
        from flow.emit.hls import replace_by_design

        replace_by_design(model)
        return False


def design_of(
    keras_model: Any, board: str, fps: float | None = None, image_size: tuple[int, int] | None = None
) -> Design:
    """Lower and fold a Keras model; `image_size` (height, width) is for one that takes any.

    Raises:
        LowerError: a foreign layer, or no fixed input size.
        BoardError: unknown board.
        FoldError: rate out of reach.
    """
    from flow.boards import load_board
    from flow.fold import design
    from flow.lower import lower

    graph = lower(keras_model)
    shape = keras_model.input_shape
    height, width = image_size or shape[1:3]
    if height is None or width is None:
        raise LowerError(
            f"{graph.name}: takes images of any size, found input {shape}; pass image_size=(height, width)"
        )
    return design(graph, Shape(int(height), int(width), graph.in_channels), load_board(board), fps)
