# SPDX-License-Identifier: Apache-2.0
"""A folder of test vectors: MANIFEST.json names the files, their arrays and their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from flow.errors import DataError
from flow.ops.base import Array
from flow.store import UNREADABLE


class Row(NamedTuple):
    """Outcome of one array of one file."""

    file: str
    array: str
    values: int
    mismatches: int


class Folder:
    """Files of a vector folder.

    Raises:
        DataError: no manifest, or one that is not readable.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        manifest = self.path / "MANIFEST.json"
        try:
            entries = json.loads(manifest.read_text())["files"]
            self.entries: dict[str, Mapping[str, Any]] = {entry["file"]: entry for entry in entries}
        except OSError as error:
            raise DataError(f"{manifest}: cannot be read ({error.strerror}); give a folder of test vectors") from error
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{manifest}: is not a list of vector files ({error}); fetch the folder anew") from error

    def checked(self, file: str) -> Path:
        """Path of a file whose digest agrees with the manifest.

        Raises:
            DataError: a file that is missing, truncated or changed.
        """
        path = self.path / file
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise DataError(f"{path}: named in the manifest, cannot be read ({error.strerror})") from error
        if found != self.entries[file].get("sha256", found):
            raise DataError(f"{path}: its digest is not that of the manifest; the file is truncated or was changed")
        return path

    def load(self, file: str) -> dict[str, Array]:
        """Arrays of a .npz file."""
        path = self.checked(file)
        try:
            with np.load(path, allow_pickle=False) as archive:
                return {key: archive[key] for key in archive.files}
        except UNREADABLE as error:
            raise DataError(f"{path}: is not a NumPy archive ({error}); fetch the folder anew") from error


def exact(file: str, array: str, expected: Array, found: Array) -> Row:
    """Row of an array in which every value must be equal; a wrong shape makes every value wrong."""
    if expected.shape != found.shape:
        return Row(file, array, expected.size, expected.size)
    return Row(file, array, expected.size, int((expected != found).sum()))


def close(file: str, array: str, expected: Array, found: Array, absolute: float = 0.0, relative: float = 0.0) -> Row:
    """Row of an array of floats with a tolerance; NaN is never close."""
    if expected.shape != found.shape:
        return Row(file, array, expected.size, expected.size)
    error = np.abs(found.astype(np.float64) - expected)
    return Row(file, array, expected.size, int((~(error <= absolute + relative * np.abs(expected))).sum()))


def nhwc(array: Array) -> Array:
    """N x C x H x W to N x H x W x C."""
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1))
