# SPDX-License-Identifier: Apache-2.0
"""The arithmetic blocks: exhaustive where their inputs are few, random and extreme patterns at full width."""

from pathlib import Path

from tests.rtl.bench import run_bench

FORMS = (0, 1, 2, 3)
"""Values of `arithmetic`: portable, plain, CARRY4, CARRY8."""

BLOCKS = """
module blocks (
  input  wire [29:0] weights,
  input  wire [59:0] codes,
  output wire [14:0] counts,
  output wire [14:0] threes,
  output wire [6*45-1:0] sums
);
  for (genvar form = 0; form < 3; form++) begin : g_form
    localparam int arithmetic = form == 0 ? 0 : form + 1;
    six_counter #(.sixes(2), .arithmetic(arithmetic)) u_count (.bits(codes[11:0]), .count(counts[5*form +: 5]));
    six_counter #(.sixes(1), .arithmetic(arithmetic)) u_six (.bits(codes[5:0]), .count(threes[5*form+2 +: 3]));
    add_three #(.arithmetic(arithmetic)) u_add (
      .bits(codes[2:0]), .below(codes[3]), .parity(threes[5*form]), .majority(threes[5*form+1])
    );
    for (genvar n = 1; n <= 15; n++) begin : g_pairs
      localparam int taken = n < 3 ? 0 : (n - 3) / 4 - n / 8;
      localparam int twos_bits = 1 + (n - 1) / 2 - 2 * taken;
      localparam int fours_bits = n / 2 + taken;
      wire ones;
      wire [twos_bits-1:0] twos;
      wire [(fours_bits > 0 ? fours_bits - 1 : 0):0] fours;
      pair_group #(.pairs(n), .arithmetic(arithmetic)) u_group (
        .weights(weights[2*n-1:0]), .codes(codes[4*n-1:0]), .ones(ones), .twos(twos), .fours(fours));
      assign sums[6*(15*form+n-1) +: 6] = 6'(ones) + 6'(2 * $countones(twos)) + 6'(4 * $countones(fours));
    end
  end
endmodule
"""

BLOCKS_MAIN = """
#include <cstdint>
#include <cstdio>
#include <random>
#include "Vblocks.h"
static int value(unsigned w, unsigned x) { return w ? int(x) : -int(x); }
static bool check(Vblocks& top, uint64_t weights, uint64_t codes) {
  top.weights = weights & 0x3FFFFFFF;
  top.codes = codes & 0xFFFFFFFFFFFFFFF;
  top.eval();
  const int count = __builtin_popcount(codes & 63) + 4 * __builtin_popcount(codes >> 6 & 63);
  const int three = __builtin_popcount(codes & 7);
  const int add = ((three & 1) ^ int(codes >> 3 & 1)) + 2 * (three >> 1) + 4 * __builtin_popcount(codes & 63);
  for (int form = 0; form < 3; ++form) {
    if (int(top.counts >> (5 * form) & 31) != count || int(top.threes >> (5 * form) & 31) != add) return false;
    int acc = 0, constant = 0, agreement = 0;
    for (int n = 1; n <= 15; ++n) {
      const unsigned a = weights >> (2 * n - 2) & 1, b = weights >> (2 * n - 1) & 1;
      const unsigned x = codes >> (4 * n - 4) & 3, y = codes >> (4 * n - 2) & 3;
      acc += value(a, x) + value(b, y);
      constant += (a & b ? 6 : 0) - 3;
      agreement += (~(x ^ y) & 1) + (~(x ^ y) & 2);
      const int bit = 6 * (15 * form + n - 1);
      const uint64_t word = top.sums[bit / 32] | uint64_t(bit / 32 < 8 ? top.sums[bit / 32 + 1] : 0) << 32;
      if (2 * int(word >> (bit % 32) & 63) + constant - agreement != acc) return false;
    }
  }
  return true;
}
int main() {
  Vblocks top;
  for (uint64_t state = 0; state < (1u << 18); ++state) {  // All states of three pairs, and of twelve bits.
    if (!check(top, state >> 12, state)) { std::printf("state %llu\\n", (unsigned long long)state); return 1; }
  }
  std::mt19937_64 random(11);
  for (int t = 0; t < 400000; ++t) {
    const uint64_t weights = random(), codes = random();
    if (!check(top, t % 8 ? weights : -(weights & 1), t % 8 ? codes : -(codes & 1))) {
      std::printf("weights %llx codes %llx\\n", (unsigned long long)weights, (unsigned long long)codes);
      return 1;
    }
  }
  std::printf("all equal\\n");
}
"""


def test_blocks(tmp_path: Path) -> None:
    """Pair groups, counters, adders in every form: all states of three pairs and of twelve bits, then random ones."""
    assert "all equal" in run_bench(tmp_path, "blocks", BLOCKS, BLOCKS_MAIN)


