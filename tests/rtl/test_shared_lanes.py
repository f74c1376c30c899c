# SPDX-License-Identifier: Apache-2.0
"""Lanes that share an instance, a bit each of a word, equal lanes of cells: leaves for all inputs, then nets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flow.simulate.compare import compare
from flow.simulate.rtlsim import rtlsim_many
from tests.rtl.bench import run_bench
from tests.rtl.test_forms import BOARDS, wide

LEAVES = """
module leaves (input wire [17:0] state, input wire [17:0] fault, output wire [11:0] same);
  localparam int lanes = 3;
  // Every lane sees every state, no two lanes the same one.
  wire [17:0] own [lanes];
  assign own[0] = state;
  assign own[1] = ~state;
  assign own[2] = 18'(state * 18'd91421);
  for (genvar form = 2; form < 4; form++) begin : g_form
    wire [lanes-1:0] vote, vote_1, a, b, operand, third, below;
    wire [2*lanes-1:0] three [2], three_1 [2];
    wire [5*lanes-1:0] six, six_1;
    wire [3*lanes-1:0] group, group_1;
    wire [lanes-1:0] fours, fours_1;
    wire [9*lanes-1:0] chain, chain_1;
    wire [6*lanes-1:0] weights;
    wire [9*lanes-1:0] upper, lower;
    wire [12*lanes-1:0] twelve;
    for (genvar p = 0; p < lanes; p++) begin : g_lane
      wire [17:0] bits = own[p] ^ (p == 1 ? fault : 18'd0);
      for (genvar k = 0; k < 12; k++) assign twelve[k*lanes+p] = own[p][k];
      for (genvar k = 0; k < 9; k++) assign {upper[k*lanes+p], lower[k*lanes+p]} = {own[p][9+k], own[p][k]};
      for (genvar k = 0; k < 6; k++) assign weights[k*lanes+p] = own[p][12+k];
      // Of own[p] alone, so that lanes differ while x and y, low bits of state, are common.
      assign {third[p], operand[p], b[p], a[p], below[p]} = own[p][10:6];
      pair_vote u_vote (.a(bits[7]), .b(bits[8]), .x(state[0]), .y(state[1]), .v(vote_1[p]));
      for (genvar i = 0; i < 2; i++) begin : g_three
        add_three #(.invert(i), .arithmetic(form)) u_add (
          .bits(bits[9:7]), .below(bits[6]), .parity(three_1[i][p]), .majority(three_1[i][lanes+p])
        );
      end
      wire [4:0] count;
      six_counter #(.sixes(2), .arithmetic(form)) u_six (.bits(bits[11:0]), .count(count));
      for (genvar k = 0; k < 5; k++) assign six_1[k*lanes+p] = count[k];
      pair_group #(.pairs(3), .arithmetic(form)) u_group (
        .weights(bits[17:12]), .codes(state[11:0]), .ones(group_1[p]), .twos({group_1[2*lanes+p], group_1[lanes+p]}),
        .fours(fours_1[p])
      );
      wire [8:0] total;
      carry_chain #(.width(9), .arithmetic(form)) u_chain (
        .propagate(bits[8:0]), .generate_bit(bits[17:9]), .sum(total)
      );
      for (genvar k = 0; k < 9; k++) assign chain_1[k*lanes+p] = total[k];
    end
    pair_vote #(.lanes(lanes), .sliced(1)) u_vote (.a(a), .b(b), .x(state[0]), .y(state[1]), .v(vote));
    for (genvar i = 0; i < 2; i++) begin : g_three
      add_three #(.invert(i), .arithmetic(form), .lanes(lanes), .sliced(1)) u_add (
        .bits({operand, b, a}), .below(below), .parity(three[i][0 +: lanes]), .majority(three[i][lanes +: lanes])
      );
    end
    six_counter #(.sixes(2), .arithmetic(form), .lanes(lanes), .sliced(1)) u_six (.bits(twelve), .count(six));
    pair_group #(.pairs(3), .arithmetic(form), .lanes(lanes), .sliced(1)) u_group (
      .weights(weights), .codes(state[11:0]), .ones(group[0 +: lanes]), .twos(group[lanes +: 2*lanes]), .fours(fours)
    );
    carry_chain #(.width(9), .arithmetic(form), .lanes(lanes), .sliced(1)) u_chain (
      .propagate(lower), .generate_bit(upper), .sum(chain)
    );
    assign same[6*(form-2) +: 6] = {vote == vote_1, three[0] == three_1[0], three[1] == three_1[1], six == six_1,
      {fours, group} == {fours_1, group_1}, chain == chain_1};
  end
endmodule
"""
LEAVES_MAIN = """
#include <cstdio>
#include "Vleaves.h"
static unsigned equal(unsigned fault) {
  Vleaves top;
  top.fault = fault;
  unsigned same = 0xFFF;
  for (unsigned state = 0; state < 1u << 18; ++state) {
    top.state = state;
    top.eval();
    same &= top.same;
  }
  return same;
}
int main() { std::printf("equal %03x, with two flipped bits %03x", equal(0), equal(0x1080)); }
"""


def test_leaves_of_words_equal_leaves_of_cells(tmp_path: Path) -> None:
    """For all inputs of pair_vote, add_three, six_counter, carry_chain and groups of three pairs."""
    printed = run_bench(tmp_path, "leaves", LEAVES, LEAVES_MAIN)
    assert printed == "equal fff, with two flipped bits 000"


@pytest.mark.parametrize("shared_lanes", [0, 7])
def test_a_net_of_cells_equals_the_graph(tmp_path: Path, shared_lanes: int) -> None:
    """Lanes one by one, as cells of the device, and 18 lanes in instances of 7, 7 and 4; otherwise 18 share one."""
    designs = [wide(board) for board in BOARDS]
    images = np.random.default_rng(6).integers(0, 256, (1, 3, 5, 1), np.uint8)
    expected = designs[0].graph.run(images, taps=True)
    batches = [images] * len(designs)
    for found in rtlsim_many(designs, batches, tmp_path, stalls=0.2, seed=4, shared_lanes=shared_lanes):
        results = compare({**expected}, {**found.streams, "classifier_sum": found.classifier_sum})
        assert results and not [result for result in results if result.mismatches]
