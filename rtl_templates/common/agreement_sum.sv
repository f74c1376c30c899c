// SPDX-License-Identifier: Apache-2.0
//
// agreement_sum: Z of one step, shared by all lanes: sum over pairs of popcount(~(x_0 ^ y_0)) + 2*popcount(~(x_1 ^ y_1)).
// Same latency and same two forms as lane_sum; the heap counts three pairs of a plane with two LUT6 first.
`default_nettype none

module agreement_sum #(
  parameter int pairs = 8,
  parameter int latency = 4,
  parameter int plain = 0
) (
  input  wire                aclk,
  input  wire                aresetn,
  input  wire  [4*pairs-1:0] codes,
  output logic [$clog2(3*pairs+1)-1:0] sum
);
  localparam int levels = $clog2(pairs);
  localparam int sum_bits = $clog2(3 * pairs + 1);
  if (pairs < 1 || latency != levels + 1) begin : g_check
    $error("agreement_sum: pairs must be at least 1 and latency clog2(pairs) + 1");
  end

  localparam int triples = (pairs + 2) / 3;
  wire [2*3*triples-1:0] agree;
  for (genvar i = 0; i < 3 * triples; i++) begin : g_pair
    if (i < pairs) begin : g_real
      assign agree[2*i +: 2] = ~(codes[4*i +: 2] ^ codes[4*i+2 +: 2]);
    end else begin : g_none
      assign agree[2*i +: 2] = '0;
    end
  end

  if (plain == 1 || pairs == 1) begin : g_plain
    adder_tree #(.terms(pairs), .width(2), .sum_bits(sum_bits)) u_tree (
      .aclk(aclk), .values(agree[2*pairs-1:0]), .sum(sum)
    );
    if (3 * triples > pairs) begin : g_unused
      wire unused_pairs = &{1'b0, agree[6*triples-1:2*pairs]};
    end
    wire unused = &{1'b0, aresetn};
  end else begin : g_heap
    logic [triples-1:0] ones, fours;
    logic [2*triples-1:0] twos;
    for (genvar t = 0; t < triples; t++) begin : g_triple
      for (genvar k = 0; k < 2; k++) begin : g_plane
        wire a = agree[6*t + k];
        wire b = agree[6*t + 2 + k];
        wire c = agree[6*t + 4 + k];
        wire parity = a ^ b ^ c;
        wire majority = (a & b) | (a & c) | (b & c);
        if (k == 0) begin : g_low
          always_ff @(posedge aclk) {twos[2*t], ones[t]} <= {majority, parity};
        end else begin : g_high
          always_ff @(posedge aclk) {fours[t], twos[2*t+1]} <= {majority, parity};
        end
      end
    end
    bit_heap #(
      .height_0(triples), .height_1(2 * triples), .height_2(triples), .stages(2 * levels - 2), .sum_bits(sum_bits)
    ) u_heap (.aclk(aclk), .aresetn(aresetn), .bits({fours, twos, ones}), .sum(sum));
  end
endmodule

`default_nettype wire
