# SPDX-License-Identifier: Apache-2.0
"""Keras = graph on every activation of every test image, and the accuracy of both; needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from flow.errors import LowerError
from flow.graph import Graph
from flow.ops.base import Array
from flow.pipeline.state import State
from flow.pipeline.step import Result
from flow.types import Shape

BATCH, BATCH_VALUES = 250, 2**26
"""Images and values a pass; all streams of a pass are in memory twice."""
NO_LABELS = "the network comes without images and labels; ern evaluate --imagefolder checks it on yours"


def keras(state: State) -> Result:
    """Compare the Keras model with the graph: on the whole test set, or on a few images where there is none."""
    if state.source.kind == "graph":
        return {"not_run": {"keras=graph": "the source is a graph folder, which has no Keras model"}}
    if state.source.kind == "network" and find_spec("tensorflow") is None:
        return {"not_run": {"keras=graph": "needs tensorflow; pip install 'ern-flow[qkeras]'", "accuracy": NO_LABELS}}
    images, labels = state.test_set
    result = compare_keras(state.source.keras(state.graph), state.graph, images, labels)
    if labels is None:
        reason = NO_LABELS if state.source.path else "seeded random weights know no class"
        return {**result, "accuracy": {}, "not_run": {"accuracy": reason}}
    return {**result, "accuracy": {"dataset": state.source.dataset, **result["accuracy"]}}


def compare_keras(model: Any, graph: Graph, images: Array, labels: Array | None) -> Result:
    """Values and mismatches over every stream that a Keras layer writes too, and both accuracies (fractions).

    Args:
        model: Keras model that the graph was lowered from.
        graph: its integer graph.
        images: uint8, N x H x W x C.
        labels: N class numbers, or None.
    """
    predict, values_of = _taps(model, graph)
    totals: dict[str, list[int]] = {name: [0, 0] for name in values_of}
    right = {"keras": 0, "graph": 0}
    values = sum(shape.values for shape in graph.shapes(Shape(*images.shape[1:])).values())
    batch = min(BATCH, max(1, BATCH_VALUES // values))
    for first, taps, logits, streams in _batches(predict, graph, images, batch):
        for name, expected in taps.items():
            found = values_of[name](streams[name])
            totals[name][0] += found.size
            totals[name][1] += int((found != expected).sum()) if found.shape == expected.shape else found.size
        if labels is not None:
            truth = labels[first : first + batch]
            right["keras"] += int((logits.argmax(axis=1) == truth).sum())
            right["graph"] += int((streams["logits"].argmax(axis=1) == truth).sum())
    accuracy = {side: count / len(images) for side, count in right.items()} if labels is not None else {}
    return {
        "exactness": {
            "pair": "keras=graph",
            "images": len(images),
            "streams": len(totals),
            "values": sum(values for values, _ in totals.values()),
            "mismatches": sum(mismatches for _, mismatches in totals.values()),
        },
        "differing": [f"{name}: {m} of {v} values differ" for name, (v, m) in totals.items() if m],
        "accuracy": {**accuracy, "images": len(images)},
    }


def _batches(
    predict: Any, graph: Graph, images: Array, size: int
) -> Iterator[tuple[int, dict[str, Array], Array, dict[str, Array]]]:
    from tqdm import tqdm

    for first in tqdm(range(0, len(images), size), desc="keras = graph", unit="batch", leave=False, disable=None):
        batch = images[first : first + size]
        outputs = predict(batch)
        taps = {name: np.asarray(value) for name, value in outputs.items() if name != "logits"}
        yield first, taps, np.asarray(outputs["logits"]), graph.run(batch, taps=True)


def _taps(model: Any, graph: Graph) -> tuple[Any, dict[str, Callable[[Array], Array]]]:
    """A function from images to the layers' outputs by stream name, and what each stream's integers are worth there."""
    import tensorflow as tf

    from flow.lower.names import legal
    from qmodels import layers as ours

    values: dict[str, Callable[[Array], Array]] = {}
    outputs = {"logits": model.output}
    for layer in model.layers:
        name = legal(layer.name)
        if name not in graph.by_name or isinstance(layer, ours.MeanLogits):
            continue
        outputs[name] = layer.output
        values[name] = _value_of(layer)
    unseen = [node.name for node in graph.nodes[:-1] if node.name not in values]
    if unseen:
        raise LowerError(
            f"graph {graph.name}: streams {unseen} are written by no layer of the Keras model {model.name}"
        )
    tapped = tf.keras.Model(model.input, outputs)
    return tf.function(lambda images: tapped(images, training=False), reduce_retracing=True), values


def _value_of(layer: Any) -> Callable[[Array], Array]:
    """float32 that the layer must put out for each integer of its stream."""
    scale = _scale_of(layer)
    return lambda integers: integers.astype(np.float32) * scale


def _scale_of(layer: Any) -> Array:
    """Value of one integer step of a layer's output; a sum carries the shared scale of its first summand."""
    from qmodels import layers as ours

    if isinstance(layer, ours.BinaryConv2D):
        return np.asarray(layer.output_scale(), np.float32)
    if isinstance(layer, ours.Activation2Bit):
        return np.float32(layer.output_scale)  # type: ignore[return-value]
    if isinstance(layer, ours.ResidualAdd):
        return _scale_of(layer.input[0]._keras_history.layer)
    return np.float32(1)  # type: ignore[return-value]
