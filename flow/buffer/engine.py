# SPDX-License-Identifier: Apache-2.0
"""A small exact simulator of processes that pass beats: each process says when, the engine only says who runs next.

Times are final when written: a process waits (yields) for the time of one event of another process, computes the
times of its own events from those (max and plus only), and goes on. Nothing is guessed, so the order in which
processes run changes no time, and processes that all wait for each other are a deadlock of the hardware whatever its
timing (bounded buffers, blocking reads and writes: a determinate network).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from flow.estimate.memories import fifo_memory

BLOCK_DELAY = 2
"""Cycles through a FIFO in block memory; one in LUTs (rtl_templates/common/stream_fifo.sv)."""


class Track:
    """Times (cycles) of successive events of one kind, and who waits for the next one.

    Attributes:
        name: for messages.
        times: of events 0, 1, ...; never decreasing.
    """

    __slots__ = ("name", "times", "waiting")

    def __init__(self, name: str) -> None:
        self.name = name
        self.times: list[int] = []
        self.waiting: list[tuple[int, Process]] = []


Wait = tuple[Track, int]
"""What a process yields: it needs the time of event n of a track."""

Steps = Generator[Wait, None, None]


class Channel:
    """A FIFO of `depth` beats.

    Attributes:
        name: of the edge.
        depth: beats it holds; a very large number is unbounded.
        delay: cycles after which a beat that entered can leave.
        written: when beat n entered; it can be read `delay` cycles later.
        read: when beat n left; its place can be written one cycle later.
    """

    __slots__ = ("delay", "depth", "name", "read", "written")

    def __init__(self, name: str, depth: int) -> None:
        self.name, self.depth = name, depth
        self.delay = BLOCK_DELAY if fifo_memory(depth) == "block" else 1
        self.written, self.read = Track(f"{name} written"), Track(f"{name} read")


@dataclass(eq=False)
class Process:
    """One part of the hardware that works on its own.

    Attributes:
        name: of the node it belongs to.
        steps: generator that yields what it waits for.
        makes: tracks that it appends to.
        blocked: what it waits for.
    """

    name: str
    steps: Steps
    makes: tuple[Track, ...]
    blocked: Wait | None = field(default=None)


def run(processes: Iterable[Process]) -> list[Process]:
    """Run until nobody can go on.

    Returns:
        The processes that have not ended: empty unless the network is deadlocked.
    """
    pending = list(processes)
    ready = deque(pending)
    alive = dict.fromkeys(pending)
    while ready:
        process = ready.popleft()
        try:
            while True:
                track, event = wait = next(process.steps)
                if len(track.times) <= event:
                    process.blocked = wait
                    track.waiting.append((event, process))
                    break
        except StopIteration:
            alive.pop(process)
        for made in process.makes:
            if made.waiting:
                _wake(made, ready)
    return list(alive)


def _wake(track: Track, ready: deque[Process]) -> None:
    known = len(track.times)
    still = []
    for event, process in track.waiting:
        if event < known:
            process.blocked = None
            ready.append(process)
        else:
            still.append((event, process))
    track.waiting = still
