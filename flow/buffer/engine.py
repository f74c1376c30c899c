# SPDX-License-Identifier: Apache-2.0
"""Networks of processes that pass beats, run by a small compiled simulator (engine.cpp): exact times, or a deadlock."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from flow.cache import cache_folder
from flow.errors import ToolError
from flow.estimate.memories import fifo_memory

BLOCK_DELAY = 3
"""Cycles through a FIFO in block memory; one in LUTs (rtl_templates/common/stream_fifo.sv)."""
KINDS = (
    "source", "flow", "pool", "collect_frames", "leave_frames", "store",
    "fetch", "pixels", "shift", "sum", "leave", "sum_batches", "leave_pixels",
)  # fmt: skip
"""Processes that engine.cpp knows, in the order of its table."""
SOURCES = ("engine.h", "streams.h", "convolution.h", "engine.cpp")
FLAGS = ("-std=c++20", "-O2")


@dataclass(frozen=True)
class Channel:
    """A FIFO of `depth` beats.

    Attributes:
        name: of the edge.
        number: of the channel in its network.
        depth: beats it holds; a very large number is unbounded.
        delay: cycles after which a beat that entered can leave.
        written: track of the times when beats entered; they can be read `delay` cycles later.
        read: track of the times when beats left; a place can be written one cycle later.
    """

    name: str
    number: int
    depth: int
    delay: int
    written: int
    read: int


@dataclass(frozen=True)
class Outcome:
    """What a run gave.

    Attributes:
        blocked: for each process that has not ended, the track that it waits for; empty unless there is a deadlock.
        peaks: most beats at once, by channel.
        times: of the wanted events.
    """

    blocked: tuple[int, ...]
    peaks: tuple[int, ...]
    times: tuple[tuple[int, ...], ...]


class Network:
    """Processes, the FIFOs between them, and the tracks (times of successive events) that they wait for."""

    def __init__(self) -> None:
        self.channels: list[Channel] = []
        self._tracks = 0
        self._processes: list[tuple[int, list[int]]] = []

    def track(self) -> int:
        """A new track."""
        self._tracks += 1
        return self._tracks - 1

    def channel(self, name: str, depth: int) -> Channel:
        """A new FIFO of so many beats."""
        delay = BLOCK_DELAY if fifo_memory(depth) == "block" else 1
        self.channels.append(Channel(name, len(self.channels), depth, delay, self.track(), self.track()))
        return self.channels[-1]

    def process(self, kind: str, *arguments: int | Channel | Sequence[int] | Sequence[Channel]) -> None:
        """A new process: one of KINDS with the arguments that engine.cpp reads, in order."""
        numbers: list[int] = []
        for argument in arguments:
            if isinstance(argument, Channel):
                numbers.append(argument.number)
            elif isinstance(argument, int):
                numbers.append(argument)
            else:
                numbers += [len(argument), *(v.number if isinstance(v, Channel) else int(v) for v in argument)]
        self._processes.append((KINDS.index(kind), numbers))

    def run(self, wanted: Sequence[tuple[int, int, int]]) -> Outcome:
        """Run until nobody can go on.

        Args:
            wanted: (track, first event, every so many) of which times are asked for.

        Raises:
            ToolError: the simulator cannot be compiled or run.
        """
        numbers = [self._tracks, len(self.channels)]
        for channel in self.channels:
            numbers += [channel.depth, channel.delay, channel.written, channel.read]
        numbers.append(len(self._processes))
        for kind, arguments in self._processes:
            numbers += [kind, len(arguments), *arguments]
        numbers += [len(wanted), *(value for one in wanted for value in one)]
        job = np.array(numbers, dtype=np.int64).tobytes()
        try:
            done = subprocess.run([simulator()], input=job, capture_output=True, check=False)
        except OSError as error:
            raise ToolError(f"schedule simulator: cannot run ({error.strerror}); remove {simulator()}") from error
        if done.returncode:
            raise ToolError(f"schedule simulator: exit code {done.returncode}: a frame takes too many cycles or beats")
        lines = [tuple(int(value) for value in line.split()) for line in done.stdout.decode().splitlines()]
        return Outcome(tuple(track for track in lines[0] if track >= 0), lines[1], tuple(lines[2:]))


@cache
def simulator() -> Path:
    """The compiled simulator, kept in `cache_folder()`.

    Raises:
        ToolError: g++ is missing or failed.
    """
    folder = resources.files("flow.buffer")
    texts = {name: (folder / name).read_text() for name in SOURCES}
    digest = hashlib.sha256(repr((FLAGS, texts)).encode()).hexdigest()[:16]
    place = cache_folder()
    binary = place / f"schedule_{digest}"
    if binary.is_file():
        return binary
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place) as name:
            for file, text in texts.items():
                (Path(name) / file).write_text(text)
            command = ["g++", *FLAGS, "-o", "schedule", SOURCES[-1]]
            done = subprocess.run(command, cwd=name, capture_output=True, text=True, check=False)
            if done.returncode:
                raise ToolError(f"g++: exit code {done.returncode}\n{done.stderr[:2000]}")
            (Path(name) / "schedule").replace(binary)
    except FileNotFoundError as error:
        raise ToolError("g++: not found on PATH, the schedule model is compiled once; install g++") from error
    except OSError as error:
        raise ToolError(f"{place}: cannot be written ({error.strerror}); set ERN_CACHE to a folder that can") from error
    return binary
