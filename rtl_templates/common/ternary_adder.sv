// SPDX-License-Identifier: Apache-2.0
//
// ternary_adder: sum of three numbers on Xilinx devices, modulo 2^width: a LUT6_2 a bit and one carry chain.
// invert = 1 adds ~three instead of three.
// arithmetic = 2: CARRY4 (7 series); 3: CARRY8 (UltraScale).
`default_nettype none

module ternary_adder #(
  parameter int width = 8,
  parameter int invert = 0,
  parameter int arithmetic = 3
) (
  input  wire [width-1:0] one,
  input  wire [width-1:0] two,
  input  wire [width-1:0] three,
  output wire [width-1:0] sum
);
  if (width < 1) begin : g_check
    $error("ternary_adder: width must be at least 1");
  end

  wire [width-1:0] parity, majority;
  for (genvar k = 0; k < width; k++) begin : g_position
    wire below;
    if (k > 0) begin : g_next
      assign below = majority[k-1];
    end else begin : g_first
      assign below = 1'b0;
    end
    add_three #(.invert(invert), .arithmetic(arithmetic)) u_add (
      .bits({three[k], two[k], one[k]}), .below(below), .parity(parity[k]), .majority(majority[k])
    );
  end
  carry_chain #(.width(width), .arithmetic(arithmetic)) u_chain (
    .propagate(parity), .generate_bit(width'({majority, 1'b0})), .sum(sum)
  );
  wire unused = &{1'b0, majority[width-1]};
endmodule

`default_nettype wire
