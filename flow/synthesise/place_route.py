# SPDX-License-Identifier: Apache-2.0
"""Place and route with nextpnr: bitstream, routed netlist, Fmax and utilization.

Each family has a file that says how (`TOOLCHAINS`). The clock that nextpnr reports is that of paths between registers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flow.design import Design
from flow.emit.plan import Plan
from flow.emit.rtl import FILE_LIST, TOP, load_words, rtl_plan
from flow.errors import BoardError, ToolError
from flow.synthesise.ecp5 import ECP5
from flow.synthesise.nexus import NEXUS
from flow.synthesise.process import Job, Pool
from flow.synthesise.toolchain import Toolchain
from flow.tool import find, run
from reports.parse import parse

TOOLCHAINS: Mapping[str, Toolchain] = {"ecp5": ECP5, "nexus": NEXUS}
REPORT, NETLIST, BITSTREAM = "nextpnr.json", "routed.json", "design.bit"
MAPPED, CONFIG = "mapped.json", "design.config"
ASKED = 1.5
"""Clock asked of the router in clocks of the board: it leaves alone what meets what it is asked for."""


@dataclass(frozen=True)
class Routed:
    """A placed and routed design.

    Attributes:
        fmax_mhz: of the slowest clock, as nextpnr reports it.
        asked_mhz: what the router was asked for.
        lut: TRELLIS_COMB or OXIDE_COMB, LUT4s with those of carry cells and distributed RAM.
        ff, bram18, dsp: cells; a DSP block of Nexus is several.
        available: what the device has, by the same names.
        netlist: JSON of the routed netlist.
        bitstream: file to load.
        seconds: synthesis, placement and routing.
    """

    fmax_mhz: float
    asked_mhz: float
    lut: int
    ff: int
    bram18: int
    dsp: int
    available: dict[str, int]
    netlist: Path
    bitstream: Path
    seconds: float


def place_route(design: Design, folder: Path, seed: int = 1) -> Routed:
    """Synthesise flat, place, route and pack a design for the board's device.

    Args:
        design: folded design of a board of a family of `TOOLCHAINS`.
        folder: where the project, log, report, netlist and bitstream go.
        seed: of the placer; the same seed gives the same bitstream.

    Raises:
        BoardError: the board is of another family, of a part that is not known here, or has too few pins.
        ToolError: nextpnr or Yosys is missing or failed; the message ends with what it printed last.
    """
    started = time.monotonic()
    chain = _chain(design)
    folder = folder.resolve()
    plan = rtl_plan(design)
    plan.write(folder)
    define = " -D ERN_NO_ULTRARAM=1" if load_words(design) else ""
    read = f"read_verilog -sv -DSYNTHESIS{define} {' '.join(str(plan[FILE_LIST]).split())}"
    asked = ASKED * design.board.clock_mhz
    bitstream(chain, design.board.part, read, folder, asked, seed)
    return _routed(folder, chain, asked, time.monotonic() - started)


def bitstream(chain: Toolchain, part: str, read: str, folder: Path, asked: float, seed: int = 1) -> None:
    """Synthesise sources flat, place, route and pack them.

    Args:
        chain: of the family.
        part: that the toolchain knows.
        read: command of Yosys that reads them.
        folder: their folder; netlists, logs, report and bitstream go there.
        asked: clock of the router, MHz.
        seed: of the placer.

    Raises:
        BoardError, ToolError: see `place_route`.
    """
    for path in (folder / REPORT, folder / NETLIST, folder / BITSTREAM):
        path.unlink(missing_ok=True)
    reads = (read, f"hierarchy -top {TOP}")
    passes = (f"{chain.script} -top {TOP}", "flatten", f"write_json {MAPPED}")
    Pool(1).run(Job(name=f"{TOP} flat", folder=folder, sources=folder, read=reads, passes=passes))
    mapped = json.loads((folder / MAPPED).read_text())
    chain.change(mapped["modules"])
    texts, options = chain.constraints(mapped["modules"][TOP])
    Plan({**texts, MAPPED: json.dumps(mapped)}).write(folder)
    _run(
        chain.nextpnr,
        [*chain.device(part), *options, "--json", MAPPED, "--freq", f"{asked:g}", "--seed", str(seed),
         "--timing-allow-fail", "--report", REPORT, "--write", NETLIST, chain.config, CONFIG],
        folder, chain,
    )  # fmt: skip
    _run(chain.pack[0], [*chain.pack[1:], CONFIG, BITSTREAM], folder, chain)


def _chain(design: Design) -> Toolchain:
    """Toolchain of a design's family."""
    board = design.board
    chain = TOOLCHAINS.get(board.family)
    if chain is None or not chain.device(board.part):
        known = "; ".join(f"{family}: {entry.parts}" for family, entry in TOOLCHAINS.items())
        raise BoardError(
            f"board {board.name!r}: part {board.part} cannot be placed and routed here; nextpnr does {known}"
        )
    return chain


def _routed(folder: Path, chain: Toolchain, asked: float, seconds: float) -> Routed:
    found = parse(folder / REPORT)
    if not found.usable or found.figures.fmax_mhz is None:
        text = found.problems[0] if found.problems else "no Fmax"
        raise ToolError(f"{chain.nextpnr}: its report is not usable ({text})")
    figures, available = found.figures.known(), found.available
    # Of parts of DSP blocks reports/ makes no figure, so that no gate takes them for blocks.
    parts = found.details.get("dsp_parts", {})
    figures = {"dsp": sum(parts.values()), **figures}
    return Routed(
        fmax_mhz=round(float(figures["fmax_mhz"]), 3),
        asked_mhz=asked,
        **{name: int(figures[name]) for name in ("lut", "ff", "bram18", "dsp")},
        available={name: int(value) for name, value in available.items()},
        netlist=folder / NETLIST,
        bitstream=folder / BITSTREAM,
        seconds=round(seconds, 1),
    )


def _run(program: str, arguments: Sequence[str], folder: Path, chain: Toolchain) -> None:
    path = find(program, remedy=f"install it with `pip install {chain.nextpnr}`")
    run([path, *arguments], folder, program, log=f"{program}.log")
