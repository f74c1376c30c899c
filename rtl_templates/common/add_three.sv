// SPDX-License-Identifier: Apache-2.0
//
// add_three: sum of three bits, and the two bits that a position of a ternary adder needs: with the carry of the
// position below, `parity` is the sum's bit before the carry chain. One LUT6_2 on Xilinx devices.
// invert = 1 counts bit 2 as its opposite. sliced = 1: the same of `lanes` lanes, a word holds a bit of each.
`default_nettype none

module add_three #(
  parameter int invert = 0,
  parameter int arithmetic = 0,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire [3*lanes-1:0] bits,
  input  wire [lanes-1:0]   below,
  output wire [lanes-1:0]   parity,
  output wire [lanes-1:0]   majority
);
  if (arithmetic == 0 || sliced != 0) begin : g_portable
    wire [lanes-1:0] last = bits[2*lanes +: lanes] ^ {lanes{invert == 1}};
    wire [lanes-1:0] first = bits[0 +: lanes];
    wire [lanes-1:0] second = bits[lanes +: lanes];
    assign parity = first ^ second ^ last ^ below;
    assign majority = (first & second) | (first & last) | (second & last);
  end else begin : g_lut
    LUT6_2 #(.INIT(invert == 1 ? 64'h96699669_8e8e8e8e : 64'h69966996_e8e8e8e8)) u_add (
      .I0(bits[0]), .I1(bits[1]), .I2(bits[2]), .I3(below), .I4(1'b0), .I5(1'b1), .O6(parity), .O5(majority)
    );
  end
endmodule

`default_nettype wire
