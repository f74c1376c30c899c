// SPDX-License-Identifier: Apache-2.0
//
// six_counter: how many of six bits are set, plus four times how many of the next six, on one short carry chain.
// Of six bits q counts the first five: position 0 adds the parity of the five and the sixth bit, position 1 the rest
// of q, which is 0, 1 or 2. A count of six costs two LUTs (three where the two functions of five bits do not share
// one), a count of twelve four, and the carry between the two comes free.
// sliced = 1: the same of `lanes` lanes, a word holds a bit of each.
// A module of its own, since logic optimisation of a flat netlist splits it into more and deeper LUTs.
`default_nettype none

(* keep_hierarchy *)
module six_counter #(
  parameter int sixes = 1,
  parameter int arithmetic = 0,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire  [6*sixes*lanes-1:0]     bits,
  output wire  [(2*sixes+1)*lanes-1:0] count
);
  if (sixes < 1 || sixes > 2 || arithmetic == 1 || arithmetic < 0 || arithmetic > 3) begin : g_check
    $error("six_counter: sixes must be 1 or 2, arithmetic 0 (portable), 2 (CARRY4) or 3 (CARRY8)");
  end

  // Of five bits: the bits of weight 2 and of weight 4 of their count.
  localparam logic [31:0] weight_2 = 32'h177e7ee8;
  localparam logic [31:0] weight_4 = 32'he8808000;

  if (sliced != 0) begin : g_words
    for (genvar i = 0; i < sixes; i++) begin : g_six
      // Full adders: of three bits, of the next two, of the sixth and the carry from below.
      wire [6*lanes-1:0] six = bits[6*lanes*i +: 6*lanes];
      wire [lanes-1:0] differ_2 = six[0 +: lanes] ^ six[lanes +: lanes];
      wire [lanes-1:0] parity_3 = differ_2 ^ six[2*lanes +: lanes];
      wire [lanes-1:0] carry_3 = (six[0 +: lanes] & ~differ_2) | (six[2*lanes +: lanes] & differ_2);
      wire [lanes-1:0] differ_4 = parity_3 ^ six[3*lanes +: lanes];
      wire [lanes-1:0] parity_5 = differ_4 ^ six[4*lanes +: lanes];
      wire [lanes-1:0] carry_5 = (parity_3 & ~differ_4) | (six[4*lanes +: lanes] & differ_4);
      wire [lanes-1:0] sixth = six[5*lanes +: lanes];
      wire [lanes-1:0] below, high, differ_6;
      if (i > 0) begin : g_next
        assign below = g_six[i-1].high;
      end else begin : g_first
        assign below = '0;
      end
      assign differ_6 = parity_5 ^ sixth;
      wire [lanes-1:0] carry_6 = (sixth & ~differ_6) | (below & differ_6);
      wire [lanes-1:0] either = carry_3 ^ carry_5;
      assign high = (carry_3 & carry_5) | (carry_6 & either);
      assign count[2*lanes*i +: 2*lanes] = {either ^ carry_6, differ_6 ^ below};
    end
    assign count[2*sixes*lanes +: lanes] = g_six[sixes-1].high;
  end else if (arithmetic == 0) begin : g_portable
    wire [2*sixes-1:0] first, second;
    for (genvar i = 0; i < sixes; i++) begin : g_six
      wire [4:0] five = bits[6*i +: 5];
      assign first[2*i +: 2] = {weight_4[five], bits[6*i+5]};
      assign second[2*i +: 2] = {weight_2[five] | weight_4[five], ^five};
    end
    wire below;
    assign {count, below} = {1'b0, first, 1'b0} - {1'b1, ~second, 1'b1};
    wire unused = &{1'b0, below};
  end else begin : g_chain
    wire [3:0] propagate, generate_bit, sum, carry;
    for (genvar i = 0; i < 2; i++) begin : g_six
      if (i < sixes) begin : g_real
        assign propagate[2*i] = ^bits[6*i +: 6];
        assign generate_bit[2*i] = bits[6*i+5];
        LUT6_2 #(.INIT({weight_2, weight_4})) u_rest (
          .I0(bits[6*i]), .I1(bits[6*i+1]), .I2(bits[6*i+2]), .I3(bits[6*i+3]), .I4(bits[6*i+4]), .I5(1'b1),
          .O6(propagate[2*i+1]), .O5(generate_bit[2*i+1])
        );
      end else begin : g_none
        assign propagate[2*i +: 2] = '0;
        assign generate_bit[2*i +: 2] = '0;
      end
    end
    carry_pair #(.halves(1), .arithmetic(arithmetic)) u_carry (
      .carry_in(1'b0), .propagate(propagate), .generate_bit(generate_bit), .sum(sum), .carry(carry)
    );
    assign count = {carry[2*sixes-1], sum[2*sixes-1:0]};
    wire unused = &{1'b0, sum, carry};
  end
endmodule

`default_nettype wire
