# SPDX-License-Identifier: Apache-2.0
"""Files of trained weights as plain dictionaries: NumPy archives, and PyTorch (Lightning) files of every layout."""

from __future__ import annotations

import gzip
import io
import math
import pickle
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from flow.errors import ModelError
from flow.importer.pickles import Placeholder
from flow.importer.tensors import MOST_BYTES, Order, Storage, Stored
from flow.importer.torch_files import row_object, tar_object, zip_object
from flow.ops.base import Array
from flow.store import UNREADABLE

PREFIX = "network."
"""The Lightning module keeps the net in this attribute."""

MOST_UNPACKED = 3 * MOST_BYTES
"""Bytes of a file in gzip: the tensors and two states of the optimizer for each."""
FREE_UNPACKED, MOST_RATIO = 2**25, 100
"""Bytes that any file may unpack to, and as a multiple of the packed ones; weights of one bit in 32 give at most 32."""

NPY: Any = np.lib.format  # NumPy leaves it untyped
HEADERS = {(1, 0): NPY.read_array_header_1_0, (2, 0): NPY.read_array_header_2_0}
FORMATS = "a .npz, or a .ckpt or .pth file of torch.save"
State = Mapping[str, Array | Stored]


def read_checkpoint(path: Path) -> dict[str, Array]:
    """State of a network: key -> array, without the `network.` prefix; see `open_checkpoint`."""
    with open_checkpoint(path) as state:
        return {key: np.asarray(tensor) for key, tensor in state.items()}


@contextmanager
def open_checkpoint(path: Path) -> Iterator[State]:
    """State of a network whose tensors are read when they are asked for: key -> tensor, without the `network.` prefix.

    Args:
        path: `.npz` with one array a key, or a torch.save file (`.ckpt`, `.pth`; zip, pickles or tar) of a state_dict
            or of a dictionary that holds one under `state_dict`; either may be gzipped. The content decides, not
            the suffix.

    Raises:
        ModelError: a file that is missing, truncated, damaged, of another format, without a state_dict or larger than
            any network; code in a pickle; two keys of one name. Also from within, where values turn out to be damaged.
    """
    path = Path(path)
    with ExitStack() as opened:
        with _told(path):
            file = opened.enter_context(_unpacked(path))
            content = _reader(file, path)(file, path)
        yield _checked(_state_dict(content, path), path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of a file as ModelErrors that name it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"{path}: cannot be read ({reason}); give {FORMATS}") from error
    except (*UNREADABLE, tarfile.TarError, struct.error) as error:
        raise ModelError(
            f"{path}: cannot be read ({error or type(error).__name__}); it is truncated or damaged, save it anew"
        ) from error
    except (AttributeError, IndexError, TypeError, pickle.UnpicklingError, RecursionError) as error:
        raise ModelError(
            f"{path}: its pickle is broken ({type(error).__name__}: {error}); save the checkpoint anew"
        ) from error


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    """The file, out of gzip if it is in it."""
    with open(path, "rb") as file:
        if file.read(2) != b"\x1f\x8b":
            file.seek(0)
            yield file
            return
        most = min(MOST_UNPACKED, FREE_UNPACKED + MOST_RATIO * file.seek(0, io.SEEK_END))
        file.seek(0)
        with tempfile.TemporaryFile() as plain:
            with gzip.open(file) as packed:
                while (block := packed.read(2**20)) and plain.tell() <= most:
                    plain.write(block)
            if plain.tell() > most:
                raise ModelError(f"{path}: unpacks to more than {most:,} bytes; is this an ERN? Unpack it first")
            plain.seek(0)
            yield plain


def _reader(file: BinaryIO, path: Path) -> Callable[[BinaryIO, Path], Any]:
    """What reads a file, by its first bytes."""
    head = file.read(512)
    file.seek(0)
    if head.startswith(b"PK"):
        names = zipfile.ZipFile(file).namelist()
        file.seek(0)
        if len(set(names)) != len(names):
            raise ModelError(f"{path}: holds two entries of one name; save the checkpoint anew")
        return _npz_object if names and all(name.endswith(".npy") for name in names) else zip_object
    if head[257:262] == b"ustar":
        return tar_object
    if head.startswith(b"\x80"):
        return row_object
    raise ModelError(f"{path}: expected {FORMATS}, found another format (it begins with {head[:8]!r})")


def _npz_object(file: BinaryIO, path: Path) -> dict[str, Stored]:
    archive = zipfile.ZipFile(file)
    return {info.filename.removesuffix(".npy"): _npy(archive, info, path) for info in archive.infolist()}


def _npy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Stored:
    """One array of a NumPy archive; the stated sizes are compared, nothing is read."""
    with archive.open(info) as member:
        version = NPY.read_magic(member)
        if version not in HEADERS:
            raise ModelError(f"{path}: {info.filename} has .npy version {version}, expected 1.0 or 2.0; save it anew")
        shape, fortran, dtype = HEADERS[version](member)
        start = member.tell()
    if dtype.hasobject or dtype.names or dtype.kind not in "fiub":
        raise ModelError(f"{path}: {info.filename} holds {dtype}, expected numbers; save arrays of numbers only")
    count = math.prod(shape)
    if info.file_size != start + count * dtype.itemsize:
        raise ModelError(
            f"{path}: {info.filename} has {info.file_size:,} bytes, expected {start + count * dtype.itemsize:,}"
        )
    axes = list(shape if fortran else reversed(shape))
    steps = [math.prod(axes[:i]) for i in range(len(axes))]
    label = f"{path}: {info.filename}"
    order: Order = "=" if dtype.isnative else ">" if dtype.byteorder == ">" else "<"
    storage = Storage(label, dtype.name, count, lambda: archive.read(info)[start:], order)
    return Stored(storage, 0, tuple(shape), tuple(steps if fortran else reversed(steps)))


def _state_dict(content: Any, path: Path) -> dict[str, Stored]:
    state = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(state, dict) or not state:
        found = f"an empty {type(state).__name__}" if state in ({}, [], ()) else _kind(state)
        raise ModelError(f"{path}: expected a state_dict, found {found}; save network.state_dict()")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Stored):
            raise ModelError(
                f"{path}: entry {key!r:.80} is {_kind(value)}, expected a tensor; save network.state_dict()"
            )
    return state


def _kind(value: Any) -> str:
    return f"a {value.label}" if isinstance(value, Placeholder) else f"a {type(value).__name__}"


def _checked(state: dict[str, Stored], path: Path) -> State:
    """The state without the prefix; no more bytes than a network has."""
    stored = {id(tensor.storage): tensor.storage.nbytes for tensor in state.values()}
    total = max(sum(stored.values()), sum(tensor.nbytes for tensor in state.values()))
    if total > MOST_BYTES:
        raise ModelError(f"{path}: its tensors state {total:,} bytes, expected at most {MOST_BYTES:,}; is this an ERN?")
    found: dict[str, Stored] = {}
    for key, tensor in state.items():
        short = key.removeprefix(PREFIX)
        if short in found:
            raise ModelError(f"{path}: holds {short!r} twice, with and without the prefix {PREFIX!r}; keep one")
        found[short] = tensor
    return found
