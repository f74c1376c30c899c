# SPDX-License-Identifier: Apache-2.0
"""Reports to be spoilt: every kind, of our own making, and a folder of real ones where there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import hls_samples as hls
import small_samples as small
import vivado_samples as vivado
from report_samples import CORPUS

FIXTURES = Path(__file__).parents[1] / "fixtures"
READ = {".rpt", ".txt", ".json", ".xml", ".log", ".md"}
LARGEST = 200_000
SYNTH = "vivado_synth.rpt"


@dataclass(frozen=True)
class Base:
    """A report.

    Attributes:
        name: for messages.
        data: its bytes.
    """

    name: str
    data: bytes


@cache
def own() -> tuple[Base, ...]:
    """Reports of every kind, none of them large."""
    texts = {
        "vivado_hls 2014.1": hls.csynth(version="2014.1", uram=False),
        "vivado_hls 2019.1": hls.csynth(),
        "vivado_hls ?": hls.csynth(cycles=("?",) * 4),
        "vitis_hls 2023.1": hls.csynth("Vitis HLS", "2023.1", dsp="DSP", pipeline="no"),
        "vitis_hls slr": hls.csynth("Vitis HLS", "2021.1", dsp="DSP", pipeline="dataflow", slr=True),
        "csynth.xml": hls.csynth_xml(),
        "csynth.xml 2014.1": hls.csynth_xml(version="2014.1", dsp="DSP48E", interval=False),
        "csynth.xml with modules": hls.csynth_xml(modules=hls.MODULES),
        "summary 2020.2": hls.summary(),
        "summary 2022.2": hls.summary("2022.2"),
        "cosim": hls.cosim(hls.PASSED),
        "cosim of Vitis": hls.cosim(hls.PASSED, vitis=True),
        "cosim that failed": hls.cosim([("VHDL", "NA", hls.NA), ("Verilog", "Fail", hls.NA)]),
        "transactions": hls.transactions([(20, "21"), (30, "31"), (20, "x")]),
        "lat.rpt": hls.lat(),
        "HLS log": small.HLS_LOG,
        "utilization": vivado.util(),
        "utilization, Slice": vivado.util(clb="Slice", uram=False, prohibited=False, state="Fully Placed"),
        "utilization, synth": vivado.util(star="*", state="Synthesized", dsp="0", slr=True),
        "utilization, hls4ml": vivado.util(state="Synthesized").replace("_utilization", f"_utilization -file {SYNTH}"),
        "utilization, Versal": vivado.versal(),
        "utilization, quoted": vivado.util().partition("1. CLB Logic\n------------\n\n")[2].partition("\n\n")[0],
        "hierarchy": vivado.hier(),
        "hierarchy in per cent": vivado.hier(dsp="DSP48 Blocks", uram=False, percent=True),
        "hierarchy, quoted": vivado.hier().rpartition("-\n\n")[2],
        "accelerator": vivado.accel(),
        "power": vivado.power(),
        "timing": vivado.timing(),
        "hierarchy.xml": small.xml(),
        "nextpnr.json": json.dumps(small.NEXTPNR),
        "nextpnr.json in lines": json.dumps(small.NEXTPNR, indent=1),
        "nextpnr.log": small.LOG,
        **{f"finn {name}": small.finn(name) for name in small.FINN},
    }
    made = [Base(name, text.encode()) for name, text in texts.items()]
    files = [path for path in sorted(FIXTURES.rglob("*")) if path.is_file() and path.suffix in READ]
    return (*made, *(Base(str(path.relative_to(FIXTURES)), path.read_bytes()) for path in files))


@cache
def corpus() -> tuple[Base, ...]:
    """Real reports; empty where they are not beside the checkout."""
    files = sorted(path for path in CORPUS.glob("*__*") if path.is_file() and path.stat().st_size <= LARGEST)
    return tuple(Base(path.name, path.read_bytes()) for path in files)
