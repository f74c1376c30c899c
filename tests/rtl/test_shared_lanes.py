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
module leaves (input wire [17:0] state, input wire [17:0] fault, output wire [13:0] same);
  localparam int lanes = 3;
  // Every lane sees every state, no two lanes the same one.
  wire [17:0] own [lanes];
  assign own[0] = state;
  assign own[1] = ~state;
  assign own[2] = 18'(state * 18'd91421);
  for (genvar form = 2; form < 4; form++) begin : g_form
    wire [lanes-1:0] vote, vote_1, sums_1, below_1, a, b, operand, third, below;
    wire [2*lanes-1:0] lut, lut_1;
    wire [2*lanes-1:0] three [2], three_1 [2];
    wire [5*lanes-1:0] six, six_1;
    wire [16*lanes-1:0] pair, pair_1;
    wire [9*lanes-1:0] chain, chain_1;
    wire [2*lanes-1:0] start;
    wire [8*lanes-1:0] propagate, generate_bit;
    wire [9*lanes-1:0] upper, lower;
    wire [12*lanes-1:0] twelve;
    for (genvar p = 0; p < lanes; p++) begin : g_lane
      wire [17:0] bits = own[p] ^ (p == 1 ? fault : 18'd0);
      for (genvar k = 0; k < 12; k++) assign twelve[k*lanes+p] = own[p][k];
      for (genvar k = 0; k < 9; k++) assign {upper[k*lanes+p], lower[k*lanes+p]} = {own[p][9+k], own[p][k]};
      for (genvar k = 0; k < 8; k++) assign {generate_bit[k*lanes+p], propagate[k*lanes+p]} = {own[p][8+k], own[p][k]};
      for (genvar k = 0; k < 2; k++) assign start[k*lanes+p] = own[p][16+k];
      // Of own[p] alone, so that lanes differ while x and y, low bits of state, are common.
      assign {third[p], operand[p], b[p], a[p], below[p]} = own[p][10:6];
      pair_vote u_vote (.a(bits[7]), .b(bits[8]), .x(state[0]), .y(state[1]), .v(vote_1[p]));
      pair_lut u_lut (
        .a(bits[7]), .b(bits[8]), .x(state[0]), .y(state[1]), .operand(bits[9]), .propagate(lut_1[p]),
        .generate_bit(lut_1[lanes+p])
      );
      for (genvar i = 0; i < 2; i++) begin : g_three
        add_three #(.invert(i), .arithmetic(form)) u_add (
          .bits(bits[9:7]), .below(bits[6]), .parity(three_1[i][p]), .majority(three_1[i][lanes+p])
        );
      end
      wire [4:0] count;
      six_counter #(.sixes(2), .arithmetic(form)) u_six (.bits(bits[11:0]), .count(count));
      for (genvar k = 0; k < 5; k++) assign six_1[k*lanes+p] = count[k];
      wire [7:0] sum, carry;
      carry_pair #(.halves(2), .arithmetic(form)) u_pair (
        .carry_in(bits[17:16]), .propagate(bits[7:0]), .generate_bit(bits[15:8]), .sum(sum), .carry(carry)
      );
      for (genvar k = 0; k < 8; k++) assign {pair_1[(8+k)*lanes+p], pair_1[k*lanes+p]} = {carry[k], sum[k]};
      wire [8:0] total;
      carry_chain #(.width(9), .arithmetic(form)) u_chain (
        .propagate(bits[8:0]), .generate_bit(bits[17:9]), .sum(total)
      );
      for (genvar k = 0; k < 9; k++) assign chain_1[k*lanes+p] = total[k];
    end
    pair_vote #(.lanes(lanes), .sliced(1)) u_vote (.a(a), .b(b), .x(state[0]), .y(state[1]), .v(vote));
    pair_lut #(.lanes(lanes), .sliced(1)) u_lut (
      .a(a), .b(b), .x(state[0]), .y(state[1]), .operand(operand), .propagate(lut[0 +: lanes]),
      .generate_bit(lut[lanes +: lanes])
    );
    for (genvar i = 0; i < 2; i++) begin : g_three
      add_three #(.invert(i), .arithmetic(form), .lanes(lanes), .sliced(1)) u_add (
        .bits({operand, b, a}), .below(below), .parity(three[i][0 +: lanes]), .majority(three[i][lanes +: lanes])
      );
    end
    six_counter #(.sixes(2), .arithmetic(form), .lanes(lanes), .sliced(1)) u_six (.bits(twelve), .count(six));
    carry_pair #(.halves(2), .arithmetic(form), .lanes(lanes), .sliced(1)) u_pair (
      .carry_in(start), .propagate(propagate), .generate_bit(generate_bit), .sum(pair[0 +: 8*lanes]),
      .carry(pair[8*lanes +: 8*lanes])
    );
    carry_chain #(.width(9), .arithmetic(form), .lanes(lanes), .sliced(1)) u_chain (
      .propagate(lower), .generate_bit(upper), .sum(chain)
    );
    assign same[7*(form-2) +: 7] = {vote == vote_1, lut == lut_1, three[0] == three_1[0], three[1] == three_1[1],
      six == six_1, pair == pair_1, chain == chain_1};
  end
endmodule
"""
LEAVES_MAIN = """
#include <cstdio>
#include "Vleaves.h"
static unsigned equal(unsigned fault) {
  Vleaves top;
  top.fault = fault;
  unsigned same = 0x3FFF;
  for (unsigned state = 0; state < 1u << 18; ++state) {
    top.state = state;
    top.eval();
    same &= top.same;
  }
  return same;
}
int main() { std::printf("equal %04x, with a flipped bit %04x", equal(0), equal(1u << 7)); }
"""


def test_leaves_of_words_equal_leaves_of_cells(tmp_path: Path) -> None:
    """For all inputs of pair_vote, pair_lut, add_three, six_counter, carry_pair, carry_chain."""
    printed = run_bench(tmp_path, "leaves", LEAVES, LEAVES_MAIN)
    assert printed == "equal 3fff, with a flipped bit 0000"


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
