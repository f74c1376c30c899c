# SPDX-License-Identifier: Apache-2.0
"""Data sets: where they come from, and what a damaged or missing one says. No TensorFlow."""

import gzip
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flow.errors import DataError, UsageError
from qmodels import datasets


def idx(array: np.ndarray) -> bytes:
    return gzip.compress(
        bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes(), 1
    )


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own that holds a Fashion-MNIST of noise."""
    monkeypatch.setenv("ERN_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets, "_DEB_FOLDER", Path("no/such/place"))
    folder = tmp_path / "fashion-mnist-deb" / "no/such/place"
    folder.mkdir(parents=True)
    for prefix, count in (("train", 60000), ("t10k", 10000)):
        (folder / f"{prefix}-images-idx3-ubyte.gz").write_bytes(idx(np.zeros((count, 28, 28), np.uint8)))
        (folder / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(idx(np.arange(count).astype(np.uint8) % 10))
    return folder


def test_digits_split_is_fixed_and_stratified() -> None:
    pytest.importorskip("sklearn")
    data = datasets.load("digits")
    assert (len(data.train_x), len(data.test_x)) == (1437, 360)
    assert data.train_x.shape[1:] == (8, 8, 1)
    assert data.train_x.max() == 240
    assert np.bincount(data.test_y).min() >= 34
    np.testing.assert_array_equal(datasets.load("digits").test_x, data.test_x)


def test_fashion_from_the_cache(cache: Path) -> None:
    data = datasets.load("fashion_mnist")
    assert data.train_x.shape == (60000, 28, 28, 1)
    assert data.test_y[:12].tolist() == [*range(10), 0, 1]


def test_truncated_file_is_named(cache: Path) -> None:
    path = cache / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match="t10k-images"):
        datasets.load("fashion_mnist")


def test_wrong_shape_is_refused(cache: Path) -> None:
    (cache / "t10k-images-idx3-ubyte.gz").write_bytes(idx(np.zeros((10000, 28, 27), np.uint8)))
    with pytest.raises(DataError, match="28 x 28 x 1"):
        datasets.load("fashion_mnist")


def test_nowhere_to_be_had(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in cache.iterdir():
        path.unlink()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "tensorflow.keras.datasets", None)
    with pytest.raises(DataError, match="install the Debian package"):
        datasets.load("fashion_mnist")


def test_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ERN_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(datasets, "_DEB_FOLDER", Path("no/such/place"))
    monkeypatch.setattr(datasets.shutil, "which", lambda name: name)
    with pytest.raises(DataError, match="ERN_CACHE"):
        datasets.load("fashion_mnist")


def test_unknown_name() -> None:
    with pytest.raises(UsageError, match="digits, fashion_mnist"):
        datasets.load("imagenet")


def test_import_is_free_of_tensorflow() -> None:
    code = (
        "import sys, qmodels, qmodels.datasets, qmodels.checkpoints, qmodels.config, qmodels.train; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
