// SPDX-License-Identifier: Apache-2.0
//
// lane_sum: F of one output channel and one step, sum over pairs of v_0 + 2*v_1 (docs/semantics.md, the cheap form).
// The sum comes `latency` cycles after its operands.
// sliced = 1, for simulation: `lanes` lanes at once, a word holds a bit of each. Then bit k of the weights of lane p is bit
// k*lanes + p of `weights`, and `sum` is laid out alike; the codes are common to all lanes.
//
// arithmetic = 0: groups of up to 15 pairs, then a bit heap; plain SystemVerilog for LUT6 families. 1: a tree of registered
// adders, the better form where LUTs have four inputs. 2, 3: as 0 with the primitives of Xilinx devices (CARRY4, CARRY8).
`default_nettype none

module lane_sum #(
  parameter int pairs = 8,
  parameter int latency = 4,
  parameter int arithmetic = 0,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire                      aclk,
  input  wire                      aresetn,
  input  wire  [2*pairs*lanes-1:0] weights,
  input  wire  [4*pairs-1:0]       codes,
  output logic [$clog2(3*pairs+1)*lanes-1:0] sum
);
  localparam int levels = $clog2(pairs);
  localparam int sum_bits = $clog2(3 * pairs + 1);
  if (pairs < 1 || latency != levels + 1 || arithmetic < 0 || arithmetic > 3) begin : g_check
    $error("lane_sum: pairs must be at least 1, latency clog2(pairs) + 1, arithmetic in 0 to 3");
  end
  if (lanes < 1 || (lanes > 1 && sliced == 0)) begin : g_check_lanes
    $error("lane_sum: one lane, or `lanes` of them sliced");
  end

  if (arithmetic == 1 || pairs == 1) begin : g_plain
    logic [2*pairs*lanes-1:0] values;
    for (genvar i = 0; i < pairs; i++) begin : g_pair
      wire [lanes-1:0] carry;
      pair_group #(.pairs(1), .lanes(lanes), .sliced(sliced)) u_pair (
        .weights(weights[2*lanes*i +: 2*lanes]), .codes(codes[4*i +: 4]), .ones(values[2*lanes*i +: lanes]),
        .twos(values[(2*i+1)*lanes +: lanes]), .fours(carry)
      );
      wire unused = &{1'b0, carry};
    end
    adder_tree #(.terms(pairs), .width(2), .sum_bits(sum_bits), .lanes(lanes), .sliced(sliced)) u_tree (
      .aclk(aclk), .values(values), .sum(sum)
    );
    wire unused = &{1'b0, aresetn};
  end else begin : g_heap
    localparam int largest = 15;
    localparam int groups = (pairs + largest - 1) / largest;
    localparam int last_size = pairs - largest * (groups - 1);
    localparam int last_taken = last_size < 3 ? 0 : (last_size - 3) / 4 - last_size / 8;
    localparam int last_twos = 1 + (last_size - 1) / 2 - 2 * last_taken;
    localparam int last_fours = last_size / 2 + last_taken;
    // A full group leaves 1, 4 and 9 bits.
    localparam int twos_bits = 4 * (groups - 1) + last_twos;
    localparam int fours_bits = 9 * (groups - 1) + last_fours;
    logic [groups*lanes-1:0] ones;
    logic [twos_bits*lanes-1:0] twos;
    logic [fours_bits*lanes-1:0] fours;
    for (genvar g = 0; g < groups; g++) begin : g_group
      localparam int size = g < groups - 1 ? largest : last_size;
      localparam int size_twos = g < groups - 1 ? 4 : last_twos;
      localparam int size_fours = g < groups - 1 ? 9 : last_fours;
      wire [lanes-1:0] group_ones;
      wire [size_twos*lanes-1:0] group_twos;
      wire [(size_fours > 0 ? size_fours : 1)*lanes-1:0] group_fours;
      pair_group #(.pairs(size), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_group (
        .weights(weights[2*largest*g*lanes +: 2*size*lanes]), .codes(codes[4*largest*g +: 4*size]), .ones(group_ones),
        .twos(group_twos), .fours(group_fours)
      );
      // A register a word: a simulator is slow with parts of wide ones.
      logic [lanes-1:0] ones_q;
      always_ff @(posedge aclk) ones_q <= group_ones;
      assign ones[g*lanes +: lanes] = ones_q;
      for (genvar i = 0; i < size_twos; i++) begin : g_twos
        logic [lanes-1:0] twos_q;
        always_ff @(posedge aclk) twos_q <= group_twos[i*lanes +: lanes];
        assign twos[(4*g+i)*lanes +: lanes] = twos_q;
      end
      for (genvar i = 0; i < size_fours; i++) begin : g_fours
        logic [lanes-1:0] fours_q;
        always_ff @(posedge aclk) fours_q <= group_fours[i*lanes +: lanes];
        assign fours[(9*g+i)*lanes +: lanes] = fours_q;
      end
      if (size_fours == 0) begin : g_no_fours
        wire unused = &{1'b0, group_fours};
      end
    end
    bit_heap #(
      .height_0(groups), .height_1(twos_bits), .height_2(fours_bits), .latency(levels), .sum_bits(sum_bits),
      .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)
    ) u_heap (.aclk(aclk), .aresetn(aresetn), .bits({fours, twos, ones}), .sum(sum));
  end
endmodule

`default_nettype wire
