# SPDX-License-Identifier: Apache-2.0
"""The hls4ml backend 'ERN': found by entry point, from a layer list without TensorFlow, from Keras with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flow.emit.hls import hls_plan, model_graph
from flow.emit.hls_templates import FOLDER, KERNELS
from flow.errors import DataError, LowerError, UsageError
from flow.hls4ml_backend import ensure_registered
from flow.hls4ml_backend.keras import KERAS_LAYERS
from flow.hls4ml_backend.layers import LAYERS
from flow.ops import OPS
from tests.hls.designs import frames, residual_case

WITHOUT = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras", "qkeras", "torch"):
            raise ImportError(name + " is refused here")

sys.meta_path.insert(0, Refuse())
from hls4ml.backends import get_available_backends
from flow.emit.hls import hls_plan
from tests.hls.designs import residual_case
print(hls_plan(residual_case()).digest, "ern" in get_available_backends())
"""


def test_a_project_needs_no_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, cwd=FOLDER.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-2:] == [hls_plan(residual_case()).digest, "True"]


def test_hls4ml_holds_one_layer_of_ours_a_node() -> None:
    model = model_graph(residual_case())
    classes = {layer.kind: layer.__name__ for layer in LAYERS}
    assert {layer.kind for layer in LAYERS} == {"image", *OPS}
    for node in residual_case().graph.nodes:
        layer = model.graph[node.name]
        assert layer.class_name == classes[node.kind]
        assert tuple(layer.inputs) == node.inputs
        assert f"struct config_{node.name}" in layer.get_attr("config_cpp")
        assert f"ern::{node.kind}<" in layer.get_attr("function_cpp")


def test_registering_twice_is_harmless_and_sources_are_ours() -> None:
    from hls4ml.backends import get_backend

    ensure_registered()
    ensure_registered()
    sources = get_backend("ERN").get_custom_source()
    assert sorted(str(path.relative_to(FOLDER)) for path in sources.values()) == sorted(KERNELS)


def test_write_compile_and_predict(tmp_path: Path) -> None:
    design = residual_case()
    model = model_graph(design, output_dir=str(tmp_path))
    images = frames(design, 4)
    with pytest.raises(DataError, match="not compiled"):
        model.predict(images)
    model.compile()
    assert (tmp_path / "build_prj.tcl").is_file()
    expected = design.graph.run(images)["logits"]
    assert np.array_equal(model.predict(images), expected)
    assert np.array_equal(model.predict(images.astype(np.float32)), expected)
    assert np.array_equal(model.predict(images[1]), expected[1:2])
    for bad, message in ((images / 255, "whole numbers"), (images[:, :3], "built for images of 7x5x3")):
        with pytest.raises(DataError, match=message):
            model.predict(bad)


def test_options_of_other_backends_are_refused() -> None:
    from hls4ml.backends import get_backend

    backend = get_backend("ERN")
    with pytest.raises(UsageError, match="unknown options clock_period; known: board, fps, image_size, vendor"):
        backend.create_initial_config(clock_period=5)
    with pytest.raises(UsageError, match="vendor 'quartus': unknown; known vendors: vitis, vivado"):
        backend.create_initial_config(vendor="quartus")


@pytest.fixture(scope="module")
def keras_model() -> Any:
    """A small ERN of our Keras layers with batch statistics that are not the initial ones."""
    pytest.importorskip("tensorflow", reason="needs the [qkeras] extra")
    from qmodels.config import ErnConfig, Stage, StemConv
    from qmodels.ern import build

    stages = (Stage(1, 6, 1), Stage(1, 8, 2))
    model = build(ErnConfig("mini", (8, 6, 1), 4, (StemConv("conv1", 6, 3, 1, norm=False),), stages, 3), (8, 6))
    rng = np.random.default_rng(5)
    model.set_weights([w + rng.uniform(0.0, 0.2, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


@pytest.mark.tensorflow
def test_names_of_our_keras_layers_are_known() -> None:
    pytest.importorskip("tensorflow", reason="needs the [qkeras] extra")
    from qmodels.layers import LAYERS as KERAS

    assert {layer.__name__ for layer in KERAS} <= set(KERAS_LAYERS)


@pytest.mark.tensorflow
def test_a_keras_model_becomes_our_project(keras_model: Any, tmp_path: Path) -> None:
    from hls4ml.converters import convert_from_keras_model

    from flow.lower import lower

    model = convert_from_keras_model(keras_model, backend="ERN", output_dir=str(tmp_path), fps=1000)
    graph = lower(keras_model)
    assert list(model.graph) == ["image", *(node.name for node in graph.nodes)]
    model.compile()
    images = np.random.default_rng(1).integers(0, 256, (5, 8, 6, 1)).astype(np.uint8)
    assert np.array_equal(model.predict(images), graph.run(images)["logits"])
    assert "ERN mini" in (tmp_path / "build_prj.tcl").read_text().replace("\\", "")


@pytest.mark.tensorflow
def test_a_foreign_layer_is_refused_by_name(keras_model: Any, tmp_path: Path) -> None:
    from hls4ml.converters import convert_from_keras_model
    from tensorflow import keras

    for layer, name in (
        (keras.layers.Dense(2, name="my_dense"), "my_dense"),
        (keras.layers.Rescaling(2.0), "Rescaling"),
    ):
        foreign = keras.Model(keras_model.input, layer(keras_model.output))
        with pytest.raises(Exception, match=name):
            convert_from_keras_model(foreign, backend="ERN", output_dir=str(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.tensorflow
def test_a_model_of_any_size_needs_one(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="needs the [qkeras] extra")
    from hls4ml.converters import convert_from_keras_model

    from qmodels.config import ErnConfig, Stage, StemConv
    from qmodels.ern import build

    free = build(ErnConfig("mini", (8, 6, 1), 2, (StemConv("conv1", 4, 3, 1, norm=False),), (Stage(1, 4, 1),), 2))
    with pytest.raises(LowerError, match="pass image_size"):
        convert_from_keras_model(free, backend="ERN", output_dir=str(tmp_path))
    model = convert_from_keras_model(free, backend="ERN", output_dir=str(tmp_path), image_size=(6, 7), fps=100)
    assert model.graph["image"].get_attr("shape") == [6, 7, 1]
