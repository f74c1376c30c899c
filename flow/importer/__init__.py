# SPDX-License-Identifier: Apache-2.0
"""Trained networks from elsewhere, read without the framework that wrote them."""

from __future__ import annotations

from pathlib import Path

from flow.graph import Graph
from flow.importer.checkpoint import open_checkpoint, read_checkpoint
from flow.importer.ern import ern_from_state
from flow.lower import lower_network
from flow.lower.names import legal

__all__ = ["ern_from_state", "import_checkpoint", "open_checkpoint", "read_checkpoint"]


def import_checkpoint(path: Path, name: str | None = None) -> Graph:
    """Integer graph of a checkpoint of the official code (`.ckpt`, `.pth`, `.npz`, also gzipped); named after the file.

    Raises:
        ModelError: a file or a key that is not sound; the message names it.
        LowerError: a network whose sums no hardware rule holds for; the message names the layer.
    """
    path = Path(path)
    with open_checkpoint(path) as state:
        network = ern_from_state(state, name or network_name(path), path.name)
    return lower_network(network)


def network_name(path: Path) -> str:
    """Name of the network in a file: the file's own, without suffixes."""
    return legal(path.name.partition(".")[0].removesuffix("_state") or path.name)
