# SPDX-License-Identifier: Apache-2.0
"""The portability experiment: its control computes the lane's sum, and a DSP or a control without one makes it fail."""

from importlib import resources
from pathlib import Path

import pytest

from flow.errors import ToolError
from flow.experiments import portability
from flow.synthesise.families import FLOWS, plain_memories
from flow.synthesise.result import ModuleCells, SynthResult
from reports.cells import FAMILIES, dsp_kinds
from tests.rtl.bench import run_bench

NAMES = ("xcup", "gowin", "efinix")
PAIRS = (1, 4, 9)

LANES = """
module lanes(input wire aclk, input wire [17:0] weights, input wire [35:0] codes, output wire [2:0] differ);
  for (genvar n = 0; n < 3; n++) begin : g_size
    localparam int pairs = n == 0 ? 1 : n == 1 ? 4 : 9;
    localparam int latency = $clog2(pairs) + 1;
    wire [$clog2(3*pairs+1)-1:0] sum, packed_sum;
    lane_sum #(.pairs(pairs), .latency(latency)) u_lane (
      .aclk, .aresetn(1'b1), .weights(weights[2*pairs-1:0]), .codes(codes[4*pairs-1:0]), .sum(sum));
    packed_lane_sum #(.pairs(pairs), .latency(latency)) u_packed (
      .aclk, .aresetn(1'b1), .weights(weights[2*pairs-1:0]), .codes(codes[4*pairs-1:0]), .sum(packed_sum));
    assign differ[n] = sum != packed_sum;
  end
endmodule
"""
MAIN = """
#include <cstdio>
#include <random>
#include "Vlanes.h"
int main() {
  Vlanes top;
  std::mt19937_64 random(3);
  for (int t = 0; t < 70000; ++t) {
    top.weights = t < 8 ? 0 : random() & 0x3FFFF;
    top.codes = t % 8 ? random() & 0xFFFFFFFFF : (t & 8 ? 0xFFFFFFFFF : 0);
    top.aclk = 0; top.eval(); top.aclk = 1; top.eval();
    if (t > 16 && top.differ) { std::printf("cycle %d: %d\\n", t, top.differ); return 1; }
  }
  std::printf("70000 cycles equal\\n");
}
"""


def test_the_control_computes_the_sum_of_a_lane(tmp_path: Path) -> None:
    text = (resources.files("flow.experiments") / "data" / "packed_lane_sum.sv").read_text()
    packed = text.replace("module lane_sum", "module packed_lane_sum")
    assert "70000 cycles equal" in run_bench(tmp_path, "lanes", packed + LANES, MAIN)


def fake(dsp: int = 0, control_dsp: int = 4, fails: str = "") -> portability.Synthesise:
    """Cells of every family, with DSP blocks where they are asked for."""

    def measure(family: str, control: bool) -> SynthResult:
        if family == fails:
            raise ToolError("yosys: no valid mapping found for memory")
        wanted = (control_dsp if FLOWS[family].multiplies else 0) if control else dsp
        kind = dsp_kinds(family)[0]
        cells = {kind: wanted} if wanted else {}
        return SynthResult("top", family, "0", (ModuleCells("top", 1, cells, None, None),), (), (), 1.0)

    return measure


def test_the_claim_holds_and_is_written(tmp_path: Path) -> None:
    outcome = portability.run(tmp_path, NAMES, fake())
    assert outcome.holds, outcome.text
    assert "the flow maps no products" in outcome.text and "Not measured" in outcome.text
    assert all((tmp_path / f"portability.{suffix}").stat().st_size for suffix in ("md", "json", "svg"))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (fake(dsp=1), "FAILS: DSP is 0"),
        (fake(control_dsp=0), "FAILS: the control has DSP blocks"),
        (fake(fails="gowin"), "gowin (Gowin GW2A): yosys: no valid mapping"),
    ],
)
def test_a_dsp_a_blind_control_or_a_failed_family_fails(
    tmp_path: Path, made: portability.Synthesise, message: str
) -> None:
    outcome = portability.run(tmp_path, NAMES, made)
    assert not outcome.holds and message in outcome.text


def test_cells_of_every_flow_can_be_counted() -> None:
    assert set(FLOWS) <= set(FAMILIES)
    assert all(dsp_kinds(family) for family in FLOWS)


def test_memories_ask_for_what_a_family_has() -> None:
    text = 'module \\m\n  attribute \\ram_style "distributed"\n  memory width 2 size 4 \\words\nend\n'
    assert plain_memories(text, "ecp5") == text
    assert plain_memories(text, "ice40") == "module \\m\n  memory width 2 size 4 \\words\nend\n"
