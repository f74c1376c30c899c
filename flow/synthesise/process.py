# SPDX-License-Identifier: Apache-2.0
"""Yosys jobs in processes of their own: several at a time, all of them ended when the caller is interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flow import tool
from flow.errors import BuildError, ToolError

WORKER = Path(__file__).with_name("worker.py")
LOG, NETLIST, JOB = "yosys.log", "netlist.json", "job.json"
_ERROR = re.compile(r"^.*\bERROR: .*(?:\n(?!\n).*)?", re.MULTILINE)

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Job:
    """Yosys passes to run.

    Attributes:
        name: for messages.
        folder: working folder; log and results are written there.
        passes: Yosys commands, run in `folder`.
        read: Yosys commands run before, in `sources`.
        sources: folder of the source files.
        kinds: cell kinds to list in `netlist.json`; None writes no list.
    """

    name: str
    folder: Path
    passes: tuple[str, ...]
    read: tuple[str, ...] = ()
    sources: Path | None = None
    kinds: tuple[str, ...] | None = None


class Pool:
    """Processes of one caller."""

    def __init__(self, at_once: int) -> None:
        self._at_once = max(1, at_once)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, job: Job) -> None:
        """Run one job to its end.

        Raises:
            ToolError: Yosys is not installed, reported an error, or was killed.
            BuildError: the folder cannot be written.
        """
        folder = job.folder.resolve()
        described = {
            "caller": os.getpid(),
            "sources": str((job.sources or folder).resolve()),
            "read": list(job.read),
            "folder": str(folder),
            "passes": list(job.passes),
            "netlist": None if job.kinds is None else NETLIST,
            "kinds": list(job.kinds or ()),
        }
        try:
            (folder / JOB).write_text(json.dumps(described))
            with open(folder / LOG, "wb") as log:
                code = self._wait([sys.executable, "-P", str(WORKER), str(folder / JOB)], log.fileno(), job.name)
        except OSError as error:
            raise BuildError(f"{folder}: cannot be written ({error.strerror}); free space or set TMPDIR") from error
        if code:
            raise ToolError(_message(job.name, code, (folder / LOG).read_text(errors="replace")))

    def _wait(self, command: list[str], log: int, name: str) -> int:
        with tool.started(command, stdout=log, stderr=log) as process:
            with self._lock:
                if self._stopped:
                    raise ToolError(f"yosys: {name}: stopped, because another run failed")
                self._running.add(process)
            try:
                return process.wait()
            finally:
                with self._lock:
                    self._running.discard(process)

    def map(self, function: Callable[[T], R], items: Sequence[T], done: Callable[[T], None]) -> list[R]:
        """`function` of each item, several at a time, results in order; the first error or interrupt ends all runs."""
        executor = ThreadPoolExecutor(max_workers=self._at_once)
        try:
            futures = {executor.submit(function, item): item for item in items}
            for future in as_completed(futures):
                future.result()
                done(futures[future])
            return [future.result() for future in futures]
        except BaseException:
            self.stop()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """End what runs; nothing more starts."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                tool.end(process)


def _message(name: str, code: int, log: str) -> str:
    if "No module named 'pyosys'" in log:
        return "yosys: pyosys is not installed; run `pip install pyosys`, or install the extra `flow` of this project"
    errors = _ERROR.findall(log)
    if errors:
        return f"yosys: {name}: {' '.join(errors[-1].split())}"
    if code < 0:
        return f"yosys: {name}: ended by {signal.Signals(-code).name}; out of memory?"
    tail = " ".join(log.split()[-40:]) or "it printed nothing"
    return f"yosys: {name}: exit code {code}: {tail}"
