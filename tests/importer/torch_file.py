# SPDX-License-Identifier: Apache-2.0
"""Write files as torch.save does, without torch, in each layout it has had: a zip, a row of pickles, a tar."""

import collections
import io
import pickle
import struct
import sys
import tarfile
import types
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

STORAGES = {
    "f8": "DoubleStorage", "f4": "FloatStorage", "f2": "HalfStorage", "i8": "LongStorage", "i4": "IntStorage",
    "u2": "BFloat16Storage",
}  # fmt: skip
STRANGERS: dict[tuple[str, str], type] = {}
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class Tensor:
    """A tensor to write: values, or a view of a storage by offset, size and stride (in values)."""

    def __init__(self, array: np.ndarray, view: tuple[int, tuple[int, ...], tuple[int, ...]] | None = None) -> None:
        self.array = np.array(array, order="C")
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        self.view = view or (0, self.array.shape, strides)


def stranger(module: str, name: str, base: type = object) -> type:
    """A class, storage type or function by that name, for files to hold; it need not exist."""
    return STRANGERS.setdefault((module, name), type(name, (base,), {"__module__": module}))


for kind in STORAGES.values():
    stranger("torch", kind)


def save(path: Path, content: Any, root: str = "archive", big_endian: bool = False) -> None:
    """The zip layout; uint16 arrays are bits of bfloat16."""
    storages: list[tuple[str, np.ndarray]] = []
    data = _dump(content, lambda item: _storage_id(item, storages))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}/data.pkl", data)
        archive.writestr(f"{root}/.format_version", "1")
        archive.writestr(f"{root}/byteorder", "big" if big_endian else "little")
        for key, array in storages:
            stored = array.astype(array.dtype.newbyteorder(">" if big_endian else "<"))
            archive.writestr(f"{root}/data/{key}", stored.tobytes())
        archive.writestr(f"{root}/version", "3\n")
        archive.writestr(f"{root}/.data/serialization_id", "1" * 40)


def save_row(path: Path, content: Any, tag: str = "cuda:0") -> None:
    """The layout of torch 0.1.10 to 1.5: magic number, protocol, machine, object, keys, raw values."""
    storages: list[tuple[str, np.ndarray]] = []
    data = _dump(content, lambda item: _storage_id(item, storages, (tag,), (None,)))
    machine = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    with open(path, "wb") as file:
        for part in (MAGIC, PROTOCOL, machine):
            pickle.dump(part, file, protocol=2)
        file.write(data)
        pickle.dump([key for key, _ in storages], file, protocol=2)
        for _, array in storages:
            file.write(struct.pack("<q", array.size) + array.tobytes())


def save_tar(path: Path, content: Any) -> None:
    """The layout before 0.1.10: a tar of storages, tensors and the object, whose ids are numbers."""
    tensors: list[Tensor] = []

    def identify(item: Any) -> str | None:
        if not isinstance(item, Tensor):
            return None
        tensors.append(item)
        return str(1000 + len(tensors))

    parts = {"sys_info": pickle.dumps({}, protocol=2), "pickle": _dump(content, identify)}
    storages, metadata = io.BytesIO(), io.BytesIO()
    for file in (storages, metadata):
        pickle.dump(len(tensors), file, protocol=2)
    for number, tensor in enumerate(tensors):
        kind = stranger("torch", STORAGES[tensor.array.dtype.str[1:]])
        storages.write(_dump((number, "cpu", kind), lambda _: None))
        storages.write(struct.pack("<q", tensor.array.size) + tensor.array.tobytes())
        metadata.write(_dump((1001 + number, number, stranger("torch", "FloatTensor")), lambda _: None))
        offset, size, stride = tensor.view
        metadata.write(struct.pack(f"<ii{2 * len(size) + 1}q", len(size), 0, *size, *stride, offset))
    pickle.dump([], storages, protocol=2)
    parts |= {"storages": storages.getvalue(), "tensors": metadata.getvalue()}
    with tarfile.open(path, "w:", format=tarfile.PAX_FORMAT) as archive:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


class _Storage:
    def __init__(self, array: np.ndarray) -> None:
        self.array = array


def _storage_id(item: Any, storages: list, tag: tuple = ("cpu",), more: tuple = ()) -> Any:
    if not isinstance(item, _Storage):
        return None
    storages.append((str(len(storages)), item.array))
    found = stranger("torch", STORAGES[item.array.dtype.str[1:]])
    return ("storage", found, storages[-1][0], *tag, item.array.size, *more)


def _dump(content: Any, identify: Callable[[Any], Any]) -> bytes:
    """A pickle of protocol 2."""
    rebuild = stranger("torch._utils", "_rebuild_tensor_v2")

    class Pickler(pickle.Pickler):
        def persistent_id(self, item: Any) -> Any:
            return identify(item)

        def reducer_override(self, item: Any) -> Any:
            if isinstance(item, Tensor):
                return rebuild, (_Storage(item.array), *item.view, False, collections.OrderedDict())
            return NotImplemented

    buffer = io.BytesIO()
    with _strange_modules():
        Pickler(buffer, protocol=2).dump(content)
    return buffer.getvalue()


@contextmanager
def _strange_modules() -> Iterator[None]:
    """Modules with the strangers in them, where a pickler looks names up."""
    fakes: dict[str, types.ModuleType] = {}
    for (module, name), cls in STRANGERS.items():
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            fakes.setdefault(".".join(parts[:end]), types.ModuleType(module))
        setattr(fakes[module], name, cls)
    kept = {name: sys.modules.get(name) for name in fakes}
    sys.modules.update(fakes)
    try:
        yield
    finally:
        for name, found in kept.items():
            if found is None:
                del sys.modules[name]
            else:
                sys.modules[name] = found
