// SPDX-License-Identifier: Apache-2.0
//
// lane_sum: F of one output channel and one step, sum over pairs of v_0 + 2*v_1 (docs/semantics.md, the cheap form).
// The sum comes `latency` cycles after its operands. Plain form: one LUT4 a v bit, then a tree of registered adders.
`default_nettype none

module lane_sum #(
  parameter int pairs = 8,
  parameter int latency = 4
) (
  input  wire                aclk,
  input  wire  [2*pairs-1:0] weights,
  input  wire  [4*pairs-1:0] codes,
  output logic [$clog2(3*pairs+1)-1:0] sum
);
  localparam int levels = $clog2(pairs);
  localparam int sum_bits = $clog2(3 * pairs + 1);
  if (pairs < 1 || latency != levels + 1) begin : g_check
    $error("lane_sum: pairs must be at least 1 and latency clog2(pairs) + 1");
  end

  for (genvar level = 0; level <= levels; level++) begin : g_level
    localparam int count = (pairs + (1 << level) - 1) >> level;
    logic [count*sum_bits-1:0] value;
    if (level == 0) begin : g_leaf
      for (genvar i = 0; i < pairs; i++) begin : g_pair
        wire a = weights[2*i];
        wire b = weights[2*i+1];
        wire [1:0] x = codes[4*i +: 2];
        wire [1:0] y = codes[4*i+2 +: 2];
        wire [1:0] v;
        for (genvar k = 0; k < 2; k++) begin : g_plane
          assign v[k] = x[k] ? (y[k] ? a | b : a & ~b) : (y[k] ? ~a & b : ~(a & b));
        end
        always_ff @(posedge aclk) value[i*sum_bits +: sum_bits] <= sum_bits'(v);
      end
    end else begin : g_add
      localparam int former = (pairs + (1 << (level - 1)) - 1) >> (level - 1);
      for (genvar i = 0; i < count; i++) begin : g_node
        if (2 * i + 1 < former) begin : g_both
          always_ff @(posedge aclk) value[i*sum_bits +: sum_bits] <= g_level[level-1].value[2*i*sum_bits +: sum_bits]
            + g_level[level-1].value[(2*i+1)*sum_bits +: sum_bits];
        end else begin : g_one
          always_ff @(posedge aclk) value[i*sum_bits +: sum_bits] <= g_level[level-1].value[2*i*sum_bits +: sum_bits];
        end
      end
    end
  end
  assign sum = g_level[levels].value;
endmodule

`default_nettype wire
