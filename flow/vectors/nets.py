# SPDX-License-Identifier: Apache-2.0
"""Vectors of whole networks: codes of every activation, residual streams, classifier sums and logits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from flow.errors import DataError
from flow.graph import Graph
from flow.importer import ern_from_state, read_checkpoint
from flow.importer.ern import SHARED, Builder
from flow.importer.state import State
from flow.lower import lower_network, lower_nodes
from flow.lower.names import legal
from flow.lower.network import Convolution, Network, Stream
from flow.ops.base import Array
from flow.vectors.folder import Folder, Row, close, exact, nhwc

LOGITS = 1e-5
SUFFIXES = ("_state.npz", ".ckpt", ".pth", ".ckpt.gz", ".pth.gz")


class Nets:
    """Networks of a folder, each read and lowered once."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._built: dict[str, tuple[dict[str, Array], Network, Graph]] = {}

    def source(self, name: str) -> str:
        """The file that the weights of a network are taken from."""
        files = [name + suffix for suffix in SUFFIXES if name + suffix in self._folder.entries]
        if not files:
            raise DataError(f"{self._folder.path}: holds no weights of {name!r}; expected one of {', '.join(SUFFIXES)}")
        return files[0]

    def get(self, name: str) -> tuple[dict[str, Array], Network, Graph]:
        """State, network and graph of the files that begin with `name`."""
        if name not in self._built:
            file = self.source(name)
            state = read_checkpoint(self._folder.checked(file))
            network = ern_from_state(state, name, file)
            self._built[name] = state, network, lower_network(network)
        return self._built[name]


def weights(file: str, nets: Nets, folder: Folder) -> Iterator[Row]:
    """Every tensor of a second file of a network equals that of the first; the first is read and lowered."""
    name = next(file.removesuffix(suffix) for suffix in SUFFIXES if file.endswith(suffix))
    expected, _, _ = nets.get(name)
    if file == nets.source(name):
        return
    found = read_checkpoint(folder.checked(file))
    values = sum(array.size for array in expected.values())
    wrong = sum(
        array.size if key not in found else exact(file, key, array, found[key]).mismatches
        for key, array in expected.items()
    )
    yield Row(file, "state_dict", values, wrong + sum(found[key].size for key in found.keys() - expected.keys()))


def run(file: str, arrays: Mapping[str, Array], nets: Nets) -> Iterator[Row]:
    """All arrays of an input and output file that a graph computes."""
    state, network, graph = nets.get(file.split("_io_")[0])
    streams = graph.run(nhwc(arrays["x"]), taps=True)
    adds = {int(m[1]): node.name for node in graph.nodes if (m := re.fullmatch(r"layer(\d+)_\d+_add", node.name))}
    for stage, add in adds.items():
        if f"backbone.last_bn_layer{stage}.weight" in state and f"last_act_layer{stage}" not in streams:
            streams[f"last_act_layer{stage}"] = _unused(state, graph, stage, add, streams[add])
    for key, expected in arrays.items():
        residual = re.fullmatch(r"layer(\d+)_int", key)
        if key.startswith("codes/"):
            yield exact(file, key, nhwc(expected), _stream(file, key, streams, legal(key.removeprefix("codes/"))))
        elif key == "last_codes":
            yield exact(file, key, nhwc(expected), _stream(file, key, streams, f"last_act_layer{max(adds)}"))
        elif residual:
            yield exact(file, key, nhwc(expected), _stream(file, key, streams, adds.get(int(residual[1]), key)))
        elif key == "stem_out":
            yield _stem(file, key, nhwc(expected), network, streams)
        elif key == "logits_intsum":
            yield exact(file, key, expected, streams["classifier_sum"])
        elif key in ("logits", "logits_fp64"):
            yield close(file, key, expected, streams["logits"], absolute=LOGITS)
        elif key != "x":
            raise DataError(f"{file}: unknown array {key!r}; this version does not know what it should hold")


def _stream(file: str, key: str, streams: Mapping[str, Array], name: str) -> Array:
    if name not in streams:
        raise DataError(f"{file}: {key!r} names no stream of the graph")
    return streams[name]


def _stem(file: str, key: str, expected: Array, network: Network, streams: Mapping[str, Array]) -> Row:
    """The stem's output is float; each value is the nearest one to an integer times its channel's scale."""
    layer = next(layer for layer in network.layers if layer.name == "conv1_2")
    assert isinstance(layer, Convolution)  # ern_from_state
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(layer.scale > 0, expected / layer.scale.astype(np.float64), streams["conv1_2"])
    return exact(file, key, np.rint(steps), streams["conv1_2"])


def _unused(state: Mapping[str, Array], graph: Graph, stage: int, add: str, sums: Array) -> Array:
    """Codes of the tail of an earlier stage, which a classifier does not use."""
    channels = sums.shape[3]
    source = Stream("sums", channels, np.full(channels, SHARED, np.float32), graph.ranges()[add])
    builder = Builder(State(state, graph.name))
    builder.tail(stage, add, channels)
    (node,) = lower_nodes(Network("tail", {add: source}, tuple(builder.layers)))
    return node.run(sums)
