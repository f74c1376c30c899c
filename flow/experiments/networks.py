# SPDX-License-Identifier: Apache-2.0
"""Trained networks of the experiments in one small file: packed bits, float32 numbers, and a description in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from flow.errors import DataError
from flow.lower import network as net
from flow.lower.network import Layer, Network, images
from flow.ops.base import Array

BITS = "weights"
INTEGERS = "thresholds"
_LAYERS = {kind.__name__: kind for kind in (net.Encode, net.Convolution, net.Norm, net.Activation, net.Add, net.Pool)}


def save(path: Path, networks: Mapping[str, Network], facts: Mapping[str, Any]) -> None:
    """Write networks that start at images of one colour, with facts (JSON-able) about where they come from."""
    described, arrays = {}, {}
    for name, network in networks.items():
        bits, floats = _Pool(), _Pool()
        described[name] = [_describe(layer, bits, floats) for layer in network.layers if isinstance(layer, Layer)]
        arrays[f"{name}/bits"] = np.packbits(bits.joined().astype(np.uint8))
        arrays[f"{name}/floats"] = floats.joined().astype(np.float32)
    about = json.dumps({"facts": facts, "networks": described})
    np.savez_compressed(path, about=np.frombuffer(about.encode(), np.uint8), **arrays)


def load(path: Path) -> tuple[dict[str, Network], dict[str, Any]]:
    """The networks and facts that `save` wrote.

    Raises:
        DataError: no such file, or a damaged one.
    """
    try:
        with np.load(path) as file:
            about = json.loads(bytes(file["about"]).decode())
            networks = {
                name: Network(name, images(1), tuple(_layers(described, file[f"{name}/bits"], file[f"{name}/floats"])))
                for name, described in about["networks"].items()
            }
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DataError(f"{path}: not a readable file of networks ({error}); restore it from the repository") from error
    return networks, about["facts"]


class _Pool:
    """Arrays one after another."""

    def __init__(self) -> None:
        self.parts: list[Array] = []

    def add(self, array: Array) -> dict[str, Any]:
        self.parts.append(array.ravel())
        return {"shape": list(array.shape)}

    def joined(self) -> Array:
        return np.concatenate(self.parts) if self.parts else np.zeros(0)


def _describe(layer: Layer, bits: _Pool, floats: _Pool) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": type(layer).__name__}
    for item in fields(layer):
        value = getattr(layer, item.name)
        if isinstance(value, np.ndarray) and item.name != INTEGERS:
            value = (bits if item.name == BITS else floats).add(value)
        elif isinstance(value, np.ndarray):
            value = value.tolist()
        elif isinstance(value, np.floating):
            value = float(value)
        entry[item.name] = value
    return entry


def _layers(described: list[dict[str, Any]], packed: Array, floats: Array) -> list[Layer]:
    bits = np.unpackbits(packed)
    layers: list[Layer] = []
    for entry in described:
        values: dict[str, Any] = {}
        for key, value in entry.items():
            if key == "kind":
                continue
            if isinstance(value, dict):
                size = int(np.prod(value["shape"]))
                source = bits if key == BITS else floats
                values[key] = source[:size].reshape(value["shape"])
                bits, floats = (bits[size:], floats) if key == BITS else (bits, floats[size:])
            elif key == INTEGERS:
                values[key] = np.array(value, np.int64)
            elif key in ("input_scale", "scale"):
                values[key] = np.float32(value)
            else:
                values[key] = tuple(value) if isinstance(value, list) else value
        layers.append(_LAYERS[entry["kind"]](**values))
    return layers
