# SPDX-License-Identifier: Apache-2.0
"""Run a folder of official test vectors through the Keras layers and count what differs.

The folder holds MANIFEST.json and npz files; nets, widths, expansions and sizes are read off them. Codes, residual
streams and classifier sums must be equal; real-valued results have the tolerance that the vectors' description gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from flow.errors import DataError
from qmodels import vectors_net
from qmodels.blocks import BLOCKS, BlockOptions
from qmodels.layers import Activation2Bit, ThermometerEncode
from qmodels.official import kernel, load_layers
from qmodels.quantizers import SHARED_SCALE, BinaryMeanWeight, BinarySharedWeight, Quantized2Bit

Arrays = Mapping[str, npt.NDArray[Any]]
Pair = tuple[str, npt.NDArray[Any], float]  # array name, our result, tolerance relative to the largest value (0: equal)

GRADIENT = 1e-4
MEAN_SCALE = 1e-6
STATISTICS = 1e-5


class Check(NamedTuple):
    """How many of the `values` of one array of one file differ."""

    file: str
    array: str
    values: int
    mismatches: int


def check_folder(path: Path | str) -> list[Check]:
    """Check every npz vector of a folder; one row an array.

    Arrays with infinities and NaN on purpose are informative only and left out, as are PyTorch counters.
    DataError if the folder or a file of it is missing or damaged.
    """
    folder = Path(path)
    try:
        names = [entry["file"] for entry in json.loads((folder / "MANIFEST.json").read_text())["files"]]
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise DataError(
            f"{folder}: expected a folder of vectors with MANIFEST.json, found none or a damaged one ({err})"
        ) from err
    return [check for name in names for check in check_file(folder, name)]


def check_file(folder: Path, name: str) -> Iterator[Check]:
    """Check one npz file of a folder of vectors; files that hold weights or other formats give no row."""
    runner = next((run for pattern, run in RUNNERS if re.fullmatch(pattern, name)), None)
    if runner is None:
        return
    expected = _load(folder / name)
    for array, result, tolerance in runner(folder, name, expected):
        yield Check(name, array, int(expected[array].size), mismatches(result, expected[array], tolerance))


def mismatches(result: npt.NDArray[Any], expected: npt.NDArray[Any], tolerance: float) -> int:
    """Number of elements further apart than tolerance times the largest expected magnitude; all if shapes differ."""
    if result.shape != expected.shape:
        return int(expected.size)
    result, expected = result.astype(np.float64), expected.astype(np.float64)
    limit = tolerance * float(np.max(np.abs(expected), initial=0.0))
    # Written so that a NaN on one side counts.
    return int(expected.size - np.sum(np.abs(result - expected) <= limit))


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as err:  # zip, zlib, OS and value errors alike mean a damaged file
        raise DataError(f"{path}: expected a complete npz file, found none or a damaged one ({err})") from err


def nhwc(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """N x C x H x W to N x H x W x C."""
    return x.transpose(0, 2, 3, 1)


def nchw(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """N x H x W x C to N x C x H x W."""
    return x.transpose(0, 3, 1, 2)


def _pixels(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    values = np.arange(256, dtype=np.uint8).reshape(1, 256, 1, 1)
    for key in data:
        if match := re.fullmatch(r"k(\d+)_codes", key):
            encode = ThermometerEncode(int(match[1]))
            yield key, encode(values).numpy()[0, :, 0], 0.0
            yield f"k{match[1]}_image_codes", nchw(encode(nhwc(data["image"])).numpy()), 0.0


def _gradient(function: Callable[[Any], Any], x: npt.NDArray[Any], g: npt.NDArray[Any]) -> tuple[Any, Any]:
    variable = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        out = function(variable)
    return out.numpy(), tape.gradient(out, variable, tf.constant(g)).numpy()


def _weights(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    for key in data:
        if not (match := re.fullmatch(r"(.+)_(cwmean|pow2)_grad_d([\d.]+)", key)):
            continue
        case, kind, delta = match[1], match[2], float(match[3])
        quantizer = BinaryMeanWeight(delta) if kind == "cwmean" else BinarySharedWeight(SHARED_SCALE, delta)
        out, grad = _gradient(quantizer, kernel(data[f"{case}_w"]), kernel(data[f"{case}_g"]))
        yield key, grad.transpose(3, 2, 0, 1), GRADIENT
        if delta == 0.0:
            result, expected = out.transpose(3, 2, 0, 1), data[f"{case}_{kind}_out"]
            # Each channel has its own magnitude, so the tolerance is a channel's, not that of the largest one.
            close = np.abs(result - expected) <= (MEAN_SCALE if kind == "cwmean" else 0.0) * np.abs(expected)
            yield f"{case}_{kind}_out", np.where(close, expected, np.nan), 0.0


def _activations(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    for key in data:
        if not (match := re.fullmatch(r"(raw|scaled)_grad_d([\d.]+)", key)):
            continue
        out, grad = _gradient(Quantized2Bit(match[1] == "scaled", float(match[2])), data["x"], data["g"])
        yield key, grad, GRADIENT
        if float(match[2]) == 0.0:
            yield f"{match[1]}_out", out, 0.0
            if f"{match[1]}_code" in data:
                yield f"{match[1]}_code", np.rint(out / Quantized2Bit(match[1] == "scaled").output_scale), 0.0


def _block_model(data: Arrays, out_key: str, delta: float) -> tf.keras.Model:
    """One residual block with the weights of a vector file; outputs: every activation, then the block's own."""
    state = {k.removeprefix("sd/"): v for k, v in data.items() if k.startswith("sd/")}
    kind = "preact" if "bn0.weight" in state else "bottleneck"
    size, channels = data["x_int"].shape[2:], data["x_int"].shape[1]
    out_size = data[out_key].shape[2:]
    stride = next(s for s in range(1, max(size) + 1) if tuple((n - 1) // s + 1 for n in size) == out_size)
    x = tf.keras.Input((*size, channels))
    y = BLOCKS[kind](
        x,
        int(state["conv1.weight"].shape[0]),
        stride,
        "downsample.weight" in state,
        "",
        BlockOptions(delta=delta, down_delta=delta),
    )
    whole = tf.keras.Model(x, y)
    load_layers(whole.layers, state)
    return tf.keras.Model(x, [layer.output for layer in whole.layers if isinstance(layer, Activation2Bit)] + [y])


def _stream(data: Arrays) -> npt.NDArray[np.float32]:
    return nhwc(data["x_int"]).astype(np.float32) * np.float32(SHARED_SCALE)


def _block(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    model = _block_model(data, "y_int", 0.0)
    *codes, y = (out.numpy() for out in model(_stream(data)))
    activations = [layer for layer in model.layers if isinstance(layer, Activation2Bit)]
    for layer, out in zip(activations, codes, strict=True):
        yield f"{layer.name}_codes", vectors_net.codes(layer, out), 0.0
    yield "y_int", nchw(y) / SHARED_SCALE, 0.0


def _block_train(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    for key in data:
        if not (match := re.fullmatch(r"grad_x_d([\d.]+)", key)):
            continue
        model = _block_model(data, "y", float(match[1]))
        x = tf.constant(_stream(data))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = model(x, training=True)[-1]
        weights = model.trainable_variables
        grad_x, *grads = tape.gradient(y, [x, *weights], tf.constant(nhwc(data["g"])))
        yield "y", nchw(y.numpy()), 0.0
        yield key, nchw(grad_x.numpy()), GRADIENT
        gradients = {id(w): g.numpy() for w, g in zip(weights, grads, strict=True)}
        for array, variable in vectors_net.parameters(model.layers, lambda layer: layer.name):
            if id(variable) in gradients:
                yield f"grad_d{match[1]}/{array}", vectors_net.as_torch(gradients[id(variable)]), GRADIENT
            elif f"after/{array}" in data:
                yield f"after/{array}", variable.numpy(), STATISTICS


def _net(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    state = _load(folder / re.sub(r"_io_.*", "_state.npz", name))
    yield from vectors_net.run(state, data)


def _train_step(folder: Path, name: str, data: Arrays) -> Iterator[Pair]:
    entries = json.loads((folder / "MANIFEST.json").read_text())["files"]
    holds = next(str(entry.get("holds", "")) for entry in entries if entry["file"] == name)
    state = _load(folder / name.replace("_train_step", "_state"))
    yield from vectors_net.train_step(state, data, holds)


RUNNERS: tuple[tuple[str, Callable[[Path, str, Arrays], Iterator[Pair]]], ...] = (
    (r"pixel_embedding\.npz", _pixels),
    (r"weight_quantizers\.npz", _weights),
    (r"activation_quantizers\.npz", _activations),
    (r"block_train_.*\.npz", _block_train),
    (r"block_.*\.npz", _block),
    (r"net_.*_io_.*\.npz", _net),
    (r"net_.*_train_step\.npz", _train_step),
)
