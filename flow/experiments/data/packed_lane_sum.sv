// SPDX-License-Identifier: Apache-2.0
//
// lane_sum by multiplication: the same sum with the same ports and latency as rtl_templates/common/lane_sum.sv. Three codes
// and three weights are digits of 64 of two numbers, so that a digit of one product is the sum of three products; designs
// pack narrow products into DSP blocks so, and every family with multipliers has one for 14 x 13 bits. It is the control
// of `ern experiment portability`: a flow that finds DSP blocks here would find them anywhere.
`default_nettype none

module lane_sum #(
  parameter int pairs = 8,
  parameter int latency = 4,
  parameter int arithmetic = 0,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire                aclk,
  input  wire                aresetn,
  input  wire  [2*pairs-1:0] weights,
  input  wire  [4*pairs-1:0] codes,
  output logic [$clog2(3*pairs+1)-1:0] sum
);
  localparam int sum_bits = $clog2(3 * pairs + 1);
  localparam int groups = (2 * pairs + 2) / 3;
  wire unused = &{1'b0, aresetn, arithmetic == 0, lanes == 1, sliced == 0};

  wire [6*groups-1:0] all_codes = (6*groups)'(codes);
  wire [3*groups-1:0] all_weights = (3*groups)'(weights);
  logic [26:0] products [0:groups-1];
  for (genvar i = 0; i < groups; i++) begin : g_group
    wire [13:0] x = {all_codes[6*i+4 +: 2], 4'd0, all_codes[6*i+2 +: 2], 4'd0, all_codes[6*i +: 2]};
    wire [12:0] w = {all_weights[3*i], 5'd0, all_weights[3*i+1], 5'd0, all_weights[3*i+2]};
    assign products[i] = x * w;
  end

  // As for other forms: F = sum of the codes of weights +1, less 3 a pair of two such, plus what equal bits add.
  int total;
  always_comb begin
    total = 0;
    for (int i = 0; i < groups; i++) total = total + int'(products[i][17:12]);
    for (int i = 0; i < pairs; i++)
      total = total - (weights[2*i] && weights[2*i+1] ? 3 : 0)
        + int'(!codes[4*i] && !codes[4*i+2]) + (!codes[4*i+1] && !codes[4*i+3] ? 2 : 0);
  end

  logic [sum_bits-1:0] delayed [0:latency-1];
  always_ff @(posedge aclk) begin
    delayed[0] <= total[sum_bits-1:0];
    for (int i = 1; i < latency; i++) delayed[i] <= delayed[i-1];
  end
  assign sum = delayed[latency-1];
endmodule

`default_nettype wire
