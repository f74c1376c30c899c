# SPDX-License-Identifier: Apache-2.0
"""Small reports of FINN, nextpnr and HLS logs in the tools' formats, of our own making, for spoiling."""

from __future__ import annotations

import json

CYCLES = {"MVAU_hls_0": 434, "MVAU_hls_1": 341, "Thresholding_rtl_0": 12}
_FIRST = {"BRAM_18K": 4, "BRAM_efficiency": 0.5, "LUT": 300, "URAM": 0, "URAM_efficiency": 1, "DSP": 2}
_SECOND = {"BRAM_18K": 1, "BRAM_efficiency": 0.25, "LUT": 120, "URAM": 3, "URAM_efficiency": 1, "DSP": 0}
RESOURCES = {
    "MVAU_hls_0": _FIRST, "MVAU_hls_1": _SECOND, "total": {"BRAM_18K": 5.0, "LUT": 420.0, "URAM": 3.0, "DSP": 2.0},
}  # fmt: skip
HLS = {
    "MVAU_hls_0": {"BRAM_18K": "2", "FF": "90", "LUT": "289", "DSP48E": 0, "URAM": "0", "DSP": "4"},
    "MVAU_hls_1": {"BRAM_18K": "0", "FF": "27", "LUT": "82", "DSP48E": 0, "URAM": "0", "DSP": "0"},
}
PERFORMANCE = {
    "critical_path_cycles": 40, "max_cycles": 20, "max_cycles_node_name": "MVAU_hls_0",
    "estimated_throughput_fps": 5000000.0, "estimated_latency_ns": 400.0,
}  # fmt: skip
OOC = {
    "vivado_proj_folder": "made", "LUT": 343.0, "LUTRAM": 12.0, "FF": 423.0, "DSP": 3.0, "BRAM": 1.5, "BRAM_18K": 1.0,
    "BRAM_36K": 1.0, "URAM": 0.0, "Carry": 20.0, "WNS": 2.0, "Delay": 8.0, "vivado_version": 2022.2,
    "fmax_mhz": 125.0, "estimated_throughput_fps": 250000.0,
}  # fmt: skip
SYNTH = {
    "(top)": {"LUT": 500, "SRL": 6, "FF": 700, "BRAM_36K": 3, "BRAM_18K": 1, "DSP48": 0, "URAM": 2, "DSP": 5},
    "MVAU_hls_0": {"LUT": 200, "SRL": 6, "FF": 300, "BRAM_36K": 1, "BRAM_18K": 1, "URAM": 0, "DSP": 5},
    "MVAU_hls_1": {"LUT": 250, "SRL": 0, "FF": 380, "BRAM_36K": 2, "BRAM_18K": 0, "URAM": 2, "DSP": 0},
}
SIMULATION = {
    "cycles": 782, "runtime[ms]": 0.00782, "throughput[images/s]": 127877.23785166241, "fclk[mhz]": 100.0, "N": 1,
    "latency_cycles": 782,
}  # fmt: skip
FINN = {
    "cycles": CYCLES, "resources": RESOURCES, "hls": HLS, "performance": PERFORMANCE, "ooc": OOC, "synth": SYNTH,
    "simulation": SIMULATION,
}  # fmt: skip

