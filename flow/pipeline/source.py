# SPDX-License-Identifier: Apache-2.0
"""Where a graph comes from: network of the zoo, official network with weights from a file or seeded, graph folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flow.errors import DataError, UsageError
from flow.ops.base import Array
from flow.types import Shape

if TYPE_CHECKING:
    from flow.graph import Graph

ZOO = Path(__file__).resolve().parents[2] / "qmodels" / "zoo"
SEEDED = "seeded random"
SMALL_IMAGES, LARGE_IMAGES = 50, 2
"""Images through the simulators where the user names no number."""
LARGE = 128 * 128
"""Pixels of a frame that counts as large."""


@dataclass(frozen=True)
class Source:
    """A model that can be built.

    Attributes:
        name: names the build folder.
        path: zoo file (.npz), checkpoint or graph folder; none for seeded weights.
        kind: "zoo", "network" (official, weights from `path` or seeded) or "graph".
        dataset: data set of its test images, if it has one.
        image: size of one frame, if the source fixes it.
    """

    name: str
    path: Path | None
    kind: str
    dataset: str | None = None
    image: Shape | None = None

    @cached_property
    def digest(self) -> str:
        """sha256 of the files of the source; of the name where weights are seeded."""
        if self.path is None:
            return hashlib.sha256(f"{SEEDED} {self.name}".encode()).hexdigest()
        files = [self.path / "graph.json", self.path / "arrays.npz"] if self.kind == "graph" else [self.path]
        state = hashlib.sha256()
        for file in files:
            try:
                with open(file, "rb") as opened:
                    while block := opened.read(2**20):
                        state.update(block)
            except OSError as error:
                raise DataError(f"{file}: cannot be read ({error.strerror}); name a file of weights") from error
        return state.hexdigest()

    @property
    def weights(self) -> str:
        """What report.json calls the weights: the name of their file, or that they are seeded."""
        return self.path.name or str(self.path) if self.path else SEEDED

    def graph(self) -> Graph:
        """The integer graph.

        Raises:
            ModelError: weights that are not sound, or of another network.
            GraphError: a damaged graph folder.
        """
        from flow import store

        if self.kind == "graph":
            assert self.path is not None
            return store.load(self.path)
        if self.kind == "zoo":
            from flow.lower import lower
            from qmodels.checkpoints import load_zoo

            return lower(load_zoo(self.name))
        if self.path is not None:
            from flow.importer import import_checkpoint
            from flow.pipeline.official import expect_network

            graph = import_checkpoint(self.path, self.name)
            expect_network(graph, self.name, self.path)
            return graph
        from flow.pipeline.seeded import seeded_graph
        from qmodels.config import network

        return seeded_graph(network(self.name))

    def keras(self, graph: Graph) -> Any:
        """The Keras model that `graph` equals; a graph folder has none. Needs TensorFlow."""
        if self.kind == "zoo":
            from qmodels.checkpoints import load_zoo

            return load_zoo(self.name)
        from flow.importer import read_checkpoint
        from flow.pipeline.seeded import seeded_state
        from flow.pipeline.twin import keras_twin
        from qmodels.config import network

        state = read_checkpoint(self.path) if self.path else seeded_state(network(self.name))[0]
        return keras_twin(state, graph)

    def test_images(self, channels: int, count: int) -> tuple[Array, Array | None]:
        """uint8 test images N x H x W x C and labels: the whole test set, or `count` seeded images without labels."""
        if self.dataset is not None:
            from qmodels.datasets import load

            data = load(self.dataset)
            return data.test_x, data.test_y
        assert self.image is not None
        shape = (self.image.height, self.image.width, channels)
        if self.kind == "network":
            from flow.pipeline.seeded import random_images

            return random_images(count, shape, seed=1), None
        import numpy as np

        return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8), None

    @property
    def default_images(self) -> int:
        """Images through the simulators: few where a frame or the network is large."""
        large = self.kind == "network" or (self.image is not None and self.image.pixels >= LARGE)
        return LARGE_IMAGES if large else SMALL_IMAGES


def zoo_cards() -> dict[str, dict[str, Any]]:
    """The json card of each network with trained weights, by name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(ZOO.glob("*.json"))}


def find_source(model: str, image: Shape | None = None, weights: Path | None = None) -> Source:
    """The source of a model name or graph folder.

    Args:
        model: network of the zoo, official network, or graph folder.
        image: size of a frame; needed to build a graph folder, and free for an official network.
        weights: checkpoint of an official network; seeded random weights without one.

    Raises:
        UsageError: an unknown model, the message lists the known ones; weights or an image size where they are fixed.
    """
    from qmodels.config import NETWORKS

    cards = zoo_cards()
    if model in cards:
        card = cards[model]
        size = Shape(*card["config"]["in_shape"])
        if weights is not None:
            raise UsageError(f"model {model}: has trained weights of its own; leave --weights out")
        if image is not None and (image.height, image.width) != (size.height, size.width):
            raise UsageError(f"model {model}: its images are {size.height}x{size.width}; leave --image out")
        return Source(model, ZOO / f"{model}.npz", "zoo", card["dataset"], size)
    if model in NETWORKS:
        return Source(model, weights, "network", None, image or Shape(*NETWORKS[model].in_shape))
    folder = Path(model)
    if (folder / "graph.json").is_file():
        if weights is not None:
            raise UsageError(f"graph {model}: holds its weights; leave --weights out")
        return Source(folder.resolve().name, folder, "graph", None, image)
    raise UsageError(f"model {model!r}: unknown, and no graph folder; known models: {', '.join(NETWORKS)}")


def build_source(model: str, image: Shape | None = None, weights: Path | None = None) -> Source:
    """The source of a build, whose image size is known.

    Raises:
        UsageError: see `find_source`.
        DataError: a graph folder without an image size.
    """
    source = find_source(model, image, weights)
    if source.image is None:
        raise DataError(f"graph {model}: a graph fixes no image size; name one, for example --image 28x28")
    return source
