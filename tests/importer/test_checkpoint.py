# SPDX-License-Identifier: Apache-2.0
"""Reading checkpoints without torch: what is read, and that nothing else ever is."""

import collections
import gzip
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from torch_file import Tensor, save

from flow.errors import ModelError
from flow.importer import read_checkpoint

W = np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 7


def lightning(**state: Tensor) -> dict:
    """What the training framework writes around a state_dict."""
    optimizer = {"state": {0: {"step": Tensor(np.float32(3.0)), "exp_avg": Tensor(W)}}, "param_groups": [{"lr": 4e-4}]}
    return {
        "epoch": 3, "global_step": 17, "pytorch-lightning_version": "1.7.7", "loops": {"fit": None}, "callbacks": {},
        "state_dict": collections.OrderedDict(state), "optimizer_states": [optimizer], "lr_schedulers": [{"a": 2.5}],
    }  # fmt: skip


def test_a_lightning_checkpoint_loses_its_prefix(tmp_path: Path) -> None:
    path = tmp_path / "net.ckpt"
    save(path, lightning(**{"network.a.weight": Tensor(W), "network.b": Tensor(np.int64(5))}))
    found = read_checkpoint(path)
    assert list(found) == ["a.weight", "b"] and np.array_equal(found["a.weight"], W) and found["b"] == 5
    (tmp_path / "net.ckpt.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert np.array_equal(read_checkpoint(tmp_path / "net.ckpt.gz")["a.weight"], W)


def test_a_bare_state_dict_and_an_archive_are_read(tmp_path: Path) -> None:
    save(tmp_path / "model-01234567.pth", collections.OrderedDict(a=Tensor(W)), root="model-01234567")
    np.savez(tmp_path / "state.npz", a=W)
    for file in ("model-01234567.pth", "state.npz"):
        assert np.array_equal(read_checkpoint(tmp_path / file)["a"], W)


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4"])
def test_number_types(tmp_path: Path, dtype: str) -> None:
    save(tmp_path / "net.pth", {"a": Tensor(W.astype(dtype))})
    found = read_checkpoint(tmp_path / "net.pth")["a"]
    assert found.dtype.str[1:] == dtype and np.array_equal(found, W)


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    bits = (W.view(np.uint32) >> 16).astype(np.uint16)
    save(tmp_path / "net.pth", {"a": Tensor(bits)})
    assert np.array_equal(read_checkpoint(tmp_path / "net.pth")["a"], W)


def test_views_share_a_storage(tmp_path: Path) -> None:
    storage = np.arange(12, dtype=np.float32)
    save(tmp_path / "net.pth", {"t": Tensor(storage, (1, (3, 2), (1, 4))), "one": Tensor(storage, (11, (), ()))})
    found = read_checkpoint(tmp_path / "net.pth")
    assert found["t"].tolist() == [[1, 5], [2, 6], [3, 7]] and found["one"] == 11


@pytest.mark.parametrize("view", [(10, (3,), (1,)), (0, (4, 4), (4, 1)), (-1, (2,), (1,)), (3, (2,), (-1,))])
def test_a_view_past_its_storage_is_refused(tmp_path: Path, view: tuple) -> None:
    save(tmp_path / "net.pth", {"t": Tensor(np.arange(12, dtype=np.float32), view)})
    with pytest.raises(ModelError, match="reaches past"):
        read_checkpoint(tmp_path / "net.pth")


class Evil:
    """Pickles into a call of os.system."""

    def __reduce__(self) -> tuple:
        return os.system, ("touch evil",)


def test_a_pickle_that_wants_to_run_something_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for content in (Evil(), {"state_dict": {"a": Evil()}}, {"callbacks": [Evil()], "state_dict": {}}):
        with zipfile.ZipFile("net.ckpt", "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(content, protocol=2))
        with pytest.raises(ModelError, match=r"names (posix|nt)\.system, which can run code"):
            read_checkpoint(Path("net.ckpt"))
    assert not (tmp_path / "evil").exists()


def test_keys_that_become_one_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "net.ckpt", lightning(**{"network.a": Tensor(W), "a": Tensor(W)}))
    with pytest.raises(ModelError, match="'a' twice"):
        read_checkpoint(tmp_path / "net.ckpt")


@pytest.mark.parametrize("content", [[1, 2], {}, {"state_dict": {}}, {"a": 3}, {"a": "text"}, 7])
def test_a_file_without_a_state_dict_is_refused(tmp_path: Path, content: object) -> None:
    save(tmp_path / "net.pth", content)
    with pytest.raises(ModelError, match="state_dict"):
        read_checkpoint(tmp_path / "net.pth")


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.ckpt"
    save(whole, lightning(a=Tensor(W)))
    for source in (whole.read_bytes(), gzip.compress(whole.read_bytes())):
        for size in range(0, len(source) - 1, 61):
            (tmp_path / "net.ckpt").write_bytes(source[:size])
            with pytest.raises(ModelError, match=r"net\.ckpt"):
                read_checkpoint(tmp_path / "net.ckpt")


def test_a_damaged_file_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = tmp_path / "whole.ckpt"
    save(whole, lightning(a=Tensor(W)))
    data = whole.read_bytes()
    for place in range(0, len(data), 3):
        (tmp_path / "net.ckpt").write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            read_checkpoint(tmp_path / "net.ckpt")
        except ModelError:
            continue


def test_other_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"missing\.ckpt: cannot be read"):
        read_checkpoint(tmp_path / "missing.ckpt")
    (tmp_path / "old.pth").write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(ModelError, match="another pickle"):
        read_checkpoint(tmp_path / "old.pth")
    (tmp_path / "photo.ckpt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100))
    with pytest.raises(ModelError, match="another format"):
        read_checkpoint(tmp_path / "photo.ckpt")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match=r"one data\.pkl"):
        read_checkpoint(tmp_path / "other.zip")
    np.savez(tmp_path / "objects.npz", a=np.array([{}], dtype=object))
    with pytest.raises(ModelError, match=r"a\.npy holds object"):
        read_checkpoint(tmp_path / "objects.npz")
