# SPDX-License-Identifier: Apache-2.0
"""A node in a running design: what the timing of an op is made from."""

from __future__ import annotations

from dataclasses import dataclass

from flow.buffer.engine import Channel, Network
from flow.ops import Folding, Op
from flow.types import Shape


@dataclass(frozen=True)
class Place:
    """A node in a running design.

    Attributes:
        network: that its processes join.
        node: the op.
        folding: of the op.
        inputs: FIFOs it reads.
        outputs: FIFOs it writes; every beat goes to all of them.
        beats: values a beat of each input.
        shapes: of each input.
        shape: of the output.
        frames: to run.
    """

    network: Network
    node: Op
    folding: Folding
    inputs: tuple[Channel, ...]
    outputs: tuple[Channel, ...]
    beats: tuple[int, ...]
    shapes: tuple[Shape, ...]
    shape: Shape
    frames: int
