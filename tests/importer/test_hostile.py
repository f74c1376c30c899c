# SPDX-License-Identifier: Apache-2.0
"""Files that mean harm: code in pickles, bombs, sizes that are not true. Nothing runs, and little memory is used."""

import builtins
import gzip
import operator
import os
import pickle
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch_file import Tensor, save, save_row, save_tar

from flow.errors import ModelError
from flow.importer import read_checkpoint
from flow.importer.pickles import Reader

W = np.arange(12, dtype=np.float32)
GIVEN_MEMORY = 100 * 2**20


class Call:
    """Pickles into a call."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.what = function, arguments

    def __reduce__(self) -> tuple:
        return self.what


CALLS = [
    Call(os.system, "touch evil"),
    Call(subprocess.Popen, ["touch", "evil"]),
    Call(builtins.eval, "open('evil', 'w')"),
    Call(builtins.exec, "open('evil', 'w')"),
    Call(builtins.open, "evil", "w"),
    Call(builtins.__import__, "os"),
    Call(os.mkdir, "evil"),
    Call(pickle.loads, pickle.dumps(Call(os.system, "touch evil"))),
    Call(builtins.getattr, Call(builtins.__import__, "os"), "system"),
    Call(operator.attrgetter, "system"),
    Call(shutil.rmtree, "."),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.what[0].__name__)
@pytest.mark.parametrize("write", [save, save_row, save_tar])
@pytest.mark.parametrize("beside", [False, True])
def test_code_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call, write: Any, beside: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("net.ckpt"), {"hyper_parameters": call, "state_dict": {"a": Tensor(W)}} if beside else call)
    with pytest.raises(ModelError, match=r"net\.ckpt: its pickle names .*, which can run code"):
        read_checkpoint(Path("net.ckpt"))
    assert not (tmp_path / "evil").exists()


def archive(path: Path, data: bytes, storages: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", data)
        for key, values in storages.items():
            file.writestr(f"archive/data/{key}", values)


def refused(path: Path, match: str) -> None:
    """A file is refused with little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=match):
            read_checkpoint(path)
        assert tracemalloc.get_traced_memory()[1] < GIVEN_MEMORY
    finally:
        tracemalloc.stop()


def test_stated_sizes_are_compared_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few kilobytes that unpack to more than a network may have."""
    most = 2**22
    monkeypatch.setattr("flow.importer.checkpoint.MOST_BYTES", most)
    size = most // 4 + 1
    save(tmp_path / "small.ckpt", {"a": Tensor(W)})
    with zipfile.ZipFile(tmp_path / "small.ckpt") as file:
        data = file.read("archive/data.pkl")
    with zipfile.ZipFile(tmp_path / "bomb.ckpt", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", data.replace(b"K\x0ct", b"J" + struct.pack("<i", size) + b"t"))
        with file.open("archive/data/0", "w", force_zip64=True) as entry:
            entry.write(bytes(4 * size))
    refused(tmp_path / "bomb.ckpt", "its tensors state 4,194,308 bytes, expected at most 4,194,304")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as file, file.open("a.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(entry, {"descr": "<f4", "fortran_order": False, "shape": (size,)})
        entry.write(bytes(4 * size))
    refused(tmp_path / "bomb.npz", "its tensors state 4,194,308 bytes, expected at most")


def test_a_tensor_of_one_value_may_not_be_spread_over_all_memory(tmp_path: Path) -> None:
    save(tmp_path / "net.ckpt", {"a": Tensor(W, (0, (2**20, 2**20), (0, 0)))})
    refused(tmp_path / "net.ckpt", "its tensors state")
    save(tmp_path / "net.ckpt", {"a": Tensor(W, (0, (1,) * 100, (0,) * 100))})
    refused(tmp_path / "net.ckpt", r"net\.ckpt")


def test_gzip_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.ckpt.gz").write_bytes(gzip.compress(bytes(2**26)))
    refused(tmp_path / "net.ckpt.gz", "unpacks to more than 40,")  # 2^25 and a hundred times 65 KB
    monkeypatch.setattr("flow.importer.checkpoint.MOST_UNPACKED", 2**22)
    refused(tmp_path / "net.ckpt.gz", "unpacks to more than 4,194,304 bytes")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("an index of objects as large as memory", b"\x80\x02Nr\xff\xff\xff\x7f."),
        ("the same in text", b"\x80\x02Np2000000000\n."),
        ("text that is not there", b"\x80\x02X\xff\xff\xff\x7fabc."),
        ("bytes that are not there", b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"."),
        ("an opcode that is none", b"\x80\x02\xfe."),
        ("no end", b"\x80\x02N"),
        ("nothing", b""),
        ("deep nesting", b"\x80\x02" + b"(" * 20_000 + b"t" * 20_000 + b"."),
        ("an extension code", b"\x80\x02\x82\x01."),
        ("a number of a million digits", b"\x80\x02I" + b"9" * 10**6 + b"\n."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pickles_that_ask_for_too_much(tmp_path: Path, name: str, data: bytes) -> None:
    archive(tmp_path / "net.ckpt", data, {})
    refused(tmp_path / "net.ckpt", r"net\.ckpt")
    (tmp_path / "net.ckpt").write_bytes(data or b"\x80")
    refused(tmp_path / "net.ckpt", r"net\.ckpt")


def test_a_pickle_may_not_change_what_it_calls(tmp_path: Path) -> None:
    """BUILD gives an object attributes: a tensor's shape, a function's code, a dictionary's methods."""
    path = Path("net.ckpt")
    rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n"
    for target in (rebuild, b"ccollections\nOrderedDict\n", b"ctorch\nFloatStorage\n"):
        with pytest.raises(Exception, match=r"attribute|change|state"):
            Reader(b"\x80\x02" + target + b"N}X\x01\x00\x00\x00aNs\x86b.", path, lambda pid: pid).load()
    shadowed = b"\x80\x02ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsNsb."
    assert list(Reader(shadowed, path, lambda pid: pid).load().items()) == []
    save(tmp_path / "net.ckpt", {"a": Tensor(W)})
    with zipfile.ZipFile(tmp_path / "net.ckpt") as file:
        data, values = file.read("archive/data.pkl"), file.read("archive/data/0")
    # After the tensor is made (tR): give it another shape.
    at = data.rindex(b"R")
    archive(
        tmp_path / "bad.ckpt",
        data[: at + 1] + b"}X\x05\x00\x00\x00shapeJ\xff\xff\xff\x7f\x85sb" + data[at + 1 :],
        {"0": values},
    )
    refused(tmp_path / "bad.ckpt", "a pickle tries to change a tensor")
