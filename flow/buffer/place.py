# SPDX-License-Identifier: Apache-2.0
"""A node in a running design: what the timing of an op is made from."""

from __future__ import annotations

from dataclasses import dataclass

from flow.buffer.engine import Channel, Process, Steps, Track
from flow.ops import Folding, Op
from flow.types import Shape


@dataclass(frozen=True)
class Place:
    """A node in a running design.

    Attributes:
        node: the op.
        folding: of the op.
        inputs: FIFOs it reads.
        outputs: FIFOs it writes; every beat goes to all of them.
        beats: channels a beat of each input.
        shapes: of each input.
        shape: of the output.
        frames: to run.
    """

    node: Op
    folding: Folding
    inputs: tuple[Channel, ...]
    outputs: tuple[Channel, ...]
    beats: tuple[int, ...]
    shapes: tuple[Shape, ...]
    shape: Shape
    frames: int

    def process(self, steps: Steps, *makes: Track) -> Process:
        """A process of this node."""
        return Process(self.node.name, steps, makes)


def write(outputs: tuple[Channel, ...], beat: int, time: int) -> Steps:
    """Offer a beat from `time` on to every consumer, which take it one by one; the times land in `written`."""
    for channel in outputs:
        moved = time
        if beat >= channel.depth:
            read = channel.read.times
            if len(read) <= beat - channel.depth:
                yield channel.read, beat - channel.depth
            moved = max(time, read[beat - channel.depth] + 1)
        channel.written.times.append(moved)
