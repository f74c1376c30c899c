# SPDX-License-Identifier: Apache-2.0
"""Data sets as plain NumPy arrays; TensorFlow is imported only for Keras' own download, the last resort."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flow.cache import cache_folder
from flow.errors import DataError, UsageError

Uint8Array = npt.NDArray[np.uint8]

_DEB = "dataset-fashion-mnist"
_DEB_FOLDER = Path("usr/share/datasets/fashion-mnist")
_FASHION_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
_DIGITS_SEED, _DIGITS_TEST = 0, 0.2


@dataclass(frozen=True)
class Dataset:
    """Images uint8 N x H x W x colours and labels int64 N, for training and for the one final test."""

    name: str
    train_x: Uint8Array
    train_y: npt.NDArray[np.int64]
    test_x: Uint8Array
    test_y: npt.NDArray[np.int64]


def load(name: str) -> Dataset:
    """Data set "digits" (8x8, from scikit-learn) or "fashion_mnist" (28x28).

    UsageError for another name, DataError where the data cannot be had or is damaged.
    """
    if name not in _LOADERS:
        raise UsageError(f"unknown data set {name!r}; known data sets: {', '.join(_LOADERS)}")
    return _LOADERS[name]()


def _digits() -> Dataset:
    """scikit-learn's digits: pixel values 0..16 times 15, a seeded stratified fifth held out as test set."""
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError as err:
        raise DataError("data set digits: expected scikit-learn, found none; install scikit-learn") from err
    data = load_digits()
    images = (data.images * 15).astype(np.uint8)[..., None]
    train_x, test_x, train_y, test_y = train_test_split(
        images, data.target.astype(np.int64), test_size=_DIGITS_TEST, random_state=_DIGITS_SEED, stratify=data.target
    )
    return _checked("digits", (8, 8, 1), train_x, train_y, test_x, test_y)


def _fashion_mnist() -> Dataset:
    """Fashion-MNIST from the Debian package, installed or fetched without root, else from Keras."""
    folder = _fashion_folder()
    if folder is not None:
        train_x, train_y, test_x, test_y = (_read_idx(folder / name) for name in _FASHION_FILES)
        train_x, test_x = train_x[..., None], test_x[..., None]
    else:
        train_x, train_y, test_x, test_y = _keras_fashion()
    result = _checked("fashion_mnist", (28, 28, 1), train_x, train_y, test_x, test_y)
    if (len(result.train_x), len(result.test_x)) != (60000, 10000):
        raise DataError(
            f"data set fashion_mnist: expected 60000 and 10000 images, found {len(result.train_x)} and "
            f"{len(result.test_x)}; delete {cache_folder()} and try again"
        )
    return result


def _fashion_folder() -> Path | None:
    """The folder of the four files, fetching the Debian package into the cache if need be; None if impossible."""
    installed, cached = Path("/") / _DEB_FOLDER, cache_folder() / "fashion-mnist-deb"
    for folder in (installed, cached / _DEB_FOLDER):
        if all((folder / name).is_file() for name in _FASHION_FILES):
            return folder
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return None
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise DataError(f"cannot write the cache {cache_folder()}: {err}; set ERN_CACHE to a folder of yours") from err
    with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
        if not (_download(Path(scratch)) and _unpack(Path(scratch))):
            return None
        # Renamed in one step, so a half-unpacked folder is never taken for the data; another process may be quicker.
        with contextlib.suppress(OSError):
            os.replace(Path(scratch) / "root", cached)
    folder = cached / _DEB_FOLDER
    return folder if all((folder / name).is_file() for name in _FASHION_FILES) else None


def _download(scratch: Path) -> bool:
    """Fetch the package into a folder; with package lists of our own where the machine's are missing or old."""
    lists, archives = scratch / "lists", scratch / "archives"
    own = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={archives}", "-o", "APT::Sandbox::User="]
    if _done(["apt-get", "download", _DEB], scratch):
        return True
    for folder in (lists, archives):
        (folder / "partial").mkdir(parents=True)
    return _done(["apt-get", *own, "update"], scratch) and _done(["apt-get", *own, "download", _DEB], scratch)


def _unpack(scratch: Path) -> bool:
    package = next(scratch.glob("*.deb"), None)
    return package is not None and _done(["dpkg-deb", "-x", package.name, "root"], scratch)


def _done(command: list[str], folder: Path) -> bool:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def _read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """One idx file of bytes, as an array of the shape its header gives; DataError if it is damaged."""
    try:
        raw = gzip.decompress(path.read_bytes())
        rank = raw[3]
        shape = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)
    except (OSError, EOFError, IndexError, ValueError, struct.error, gzip.BadGzipFile) as err:
        raise DataError(
            f"{path}: expected a complete gzip idx file, found a damaged one ({err}); delete it and try again"
        ) from err


def _keras_fashion() -> tuple[Uint8Array, Uint8Array, Uint8Array, Uint8Array]:
    remedy = (
        f"install the Debian package {_DEB}, or unpack it into {cache_folder()}/fashion-mnist-deb, "
        "or let Keras reach the network once"
    )
    try:
        from tensorflow.keras.datasets import fashion_mnist
    except ImportError as err:
        raise DataError(
            f"data set fashion_mnist: not on this machine, and no TensorFlow to fetch it with; {remedy}"
        ) from err
    try:
        (train_x, train_y), (test_x, test_y) = fashion_mnist.load_data()
    except Exception as err:  # Keras raises bare Exception when a download fails
        raise DataError(f"data set fashion_mnist: not on this machine, and Keras could not fetch it; {remedy}") from err
    return train_x[..., None], train_y, test_x[..., None], test_y


def _checked(
    name: str,
    shape: tuple[int, int, int],
    train_x: npt.NDArray[np.uint8],
    train_y: npt.NDArray[Any],
    test_x: npt.NDArray[np.uint8],
    test_y: npt.NDArray[Any],
) -> Dataset:
    for part, x, y in (("training", train_x, train_y), ("test", test_x, test_y)):
        if x.dtype != np.uint8 or x.shape[1:] != shape or y.shape != (len(x),) or not len(x):
            raise DataError(
                f"data set {name}, {part} part: expected uint8 images N x {' x '.join(map(str, shape))} and N "
                f"labels, found {x.dtype} {x.shape} and {y.shape}"
            )
        if y.min() < 0 or y.max() > 9:
            raise DataError(f"data set {name}, {part} part: expected labels 0..9, found {y.min()}..{y.max()}")
    return Dataset(name, train_x, train_y.astype(np.int64), test_x, test_y.astype(np.int64))


_LOADERS: dict[str, Callable[[], Dataset]] = {"digits": _digits, "fashion_mnist": _fashion_mnist}
