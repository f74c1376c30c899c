# SPDX-License-Identifier: Apache-2.0
"""Trained networks from elsewhere, read without the framework that wrote them."""

from __future__ import annotations

from pathlib import Path

from flow.graph import Graph
from flow.importer.checkpoint import read_checkpoint
from flow.importer.ern import ern_from_state
from flow.lower import lower_network

__all__ = ["ern_from_state", "import_checkpoint", "read_checkpoint"]


def import_checkpoint(path: Path, name: str | None = None) -> Graph:
    """Integer graph of a checkpoint of the official code (`.ckpt`, `.pth`, `.npz`); named after the file.

    Raises:
        ModelError: a file or a key that is not sound; the message names it.
    """
    path = Path(path)
    network = ern_from_state(read_checkpoint(path), name or path.stem.removesuffix("_state"), path.name)
    return lower_network(network)
