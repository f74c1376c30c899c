# SPDX-License-Identifier: Apache-2.0
"""Outside tools: found beside this Python or on PATH, and run without a shell.

A tool and what it starts in turn are one process group, which ends with the call however that ends; `stop_all` ends all
that run, from another thread. So nothing works on behind a build that failed or was interrupted.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flow.errors import ToolError

TAIL_LINES = 12
# A signal handler may call stop_all while its own thread holds the lock.
_lock = threading.RLock()
_running: set[subprocess.Popen[Any]] = set()
_stopped = False


def find(*names: str, remedy: str) -> str:
    """Path of the first of these programs that is there: each beside this Python, then on PATH.

    Raises:
        ToolError: none of them is installed; `remedy` says how to get one.
    """
    place = str(Path(sys.executable).parent)
    for name in names:
        found = shutil.which(name, path=place) or shutil.which(name)
        if found:
            return found
    raise ToolError(f"{names[0]}: not found; {remedy}")


def environment() -> dict[str, str]:
    """Environment with this Python's folder on PATH and no foreign compiler flags."""
    place = str(Path(sys.executable).parent)
    variables = {key: value for key, value in os.environ.items() if key not in ("CXXFLAGS", "CPPFLAGS", "MAKEFLAGS")}
    return {**variables, "PATH": place + os.pathsep + os.environ.get("PATH", "")}


@contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A tool that runs, with the options of Popen; it and all that it started are gone when the context ends.

    Raises:
        ToolError: all tools are being stopped.
        OSError: it cannot be started.
    """
    with _lock:
        if _stopped:
            raise ToolError(f"{Path(command[0]).name}: stopped, because another step failed")
        process = subprocess.Popen(list(command), stdin=subprocess.DEVNULL, process_group=0, **options)
        _running.add(process)
    try:
        yield process
    finally:
        if process.poll() is None:
            end(process)
            process.wait()
        with _lock:
            _running.discard(process)


def call(
    command: Sequence[str],
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> tuple[int, str]:
    """Exit code of a tool and what it printed, errors among it.

    Args:
        command: program and arguments.
        folder: working folder; this process's own if None.
        variables: its whole environment; this process's own if None.
        timeout: seconds until it is ended.

    Raises:
        ToolError, OSError: see `started`.
        subprocess.TimeoutExpired: it took longer.
    """
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
    with started(command, cwd=folder, env=variables, **options) as process:
        printed, _ = process.communicate(timeout=timeout)
    return process.returncode, printed


def stop_all() -> None:
    """End every tool that runs; none starts before `resume`."""
    global _stopped
    with _lock:
        _stopped = True
        for process in _running:
            end(process)


def resume() -> None:
    """Let tools start again."""
    global _stopped
    with _lock:
        _stopped = False


def heed_signals() -> None:
    """SIGINT and SIGTERM end the tools that run, in whichever thread, then this process: KeyboardInterrupt, or exit.

    Tools do not see a Ctrl-C of their own, being process groups of their own. Called by main functions.
    """
    resume()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end_all)
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # ignored in a background job of a script
            signal.signal(signal.SIGINT, _end_all)


def _end_all(number: int, _: Any) -> None:
    stop_all()
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def end(process: subprocess.Popen[Any]) -> None:
    """Kill a tool and all that it started; one that has ended already stays as it is."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def run(
    command: Sequence[str],
    folder: Path,
    name: str,
    accepted: Sequence[int] = (0,),
    log: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Run a tool in a folder, never through a shell.

    Args:
        command: program and arguments.
        folder: working folder.
        name: of the tool, for messages.
        accepted: exit codes that are no failure.
        log: file of the folder that keeps what the tool printed, if any.
        variables: of its environment, where the user's does not set them.

    Returns:
        The exit code.

    Raises:
        ToolError: it cannot be started, or its exit code is not accepted; the message ends with what it printed last.
    """
    try:
        code, printed = call(command, folder, {**(variables or {}), **environment()})
    except OSError as error:
        raise ToolError(f"{name}: cannot be started ({error.strerror}): {command[0]}") from error
    if log is not None:
        (folder / log).write_text(printed)
    if code not in accepted:
        tail = "\n".join(printed.strip().splitlines()[-TAIL_LINES:]) or "it printed nothing"
        raise ToolError(f"{name}: exit code {code} in {folder}; it printed last:\n{tail}")
    return code