NEXTPNR = {
    "critical_paths": [
        {"from": "posedge clk", "path": [{"delay": 0.5, "from": {"cell": "a", "loc": [2, 6], "port": "O"},
                                          "to": {"cell": "b", "loc": [2, 6], "port": "D"}, "type": "logic"}],
         "to": "posedge clk"}],
    "fmax": {"clk": {"achieved": 204.37, "constraint": 12}, "slow": {"achieved": 98.25, "constraint": 12}},
    "utilization": {
        "ICESTORM_LC": {"available": 1280, "used": 51}, "ICESTORM_PLL": {"available": 1, "used": 0},
        "ICESTORM_RAM": {"available": 16, "used": 3}, "SB_GB": {"available": 8, "used": 2},
        "SB_IO": {"available": 112, "used": 6}, "SB_WARMBOOT": {"available": 1, "used": 0}},
}  # fmt: skip
LOG = """Info: constraining clock net 'clk' to 25.00 MHz

Info: Logic utilisation before packing:
Info:     Total LUT4s:        75/24288     0%
Info:         logic LUTs:     65/24288     0%
Info:         carry LUTs:     10/24288     0%
Info:     Total DFFs:         18/24288     0%

Info: Packing IOs..
Info: Checksum: 0x4dbde9d0

Info: Device utilisation:
Info: \t          TRELLIS_IO:    16/  197     8%
Info: \t                DCCA:     1/   56     1%
Info: \t              DP16KD:     3/   56     5%
Info: \t          MULT18X18D:     2/   28     7%
Info: \t              ALU54B:     1/   14     7%
Info: \t          TRELLIS_FF:    18/24288     0%
Info: \t        TRELLIS_COMB:    75/24288     0%
Info: \t        TRELLIS_RAMW:     0/ 3036     0%

Info: Placed 0 cells based on constraints.
Info: Max frequency for clock 'clk': 283.37 MHz (PASS at 25.00 MHz)

Info: Routing..
Info: Routing complete.
Info: Router1 time 0.05s

Info: Max frequency for clock 'clk': 273.75 MHz (PASS at 25.00 MHz)

Info: Slack histogram:
Info: [ 36347,  38630) |***

Info: Program finished normally.
"""

HLS_LOG = """
****** Vitis HLS - High-Level Synthesis from C, C++ and OpenCL v2023.1 (64-bit)
  **** SW Build 3854077 on May  4 2023
INFO: [HLS 200-10] For user 'made' on host 'made'
INFO: [HLS 200-10] Opening and resetting project 'made'.
INFO: [HLS 200-1505] Using flow_target 'vivado'
INFO: [HLS 200-1611] Setting target device to 'xc7z020-clg400-1'
INFO: [SYN 201-201] Setting up clock 'default' with a period of 5ns.
INFO: [HLS 200-1510] Running: csynth_design
INFO: [HLS 200-789] **** Estimated Fmax: 243.90 MHz
INFO: [HLS 200-111] Finished Command csynth_design CPU user time: 10 seconds.
INFO: [HLS 200-112] Total CPU user time: 12 seconds. Total elapsed time: 15.1 seconds; peak allocated memory: 1.2 GB.
INFO: [Common 17-206] Exiting vitis_hls at Mon Jan  6 10:00:00 2025...
"""

_COLUMNS = ("Instance", "Module", "Total LUTs", "Logic LUTs", "LUTRAMs", "SRLs", "FFs", "RAMB36", "RAMB18", "URAM",
            "DSP48 Blocks")  # fmt: skip
_ROWS = (
    ("top_wrapper", "(top)", 99, 90, 5, 4, 50, 2, 3, 1, 6), ("  (top_wrapper)", "(top)", 9, 9, 0, 0, 5, 0, 0, 0, 0),
    ("  a", "alpha", 40, 31, 5, 4, 20, 2, 1, 1, 2), ("  b", "beta", 50, 50, 0, 0, 25, 0, 2, 0, 4),
)  # fmt: skip


TITLE = "Utilization Design Information"


def xml() -> str:
    """FINN's post_synth_resources.xml, as Vivado writes a hierarchy in XML."""

    def row(tag: str, cells: tuple[object, ...]) -> str:
        inner = "".join(f'        <{tag} class="" contents="{cell}" halign="3" width="-1"/>\n' for cell in cells)
        return f'      <tablerow class="" suppressoutput="0" wordwrap="0">\n{inner}      </tablerow>\n'

    rows = row("tableheader", _COLUMNS) + "".join(row("tablecell", cells) for cells in _ROWS)
    head = 'designname="top_wrapper" designstate="Routed" partname="xczu3egsbva484-1" speedfile=""'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n'
        f'<RptDoc cmdline="report_utilization -hierarchical" {head} title="{TITLE}" version="1">\n'
        f'  <section class="" title="Utilization by Hierarchy">\n    <table class="" style="2" title="">\n{rows}'
        "    </table>\n  </section>\n</RptDoc>\n"
    )


def finn(name: str) -> str:
    """A json report of FINN."""
    return json.dumps(FINN[name], indent=2)
