# SPDX-License-Identifier: Apache-2.0
"""Vectors of residual blocks in inference: integers in, codes of every activation and integers out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from flow.errors import DataError
from flow.importer.ern import SHARED, Builder
from flow.importer.state import State
from flow.lower import lower_nodes
from flow.lower.names import legal
from flow.lower.network import Network, Stream
from flow.ops.base import Array
from flow.types import Range
from flow.vectors.folder import Row, exact, nhwc

LARGEST_STRIDE = 8


def block(file: str, arrays: Mapping[str, Array]) -> Iterator[Row]:
    """Every *_codes array and y_int; the kind of block, widths and stride follow from keys and shapes."""
    x, y = nhwc(arrays["x_int"]), nhwc(arrays["y_int"])
    state = State({key[3:]: array for key, array in arrays.items() if key.startswith("sd/")}, file)
    channels = x.shape[3]
    source = Stream("sums", channels, np.full(channels, SHARED, np.float32), Range(int(x.min()), int(x.max())))
    builder = Builder(state)
    builder.residual_block("", "x", channels, _stride(file, x, y))
    state.close()
    streams = {"x": x}
    for node in lower_nodes(Network("block", {"x": source}, tuple(builder.layers))):
        streams[node.name] = node.run(*(streams[name] for name in node.inputs))
    for key, expected in arrays.items():
        match = re.fullmatch(r"(\w+)_codes", key)
        if match:
            name = legal(match[1])
            if name not in streams:
                raise DataError(f"{file}: {key!r} names no activation of the block")
            yield exact(file, key, nhwc(expected), streams[name])
    yield exact(file, "y_int", y, streams["add"])


def _stride(file: str, x: Array, y: Array) -> int:
    """The smallest stride that turns the input size into the output size."""
    for stride in range(1, LARGEST_STRIDE + 1):
        if all((x.shape[axis] - 1) // stride + 1 == y.shape[axis] for axis in (1, 2)):
            return stride
    raise DataError(f"{file}: no stride takes {list(x.shape)} to {list(y.shape)}")
