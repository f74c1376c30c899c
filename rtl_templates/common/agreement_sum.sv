// SPDX-License-Identifier: Apache-2.0
//
// agreement_sum: Z of one step, shared by all lanes: sum over pairs of popcount(~(x_0 ^ y_0)) + 2*popcount(~(x_1 ^ y_1)).
// Same latency and same forms as lane_sum. On the way to the bit heap, arithmetic = 0 counts three pairs of a plane with
// two LUTs; 2, 3 add two pairs of both planes, and a bit of the two pairs before, on two positions of a carry chain.
// sliced = 1, for simulation: functions in place of cells, as in a lane_sum of words of one bit.
`default_nettype none

module agreement_sum #(
  parameter int pairs = 8,
  parameter int latency = 4,
  parameter int arithmetic = 0,
  parameter int sliced = 0
) (
  input  wire                aclk,
  input  wire                aresetn,
  input  wire  [4*pairs-1:0] codes,
  output logic [$clog2(3*pairs+1)-1:0] sum
);
  localparam int levels = $clog2(pairs);
  localparam int sum_bits = $clog2(3 * pairs + 1);
  if (pairs < 1 || latency != levels + 1 || arithmetic < 0 || arithmetic > 3) begin : g_check
    $error("agreement_sum: pairs must be at least 1, latency clog2(pairs) + 1, arithmetic in 0 to 3");
  end

  if (arithmetic == 1 || pairs == 1) begin : g_plain
    wire [2*pairs-1:0] agree;
    for (genvar i = 0; i < pairs; i++) begin : g_pair
      assign agree[2*i +: 2] = ~(codes[4*i +: 2] ^ codes[4*i+2 +: 2]);
    end
    adder_tree #(.terms(pairs), .width(2), .sum_bits(sum_bits), .sliced(sliced)) u_tree (
      .aclk(aclk), .values(agree), .sum(sum)
    );
    wire unused = &{1'b0, aresetn};
  end else if (arithmetic == 0) begin : g_triples
    localparam int triples = (pairs + 2) / 3;
    logic [triples-1:0] ones, fours;
    logic [2*triples-1:0] twos;
    for (genvar t = 0; t < triples; t++) begin : g_triple
      wire [5:0] low, high;
      for (genvar i = 0; i < 3; i++) begin : g_pair
        if (3 * t + i < pairs) begin : g_real
          assign {high[2*i+1], low[2*i+1], high[2*i], low[2*i]} = codes[12*t+4*i +: 4];
        end else begin : g_none
          assign {high[2*i +: 2], low[2*i +: 2]} = 4'b0101;
        end
      end
      wire [1:0] count_low, count_high;
      agree_three u_low (.bits(low), .count(count_low));
      agree_three u_high (.bits(high), .count(count_high));
      always_ff @(posedge aclk) begin
        ones[t] <= count_low[0];
        twos[2*t +: 2] <= {count_low[1], count_high[0]};
        fours[t] <= count_high[1];
      end
    end
    bit_heap #(
      .height_0(triples), .height_1(2 * triples), .height_2(triples), .latency(levels), .sum_bits(sum_bits),
      .sliced(sliced)
    ) u_heap (.aclk(aclk), .aresetn(aresetn), .bits({fours, twos, ones}), .sum(sum));
  end else begin : g_chains
    localparam int nodes = (pairs + 1) / 2;
    localparam int chains = (nodes + 3) / 4;
    logic [chains-1:0] ones;
    logic [nodes-1:0] twos, fours;
    for (genvar n = 0; n < nodes; n++) begin : g_node
      // Where there is no second pair, one that never agrees stands in.
      wire [3:0] pair = codes[8*n +: 4];
      wire [3:0] other;
      if (2 * n + 1 < pairs) begin : g_other
        assign other = codes[8*n+4 +: 4];
      end else begin : g_none
        assign other = 4'b0011;
      end
      wire start, low, high, carry_out;
      if (sliced != 0) begin : g_words
        sliced_adder u_add (
          .one(~(pair[1:0] ^ pair[3:2])), .other(~(other[1:0] ^ other[3:2])), .start(start), .sum({carry_out, high, low})
        );
      end else begin : g_cells
        wire [1:0] propagate, generate_bit;
        for (genvar k = 0; k < 2; k++) begin : g_plane
          LUT6_2 #(.INIT(64'h69966996_99999999)) u_lut (
            .I0(pair[k]), .I1(pair[k+2]), .I2(other[k]), .I3(other[k+2]), .I4(1'b0), .I5(1'b1), .O6(propagate[k]),
            .O5(generate_bit[k])
          );
        end
      end
      if (n % 4 > 0) begin : g_before
        assign start = g_node[n-1].low;
      end else begin : g_first
        assign start = 1'b0;
      end
      always_ff @(posedge aclk) {fours[n], twos[n]} <= {carry_out, high};
      if (n % 4 == 3 || n == nodes - 1) begin : g_end
        always_ff @(posedge aclk) ones[n/4] <= low;
      end
    end
    // Nodes n and n+4 share a block.
    for (genvar n = 0; n < (sliced != 0 ? 0 : nodes); n++) begin : g_block
      if (n % 8 < 4) begin : g_real
        localparam int halves = n + 4 < nodes ? 2 : 1;
        wire [4*halves-1:0] propagates, generate_bits, sums, carries;
        wire [halves-1:0] starts;
        for (genvar i = 0; i < halves; i++) begin : g_half
          assign propagates[4*i +: 4] = {2'b00, g_node[n+4*i].g_cells.propagate};
          assign generate_bits[4*i +: 4] = {2'b00, g_node[n+4*i].g_cells.generate_bit};
          assign starts[i] = g_node[n+4*i].start;
          assign g_node[n+4*i].low = sums[4*i];
          assign g_node[n+4*i].high = sums[4*i+1];
          assign g_node[n+4*i].carry_out = carries[4*i+1];
        end
        carry_pair #(.halves(halves), .arithmetic(arithmetic)) u_chain (
          .carry_in(starts), .propagate(propagates), .generate_bit(generate_bits), .sum(sums), .carry(carries)
        );
        wire unused = &{1'b0, sums, carries};
      end
    end
    bit_heap #(
      .height_0(chains), .height_1(nodes), .height_2(nodes), .latency(levels), .sum_bits(sum_bits),
      .arithmetic(arithmetic), .sliced(sliced)
    ) u_heap (.aclk(aclk), .aresetn(aresetn), .bits({fours, twos, ones}), .sum(sum));
  end
endmodule

`default_nettype wire
