# SPDX-License-Identifier: Apache-2.0
"""Files of trained weights as plain dictionaries: NumPy archives and PyTorch (Lightning) checkpoints."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from flow.errors import ModelError
from flow.importer import pickles
from flow.ops.base import Array
from flow.store import UNREADABLE

PREFIX = "network."
"""The Lightning module keeps the net in this attribute."""


def read_checkpoint(path: Path) -> dict[str, Array]:
    """State of a network: key -> array, without the `network.` prefix.

    Args:
        path: `.npz` with one array a key, or a torch.save zip (`.ckpt`, `.pth`, also gzipped) of a state_dict or of a
            dictionary that holds one under `state_dict`. The content decides, not the suffix.

    Raises:
        ModelError: a file that is missing, truncated, of another format, or without a state_dict; two keys of one name.
    """
    path = Path(path)
    with _open(path) as file:
        state = _archive(file, path) if _is_npz(file, path) else _state_dict(pickles.load(file, path), path)
    found: dict[str, Array] = {}
    for key, array in state.items():
        short = key.removeprefix(PREFIX)
        if short in found:
            raise ModelError(f"{path}: holds {short!r} twice, with and without the prefix {PREFIX!r}; keep one")
        found[short] = array
    return found


def _open(path: Path) -> BinaryIO:
    try:
        file = open(path, "rb")  # noqa: SIM115  (the caller closes it)
        magic = file.read(2)
        file.seek(0)
        if magic == b"\x1f\x8b":
            with file:
                return io.BytesIO(gzip.decompress(file.read()))
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"{path}: cannot be read ({reason}); give a .npz or a PyTorch .ckpt or .pth file") from error
    if magic != b"PK":
        file.close()
        raise ModelError(
            f"{path}: expected a .npz or a PyTorch zip checkpoint, found another format; save it with torch.save of "
            "torch 1.6 or newer"
        )
    return file


def _is_npz(file: BinaryIO, path: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except UNREADABLE as error:
        raise ModelError(f"{path}: cannot be read ({error}); it is truncated, fetch or save it anew") from error
    finally:
        file.seek(0)


def _archive(file: BinaryIO, path: Path) -> dict[str, Array]:
    try:
        with np.load(file, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except UNREADABLE as error:
        raise ModelError(f"{path}: cannot be read ({error}); it is truncated, fetch or save it anew") from error


def _state_dict(content: Any, path: Path) -> Mapping[str, Array]:
    state = content.get("state_dict", content) if isinstance(content, Mapping) else None
    if not isinstance(state, Mapping) or not state:
        found = type(content).__name__
        raise ModelError(f"{path}: expected a state_dict, found {found}; save network.state_dict()")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, np.ndarray):
            kind = type(value).__name__
            raise ModelError(f"{path}: entry {key!r} is a {kind}, expected a tensor; save network.state_dict()")
    return state
