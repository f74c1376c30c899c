# SPDX-License-Identifier: Apache-2.0
"""Files that are either whole or not there: atomic writes, and npz archives with named arrays and a json header."""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flow.errors import DataError

_HEADER = "header"


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, finds the old one or the whole new one. DataError if it cannot be."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(scratch, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(scratch, path)
    except OSError as err:
        scratch.unlink(missing_ok=True)
        raise DataError(f"{path}: cannot be written ({err.strerror}); free space or choose another folder") from err


def write_arrays(path: Path, header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write named arrays and a json-able header as one npz file, atomically."""
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez_compressed(buffer, **{_HEADER: text}, **arrays)
    write_atomic(path, buffer.getvalue())


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Header and arrays of a file of `write_arrays`; DataError if it is missing, truncated or something else."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop(_HEADER).tobytes())
    except FileNotFoundError as err:
        raise DataError(f"{path}: expected a file, found none") from err
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as err:
        raise DataError(
            f"{path}: expected a complete npz file of this project, found a damaged or foreign one ({err}); "
            "restore it or make it anew"
        ) from err
    return header, arrays
