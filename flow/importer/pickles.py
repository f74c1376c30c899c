# SPDX-License-Identifier: Apache-2.0
"""Tensors out of PyTorch's zip checkpoints without PyTorch and without running anything the file asks for.

A checkpoint is a zip: `<root>/data.pkl` is a pickle of containers whose tensors point at `<root>/data/<key>`, raw
little-endian storages. The unpickler below knows the few names such files need; any other name is an error, never an
import.
"""

from __future__ import annotations

import collections
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from flow.errors import ModelError
from flow.ops.base import Array

STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


def load(file: BinaryIO, path: Path) -> Any:
    """The object of a torch.save file; tensors are NumPy arrays (copies, bfloat16 as float32).

    Args:
        file: the file, open.
        path: what messages call it.

    Raises:
        ModelError: not such a file, truncated, big-endian, or naming what is neither a tensor nor a container.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            roots = [name[: -len("data.pkl")] for name in names if name.endswith("/data.pkl") and name.count("/") == 1]
            if len(roots) != 1 or len(set(names)) != len(names):
                raise ModelError(f"{path}: expected a zip of torch.save with one data.pkl, found {len(roots)}")
            order = f"{roots[0]}byteorder"
            if order in names and archive.read(order).strip() != b"little":
                raise ModelError(f"{path}: written on a big-endian machine; save it anew on a little-endian one")
            return _Reader(archive, roots[0], path).load()
    except ModelError:
        raise
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ModelError(
            f"{path}: cannot be read as a checkpoint ({error}); it is truncated or of another format"
        ) from error
    except Exception as error:  # a hostile or broken pickle can raise anything
        raise ModelError(
            f"{path}: its pickle is broken ({type(error).__name__}: {error}); save the checkpoint anew"
        ) from error


class _Storage:
    """A storage class named in a pickle; never called."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Reader(pickle.Unpickler):
    """Unpickler of containers and tensors only."""

    def __init__(self, archive: zipfile.ZipFile, root: str, path: Path) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}data.pkl")), encoding="utf-8")
        self._archive, self._root, self._path = archive, root, path
        self._storages: dict[str, Array] = {}

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of one of the known names."""
        if module in ("torch", "torch.storage") and name in STORAGES:
            return _Storage(name)
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
            ("torch", "Size"): _size,
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("collections", "defaultdict"): _default_dict,
        }
        if (module, name) in known:
            return known[module, name]
        raise ModelError(
            f"{self._path}: holds an object {module}.{name}, and only tensors and containers are read; save the "
            "state_dict alone"
        )

    def persistent_load(self, pid: Any) -> Array:
        """One storage as a flat array."""
        kind, storage, key, _location, count = pid
        if kind != "storage" or not isinstance(storage, _Storage):
            raise ModelError(f"{self._path}: points at {kind!r}, expected a storage")
        if key not in self._storages:
            dtype = np.dtype(STORAGES[storage.name])
            try:
                info = self._archive.getinfo(f"{self._root}data/{key}")
            except KeyError as error:
                raise ModelError(f"{self._path}: tensor data {key} is missing; the file is truncated") from error
            if info.file_size != int(count) * dtype.itemsize:
                raise ModelError(
                    f"{self._path}: tensor data {key} has {info.file_size} bytes, expected "
                    f"{int(count) * dtype.itemsize}"
                )
            data = np.frombuffer(self._archive.read(info), dtype)
            if storage.name == "BFloat16Storage":
                data = (data.astype(np.uint32) << 16).view(np.float32)
            self._storages[key] = data
        return self._storages[key]


def _tensor(storage: Array, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_rest: Any) -> Array:
    """The view of a storage that a tensor is, copied."""
    last = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if min((offset, *size, *stride)) < 0 or (0 not in size and last >= len(storage)):
        raise ValueError(f"a tensor of {size} reaches past its {len(storage)} values")
    strides = [s * storage.itemsize for s in stride]
    return np.array(np.lib.stride_tricks.as_strided(storage[offset:], size, strides, writeable=False))


def _parameter(data: Array, *_rest: Any) -> Array:
    return data


def _size(values: Any = ()) -> tuple[int, ...]:
    return tuple(values)


def _default_dict(*_rest: Any) -> dict[Any, Any]:
    return {}
