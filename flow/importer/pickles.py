# SPDX-License-Identifier: Apache-2.0
"""Pickles of PyTorch files, read without running anything they ask for.

The unpickler below knows the few names that tensors and containers need. Other names of Python's own library could run
code and are refused by name; names of other packages (what a training framework keeps beside the weights) become
placeholders that hold nothing and do nothing. No module is ever imported.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from flow.errors import ModelError
from flow.importer.tensors import BFLOAT16, Storage, Stored

MOST_PICKLE = 2**26
"""Bytes of one pickle; the values of tensors are not in it."""

STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": BFLOAT16,
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}
STANDARD = {*sys.stdlib_module_names, "__builtin__", "copy_reg", "commands", "cPickle", "__main__"}
PLAIN = {
    "abc", "argparse", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "logging", "pathlib",
    "random", "re", "typing", "uuid", "zoneinfo",
}  # fmt: skip
"""Modules of the standard library whose objects are data; placeholders stand for them."""
PLAIN_NAMES = {("types", "SimpleNamespace"), ("functools", "partial")} | {
    ("builtins", name) for name in ("bool", "bytearray", "bytes", "complex", "float", "int", "object", "slice", "str")
}


class _Clipped:
    """A file that gives no more than a pickle may have, whatever it is asked for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.tell = file, file.tell

    def read(self, size: int) -> bytes:
        """Bytes, fewer where `size` is too large or the file ends."""
        return self._file.read(min(size, MOST_PICKLE))

    def readline(self) -> bytes:
        """A line."""
        return self._file.readline(MOST_PICKLE)


def scan(file: BinaryIO) -> bytes:
    """The next pickle of a file, which is left behind it; its opcodes are checked without running any.

    Raises:
        ValueError: not a pickle, one that is too long, or one that asks for memory beyond its size.
    """
    start, most = file.tell(), 0
    for opcode, argument, place in pickletools.genops(_Clipped(file)):  # type: ignore[arg-type]  # it asks for no more
        if "PUT" in opcode.name and isinstance(argument, int):
            most = max(most, argument)
        if place and place - start > MOST_PICKLE:
            raise ValueError(f"the pickle is longer than {MOST_PICKLE} bytes")
    size = file.tell() - start
    if most > size:
        raise ValueError(f"{size} bytes of pickle cannot name {most} objects")
    file.seek(start)
    return file.read(size)


class Placeholder:
    """What stands for an object of an unknown class. Takes any content and keeps none."""

    label = "an unknown object"

    def __new__(cls, *_: Any, **__: Any) -> Placeholder:
        return super().__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def append(self, _: Any) -> None:
        """Content of a list."""

    def extend(self, _: Any) -> None:
        """Content of a list."""

    def add(self, _: Any) -> None:
        """Content of a set."""


class Dictionary(dict[Any, Any]):
    """An OrderedDict of a pickle; attributes that the pickle gives it (`_metadata`) are dropped."""

    def __setstate__(self, _: Any) -> None: ...


class Known:
    """A name that a pickle may call. It holds no state a pickle could change."""

    __slots__ = ("_call",)
    _call: Callable[..., Any]

    def __init__(self, call: Callable[..., Any]) -> None:
        object.__setattr__(self, "_call", call)

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)

    def __setattr__(self, name: str, value: Any) -> None:
        raise ValueError("a pickle tries to change a function")


class StorageType(Known):
    """A storage class named in a pickle; never called."""

    __slots__ = ("kind",)
    kind: str

    def __init__(self, kind: str) -> None:
        super().__init__(lambda: None)
        object.__setattr__(self, "kind", kind)


class Reader(pickle.Unpickler):
    """Unpickler of containers and tensors.

    Args:
        data: the pickle.
        path: what messages call the file.
        find: the object of a persistent id.
    """

    def __init__(self, data: bytes, path: Path, find: Callable[[Any], Any]) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")
        self._path, self._find = path, find
        self._classes: dict[str, type[Placeholder]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a name.

        Raises:
            ModelError: a name that could run code.
        """
        module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
        top = module.partition(".")[0]
        if module in ("torch", "torch.cuda", "torch.storage") and name in STORAGES:
            return StorageType(STORAGES[name])
        if (module, name) in KNOWN:
            return Known(KNOWN[module, name])
        label = f"{module}.{name}"
        if top in STANDARD - PLAIN - {"__main__"} and (module, name) not in PLAIN_NAMES:
            raise ModelError(
                f"{self._path}: its pickle names {label}, which can run code; only tensors and containers are read. "
                "Do not trust this file; get a state_dict from its author"
            )
        return self._classes.setdefault(label, type("Placeholder", (Placeholder,), {"label": label}))

    def persistent_load(self, pid: Any) -> Any:
        """What a persistent id stands for."""
        return self._find(pid)


def storage_id(pid: Any) -> tuple[str, str, int]:
    """Kind, key and count of the storage that a persistent id names.

    Raises:
        ValueError: an id of something else.
    """
    if not isinstance(pid, tuple) or len(pid) not in (5, 6) or pid[0] != "storage":
        raise ValueError(f"a persistent id that is no storage: {pid!r:.60}")
    storage, key, count = pid[1], pid[2], pid[4]
    if not isinstance(storage, StorageType) or not isinstance(key, str) or type(count) is not int or count < 0:
        raise ValueError(f"storage {key!r:.60} of an unknown type or size")
    return storage.kind, key, count


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Stored:
    if not isinstance(storage, Storage):
        raise ValueError("a tensor without a storage")
    return Stored(storage, offset, tuple(size), tuple(stride))


def _same(data: Any, *_: Any) -> Any:
    return data


def _rebuilt(function: Any, _: Any, arguments: Any, *__: Any) -> Any:
    """A tensor with attributes of its own, which are dropped."""
    if not isinstance(function, Known):
        raise ValueError("a tensor of an unknown class")
    return function(*arguments)


def _instance(cls: Any, *_: Any) -> Placeholder:
    """An object of a placeholder's class, also one of its attributes."""
    if not (isinstance(cls, type) and issubclass(cls, Placeholder)):
        raise ValueError(f"an object made of {cls!r:.60}")
    return cls()


def _type_of(_: Any) -> type[Placeholder]:
    """The type of an object, which is how pickles write that of None."""
    return Placeholder


def _encoded(text: Any, encoding: Any = "latin1") -> bytes:
    """Bytes, as old protocols write them."""
    if encoding != "latin1":
        raise ValueError(f"bytes in {encoding!r:.20}")
    return str(text).encode("latin1")


KNOWN: dict[tuple[str, str], Callable[..., Any]] = {
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _same,
    ("torch._utils", "_rebuild_parameter_with_state"): _same,
    ("torch._tensor", "_rebuild_from_type_v2"): _rebuilt,
    ("torch", "Size"): lambda values=(): tuple(values),
    ("collections", "OrderedDict"): lambda items=(): Dictionary(items),
    ("collections", "defaultdict"): lambda *_: Dictionary(),
    ("builtins", "dict"): lambda items=(): dict(items),
    ("builtins", "list"): lambda items=(): list(items),
    ("builtins", "tuple"): lambda items=(): tuple(items),
    ("builtins", "set"): lambda items=(): set(items),
    ("builtins", "frozenset"): lambda items=(): frozenset(items),
    ("builtins", "getattr"): _instance,
    ("builtins", "type"): _type_of,
    ("copyreg", "_reconstructor"): _instance,
    ("copyreg", "__newobj__"): _instance,
    ("_codecs", "encode"): _encoded,
}
