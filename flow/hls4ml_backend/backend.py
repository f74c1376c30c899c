# SPDX-License-Identifier: Apache-2.0
"""hls4ml backend 'ERN'.

`hls4ml.converters.convert_from_keras_model(model, backend='ERN', ...)` lowers the Keras model with `flow.lower`, folds
it for a board and gives an hls4ml model that writes, compiles, predicts and builds our project.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
from hls4ml.backends.backend import Backend
from hls4ml.backends.fpga.fpga_backend import FPGABackend
from hls4ml.model.flow import register_flow
from hls4ml.model.optimizer import ModelOptimizerPass, register_pass
from hls4ml.model.types import PrecisionType
from hls4ml.writer.writers import get_writer

from flow.emit.hls_templates import FOLDER, KERNELS
from flow.errors import DataError, UsageError
from flow.hls4ml_backend import NAME
from flow.hls4ml_backend.keras import LowerKeras, register_keras_layers
from flow.hls4ml_backend.layers import ErnKerasLayer, ErnLayer
from flow.hls4ml_backend.templates import TEMPLATES
from flow.ops.base import Array

VENDORS = ("vitis", "vivado")


class ERNBackend(Backend):  # type: ignore[misc]
    """Every weight one bit, every activation two bits, no product anywhere."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.writer = get_writer(NAME)
        for path in KERNELS:
            self.register_source(FOLDER / path, str((Path("ern") / path).parent))
        for template in TEMPLATES:
            self.register_template(template)
        lower = register_pass("lower_keras", LowerKeras, backend=NAME)
        write = register_pass("write_hls", WriteHls, backend=NAME)
        convert = register_flow("convert", [lower], backend=NAME)
        templates = register_flow("apply_templates", self._get_layer_templates, requires=[convert], backend=NAME)
        self._default_flow = register_flow("ip", None, requires=[convert, templates], backend=NAME)
        self._writer_flow = register_flow("write", [write], requires=[self._default_flow], backend=NAME)

    def get_default_flow(self) -> str:
        """Flow of a conversion."""
        return str(self._default_flow)

    def get_writer_flow(self) -> str:
        """Flow that writes the project."""
        return str(self._writer_flow)

    def create_layer_class(self, layer_class: type) -> type:
        """Our layers need nothing added; those that hls4ml read from Keras only hold a place until they are lowered."""
        return layer_class if issubclass(layer_class, ErnLayer) else ErnKerasLayer

    def convert_precision_string(self, precision: Any) -> PrecisionType:
        """hls4ml's notation as its precision type."""
        return FPGABackend.convert_precision_string(precision)

    def create_initial_config(
        self,
        board: str = "kv260",
        fps: float | None = None,
        vendor: str = "vitis",
        image_size: tuple[int, int] | None = None,
        **ignored: Any,
    ) -> dict[str, Any]:
        """Configuration of a conversion.

        Args:
            board: a board of `flow.boards`; gives part, clock and budgets.
            fps: frames a second to fold for; None: what the board does by default.
            vendor: "vitis" or "vivado".
            image_size: height and width, for a Keras model that takes any.
            ignored: options of other backends that mean nothing here must be None.

        Raises:
            UsageError: an unknown vendor or option.
        """
        if vendor not in VENDORS:
            raise UsageError(f"vendor {vendor!r}: unknown; known vendors: {', '.join(VENDORS)}")
        unknown = sorted(key for key, value in ignored.items() if value is not None)
        if unknown:
            raise UsageError(
                f"backend {NAME}: unknown options {', '.join(unknown)}; known: board, fps, image_size, vendor"
            )
        register_keras_layers()
        return {
            "IOType": "io_stream",
            "HLSConfig": {},
            "WriterConfig": {"Namespace": None, "WriteWeightsTxt": False, "WriteTar": False},
            "ErnBoard": board,
            "ErnFps": fps,
            "ErnVendor": vendor,
            "ErnImageSize": image_size,
        }

    def write(self, model: Any) -> None:
        """Write the project."""
        model.apply_flow(self._writer_flow)

    def compile(self, model: Any) -> str:
        """Build the project as a shared library with g++; its path.

        Raises:
            ToolError: g++ is missing or fails.
        """
        from flow.simulate.csim import shared_library

        return str(shared_library(Path(model.config.get_output_dir())))

    def predict(self, model: Any, x: Array) -> Array:
        """Logits float32 [N, classes] of uint8 images [N, H, W, C] (or one image [H, W, C]) through the C++ code.

        Floats are taken when they hold whole numbers 0 to 255, as Keras users feed them.

        Raises:
            DataError: images of a wrong type or shape, or a model that was not compiled.
        """
        design = model.config.get_config_value("ErnDesign")
        if model._top_function_lib is None:
            raise DataError(f"{design.graph.name}: not compiled; call compile() first")
        images = _images(np.asarray(x))
        images = images[np.newaxis] if images.ndim == 3 else images
        design.graph.check_images(images)
        if images.shape[1:3] != (design.image.height, design.image.width):
            raise DataError(f"{design.graph.name}: built for images of {design.image}, found {list(images.shape)}")
        sums = np.empty((len(images), design.graph.output.channels), np.int32)
        data = np.ascontiguousarray(images)
        run = model._top_function_lib.ern_predict
        run.restype = None
        run.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p]
        run(data.ctypes.data, len(data), sums.ctypes.data)
        pixels = design.shape(design.graph.output.inputs[0]).pixels
        return np.asarray(design.graph.output.logits(sums.astype(np.int64), pixels))

    def build(self, model: Any, steps: tuple[str, ...] = ("csim", "csynth", "cosim", "export")) -> dict[str, Any]:
        """Run the vendor's tool on the written project; see flow.synthesise.vendor."""
        from flow.synthesise.vendor import run_project

        return run_project(Path(model.config.get_output_dir()), str(model.config.get_config_value("ErnVendor")), steps)


class WriteHls(ModelOptimizerPass):  # type: ignore[misc]
    """Last pass of the write flow."""

    def __init__(self) -> None:
        self.name = "write_hls"

    def transform(self, model: Any) -> bool:
        """Write the project."""
        model.config.backend.writer.write_hls(model)
        return False


def _images(x: Array) -> Array:
    if x.dtype == np.uint8:
        return x
    whole = x.astype(np.uint8, casting="unsafe") if np.isfinite(x).all() and x.min() >= 0 and x.max() <= 255 else None
    if whole is None or not np.array_equal(whole, x):
        raise DataError("images must be whole numbers 0 to 255 (uint8 pixels); do not scale them before predict()")
    return np.asarray(whole)
