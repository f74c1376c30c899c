# SPDX-License-Identifier: Apache-2.0
"""Accuracy of a network of the zoo (Keras and graph) or of a graph folder on a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flow.errors import DataError


def evaluate(model: str, dataset: str | None = None, images: int | None = None) -> dict[str, Any]:
    """Fractions right, on the first `images` of the test set (default: all).

    Raises:
        DataError: a network without a data set, or images that do not fit.
        UsageError: an unknown model or data set.
    """
    from flow.lower import lower
    from flow.pipeline.exactness import compare_keras
    from flow.pipeline.source import find_source
    from qmodels.checkpoints import load_zoo
    from qmodels.datasets import load

    source = find_source(model)
    if source.kind == "graph" or (source.kind == "network" and dataset):
        if dataset is None:
            raise DataError(f"graph {model}: holds no images; name a data set with --dataset, or --imagefolder DIR")
        data = load(dataset)
        test_x, test_y = data.test_x[:images], data.test_y[:images]
        logits = source.graph().run(test_x)["logits"]
        return {"dataset": dataset, "images": len(test_x), "graph": float((logits.argmax(axis=1) == test_y).mean())}
    if source.kind == "network":
        raise DataError(f"{model}: seeded random weights know no class; give --weights FILE and --imagefolder DIR")
    data = load(dataset or source.dataset or "")
    keras = load_zoo(source.name)
    found = compare_keras(keras, lower(keras), data.test_x[:images], data.test_y[:images])
    return {"dataset": dataset or source.dataset, **found["accuracy"], "exactness": found["exactness"]}


def evaluate_images(
    model: str,
    folder: Path,
    weights: Path | None = None,
    size: tuple[int, int] | None = None,
    images: int | None = None,
    crops: bool = False,
) -> dict[str, Any]:
    """Top-1 and top-5 accuracy of a graph folder or an official network on a folder of images.

    Args:
        model: graph folder, or name of an official network.
        folder: one folder a class, in the order of the classes.
        weights: checkpoint of an official network; seeded weights without one, which the result says.
        size: H, W that images are resized to (default: 256x256).
        images: how many, spread evenly over the folder (default: all).
        crops: whether the mean of ten crops counts, as in the official test-time augmentation.

    Raises:
        DataError: images that cannot be read or do not fit, see `flow.pipeline.imagefolder`.
        UsageError: an unknown model.
    """
    from flow.pipeline.imagefolder import CROP_FROM, SIZE, evaluate_folder
    from flow.pipeline.official import network_of
    from flow.pipeline.source import find_source

    source = find_source(model, weights=weights)
    graph = source.graph()
    # The official recipe resizes to 306 for this network only.
    crops_from = (306 if network_of(graph) == "erns34" else CROP_FROM) if crops else None
    found = evaluate_folder(graph, folder, size or SIZE, images, crops_from)
    return {**found, "model": source.name, "weights": source.weights}
