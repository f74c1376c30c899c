# SPDX-License-Identifier: Apache-2.0
"""Outside tools: found beside this Python or on PATH, and run without a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from flow.errors import ToolError

TAIL_LINES = 12


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
        done = subprocess.run(
            list(command), cwd=folder, env={**(variables or {}), **environment()}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"{name}: cannot be started ({error.strerror}): {command[0]}") from error
    if log is not None:
        (folder / log).write_text(done.stdout)
    if done.returncode not in accepted:
        tail = "\n".join(done.stdout.strip().splitlines()[-TAIL_LINES:]) or "it printed nothing"
        raise ToolError(f"{name}: exit code {done.returncode} in {folder}; it printed last:\n{tail}")
    return done.returncode
