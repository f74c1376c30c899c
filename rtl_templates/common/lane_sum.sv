// SPDX-License-Identifier: Apache-2.0
//
// lane_sum: F of one output channel and one step, sum over pairs of v_0 + 2*v_1 (docs/semantics.md, the cheap form).
// The sum comes `latency` cycles after its operands.
//
// plain = 0: groups of four pairs on short carry chains, then a bit heap of 6:3 counters; about 1.6 LUT a product on
// LUT6 families. plain = 1: a tree of registered adders, the better form where LUTs have four inputs.
`default_nettype none

module lane_sum #(
  parameter int pairs = 8,
  parameter int latency = 4,
  parameter int plain = 0
) (
  input  wire                aclk,
  input  wire                aresetn,
  input  wire  [2*pairs-1:0] weights,
  input  wire  [4*pairs-1:0] codes,
  output logic [$clog2(3*pairs+1)-1:0] sum
);
  localparam int levels = $clog2(pairs);
  localparam int sum_bits = $clog2(3 * pairs + 1);
  if (pairs < 1 || latency != levels + 1) begin : g_check
    $error("lane_sum: pairs must be at least 1 and latency clog2(pairs) + 1");
  end

  if (plain == 1 || pairs == 1) begin : g_plain
    logic [2*pairs-1:0] values;
    for (genvar i = 0; i < pairs; i++) begin : g_pair
      wire carry;
      pair_group #(.pairs(1)) u_pair (
        .weights(weights[2*i +: 2]), .codes(codes[4*i +: 4]), .low(values[2*i +: 2]), .carries(carry)
      );
      wire unused = &{1'b0, carry};
    end
    adder_tree #(.terms(pairs), .width(2), .sum_bits(sum_bits)) u_tree (.aclk(aclk), .values(values), .sum(sum));
    wire unused = &{1'b0, aresetn};
  end else begin : g_heap
    localparam int groups = (pairs + 3) / 4;
    logic [groups-1:0] ones, twos;
    logic [pairs-groups-1:0] fours;
    for (genvar g = 0; g < groups; g++) begin : g_group
      localparam int size = pairs - 4 * g > 4 ? 4 : pairs - 4 * g;
      wire [1:0] low;
      wire [(size > 1 ? size - 2 : 0):0] carries;
      pair_group #(.pairs(size)) u_group (
        .weights(weights[8*g +: 2*size]), .codes(codes[16*g +: 4*size]), .low(low), .carries(carries)
      );
      always_ff @(posedge aclk) {twos[g], ones[g]} <= low;
      if (size > 1) begin : g_carries
        always_ff @(posedge aclk) fours[3*g +: size-1] <= carries;
      end else begin : g_no_carries
        wire unused = &{1'b0, carries};
      end
    end
    bit_heap #(
      .height_0(groups), .height_1(groups), .height_2(pairs - groups), .stages(2 * levels - 2), .sum_bits(sum_bits)
    ) u_heap (.aclk(aclk), .aresetn(aresetn), .bits({fours, twos, ones}), .sum(sum));
  end
endmodule

`default_nettype wire
