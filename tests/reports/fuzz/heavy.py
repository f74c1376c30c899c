# SPDX-License-Identifier: Apache-2.0
"""Files made to take long or much memory: each is parsed in a process of its own, which may hold 512 MiB.

`python heavy.py FILE` parses one under those limits and prints seconds and peak MiB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

MIB = 2**20
MOST_MIB, LONGEST = 512, 10

Blocks = Iterator[bytes]


def _repeat(block: bytes, size: int, head: bytes = b"", tail: bytes = b"") -> Callable[[], Blocks]:
    def blocks() -> Blocks:
        yield head
        for _ in range(max(1, size // len(block))):
            yield block
        yield tail

    return blocks


def _nested(left: bytes, right: bytes, depth: int, head: bytes, tail: bytes) -> Callable[[], Blocks]:
    return lambda: iter((head, left * depth, right * depth, tail))


_BOMB = b'<!DOCTYPE x [<!ENTITY a "%s">' % (b"lol" * 100) + b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 50) for level in range(12)
)
_TITLE = b"=" * 64 + b"\n== Vivado HLS Report for 'top'\n" + b"=" * 64 + b"\n"
_VIVADO = b"""-----
| Tool Version : Vivado v.2023.2 (lin64)
| Command : %s
| Design : top
| Device : xck26
| Design State : Routed
-----

%s

"""
_UTIL = _VIVADO % (b"report_utilization", b"Utilization Design Information")
_TIMING = _VIVADO % (b"report_timing_summary", b"Timing Summary Report")
_POWER = _VIVADO % (b"report_power", b"Power Report")
_STAT = b"1. Printing statistics.\n\n=== top ===\n\n   Number of cells: 1\n"
HEAVY: dict[str, Callable[[], Blocks]] = {
    "blanks": _repeat(b" " * MIB, 100 * MIB),
    "empty lines": _repeat(b"\n" * MIB, 100 * MIB),
    "lines of blanks": _repeat((b" " * 99 + b"\n") * 1000, 100 * MIB),
    "blanks behind a title": _repeat(b" \n" * 1000, 50 * MIB, _TITLE),
    "one long line": _repeat(b"x" * MIB, 60 * MIB),
    "one long row": _repeat(b"| 1 " * 1000, 60 * MIB, _UTIL + b"+--+--+\n"),
    "NUL bytes": _repeat(b"\0" * MIB, 100 * MIB),
    "borders": _repeat(b"+---+---+\n" * 1000, 40 * MIB, _UTIL),
    "rows": _repeat(b"| a | b |\n" * 1000, 40 * MIB, _UTIL + b"+---+---+\n"),
    "rows of HLS": _repeat(b"    | a | b |\n" * 1000, 40 * MIB, _TITLE),
    "titles": _repeat(_TITLE * 100, 40 * MIB),
    "timing rows": _repeat(b"clk    1.000    2.000\n" * 1000, 40 * MIB, _TIMING),
    "power rows": _repeat(b"| a | 0.001 |\n" * 1000, 40 * MIB, _POWER),
    "heads of Vivado": _repeat(_UTIL * 100, 40 * MIB),
    "cells of Yosys": _repeat(b"".join(b"     CELL%d    1\n" % i for i in range(5000)), 30 * MIB, _STAT),
    "statistics": _repeat(_STAT * 100, 30 * MIB),
    "log of nextpnr": _repeat(b"Info: Max frequency for clock 'c': 1.00 MHz (PASS at 1.00 MHz)\n" * 500, 40 * MIB),
    "log of HLS": _repeat(b"INFO: [HLS 200-10] x\n" * 1000, 40 * MIB),
    "transactions": lambda: iter((b"    latency    interval\n", *(b"transaction %d: 5 6\n" % i for i in range(10**6)))),
    "arrays in arrays": _nested(b"[", b"]", 500_000, b'{"fmax": ', b', "utilization": {}}'),
    "objects in objects": _nested(b'{"modules":', b"}", 500_000, b'{"creator": "Yosys 0.70", "modules": ', b"1}"),
    "a huge integer": _repeat(b"9" * MIB, 20 * MIB, b'{"fmax": {}, "utilization": {"a": {"used": ', b"}}}"),
    "many keys": lambda: iter((
        b'{"creator": "Yosys 0.70", "modules": {"top": {"num_cells": 0, "num_cells_by_type": {',
        b",".join(b'"c%d": 1' % i for i in range(700_000)), b"}}}}")),
    "elements in elements": _nested(
        b"<a>", b"</a>", 500_000, b"<profile><ReportVersion>", b"</ReportVersion></profile>"),
    "many elements": _repeat(b"<Module><Name>x</Name></Module>" * 1000, 40 * MIB,
                             b"<profile><AreaEstimates/><ModuleInformation>", b"</ModuleInformation></profile>"),
    "entities": lambda: iter((_BOMB, b"]><profile><AreaEstimates>&m;</AreaEstimates></profile>")),
    "entities for FINN": lambda: iter((
        b'<?xml version="1.0"?>', _BOMB, b']><RptDoc title="Utilization by Hierarchy">&m;</RptDoc>')),
    "tables in tables": _nested(
        b"<table>", b"</table>", 200_000, b'<RptDoc t="Utilization by Hierarchy">', b"</RptDoc>"),
    "json of blanks": _repeat(b" " * MIB, 60 * MIB, b'{"fmax": {}', b', "utilization": {}}'),
}  # fmt: skip
"""What stands in each file."""
QUICK = ("blanks", "one long line", "NUL bytes", "borders", "arrays in arrays", "objects in objects", "a huge integer",
         "elements in elements", "entities", "entities for FINN", "tables in tables", "many elements")  # fmt: skip
"""Those of the test-suite; `make fuzz-reports` takes all."""


def make(name: str, path: Path) -> None:
    """Write a file."""
    with path.open("wb") as file:
        for block in HEAVY[name]():
            file.write(block)


def main(path: Path) -> None:
    """Parse one file under the limits; any exception ends the process with a traceback."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST + 5, LONGEST + 5))
    from reports.bench import peak_mib
    from reports.parse import parse, parsed_json

    start = time.process_time()
    text = json.dumps(parsed_json(parse(path)))
    peak = peak_mib()
    print(json.dumps({"seconds": time.process_time() - start, "mib": peak, "complete": json.loads(text)["complete"]}))


if __name__ == "__main__":
    main(Path(sys.argv[-1]))