PAIRS = (1, 3, 5, 8, 14, 32, 72)
LANES = """
module lanes (
  input  wire aclk,
  input  wire aresetn,
  input  wire [143:0] weights,
  input  wire [287:0] codes,
  output wire [32*{units}-1:0] f,
  output wire [32*{units}-1:0] z,
  output wire [8*{units}-1:0] other,
  output wire [{units}-1:0] same
);
{instances}
endmodule
"""
INSTANCE = """
  for (genvar form = 0; form < 4; form++) begin : g_{pairs}
    wire [{bits}-1:0] f_sum, z_sum;
    lane_sum #(.pairs({pairs}), .latency({latency}), .arithmetic(form)) u_lane (
      .aclk(aclk), .aresetn(aresetn), .weights(weights[2*{pairs}-1:0]), .codes(codes[4*{pairs}-1:0]), .sum(f_sum));
    // Two lanes that share an instance; the weights of the other one are inverted.
    wire [4*{pairs}-1:0] words;
    wire [2*{bits}-1:0] word_sums;
    wire [{bits}-1:0] shared_z;
    for (genvar i = 0; i < 2*{pairs}; i++) assign words[2*i +: 2] = {{!weights[i], weights[i]}};
    lane_sum #(.pairs({pairs}), .latency({latency}), .arithmetic(form), .lanes(2), .sliced(1)) u_lanes (
      .aclk(aclk), .aresetn(aresetn), .weights(words), .codes(codes[4*{pairs}-1:0]), .sum(word_sums));
    agreement_sum #(.pairs({pairs}), .latency({latency}), .arithmetic(form), .sliced(1)) u_shared (
      .aclk(aclk), .aresetn(aresetn), .codes(codes[4*{pairs}-1:0]), .sum(shared_z));
    wire [{bits}-1:0] shared_f;
    for (genvar i = 0; i < {bits}; i++) assign {{other[8*({unit}+form)+i], shared_f[i]}} = word_sums[2*i +: 2];
    if ({bits} < 8) assign other[8*({unit}+form)+{bits} +: 8-{bits}] = '0;
    assign same[{unit}+form] = shared_f == f_sum && shared_z == z_sum;
    agreement_sum #(.pairs({pairs}), .latency({latency}), .arithmetic(form)) u_agreement (
      .aclk(aclk), .aresetn(aresetn), .codes(codes[4*{pairs}-1:0]), .sum(z_sum));
    assign f[32*({unit}+form) +: 32] = 32'(f_sum);
    assign z[32*({unit}+form) +: 32] = 32'(z_sum);
  end
"""

LANES_MAIN = """
#include <cstdint>
#include <cstdio>
#include <random>
#include "Vlanes.h"
static const int pairs_of[] = {%s};
constexpr int sizes = %d, cycles = 12000;
static int f_of[16][sizes], z_of[16][sizes], other_of[16][sizes];
int main() {
  Vlanes top;
  std::mt19937 random(7);
  top.aresetn = 0;
  for (int t = -8; t < cycles; ++t) {
    if (t == 0) top.aresetn = 1;
    // Random words; every 4th cycle an extreme: words of all zeros or all ones, one kind for weights, one for codes.
    const uint32_t draw = random();
    for (int i = 0; i < 5; ++i) top.weights[i] = t %% 4 ? random() : (draw & 1 ? ~0u : 0u);
    for (int i = 0; i < 9; ++i) top.codes[i] = t %% 4 ? random() : (draw & 2 ? ~0u : 0u);
    if (t >= 0 && t < 4096) {  // All states of two pairs.
      top.weights[0] = (top.weights[0] & ~15u) | (t & 15);
      top.codes[0] = (top.codes[0] & ~255u) | (t >> 4);
    }
    top.weights[4] &= 0xFFFF;
    int f = 0, z = 0, other = 0, size = 0;
    for (int i = 0; i < 72; ++i) {
      const unsigned w = top.weights[i / 16] >> (2 * (i %% 16)), c = top.codes[i / 8] >> (4 * (i %% 8));
      const unsigned a = w & 1, b = w >> 1 & 1, x = c & 3, y = c >> 2 & 3;
      for (int k = 0; k < 2; ++k) {
        const int s = int(x >> k & 1) * (a ? 1 : -1) + int(y >> k & 1) * (b ? 1 : -1);
        const int same = (x >> k & 1) == (y >> k & 1);
        // s = 2v + [3 if both weights +1] ... solved for v per plane: 2v = s - (2*[a=b=1] - 1) + same
        f += ((s - (2 * int(a & b) - 1) + same) / 2) << k;
        other += ((-s - (2 * int(!a & !b) - 1) + same) / 2) << k;
        z += same << k;
      }
      if (size < sizes && pairs_of[size] == i + 1) {
        f_of[(t + 16) %% 16][size] = f;
        other_of[(t + 16) %% 16][size] = other;
        z_of[(t + 16) %% 16][size++] = z;
      }
    }
    top.aclk = 0; top.eval(); top.aclk = 1; top.eval();
    for (int n = 0; n < sizes && t >= 16; ++n) {
      int latency = 1;
      while ((1 << (latency - 1)) < pairs_of[n]) ++latency;
      const int then = (t + 16 - latency + 1) %% 16;
      for (int form = 0; form < 4; ++form) {
        const int unit = 4 * n + form;
        const int other_sum = top.other[unit / 4] >> (8 * (unit %% 4)) & 255;
        const bool same = top.same >> unit & 1;
        if (int(top.f[unit]) != f_of[then][n] || int(top.z[unit]) != z_of[then][n] || !same ||
            other_sum != other_of[then][n]) {
          std::printf("pairs %%d arithmetic %%d cycle %%d: F %%d for %%d, Z %%d for %%d\\n", pairs_of[n], form, t,
                      int(top.f[4 * n + form]), f_of[then][n], int(top.z[4 * n + form]), z_of[then][n]);
          return 1;
        }
      }
    }
  }
  std::printf("%%d cycles equal\\n", cycles);
}
"""


def test_lanes_at_every_width(tmp_path: Path) -> None:
    """F and Z of every form, a new step every cycle, with the latency that conv_unit counts on."""
    instances = "".join(
        INSTANCE.format(
            pairs=pairs, latency=(pairs - 1).bit_length() + 1, bits=(3 * pairs).bit_length(), unit=4 * number
        )
        for number, pairs in enumerate(PAIRS)
    )
    top = LANES.format(units=len(FORMS) * len(PAIRS), instances=instances)
    main = LANES_MAIN % (", ".join(map(str, PAIRS)), len(PAIRS))
    assert "12000 cycles equal" in run_bench(tmp_path, "lanes", top, main)
