# SPDX-License-Identifier: Apache-2.0
"""Pass: names that every later stage can use, in files, C++ and SystemVerilog alike."""

from __future__ import annotations

import dataclasses
import re

from flow.check import RESERVED
from flow.lower.network import Network


def legal_names(network: Network) -> Network:
    """Rename layers to `[a-z][a-z0-9_]*` (layer1.0.Conv1 is layer1_0_conv1); a name taken twice gets a number."""
    taken = set(RESERVED)
    new = {stream: stream for stream in network.streams}
    layers = []
    for layer in network.layers:
        inputs = tuple(new[stream] for stream in layer.inputs)
        new[layer.name] = _free(legal(layer.name), taken)
        taken.add(new[layer.name])
        layers.append(dataclasses.replace(layer, name=new[layer.name], inputs=inputs))
    return network.replace(tuple(layers))


def legal(name: str) -> str:
    """A legal name that reads like the given one.

    >>> legal("Block/1.Conv-A")
    'block_1_conv_a'
    """
    text = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return text if text[:1].isalpha() else f"layer_{text}".rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number, free = number + 1, f"{name}_{number + 1}"
    return free
