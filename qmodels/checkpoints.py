# SPDX-License-Identifier: Apache-2.0
"""Trained weights: small files of the zoo, and the checkpoints of one's own runs.

    python -m qmodels.checkpoints RUN [--zoo DIR]        put the finished run in folder RUN into the zoo

A zoo entry is `<model>.npz` (one bit a weight, the float32 scale of each channel, the norms) and `<model>.json`
(digest, accuracy, the commands that made it). The rebuilt network computes what the trained one computed, bit for bit:
latent weights become scale * sign, whose mean magnitude is the scale again. Reading an entry needs NumPy, building it
TensorFlow.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flow.errors import DataError, ErnError, ModelError, UsageError
from qmodels import state
from qmodels.config import ErnConfig, Stage, StemConv

ZOO = Path(__file__).parent / "zoo"
SCHEMA = 1
_NORM = ("gamma", "beta", "moving_mean", "moving_variance")

Arrays = Mapping[str, npt.NDArray[Any]]


def zoo_models(folder: Path | None = None) -> list[str]:
    """Names of the models that have trained weights."""
    return sorted(path.stem for path in (folder or ZOO).glob("*.json"))


def read_zoo(name: str, folder: Path | None = None) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Information and arrays of a zoo entry; NumPy only.

    UsageError for a model without trained weights, DataError where a file is missing, truncated or tampered with.
    """
    folder = folder or ZOO
    if name not in zoo_models(folder):
        known = ", ".join(zoo_models(folder)) or "none"
        raise UsageError(f"no trained weights for model {name!r} in {folder}; there are: {known}; train it first")
    weights, about = folder / f"{name}.npz", folder / f"{name}.json"
    try:
        info = json.loads(about.read_text())
        schema, digest = info["schema"], info["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise DataError(f"{about}: expected the description of a zoo entry, found a damaged file; restore it") from err
    if schema != SCHEMA:
        raise DataError(
            f"{about}: expected schema {SCHEMA}, found {schema}; use the version of this project that wrote it"
        )
    try:
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as err:
        raise DataError(f"{weights}: expected the weights of a zoo entry, found no readable file; restore it") from err
    if found != digest:
        raise DataError(
            f"{weights}: expected sha256 {digest}, found {found}; the file was truncated or changed, restore it"
        )
    _, arrays = state.read_arrays(weights)
    return info, arrays


def load_zoo(name: str, folder: Path | None = None, image_size: tuple[int, int] | None = None) -> Any:
    """Keras model of a zoo entry with its trained weights; errors as `read_zoo`, and ModelError if they do not fit."""
    from qmodels.ern import build

    info, arrays = read_zoo(name, folder)
    model = build(config_from_dict(info["config"]), image_size)
    unpack(model, arrays)
    return model


def load_run(path: Path, image_size: tuple[int, int] | None = None) -> Any:
    """Keras model of a training run (its folder or its checkpoint.npz). DataError if there is none."""
    from qmodels.ern import build, build_float_twin

    path = Path(path)
    header, arrays = state.read_arrays(path / "checkpoint.npz" if path.is_dir() else path)
    recipe = header["recipe"]
    model = (build_float_twin if recipe.get("float_twin") else build)(recipe["model"], image_size)
    model.set_weights([arrays[name] for name in sorted(arrays) if name.startswith("model/")])
    return model


def config_from_dict(fields: Mapping[str, Any]) -> ErnConfig:
    """The ErnConfig that `dataclasses.asdict` gave. DataError if fields are missing or unknown."""
    try:
        stem = tuple(StemConv(**conv) for conv in fields["stem"])
        stages = tuple(Stage(**stage) for stage in fields["stages"])
        return ErnConfig(**{**fields, "in_shape": tuple(fields["in_shape"]), "stem": stem, "stages": stages})
    except (KeyError, TypeError) as err:
        raise DataError(f"network description: expected the fields of an ErnConfig, found others ({err})") from err


def pack(model: Any) -> dict[str, npt.NDArray[Any]]:
    """Arrays that rebuild the inference of a model of our layers: bits, scales and norms by layer name.

    `<layer>/bits` are the packed signs of [kh, kw, in, out] in memory order, `<layer>/scale` float32 [out] the value of
    a +1 weight. ModelError for weights that are not finite.
    """
    from qmodels.layers import BinaryConv2D, ExactBatchNormalization

    arrays: dict[str, npt.NDArray[Any]] = {}
    for layer in model.layers:
        if isinstance(layer, BinaryConv2D):
            arrays[f"{layer.name}/bits"] = np.packbits(layer.weight_bits())
            arrays[f"{layer.name}/scale"] = layer.weight_scale()
        elif isinstance(layer, ExactBatchNormalization):
            arrays.update({f"{layer.name}/{key}": getattr(layer, key).numpy() for key in _NORM})
    return arrays


def unpack(model: Any, arrays: Arrays) -> None:
    """Set the weights of a model from `pack`'s arrays. ModelError for a missing array or one of another size."""
    from qmodels.layers import BinaryConv2D, ExactBatchNormalization

    for layer in model.layers:
        try:
            if isinstance(layer, BinaryConv2D):
                shape = tuple(layer.kernel.shape)
                packed, size = arrays[f"{layer.name}/bits"], int(np.prod(shape))
                if packed.size != -(-size // 8):
                    raise ValueError(f"{packed.size} bytes of weights for {size} bits")
                bits = np.unpackbits(packed, count=size).reshape(shape)
                layer.set_weights([np.where(bits, 1, -1).astype(np.float32) * arrays[f"{layer.name}/scale"]])
            elif isinstance(layer, ExactBatchNormalization):
                layer.set_weights([arrays[f"{layer.name}/{key}"] for key in _NORM])
        except (KeyError, ValueError) as err:
            raise ModelError(
                f"layer {layer.name}: expected its weights in the file, found {err}; file and network differ"
            ) from err


def publish(run: Path, folder: Path | None = None) -> dict[str, Any]:
    """Put a finished run into the zoo, after checking that the entry computes the same logits; returns its description.

    DataError if the run is not finished or kept images aside, ModelError if the entry differs from the trained network.
    """
    from qmodels.config import network
    from qmodels.datasets import load
    from qmodels.ern import build
    from qmodels.train import Recipe, commands

    run, folder = Path(run), folder or ZOO
    try:
        summary = json.loads((run / "summary.json").read_text())
        recipe, claimed = summary["recipe"], summary["test_accuracy"]
    except (OSError, ValueError, KeyError) as err:
        raise DataError(
            f"{run}: expected a run that is finished and held no images out (summary.json with a test "
            f"accuracy), found none; finish it with --resume"
        ) from err
    if recipe["float_twin"]:
        raise DataError(f"{run}: expected a binary network, found a float twin")
    config = network(recipe["model"])
    trained, rebuilt = load_run(run), build(config)
    arrays = pack(trained)
    unpack(rebuilt, arrays)
    data = load(str(config.dataset))
    right = 0
    for start in range(0, len(data.test_x), 500):
        images = data.test_x[start : start + 500]
        logits = rebuilt(images, training=False).numpy()
        if not np.array_equal(logits, trained(images, training=False).numpy()):
            raise ModelError(f"{run}: the packed weights compute other logits than the trained network; not published")
        right += int((logits.argmax(1) == data.test_y[start : start + 500]).sum())
    if right / len(data.test_x) != claimed:
        raise ModelError(f"{run}: expected test accuracy {claimed}, found {right / len(data.test_x)}; not published")
    header, _ = state.read_arrays(run / "checkpoint.npz")
    made_by = commands(Recipe(**header["recipe"]), header.get("segments", [{"epochs": header["recipe"]["epochs"]}]))
    weights = folder / f"{config.name}.npz"
    state.write_arrays(weights, {"model": config.name}, arrays)
    info = {
        "schema": SCHEMA,
        "model": config.name,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "dataset": config.dataset,
        "test_images": len(data.test_x),
        "test_accuracy": claimed,
        "seed": recipe["seed"],
        "commands": [*made_by, f"python -m qmodels.checkpoints build/train/{config.name}"],
        "versions": _versions(),
        "recipe": recipe,
        "config": dataclasses.asdict(config),
    }
    state.write_atomic(folder / f"{config.name}.json", (json.dumps(info, indent=1) + "\n").encode())
    return info


def _versions() -> dict[str, str]:
    import qkeras
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "qkeras": qkeras.__version__,
        "numpy": np.__version__,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Command line: publish a run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m qmodels.checkpoints", description="Put a finished run into the zoo."
    )
    parser.add_argument("run", type=Path, help="folder of `ern train --out`")
    parser.add_argument("--zoo", type=Path, default=None, help="folder of the zoo (default: the one of this package)")
    args = parser.parse_args(argv)
    try:
        info = publish(args.run, args.zoo)
    except ErnError as err:
        print(f"checkpoints: {err}", file=sys.stderr)
        return err.exit_code
    accuracy = f"test accuracy {info['test_accuracy']:.4f} on {info['test_images']} images"
    print(f"{info['model']}: {accuracy}, sha256 {info['sha256']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
