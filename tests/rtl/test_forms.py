# SPDX-License-Identifier: Apache-2.0
"""Every form of the lanes: equal to the graph in a net, proven equal to the portable one, simulated after synthesis."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flow.boards import load_board
from flow.design import Design
from flow.emit.rtl import rtl_plan
from flow.errors import BoardError
from flow.ops import Folding
from flow.simulate.compare import compare
from flow.simulate.rtlsim import rtlsim_many
from flow.types import Shape
from tests.rtl.bench import COMMON, PRIMITIVES, run_bench
from tests.rtl.designs import conv_design

BOARDS = {"kv260": 3, "pynq_z2": 2, "ulx3s": 1}
"""Value of the parameter `arithmetic` by board."""
YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in sys.argv[1:]:
    libyosys.run_pass(command, design)
"""


def wide(board: str, arithmetic: str = "auto") -> Design:
    """A convolution of 18 lanes of 18 products, read out in two stages."""
    case = conv_design(Shape(3, 5, 1), (4, 18), (3, 3), (1, 1), (1, 1), Folding(18, 2, 1), 2)
    return replace(case, board=replace(load_board(board), arithmetic=arithmetic))


def run_yosys(folder: Path, *commands: str) -> subprocess.CompletedProcess[str]:
    """Yosys passes in a folder."""
    call = [sys.executable, "-c", YOSYS, *commands]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


def sources() -> str:
    """The templates that lanes are made of."""
    return " ".join(map(str, [*sorted(COMMON.glob("*.sv")), *PRIMITIVES]))


def test_every_form_equals_the_graph_in_a_net(tmp_path: Path) -> None:
    designs = [wide(board) for board in BOARDS] + [wide("kv260", "portable")]
    values = [*BOARDS.values(), 0]
    assert wide("kv260").for_family("ecp5").board.form == "plain"
    assert wide("kv260", "portable").for_family("ecp5").board.form == "portable"
    for design, value in zip(designs, values, strict=True):
        assert f".arithmetic({value})" in str(rtl_plan(design)["rtl/ern_top.sv"])
    images = np.random.default_rng(5).integers(0, 256, (2, 3, 5, 1), np.uint8)
    expected = designs[0].graph.run(images, taps=True)
    for found in rtlsim_many(designs, [images] * len(designs), tmp_path, stalls=0.2, seed=3):
        results = compare({**expected}, {**found.streams, "classifier_sum": found.classifier_sum})
        assert not [result for result in results if result.mismatches]


def test_a_form_must_be_known() -> None:
    from flow.boards.board import parse_board

    text = "part: x\nfamily: xcup\nlut: 1\nff: 1\nbram18: 1\nuram: 0\ndsp: 0\nclock_mhz: 1\ndefault_fps: 1\n"
    assert parse_board("mine", text).form == "carry8"
    with pytest.raises(BoardError, match="arithmetic 'carry4' is none of"):
        parse_board("mine", text + "arithmetic: carry4\n")


EQUAL = """
module equal #(
  parameter int pairs = 15, parameter int arithmetic = 3, parameter int sliced = 0, parameter int fault = 0
) (
  input wire [2*pairs-1:0] weights, input wire [4*pairs-1:0] codes, output wire same
);
  localparam int taken = pairs < 3 ? 0 : (pairs - 3) / 4 - pairs / 8;
  localparam int twos_bits = 1 + (pairs - 1) / 2 - 2 * taken;
  localparam int fours_bits = pairs / 2 + taken;
  wire [1:0] ones;
  wire [2*twos_bits-1:0] twos;
  wire [2*fours_bits-1:0] fours;
  pair_group #(.pairs(pairs), .arithmetic(0)) u_portable (
    .weights(weights), .codes(codes), .ones(ones[0]), .twos(twos[0 +: twos_bits]), .fours(fours[0 +: fours_bits]));
  pair_group #(.pairs(pairs), .arithmetic(arithmetic), .sliced(sliced)) u_primitives (
    .weights(weights), .codes(codes ^ (fault == 1 ? 1 : 0)), .ones(ones[1]), .twos(twos[twos_bits +: twos_bits]),
    .fours(fours[fours_bits +: fours_bits]));
  assign same = ones[0] == ones[1] && twos[0 +: twos_bits] == twos[twos_bits +: twos_bits]
    && fours[0 +: fours_bits] == fours[fours_bits +: fours_bits];
endmodule
"""


