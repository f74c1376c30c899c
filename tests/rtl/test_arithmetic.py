# SPDX-License-Identifier: Apache-2.0
"""The arithmetic blocks: exhaustive where their inputs are few, random and extreme patterns at full width."""

from pathlib import Path

from tests.rtl.bench import run_bench

BLOCKS = """
module blocks (
  input  wire [7:0]  weights,
  input  wire [15:0] codes,
  output wire [2:0]  count,
  output wire [15:0] sums
);
  popcount6 u_count (.bits(codes[5:0]), .count(count));
  for (genvar n = 1; n <= 4; n++) begin : g_pairs
    wire [1:0] low;
    wire [(n > 1 ? n - 2 : 0):0] carries;
    pair_group #(.pairs(n)) u_group (.weights(weights[2*n-1:0]), .codes(codes[4*n-1:0]), .low(low), .carries(carries));
    wire [3:0] fours = 4'(carries);
    assign sums[4*(n-1) +: 4] = {2'b0, low} + {2'(fours[0]) + 2'(fours[1]) + 2'(fours[2]), 2'b0};
  end
endmodule
"""

BLOCKS_MAIN = """
#include <cstdint>
#include <cstdio>
#include "Vblocks.h"
static int value(unsigned w, unsigned x) { return w ? int(x) : -int(x); }
int main() {
  Vblocks top;
  for (uint32_t state = 0; state < (1u << 24); ++state) {
    top.weights = state & 255;
    top.codes = state >> 8;
    top.eval();
    if (top.count != __builtin_popcount(top.codes & 63)) { std::printf("popcount6 %u\\n", state); return 1; }
    int acc = 0, constant = 0, agreement = 0;
    for (int n = 1; n <= 4; ++n) {
      const unsigned a = top.weights >> (2 * n - 2) & 1, b = top.weights >> (2 * n - 1) & 1;
      const unsigned x = top.codes >> (4 * n - 4) & 3, y = top.codes >> (4 * n - 2) & 3;
      acc += value(a, x) + value(b, y);
      constant += (a & b ? 6 : 0) - 3;
      agreement += (~(x ^ y) & 1) + (~(x ^ y) & 2);
      const int f = top.sums >> (4 * (n - 1)) & 15;
      if (2 * f + constant - agreement != acc) { std::printf("pair_group %d state %u\\n", n, state); return 1; }
    }
  }
  std::printf("%u states equal\\n", 1u << 24);
}
"""


def test_blocks_exhaustively(tmp_path: Path) -> None:
    """2^24 states: acc = 2F + c - Z for one to four pairs, and every popcount."""
    assert "16777216 states equal" in run_bench(tmp_path, "blocks", BLOCKS, BLOCKS_MAIN)


PAIRS = (1, 2, 3, 4, 5, 8, 9, 14, 32, 54, 72)
LANES = """
module lanes (
  input  wire aclk,
  input  wire aresetn,
  input  wire [143:0] weights,
  input  wire [287:0] codes,
  output wire [32*{units}-1:0] f,
  output wire [32*{units}-1:0] z
);
{instances}
endmodule
"""
INSTANCE = """
  for (genvar plain = 0; plain < 2; plain++) begin : g_{pairs}
    wire [{bits}-1:0] f_sum, z_sum;
    lane_sum #(.pairs({pairs}), .latency({latency}), .plain(plain)) u_lane (
      .aclk(aclk), .aresetn(aresetn), .weights(weights[2*{pairs}-1:0]), .codes(codes[4*{pairs}-1:0]), .sum(f_sum));
    agreement_sum #(.pairs({pairs}), .latency({latency}), .plain(plain)) u_agreement (
      .aclk(aclk), .aresetn(aresetn), .codes(codes[4*{pairs}-1:0]), .sum(z_sum));
    assign f[32*({unit}+plain) +: 32] = 32'(f_sum);
    assign z[32*({unit}+plain) +: 32] = 32'(z_sum);
  end
"""

LANES_MAIN = """
#include <cstdint>
#include <cstdio>
#include <random>
#include "Vlanes.h"
static const int pairs_of[] = {%s};
constexpr int sizes = %d, cycles = 20000;
static int f_of[16][sizes], z_of[16][sizes];
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
    int f = 0, z = 0, size = 0;
    for (int i = 0; i < 72; ++i) {
      const unsigned w = top.weights[i / 16] >> (2 * (i %% 16)), c = top.codes[i / 8] >> (4 * (i %% 8));
      const unsigned a = w & 1, b = w >> 1 & 1, x = c & 3, y = c >> 2 & 3;
      for (int k = 0; k < 2; ++k) {
        const int s = int(x >> k & 1) * (a ? 1 : -1) + int(y >> k & 1) * (b ? 1 : -1);
        const int same = (x >> k & 1) == (y >> k & 1);
        // s = 2v + [3 if both weights +1] ... solved for v per plane: 2v = s - (2*[a=b=1] - 1) + same
        f += ((s - (2 * int(a & b) - 1) + same) / 2) << k;
        z += same << k;
      }
      if (size < sizes && pairs_of[size] == i + 1) {
        f_of[(t + 16) %% 16][size] = f;
        z_of[(t + 16) %% 16][size++] = z;
      }
    }
    top.aclk = 0; top.eval(); top.aclk = 1; top.eval();
    for (int n = 0; n < sizes && t >= 16; ++n) {
      int latency = 1;
      while ((1 << (latency - 1)) < pairs_of[n]) ++latency;
      const int then = (t + 16 - latency + 1) %% 16;
      for (int plain = 0; plain < 2; ++plain) {
        if (int(top.f[2 * n + plain]) != f_of[then][n] || int(top.z[2 * n + plain]) != z_of[then][n]) {
          std::printf("pairs %%d plain %%d cycle %%d: F %%d for %%d, Z %%d for %%d\\n", pairs_of[n], plain, t,
                      int(top.f[2 * n + plain]), f_of[then][n], int(top.z[2 * n + plain]), z_of[then][n]);
          return 1;
        }
      }
    }
  }
  std::printf("%%d cycles equal\\n", cycles);
}
"""


def test_lanes_at_every_width(tmp_path: Path) -> None:
    """F and Z of both forms, a new step every cycle, with the latency that conv_unit counts on."""
    instances = "".join(
        INSTANCE.format(
            pairs=pairs, latency=(pairs - 1).bit_length() + 1, bits=(3 * pairs).bit_length(), unit=2 * number
        )
        for number, pairs in enumerate(PAIRS)
    )
    top = LANES.format(units=2 * len(PAIRS), instances=instances)
    main = LANES_MAIN % (", ".join(map(str, PAIRS)), len(PAIRS))
    assert "20000 cycles equal" in run_bench(tmp_path, "lanes", top, main)
