# SPDX-License-Identifier: Apache-2.0
"""A bench for single modules: one Verilator model a test file, driven by a small C++ main written beside the test."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from flow import tool
from flow.simulate import verilator

COMMON = Path(str(resources.files("rtl_templates") / "common"))
OPS = COMMON.parent
PRIMITIVES = [OPS / "sim" / f"{name}.sv" for name in ("LUT6_2", "CARRY4", "CARRY8")]


def lint(module: Path, parameters: dict[str, int | str] | None = None) -> str:
    """What Verilator's linter prints about a module with all warnings on; empty when it is clean."""
    chosen = [f"-G{key}={value}" for key, value in (parameters or {}).items()]
    command = [
        verilator.executable(), "--lint-only", "-Wall", "-y", str(COMMON), "-y", str(OPS), "-y", str(OPS / "sim"),
        "--top-module", module.stem, *chosen, str(module),
    ]  # fmt: skip
    done = subprocess.run(command, env=tool.environment(), capture_output=True, text=True, check=False)
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.startswith("%"))


def run_bench(folder: Path, top: str, top_text: str, main: str, arguments: Sequence[str] = ()) -> str:
    """Build `top` (SystemVerilog text, lanes made of cells) with a C++ main, run it, return what it prints."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{top}.sv").write_text(top_text)
    (folder / "main.cpp").write_text(main)
    sources = [f"{top}.sv", "main.cpp", *(str(path) for path in [*sorted(COMMON.glob("*.sv")), *PRIMITIVES])]
    binary = verilator.build(folder, sources, top, {"text": top_text, "main": main}, "-O1", 1, 0)
    done = subprocess.run([str(binary), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