@pytest.mark.parametrize(
    ("pairs", "arithmetic", "sliced", "fault"),
    [(7, 2, 0, 0), (15, 3, 0, 0), (12, 3, 0, 0), (15, 3, 0, 1), (15, 3, 1, 0), (15, 3, 1, 1)],
)
def test_groups_are_proven_equal_to_the_portable_form(
    tmp_path: Path, pairs: int, arithmetic: int, sliced: int, fault: int
) -> None:
    """For all weights and codes (90 bits at 15 pairs), by Yosys' SAT solver; one flipped code bit is found."""
    (tmp_path / "equal.sv").write_text(EQUAL)
    done = run_yosys(
        tmp_path,
        f"read_verilog -sv -defer {sources()} equal.sv",
        f"hierarchy -top equal -chparam pairs {pairs} -chparam arithmetic {arithmetic} "
        f"-chparam sliced {sliced} -chparam fault {fault}",
        "proc; setattr -mod -unset keep_hierarchy; flatten; opt -full; sat -verify -prove same 1 equal",
    )
    assert (done.returncode == 0) == (fault == 0), done.stdout[-800:] + done.stderr[-800:]


MAPPED = """
module mapped (
  input wire aclk, input wire aresetn, input wire [63:0] weights, input wire [127:0] codes, output wire [6:0] sum
);
  lane_sum #(.pairs(32), .latency(6), .arithmetic(3)) u_lane (
    .aclk(aclk), .aresetn(aresetn), .weights(weights), .codes(codes), .sum(sum));
endmodule
"""
BOTH = """
module both (
  input wire aclk, input wire aresetn, input wire [63:0] weights, input wire [127:0] codes,
  output wire [6:0] sum, output wire [6:0] mapped_sum
);
  lane_sum #(.pairs(32), .latency(6), .arithmetic(0)) u_lane (
    .aclk(aclk), .aresetn(aresetn), .weights(weights), .codes(codes), .sum(sum));
  mapped u_mapped (.aclk(aclk), .aresetn(aresetn), .weights(weights), .codes(codes), .sum(mapped_sum));
endmodule
"""
CELLS = """
module FDRE #(parameter INIT = 1'b0, IS_C_INVERTED = 1'b0, IS_D_INVERTED = 1'b0, IS_R_INVERTED = 1'b0)
  (input wire C, CE, D, R, output reg Q);
  always @(posedge C) if (R) Q <= 1'b0; else if (CE) Q <= D;
endmodule
module INV (input wire I, output wire O);
  assign O = ~I;
endmodule
"""
LUT = """
module LUT{n} #(parameter [{top}:0] INIT = 0) ({ports}, output wire O);
  assign O = INIT[{{{index}}}];
endmodule
"""
MAIN = """
#include <cstdio>
#include <random>
#include "Vboth.h"
int main() {
  Vboth top;
  std::mt19937_64 random(3);
  int highest = 0;
  for (int t = -8; t < 20000; ++t) {
    top.aresetn = t >= 0;
    const bool extreme = t % 4 == 0;
    top.weights = extreme ? -(random() & 1) : random();
    const unsigned flood = -(random() & 1);
    for (int i = 0; i < 4; ++i) top.codes[i] = extreme ? flood : random();
    top.aclk = 0; top.eval(); top.aclk = 1; top.eval();
    if (t > 16 && top.sum != top.mapped_sum) {
      std::printf("cycle %d: %d, %d", t, top.sum, top.mapped_sum);
      return 1;
    }
    if (t > 16 && top.sum > highest) highest = top.sum;
  }
  std::printf("equal, highest %d", highest);
}
"""


def test_the_netlist_of_a_lane_is_simulated(tmp_path: Path) -> None:
    """A mapped lane of 64 products (LUTs, CARRY8, flip-flops), cycle by cycle beside the portable form."""
    (tmp_path / "mapped.sv").write_text(MAPPED)
    templates = " ".join(str(path) for path in sorted(COMMON.glob("*.sv")))
    done = run_yosys(
        tmp_path,
        'logger -werror "is implicitly declared"',
        f"read_verilog -sv -defer {templates} mapped.sv",
        "hierarchy -top mapped",
        "setattr -mod -unset keep_hierarchy",
        "synth_xilinx -family xcup -flatten -noiopad -noclkbuf -top mapped",
        "write_verilog -noattr netlist.v",
    )
    assert done.returncode == 0, done.stdout[-800:] + done.stderr[-800:]
    netlist = (tmp_path / "netlist.v").read_text()
    assert "CARRY8" in netlist and "LUT6_2" in netlist and "lane_sum" not in netlist.split("module mapped")[0]
    cells = CELLS + "".join(
        LUT.format(
            n=n,
            top=2**n - 1,
            ports=", ".join(f"input wire I{i}" for i in range(n)),
            index=", ".join(f"I{i}" for i in reversed(range(n))),
        )
        for n in range(1, 7)
    )
    text = f"/* verilator lint_off WIDTH */\n{netlist}\n{cells}\n{BOTH}"
    assert "equal, highest 96" in run_bench(tmp_path / "bench", "both", text, MAIN)
