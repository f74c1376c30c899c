# SPDX-License-Identifier: Apache-2.0
"""The convolution unit with accumulators and thresholds: at most 2.2 LUTs a product on UltraScale+, and no DSP."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rtl.bench import COMMON, OPS

BAR = 2.2
UNIT = """
module unit #(parameter int pe = 8, parameter int simd = 144, parameter int steps = 4) (
  input  wire aclk, aresetn, issue_last, valid, first_step, last_step, m_axis_tready,
  output wire go, m_axis_tvalid,
  input  wire [2*simd-1:0] codes,
  input  wire [pe*simd-1:0] weights,
  output wire [1:0] m_axis_tdata
);
  wire [11:0] sum;
  wire sum_valid, sum_ready;
  conv_unit #(
    .out_channels(64), .pe(pe), .simd(simd), .steps(steps), .acc_bits(12), .constant_bits(12), .MEMORY_FILE("c.hex")
  ) u_unit (
    .aclk, .aresetn, .go, .issue_last, .valid, .first_step, .last_step, .codes, .weights,
    .m_axis_tdata(sum), .m_axis_tvalid(sum_valid), .m_axis_tready(sum_ready));
  threshold #(.channels(64), .acc_bits(12), .threshold_bits(12), .MEMORY_FILE("t.hex")) u_threshold (
    .aclk, .aresetn, .s_axis_tdata(sum), .s_axis_tvalid(sum_valid), .s_axis_tready(sum_ready),
    .m_axis_tdata, .m_axis_tvalid, .m_axis_tready);
endmodule
"""
SCRIPT = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""
LUTS = {f"LUT{inputs}": 1 for inputs in range(1, 7)} | {
    "INV": 1, "SRL16E": 1, "SRLC32E": 1, "RAM32X1D": 2, "RAM64X1D": 2, "RAM32M": 4, "RAM64M": 4, "RAM32M16": 8,
    "RAM64M8": 8, "RAM256X1D": 8,
}  # fmt: skip


@pytest.mark.parametrize(("pe", "simd"), [(8, 144), (64, 64)])
def test_luts_a_product(tmp_path: Path, pe: int, simd: int) -> None:
    (tmp_path / "unit.sv").write_text(UNIT)
    (tmp_path / "c.hex").write_text("".join(f"{i * 977 % 4096:03x}\n" for i in range(64)))
    (tmp_path / "t.hex").write_text("".join(f"{i * 68718952447 % 2**37:010x}\n" for i in range(64)))
    sources = [*sorted(COMMON.glob("*.sv")), OPS / "threshold.sv", tmp_path / "unit.sv"]
    commands = [
        "read_verilog -sv -defer " + " ".join(str(path) for path in sources),
        f"hierarchy -top unit -chparam pe {pe} -chparam simd {simd}",
        "synth_xilinx -family xcup -noiopad -noclkbuf -top unit",
        "tee -q -o stat.json stat -json",
    ]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
    cells = json.loads((tmp_path / "stat.json").read_text())["design"]["num_cells_by_type"]
    assert not [cell for cell in cells if cell.startswith("DSP")]
    luts = sum(LUTS.get(cell, 0) * count for cell, count in cells.items())
    assert luts / (pe * simd) <= BAR, f"{luts} LUTs for {pe}x{simd} products"
