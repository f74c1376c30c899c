# SPDX-License-Identifier: Apache-2.0
"""Commands on graphs: import, lower, show, run, vectors."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flow.cli.common import Commands, add_json, add_weights, image_size, load_graph, show, table
from flow.types import Shape

if TYPE_CHECKING:
    from flow.graph import Graph


def add_commands(commands: Commands) -> None:  # type: ignore[type-arg]
    """Add the commands of this file."""
    imported = commands.add_parser(
        "import", help="official checkpoint (.ckpt, .pth, .npz) to graph folder; no torch needed"
    )
    imported.add_argument("file", type=Path)
    imported.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    imported.add_argument("--network", help="refuse the file unless it holds this network (ern models lists them)")
    imported.add_argument(
        "--keras", type=Path, metavar="MODEL.h5", help="save a QKeras model with these weights too (needs TensorFlow)"
    )
    add_json(imported)
    imported.set_defaults(run=_import)

    lower = commands.add_parser("lower", help="network, or saved Keras model, to graph folder")
    lower.add_argument("model", help="name (ern models lists them), .h5 file or SavedModel folder")
    lower.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    add_weights(lower)
    add_json(lower)
    lower.set_defaults(run=_lower)

    shown = commands.add_parser("show", help="table and picture of a graph")
    shown.add_argument("model", metavar="GRAPH", help="graph folder or network (ern models lists them)")
    add_weights(shown)
    shown.add_argument(
        "--image", type=image_size, metavar="HxW", help="image size (default: the network's, else 32x32)"
    )
    shown.add_argument("--svg", type=Path, metavar="FILE", help="write a drawing")
    add_json(shown)
    shown.set_defaults(run=_show)

    run = commands.add_parser("run", help="run a saved graph on images; exact integers")
    run.add_argument("graph", type=Path, help="graph folder")
    run.add_argument("--images", type=Path, required=True, metavar="X.npy", help="uint8, N x H x W x C")
    run.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.npz")
    run.add_argument("--taps", action="store_true", help="write every stream by name too")
    add_json(run)
    run.set_defaults(run=_run)

    vectors = commands.add_parser(
        "vectors", help="official vectors through Keras layers and graph; exit 1 on a mismatch"
    )
    vectors.add_argument("folder", type=Path)
    vectors.add_argument("--graph-only", action="store_true", help="leave the Keras layers out (no TensorFlow needed)")
    add_json(vectors)
    vectors.set_defaults(run=_vectors)


def _save(graph: Graph, arguments: argparse.Namespace, notes: Mapping[str, str] | None = None) -> int:
    from flow import store

    digest = store.save(graph, arguments.output)
    lines = [f"{arguments.output}: {len(graph.nodes)} nodes, digest {digest[:16]}", *(notes or {}).values()]
    show(
        arguments,
        {"graph": str(arguments.output), "digest": digest, "nodes": len(graph.nodes), **(notes or {})},
        "\n".join(lines),
    )
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from flow.importer import import_checkpoint
    from flow.pipeline.official import described, expect_network, type_note

    graph = import_checkpoint(arguments.file)
    if arguments.network:
        expect_network(graph, arguments.network, arguments.file)
    notes = {"network": described(graph), **type_note(graph)}
    if arguments.keras:
        from flow.pipeline.twin import save_twin

        save_twin(arguments.file, graph, arguments.keras)
        notes["keras"] = f"{arguments.keras}: QKeras model that lowers to this very graph"
    return _save(graph, arguments, notes)


def _lower(arguments: argparse.Namespace) -> int:
    from flow.lower import lower

    if Path(arguments.model).exists() and arguments.weights is None:
        from flow.lower.keras_reader import load_model

        graph = lower(load_model(Path(arguments.model)))
    else:
        graph = load_graph(arguments.model, arguments.weights)
    return _save(graph, arguments)


def _show(arguments: argparse.Namespace) -> int:
    from flow import show as drawing
    from flow.emit.plan import write_atomic
    from qmodels.config import NETWORKS

    graph = load_graph(arguments.model, arguments.weights)
    config = NETWORKS.get(arguments.model)
    size = arguments.image or (Shape(*config.in_shape) if config else Shape(32, 32, 1))
    image = Shape(size.height, size.width, graph.in_channels)
    if arguments.svg:
        write_atomic(arguments.svg, drawing.svg(graph, image))
    shapes, ranges = graph.shapes(image), graph.ranges(image)
    nodes = [
        {
            "name": n.name,
            "op": n.kind,
            "inputs": list(n.inputs),
            "shape": str(shapes[n.name]),
            "low": ranges[n.name].low,
            "high": ranges[n.name].high,
            "bits": ranges[n.name].bits,
            "macs": n.macs(*(shapes[s] for s in n.inputs)),
        }
        for n in graph.nodes
    ]
    show(
        arguments,
        {"name": graph.name, "image": str(image), "macs": graph.macs(image), "nodes": nodes},
        drawing.table(graph, image),
    )
    return 0


def _run(arguments: argparse.Namespace) -> int:
    import io

    import numpy as np

    from flow import store
    from flow.emit.plan import write_atomic
    from flow.errors import DataError

    graph = store.load(arguments.graph)
    try:
        images = np.load(arguments.images, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{arguments.images}: not a .npy file of images ({error})") from error
    if not isinstance(images, np.ndarray):
        raise DataError(f"{arguments.images}: holds several arrays; save one uint8 array with numpy.save")
    results = graph.run(images, taps=arguments.taps)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **results)
    write_atomic(arguments.output, buffer.getvalue())
    show(
        arguments,
        {"output": str(arguments.output), "images": len(images), "arrays": sorted(results)},
        f"{arguments.output}: {len(images)} images, arrays {', '.join(sorted(results))}",
    )
    return 0


def _vectors(arguments: argparse.Namespace) -> int:
    from flow.vectors import check_folder

    rows = [("graph", *row) for row in check_folder(arguments.folder)]
    if not arguments.graph_only:
        from qmodels.vectors import check_folder as check_keras

        rows += [("keras", *row) for row in check_keras(arguments.folder)]
    files: dict[tuple[str, str], list[int]] = {}
    for side, file, _, values, mismatches in rows:
        totals = files.setdefault((file, side), [0, 0, 0])
        for i, value in enumerate((1, values, mismatches)):
            totals[i] += int(value)
    lines = [[file, side, *totals] for (file, side), totals in sorted(files.items())]
    result = [dict(zip(("file", "side", "arrays", "values", "mismatches"), line, strict=True)) for line in lines]
    show(arguments, {"vectors": result}, table(["file", "side", "arrays", "values", "mismatches"], lines))
    return int(not lines or any(line[4] for line in lines))
