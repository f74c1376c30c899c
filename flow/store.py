# SPDX-License-Identifier: Apache-2.0
"""Graphs on disk: a folder of graph.json and arrays.npz, held together by one digest."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from flow.emit.plan import Plan
from flow.errors import GraphError
from flow.graph import Graph
from flow.ops import OPS
from flow.ops.base import Array

SCHEMA = 1
UNREADABLE = (OSError, ValueError, EOFError, KeyError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
"""What a damaged archive makes zipfile and NumPy raise (RuntimeError: a flag that says encrypted or patched)."""


def digest(graph: Graph) -> str:
    """sha256 of structure and integers; independent of file format and compression."""
    state = hashlib.sha256(_canonical(_structure(graph)).encode())
    for node in graph.nodes:
        for key, array in sorted(node.arrays().items()):
            state.update(f"{node.name}.{key}{array.dtype}{array.shape}".encode())
            state.update(np.ascontiguousarray(array).tobytes())
    return state.hexdigest()


def save(graph: Graph, folder: Path) -> str:
    """Write the graph; return its digest. The arrays are written first, graph.json last."""
    buffer = io.BytesIO()
    arrays = {f"{node.name}.{key}": array for node in graph.nodes for key, array in node.arrays().items()}
    np.savez(buffer, **arrays)  # _stable_zip compresses
    found = digest(graph)
    text = json.dumps({**_structure(graph), "digest": found, "labels": dict(graph.labels)}, indent=1) + "\n"
    Plan({"arrays.npz": _stable_zip(buffer.getvalue()), "graph.json": text}).write(folder)
    return found


def load(folder: Path) -> Graph:
    """The graph saved in a folder.

    Raises:
        GraphError: a missing, truncated or tampered file, an unknown op or schema.
    """
    path = Path(folder) / "graph.json"
    try:
        structure = json.loads(path.read_text())
    except OSError as error:
        raise GraphError(f"{path}: cannot be read ({error.strerror}); a graph is a folder with graph.json") from error
    except (ValueError, RecursionError) as error:
        raise GraphError(
            f"{path}: not JSON ({error}); the file is truncated or was edited, save the graph anew"
        ) from error
    if not isinstance(structure, dict) or structure.get("schema") != SCHEMA:
        raise GraphError(f"{path}: expected schema {SCHEMA}; save the graph anew with this version")
    graph = _graph(structure, _arrays(path.with_name("arrays.npz")), path)
    stated = {key: value for key, value in structure.items() if key not in ("digest", "labels")}
    if digest(graph) != structure.get("digest") or _canonical(stated) != _canonical(_structure(graph)):
        raise GraphError(f"{path}: the digest does not match the content; the file was changed, save the graph anew")
    return graph


def _canonical(structure: dict[str, Any]) -> str:
    return json.dumps(structure, sort_keys=True)


def _structure(graph: Graph) -> dict[str, Any]:
    nodes = [
        {"name": node.name, "op": node.kind, "inputs": list(node.inputs), "attributes": node.attributes()}
        for node in graph.nodes
    ]
    return {"schema": SCHEMA, "name": graph.name, "in_channels": graph.in_channels, "nodes": nodes}


def _arrays(path: Path) -> dict[str, Array]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except UNREADABLE as error:
        raise GraphError(
            f"{path}: cannot be read ({error}); it is missing or truncated, save the graph anew"
        ) from error


def _graph(structure: dict[str, Any], arrays: dict[str, Array], path: Path) -> Graph:
    nodes = []
    entries = structure.get("nodes")
    if not isinstance(entries, list) or not isinstance(structure.get("labels", {}), dict):
        raise GraphError(f"{path}: nodes must be a list and labels an object; the file was changed, save it anew")
    for entry in entries:
        try:
            name, op = entry["name"], OPS[entry["op"]]
            own = {key: arrays[f"{name}.{key}"] for key in op.array_names}
            nodes.append(op.load(name, tuple(entry["inputs"]), entry["attributes"], own))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
            raise GraphError(f"{path}: node {entry!r:.120} lacks or breaks {error}; the file was changed") from error
    try:
        return Graph(structure["name"], structure["in_channels"], tuple(nodes), structure.get("labels", {}))
    except (KeyError, TypeError) as error:
        raise GraphError(f"{path}: field {error} is missing or of a wrong type") from error


def _stable_zip(data: bytes) -> bytes:
    """The same archive with fixed time stamps, so equal graphs are equal files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
