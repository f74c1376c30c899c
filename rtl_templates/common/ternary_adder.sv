// SPDX-License-Identifier: Apache-2.0
//
// ternary_adder: sum of three numbers on Xilinx devices, modulo 2^width: a LUT6_2 a bit and one carry chain.
// invert = 1 adds ~three instead of three.
// arithmetic = 2: CARRY4 (7 series); 3: CARRY8 (UltraScale). sliced = 1: sums of `lanes` lanes, a word holds a bit of each.
`default_nettype none

module ternary_adder #(
  parameter int width = 8,
  parameter int invert = 0,
  parameter int arithmetic = 3,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire [width*lanes-1:0] one,
  input  wire [width*lanes-1:0] two,
  input  wire [width*lanes-1:0] three,
  output wire [width*lanes-1:0] sum
);
  if (width < 1) begin : g_check
    $error("ternary_adder: width must be at least 1");
  end

  wire [width*lanes-1:0] parities, belows;
  for (genvar k = 0; k < width; k++) begin : g_position
    wire [lanes-1:0] below, parity, majority;
    if (k > 0) begin : g_next
      assign below = g_position[k-1].majority;
    end else begin : g_first
      assign below = '0;
    end
    add_three #(.invert(invert), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_add (
      .bits({three[k*lanes +: lanes], two[k*lanes +: lanes], one[k*lanes +: lanes]}), .below(below), .parity(parity),
      .majority(majority)
    );
    assign parities[k*lanes +: lanes] = parity;
    assign belows[k*lanes +: lanes] = below;
    if (k == width - 1) begin : g_last
      wire unused = &{1'b0, majority};
    end
  end
  carry_chain #(.width(width), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_chain (
    .propagate(parities), .generate_bit(belows), .sum(sum)
  );
endmodule

`default_nettype wire
