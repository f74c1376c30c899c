# SPDX-License-Identifier: Apache-2.0
"""Accuracy of a network of the zoo (Keras and graph) or of a graph folder on a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flow.errors import DataError


def evaluate(model: str, dataset: str | None = None, images: int | None = None) -> dict[str, Any]:
    """Fractions right, on the first `images` of the test set (default: all).

    Raises:
        DataError: a graph folder without a data set, or images that do not fit.
        UsageError: an unknown model or data set.
    """
    from flow import store
    from flow.lower import lower
    from flow.pipeline.exactness import compare_keras
    from flow.pipeline.source import find_source
    from qmodels.checkpoints import load_zoo
    from qmodels.datasets import load

    if images is not None and images < 1:
        raise DataError(f"--images: expected at least 1, found {images}")
    if (Path(model) / "graph.json").exists():
        if dataset is None:
            raise DataError(f"graph {model}: holds no images; name a data set with --dataset")
        data = load(dataset)
        test_x, test_y = data.test_x[:images], data.test_y[:images]
        logits = store.load(Path(model)).run(test_x)["logits"]
        return {"dataset": dataset, "images": len(test_x), "graph": float((logits.argmax(axis=1) == test_y).mean())}
    source = find_source(model)
    data = load(dataset or source.dataset or "")
    keras = load_zoo(source.name)
    found = compare_keras(keras, lower(keras), data.test_x[:images], data.test_y[:images])
    return {"dataset": dataset or source.dataset, **found["accuracy"], "exactness": found["exactness"]}
