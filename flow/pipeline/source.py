# SPDX-License-Identifier: Apache-2.0
"""Where a graph comes from: a network of the zoo, or a saved graph folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flow.errors import DataError, UsageError
from flow.ops.base import Array
from flow.types import Shape

ZOO = Path(__file__).resolve().parents[2] / "qmodels" / "zoo"


@dataclass(frozen=True)
class Source:
    """A model that can be built.

    Attributes:
        name: names the build folder.
        path: zoo file (.npz) or graph folder.
        kind: "zoo" or "graph".
        dataset: data set of its test images, none for a graph folder.
        image: size of one frame, if the source fixes it.
    """

    name: str
    path: Path
    kind: str
    dataset: str | None
    image: Shape | None

    @property
    def digest(self) -> str:
        """sha256 of the files of the source."""
        files = [self.path] if self.kind == "zoo" else [self.path / "graph.json", self.path / "arrays.npz"]
        state = hashlib.sha256()
        for file in files:
            state.update(file.read_bytes())
        return state.hexdigest()


def zoo_cards() -> dict[str, dict[str, Any]]:
    """The json card of each network with trained weights, by name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(ZOO.glob("*.json"))}


def find_source(model: str, image: Shape | None = None) -> Source:
    """The source of a model name or graph folder.

    Raises:
        UsageError: neither; the message lists the known models.
        DataError: a graph folder without an image size.
    """
    cards = zoo_cards()
    if model in cards:
        card = cards[model]
        return Source(model, ZOO / f"{model}.npz", "zoo", card["dataset"], Shape(*card["config"]["in_shape"]))
    folder = Path(model)
    if (folder / "graph.json").is_file():
        if image is None:
            raise DataError(f"graph {model}: a graph fixes no image size; name one, for example --image 28x28")
        return Source(folder.resolve().name, folder, "graph", None, image)
    raise UsageError(f"model {model!r}: unknown, and no graph folder; known models: {', '.join(cards) or 'none'}")


def test_images(source: Source, channels: int) -> tuple[Array, Array | None]:
    """uint8 test images N x H x W x C and labels; seeded noise for a graph without a data set."""
    import numpy as np

    if source.dataset is None:
        assert source.image is not None
        shape = (100, source.image.height, source.image.width, channels)
        return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8), None
    from qmodels.datasets import load

    data = load(source.dataset)
    return data.test_x, data.test_y
