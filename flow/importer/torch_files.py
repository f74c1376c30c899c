# SPDX-License-Identifier: Apache-2.0
"""The three layouts that torch.save has had: a zip (1.6 and newer), a row of pickles (0.1.10 to 1.5), a tar (before).

Tensors come back as `Stored`: nothing but the pickles is read here.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

from flow.errors import ModelError
from flow.importer.pickles import MOST_PICKLE, Reader, StorageType, scan, storage_id
from flow.importer.tensors import Order, Storage, Stored

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


def zip_object(file: BinaryIO, path: Path) -> Any:
    """The object of the zip layout: `data.pkl`, and `data/<key>` with the raw values of a storage, in any folder."""
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    roots = [name[: -len("data.pkl")] for name in names if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise ModelError(f"{path}: expected a zip of torch.save with one data.pkl, found {len(roots)}")
    root = roots[0]
    if f"{root}constants.pkl" in names:
        raise ModelError(f"{path}: is a TorchScript program, expected weights; save its state_dict() with torch.save")
    order = archive.read(f"{root}byteorder").strip() if f"{root}byteorder" in names else b"little"
    if order not in (b"little", b"big"):
        raise ModelError(f"{path}: byteorder is {order!r:.20}, expected little or big; save the checkpoint anew")
    sign: Order = "<" if order == b"little" else ">"
    storages: dict[str, Storage] = {}

    def find(pid: Any) -> Storage:
        kind, key, count = storage_id(pid)
        if key not in storages:
            try:
                info = archive.getinfo(f"{root}data/{key}")
            except KeyError as error:
                raise ModelError(f"{path}: tensor data {key} is missing; the file is truncated") from error
            label = f"{path}: tensor data {key}"
            storages[key] = Storage(label, kind, count, lambda: archive.read(info), sign)
            _expect_size(storages[key], info.file_size, exactly=True)
        return storages[key]

    info = archive.getinfo(f"{root}data.pkl")
    if info.file_size > MOST_PICKLE:
        raise ModelError(f"{path}: data.pkl states {info.file_size:,} bytes, expected at most {MOST_PICKLE:,}")
    return Reader(scan(io.BytesIO(archive.read(info))), path, find).load()


def row_object(file: BinaryIO, path: Path) -> Any:
    """The object of the row of pickles; the raw values follow the last of them, a count of 8 bytes before each."""

    def nothing(pid: Any) -> Any:
        raise ValueError(f"a persistent id before the object: {pid!r:.40}")

    if Reader(scan(file), path, nothing).load() != MAGIC:
        raise ModelError(
            f"{path}: expected a file of torch.save, found another pickle; save network.state_dict() with it"
        )
    protocol, _ = (Reader(scan(file), path, nothing).load() for _ in range(2))
    if protocol != PROTOCOL:
        raise ModelError(f"{path}: is of protocol {protocol!r:.20}, expected {PROTOCOL}; save the checkpoint anew")
    storages: dict[str, Storage] = {}
    views: dict[str, Storage] = {}
    places: dict[str, int] = {}

    def find(pid: Any) -> Any:
        if isinstance(pid, tuple) and pid and pid[0] == "module":
            return pid[1]  # a class with its source text, which is not looked at
        kind, key, count = storage_id(pid)
        if key not in storages:
            label = f"{path}: tensor data {key}"
            storages[key] = Storage(label, kind, count, lambda: _at(file, places[key], storages[key].nbytes))
        if len(pid) < 6 or pid[5] is None:
            return storages[key]
        name, offset, size = pid[5]
        if name not in views:
            views[name] = storages[key].part(offset, size)
        return views[name]

    found = Reader(scan(file), path, find).load()
    for key in Reader(scan(file), path, nothing).load():
        if key not in storages:
            raise ModelError(f"{path}: holds tensor data {key!r:.40} that no tensor uses; save the checkpoint anew")
        places[key] = _place(file, storages[key])
    missing = storages.keys() - places.keys()
    if missing:
        raise ModelError(f"{path}: tensor data {min(missing)} is missing; the file is truncated")
    return found


def tar_object(file: BinaryIO, path: Path) -> Any:
    """The object of the tar layout: members `storages`, `tensors` and `pickle`, whose ids are numbers."""
    with tarfile.open(fileobj=file, mode="r:") as archive:
        parts = {name: _member(archive, name, path) for name in ("storages", "tensors", "pickle")}
    objects: dict[int, Any] = {}

    def find(pid: Any) -> Any:
        return pid[0] if isinstance(pid, tuple) else objects[int(pid)]

    def load(part: BinaryIO) -> Any:
        return Reader(scan(part), path, find).load()

    part = parts["storages"]
    for _ in range(int(load(part))):
        key, _, storage = load(part)
        if not isinstance(storage, StorageType):
            raise ModelError(f"{path}: tensor data {key} is of an unknown type; save the checkpoint anew")
        (count,) = struct.unpack("<q", part.read(8))
        part.seek(-8, io.SEEK_CUR)
        objects[key] = _tar_storage(part, f"{path}: tensor data {key}", storage.kind, count)
    for target, root, offset, size in load(part):
        objects[target] = objects[root].part(offset, size)
    part = parts["tensors"]
    for _ in range(int(load(part))):
        key, storage, _ = load(part)
        dimensions, _ = struct.unpack("<ii", part.read(8))
        if not 0 <= dimensions <= 32:
            raise ModelError(f"{path}: tensor {key} has {dimensions} dimensions; the file is damaged")
        numbers = struct.unpack(f"<{2 * dimensions + 1}q", part.read(16 * dimensions + 8))
        objects[key] = Stored(objects[storage], numbers[-1], numbers[:dimensions], numbers[dimensions:-1])
    return load(parts["pickle"])


def _tar_storage(file: BinaryIO, label: str, kind: str, count: int) -> Storage:
    storage = Storage(label, kind, count, lambda: _at(file, start, storage.nbytes))
    start = _place(file, storage)
    return storage


def _member(archive: tarfile.TarFile, name: str, path: Path) -> BinaryIO:
    try:
        found = archive.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise ModelError(f"{path}: is a tar without {name!r}, expected a checkpoint; unpack it and name a file in it")
    return found  # type: ignore[return-value]  # it has all that is asked of it


def _place(file: BinaryIO, storage: Storage) -> int:
    """Where the values of a storage begin, with the file left behind them; a count of 8 bytes stands before them."""
    stated = file.read(8)
    start = file.tell()
    found = struct.unpack("<q", stated)[0] if len(stated) == 8 else None
    if found != storage.count:
        raise ModelError(f"{storage.label} has {found} values, expected {storage.count}; the file is truncated")
    _expect_size(storage, file.seek(0, io.SEEK_END) - start)
    file.seek(start + storage.nbytes)
    return start


def _expect_size(storage: Storage, found: int, exactly: bool = False) -> None:
    if found < storage.nbytes or (exactly and found != storage.nbytes):
        raise ModelError(f"{storage.label} has {found:,} bytes, expected {storage.nbytes:,}; the file is truncated")


def _at(file: BinaryIO, start: int, nbytes: int) -> bytes:
    file.seek(start)
    return file.read(nbytes)
