# SPDX-License-Identifier: Apache-2.0
"""Every family that Yosys maps to and whose cells reports/ can count: its script, its native LUT, what it lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flow.boards.board import ARITHMETIC


@dataclass(frozen=True)
class Flow:
    """How Yosys maps to a family. DSP inference is on in all of them, and ports are no pins: the design is a core.

    Attributes:
        title: the devices, for people.
        script: the pass that maps a design, without its top.
        lut: native logic cell that reports/ counts as a LUT.
        form: of the convolution lanes (docs/arithmetic.md).
        block: block memory that reports/ counts as one.
        distributed: whether it has memories made of logic cells; where not, Yosys chooses another kind.
        multiplies: whether the script maps products to DSP blocks: where not, 0 DSP says nothing.
    """

    title: str
    script: str
    lut: str
    form: str
    block: str
    distributed: bool = True
    multiplies: bool = True


FLOWS: Mapping[str, Flow] = {
    "xcup": Flow(
        "AMD UltraScale+", "synth_xilinx -family xcup -flatten -noiopad -noclkbuf", "LUT6", ARITHMETIC["xcup"], "RAMB18"
    ),
    "xc7": Flow(
        "AMD 7 series", "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf", "LUT6", ARITHMETIC["xc7"], "RAMB18"
    ),
    "ecp5": Flow("Lattice ECP5", "synth_ecp5", "LUT4", ARITHMETIC["ecp5"], "DP16KD"),
    "nexus": Flow("Lattice Nexus (LIFCL)", "synth_nexus -noiopad", "LUT4", ARITHMETIC["nexus"], "PDP16K"),
    "ice40": Flow(
        "Lattice iCE40 UltraPlus", "synth_ice40 -device u -dsp", "LUT4", "plain", "RAM40 (4 Kb)", distributed=False
    ),
    "gowin": Flow("Gowin GW2A", "synth_gowin -family gw2a -noiopads", "LUT4", "plain", "SDPB, pROM (18 Kb)"),
    "cyclonev": Flow(
        "Intel Cyclone V", "synth_intel_alm -family cyclonev -noiopad -noclkbuf", "ALUT6", "portable", "M10K (10 Kb)"
    ),
    "gatemate": Flow(
        "Cologne Chip GateMate", "synth_gatemate -nomx8 -noiopad -noclkbuf", "LUT4", "plain", "BRAM (20 Kb)",
        distributed=False,
    ),
    "quicklogic": Flow(
        "QuickLogic K6N10F", "synth_quicklogic -family qlf_k6n10f", "LUT6", "portable", "TDP36K / 2", distributed=False
    ),
    "polarfire": Flow(
        "Microchip PolarFire", "synth_microchip -family polarfire -noiopad -noclkbuf", "LUT4", "plain",
        "LSRAM (20 Kb)", distributed=False
    ),
    "efinix": Flow(
        "Efinix Trion", "synth_efinix", "LUT4", "plain", "RAM_5K", distributed=False, multiplies=False
    ),
    "anlogic": Flow("Anlogic EG4", "synth_anlogic", "LUT4 to LUT6", "plain", "BRAM9K", multiplies=False),
}  # fmt: skip
"""By family, as reports/cells.py names them."""

_DISTRIBUTED = re.compile(r'^ *attribute \\ram_style "distributed"\n', re.MULTILINE)


def plain_memories(text: str, family: str) -> str:
    """RTLIL in which no memory asks for logic cells that a family cannot make memories of."""
    return text if FLOWS[family].distributed else _DISTRIBUTED.sub("", text)
