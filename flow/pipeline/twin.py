# SPDX-License-Identifier: Apache-2.0
"""The QKeras model of an imported graph: same weights, and lowered again the same integers. Needs TensorFlow."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from flow import store
from flow.errors import BuildError, ModelError
from flow.graph import Graph
from flow.importer import read_checkpoint
from flow.ops import ThermometerEncode
from flow.ops.base import Array
from flow.ops.thermometer_encode import official_thresholds, paper_thresholds


def keras_twin(state: Mapping[str, Array], graph: Graph) -> Any:
    """Keras model with the weights of a state_dict.

    Args:
        state: the official keys without `network.`.
        graph: what the importer made of them.

    Raises:
        ModelError: a graph that no layer of qmodels gives, or that the model does not lower to.
    """
    from flow.lower import lower
    from qmodels.official import model_of

    model = model_of(state, graph.name, _convention(graph))
    if store.digest(lower(model)) != store.digest(graph):
        raise ModelError(f"{graph.name}: the Keras model lowers to another graph than the checkpoint; please report it")
    return model


def save_twin(file: Path, graph: Graph, target: Path) -> None:
    """Save the Keras model of a checkpoint as HDF5 (`.h5`), whole or not at all.

    Raises:
        ModelError: see `keras_twin`; a target of another format.
        BuildError: the target cannot be written.
    """
    if target.suffix not in (".h5", ".hdf5"):
        raise ModelError(f"{target}: the QKeras model is saved as HDF5; give a name that ends in .h5")
    model = keras_twin(read_checkpoint(file), graph)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            scratch = Path(folder) / "model.h5"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # Keras on HDF5 and on QKeras' constraints
                model.save(scratch, include_optimizer=False)
            os.replace(scratch, target)
    except OSError as error:
        raise BuildError(f"{target}: cannot be written ({error.strerror or error}); choose another place") from error


def _convention(graph: Graph) -> str:
    encode = graph.nodes[0]
    assert isinstance(encode, ThermometerEncode)  # the importer
    for name, thresholds in (("official", official_thresholds), ("paper", paper_thresholds)):
        if np.array_equal(encode.thresholds, thresholds(encode.expansion)):
            return name
    raise ModelError(f"{graph.name}: 'pixel_embedding' has thresholds of its own, which no Keras layer has")
