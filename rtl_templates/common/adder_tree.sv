// SPDX-License-Identifier: Apache-2.0
//
// adder_tree: sum of `terms` unsigned values of `width` bits, one registered level of binary adders after another;
// the values are registered first, so the sum comes clog2(terms) + 1 cycles later. Numbers of three bits are added in five
// LUT4, for which carry chains are too long and flat logic takes ten.
// sliced = 1: trees of `lanes` lanes, a word holds a bit of each.
`default_nettype none

module adder_tree #(
  parameter int terms = 4,
  parameter int width = 2,
  parameter int sum_bits = 4,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire                         aclk,
  input  wire [terms*width*lanes-1:0] values,
  output logic [sum_bits*lanes-1:0]   sum
);
  if (terms < 1 || sum_bits < width) begin : g_check
    $error("adder_tree: terms must be at least 1 and sum_bits at least width");
  end

  localparam int levels = $clog2(terms);
  for (genvar level = 0; level <= levels; level++) begin : g_level
    localparam int count = (terms + (1 << level) - 1) >> level;
    localparam int bits = width + level < sum_bits ? width + level : sum_bits;
    logic [count*bits*lanes-1:0] value;
    if (level == 0) begin : g_leaf
      always_ff @(posedge aclk) value <= values;
    end else begin : g_add
      localparam int former = (terms + (1 << (level - 1)) - 1) >> (level - 1);
      localparam int part = width + level - 1 < sum_bits ? width + level - 1 : sum_bits;
      for (genvar i = 0; i < count; i++) begin : g_node
        if (sliced != 0) begin : g_words
          localparam int word_bits = part * lanes;
          wire [bits*lanes-1:0] one, other, added;
          assign one = (bits*lanes)'(g_level[level-1].value[2*i*word_bits +: word_bits]);
          if (2 * i + 1 < former) begin : g_both
            assign other = (bits*lanes)'(g_level[level-1].value[(2*i+1)*word_bits +: word_bits]);
          end else begin : g_one
            assign other = '0;
          end
          carry_chain #(.width(bits), .lanes(lanes), .sliced(1)) u_add (
            .propagate(one ^ other), .generate_bit(one), .sum(added)
          );
          always_ff @(posedge aclk) value[i*bits*lanes +: bits*lanes] <= added;
        end else if (2 * i + 1 < former && part == 3 && bits == 4) begin : g_small
          wire [2:0] one = g_level[level-1].value[6*i +: 3];
          wire [2:0] other = g_level[level-1].value[6*i+3 +: 3];
          wire [2:0] low;
          add_two_bits u_low (.one(one[1:0]), .other(other[1:0]), .sum(low));
          always_ff @(posedge aclk) value[4*i +: 4] <= {2'(one[2]) + 2'(other[2]) + 2'(low[2]), low[1:0]};
        end else if (2 * i + 1 < former) begin : g_both
          always_ff @(posedge aclk) value[i*bits +: bits] <= bits'(g_level[level-1].value[2*i*part +: part])
            + bits'(g_level[level-1].value[(2*i+1)*part +: part]);
        end else begin : g_one
          always_ff @(posedge aclk) value[i*bits +: bits] <= bits'(g_level[level-1].value[2*i*part +: part]);
        end
      end
    end
  end
  localparam int last_bits = width + levels < sum_bits ? width + levels : sum_bits;
  assign sum = (sum_bits*lanes)'(g_level[levels].value[last_bits*lanes-1:0]);
endmodule

`default_nettype wire
