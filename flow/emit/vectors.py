# SPDX-License-Identifier: Apache-2.0
"""Test vectors of a build: images, every stream, sums and logits, for anybody's testbench."""

from __future__ import annotations

import io

import numpy as np

from flow.emit.plan import Plan
from flow.graph import Graph
from flow.ops.base import Array

IMAGES = 4


def vector_plan(graph: Graph, images: Array) -> Plan:
    """`<stream>.npy` of the first images: codes uint8, sums int32, `image` uint8, `logits` float32; N x H x W x C."""
    streams = graph.run(images[:IMAGES], taps=True)
    return Plan({f"{name}.npy": _npy(array) for name, array in streams.items()})


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
