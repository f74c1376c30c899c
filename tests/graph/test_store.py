# SPDX-License-Identifier: Apache-2.0
"""Saving and loading: equal integers, equal files, and no damaged file is taken for a graph."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flow import store
from flow.errors import ErnError, GraphError
from flow.graph import Graph
from flow.random_graph import random_graph


@pytest.mark.parametrize("seed", range(10))
def test_a_loaded_graph_is_the_saved_one(tmp_path: Path, seed: int) -> None:
    graph, image = random_graph(seed)
    assert store.save(graph, tmp_path) == store.digest(store.load(tmp_path)) == store.digest(graph)
    images = np.random.default_rng(seed).integers(0, 256, (2, image.height, image.width, image.channels), np.uint8)
    expected, found = graph.run(images, taps=True), store.load(tmp_path).run(images, taps=True)
    assert all(np.array_equal(expected[key], found[key]) for key in expected), f"seed {seed}"


def test_equal_graphs_are_equal_files(tmp_path: Path, graph: Graph) -> None:
    for folder in ("a", "b"):
        store.save(graph, tmp_path / folder)
    for file in ("graph.json", "arrays.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [leaf for key, inner in items for leaf in leaves(inner, (*path, key))]


def test_no_change_of_the_structure_is_accepted(graph_folder: Path) -> None:
    path = graph_folder / "graph.json"
    original = json.loads(path.read_text())
    for place in leaves(original):
        if "labels" in place:
            continue
        for value in (None, -1, 0, 2, "x", [], {}, [1], 1e30, True):
            changed: Any = copy.deepcopy(original)
            holder: Any = {"root": changed}
            for key in ("root", *place)[:-1]:
                holder = holder[key]
            last = ("root", *place)[-1]
            if holder[last] == value and type(holder[last]) is type(value):
                continue
            holder[last] = value
            path.write_text(json.dumps(changed if place else value))
            with pytest.raises(GraphError):
                store.load(graph_folder)


def test_no_truncated_file_is_accepted(graph_folder: Path) -> None:
    for file in ("graph.json", "arrays.npz"):
        path = graph_folder / file
        whole = path.read_bytes()
        for size in range(0, len(whole) - 1, 29):
            path.write_bytes(whole[:size])
            with pytest.raises(GraphError, match=file):
                store.load(graph_folder)
        path.write_bytes(whole)
    store.load(graph_folder)


def test_a_flipped_byte_is_refused_or_harmless(graph_folder: Path, graph: Graph) -> None:
    path = graph_folder / "arrays.npz"
    whole = path.read_bytes()
    digest, refused = store.digest(graph), 0
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            assert store.digest(store.load(graph_folder)) == digest
        except ErnError:
            refused += 1
    assert refused > len(whole) // 20


@pytest.mark.parametrize("file", ["graph.json", "arrays.npz"])
def test_a_missing_file_is_named(graph_folder: Path, file: str) -> None:
    (graph_folder / file).unlink()
    with pytest.raises(GraphError, match=file):
        store.load(graph_folder)


@pytest.mark.parametrize(
    "key", ["conv1.weights", "act1.thresholds", "act1.negative", "pool.alpha", "encode.thresholds"]
)
def test_a_changed_integer_is_refused(graph_folder: Path, key: str) -> None:
    path = graph_folder / "arrays.npz"
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    first = arrays[key].reshape(-1)
    first[-1] = 1 - first[-1] if key.endswith(("weights", "negative")) else first[-1] + 1
    np.savez(path, **arrays)
    with pytest.raises(GraphError, match="digest"):
        store.load(graph_folder)


def test_an_unknown_schema_or_op_is_refused(graph_folder: Path) -> None:
    path = graph_folder / "graph.json"
    whole = path.read_text()
    path.write_text(whole.replace('"schema": 1', '"schema": 2'))
    with pytest.raises(GraphError, match="schema 1"):
        store.load(graph_folder)
    path.write_text(whole.replace('"binary_conv"', '"ternary_conv"'))
    with pytest.raises(GraphError, match="ternary_conv"):
        store.load(graph_folder)


def test_json_without_end_is_refused(graph_folder: Path) -> None:
    (graph_folder / "graph.json").write_text("[" * 100_000)
    with pytest.raises(GraphError, match="not JSON"):
        store.load(graph_folder)
