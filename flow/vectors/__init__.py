# SPDX-License-Identifier: Apache-2.0
"""Official test vectors through the graph: the NumPy side of `ern vectors DIR`; qmodels has the Keras side.

What a file holds is told by its arrays in MANIFEST.json. Files of training (gradients) are left to the Keras side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flow.ops.base import Array
from flow.vectors import blocks, nets, quantizers
from flow.vectors.folder import Folder, Row

__all__ = ["Row", "check_folder"]

KINDS: tuple[tuple[str, Callable[[str, Mapping[str, Array]], Iterator[Row]]], ...] = (
    (r"k\d+_codes", quantizers.encoding),
    (r"\w+_(cwmean|pow2)_out", quantizers.weights),
    (r"(raw|scaled)_out", quantizers.activations),
    (r"y_int", blocks.block),
)
"""An array name that tells what a file holds, and what checks it."""


def check_folder(path: Path) -> list[Row]:
    """Every vector of a folder: file, array, values compared, mismatches; a file of unknown kind is a row of 0 values.

    Raises:
        DataError: no manifest; a file that is missing or changed; an array that this version does not know.
        ModelError: weights of a network that are not sound.
    """
    folder = Folder(path)
    known = nets.Nets(folder)
    return [row for file in folder.entries for row in _rows(file, folder, known)]


def _rows(file: str, folder: Folder, known: nets.Nets) -> Iterator[Row]:
    if file.endswith(nets.SUFFIXES):
        yield from nets.weights(file, known, folder)
        return
    if not file.endswith(".npz"):
        yield Row(file, "(unknown)", 0, 0)
        return
    keys = folder.entries[file].get("arrays") or folder.load(file)
    if "logits_intsum" in keys:
        yield from nets.run(file, folder.load(file), known)
        return
    for pattern, check in KINDS:
        if any(re.fullmatch(pattern, key) for key in keys):
            yield from check(file, folder.load(file))
            return
    if not any(key.startswith("grad") for key in keys):
        yield Row(file, "(unknown)", 0, 0)
