# SPDX-License-Identifier: Apache-2.0
"""`python worker.py JOB`: run Yosys passes in a process of their own; needs only the standard library and pyosys.

JOB is a JSON file: {"caller", "sources", "read", "folder", "passes", "netlist", "kinds"}; `caller` is its process. The
passes of `read` run in the folder `sources`, so that file names in them stay relative; then `passes` run in `folder`.
Yosys ends the process when a pass fails, and the process may be killed at any time, as it is when its caller dies:
nothing here is a result before the caller has taken it.
With `netlist`, the cells of each module that are of a kind in `kinds`, or are modules themselves, are written to that
file: {module: [[cell, kind, source place or ""], ...]}.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


def main(job_file: str) -> None:
    """Run one job."""
    job: dict[str, Any] = json.loads(Path(job_file).read_text())
    _end_with(job["caller"])
    from pyosys import libyosys

    design = libyosys.Design()
    os.chdir(job["sources"])
    for line in job["read"]:
        design.run_pass(line)
    os.chdir(job["folder"])
    for line in job["passes"]:
        design.run_pass(line)
    if job["netlist"]:
        Path(job["netlist"]).write_text(json.dumps(_netlist(design, frozenset(job["kinds"]))))


def _end_with(caller: int) -> None:
    """Linux: be killed when the caller dies, however it dies (PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != caller:
            sys.exit("the caller is gone")


def _netlist(design: Any, kinds: frozenset[str]) -> dict[str, list[list[str]]]:
    modules = {name.str(): module for name, module in design.modules_.items() if not module.get_blackbox_attribute()}
    found = {}
    for name, module in modules.items():
        cells = (module.cells_[cell] for cell in module.cells_)
        listed = [c for c in cells if c.type.str() in kinds or c.type.str() in modules]
        found[name] = sorted([c.name.str(), c.type.str(), c.get_src_attribute()] for c in listed)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
