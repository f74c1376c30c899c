# SPDX-License-Identifier: Apache-2.0
"""Every layout of torch.save, and what a training framework keeps beside the weights."""

import collections
import gzip
import typing
import zipfile
from pathlib import Path

import numpy as np
import pytest
from torch_file import Tensor, save, save_row, save_tar, stranger

from flow.errors import ModelError
from flow.importer import open_checkpoint, read_checkpoint
from flow.importer.tensors import Stored

W = np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 7
LAYOUTS = {"zip": save, "row": save_row, "tar": save_tar}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_layout_gives_the_same_state(tmp_path: Path, layout: str, packed: bool) -> None:
    path = tmp_path / "net.ckpt"
    state = collections.OrderedDict({"network.a": Tensor(W), "network.n": Tensor(np.int64(5)), "b": Tensor(W[0])})
    LAYOUTS[layout](path, {"epoch": 1, "state_dict": state})
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    found = read_checkpoint(path)
    assert list(found) == ["a", "n", "b"]
    assert np.array_equal(found["a"], W) and np.array_equal(found["b"], W[0])
    assert found["n"].shape == () and found["n"] == 5 and found["n"].dtype == np.int64


@pytest.mark.parametrize("layout", LAYOUTS)
def test_strides_are_honoured(tmp_path: Path, layout: str) -> None:
    last = np.ascontiguousarray(np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5).transpose(0, 2, 3, 1))
    channels_last = Tensor(last, (0, (2, 3, 4, 5), (60, 1, 15, 3)))
    LAYOUTS[layout](tmp_path / "net.pth", {"a": channels_last, "expanded": Tensor(W, (1, (3, 4), (0, 1)))})
    found = read_checkpoint(tmp_path / "net.pth")
    assert np.array_equal(found["a"].reshape(-1), np.arange(120)) and found["a"].flags.c_contiguous
    assert found["expanded"].tolist() == [W.reshape(-1)[1:5].tolist()] * 3


@pytest.mark.parametrize("root", ["archive", "model-01234567", "two/folders", "."])
def test_the_folder_in_the_zip_may_have_any_name(tmp_path: Path, root: str) -> None:
    save(tmp_path / "net.pth", {"a": Tensor(W)}, root=root)
    assert np.array_equal(read_checkpoint(tmp_path / "net.pth")["a"], W)
    with zipfile.ZipFile(tmp_path / "net.pth", "a") as archive:
        archive.writestr("other/data.pkl", b"N.")
    with pytest.raises(ModelError, match=r"one data\.pkl, found 2"):
        read_checkpoint(tmp_path / "net.pth")


def test_a_big_endian_file(tmp_path: Path) -> None:
    save(tmp_path / "net.pth", {"a": Tensor(W), "n": Tensor(np.int64(300))}, root="any name", big_endian=True)
    found = read_checkpoint(tmp_path / "net.pth")
    assert np.array_equal(found["a"], W) and found["n"] == 300
    np.savez(tmp_path / "big.npz", a=W.astype(">f4"), f=np.asfortranarray(W), n=np.int64(7))
    found = read_checkpoint(tmp_path / "big.npz")
    assert np.array_equal(found["a"], W) and np.array_equal(found["f"], W) and found["n"] == 7


@pytest.mark.parametrize("layout", ["zip", "row"])
def test_what_stands_beside_the_weights_is_left_alone(tmp_path: Path, layout: str) -> None:
    attributes = stranger("pytorch_lightning.utilities.parsing", "AttributeDict", dict)(lr=4e-4, sizes={1, 2})
    space = stranger("argparse", "Namespace")()
    space.batch, space.path = 256, stranger("pathlib", "PosixPath")()
    callback = stranger("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")
    content = {
        "callbacks": {callback: {"best_model_score": Tensor(np.float32(0.5))}},
        "hyper_parameters": attributes,
        "space": [space, frozenset([3]), b"\xff\x00", 1.5, None, True, 2**70, collections.defaultdict(dict)],
        "configuration": [typing.Any, type(None), stranger("omegaconf.base", "ContainerMetadata")()],
        "state_dict": collections.OrderedDict(a=Tensor(W)),
    }
    LAYOUTS[layout](tmp_path / "net.ckpt", content)
    assert np.array_equal(read_checkpoint(tmp_path / "net.ckpt")["a"], W)


def test_an_unknown_object_among_the_weights_is_named(tmp_path: Path) -> None:
    sparse = stranger("torch._utils", "_rebuild_sparse_tensor")()
    save(tmp_path / "net.ckpt", {"state_dict": {"a": Tensor(W), "b": sparse}})
    with pytest.raises(ModelError, match=r"entry 'b' is a torch\._utils\._rebuild_sparse_tensor, expected a tensor"):
        read_checkpoint(tmp_path / "net.ckpt")
    save(tmp_path / "net.ckpt", stranger("mine.nets", "ErnNet")())
    with pytest.raises(ModelError, match=r"found a mine\.nets\.ErnNet"):
        read_checkpoint(tmp_path / "net.ckpt")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tensors_are_read_when_asked_for(tmp_path: Path, layout: str) -> None:
    """What is not asked for, such as an optimizer's state, may even be damaged."""
    content = {"state_dict": {"a": Tensor(W)}, "optimizer_states": [{"exp_avg": Tensor(np.full(64, 3, "f8"))}]}
    path = tmp_path / "net.ckpt"
    LAYOUTS[layout](path, content)
    values = np.full(64, 3, "f8").tobytes()
    assert path.read_bytes().count(values) == 1
    path.write_bytes(path.read_bytes().replace(values, bytes(len(values))))
    with open_checkpoint(path) as state:
        assert isinstance(state["a"], Stored) and state["a"].shape == (2, 3, 4)
        assert np.array_equal(np.asarray(state["a"]), W)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_truncated_and_damaged_files_of_every_layout(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "net.ckpt"
    LAYOUTS[layout](path, {"state_dict": {"a": Tensor(W), "b": Tensor(W[0])}})
    data = path.read_bytes()
    payload = len(data) - 1 if layout != "tar" else data.rindex(b"state_dict")
    for size in range(0, payload, 23 if layout != "tar" else 211):
        path.write_bytes(data[:size])
        with pytest.raises(ModelError, match=r"net\.ckpt"):
            read_checkpoint(path)
    for place in range(0, len(data), 7 if layout != "tar" else 61):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            read_checkpoint(path)
        except ModelError as error:
            assert "net.ckpt" in str(error)
