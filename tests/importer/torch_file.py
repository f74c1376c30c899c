# SPDX-License-Identifier: Apache-2.0
"""Write files as torch.save does, without torch: a zip of one pickle and raw storages."""

import collections
import io
import pickle
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

STORAGES = {"f8": "DoubleStorage", "f4": "FloatStorage", "f2": "HalfStorage", "i8": "LongStorage", "i4": "IntStorage"}


class Tensor:
    """A tensor to write: values, or a view of a storage by offset, size and stride."""

    def __init__(self, array: np.ndarray, view: tuple[int, tuple[int, ...], tuple[int, ...]] | None = None) -> None:
        self.array = np.ascontiguousarray(array)
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        self.view = view or (0, self.array.shape, strides)


def save(path: Path, content: Any, root: str = "archive", kind: str | None = None) -> None:
    """Write containers and `Tensor`s; `kind` overrides the storage class of all."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    kinds: dict[str, type] = {
        name: type(name, (), {"__module__": "torch"}) for name in {*STORAGES.values(), kind or "X"}
    }
    for name, storage in kinds.items():
        setattr(torch, name, storage)

    def rebuild(*arguments: Any) -> None: ...

    rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = ("torch._utils", *2 * ("_rebuild_tensor_v2",))
    utils._rebuild_tensor_v2 = rebuild  # type: ignore[attr-defined]
    storages: list[np.ndarray] = []

    class Storage:
        def __init__(self, array: np.ndarray) -> None:
            self.array = array

    class Pickler(pickle.Pickler):
        def persistent_id(self, item: Any) -> Any:
            if not isinstance(item, Storage):
                return None
            storages.append(item.array)
            found = kinds[kind or STORAGES[item.array.dtype.str[1:]]]
            return ("storage", found, str(len(storages) - 1), "cpu", item.array.size)

        def reducer_override(self, item: Any) -> Any:
            if isinstance(item, Tensor):
                return rebuild, (Storage(item.array), *item.view, False, collections.OrderedDict())
            return NotImplemented

    kept = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": utils})
    try:
        buffer = io.BytesIO()
        Pickler(buffer, protocol=2).dump(content)
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}/data.pkl", buffer.getvalue())
        archive.writestr(f"{root}/byteorder", "little")
        for index, array in enumerate(storages):
            archive.writestr(f"{root}/data/{index}", array.tobytes())
