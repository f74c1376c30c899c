// SPDX-License-Identifier: Apache-2.0
//
// add_three: sum of three bits, and the two bits that a position of a ternary adder needs: with the carry of the
// position below, `parity` is the sum's bit before the carry chain. One LUT6_2 on Xilinx devices.
// invert = 1 counts bit 2 as its opposite.
`default_nettype none

module add_three #(
  parameter int invert = 0,
  parameter int arithmetic = 0
) (
  input  wire [2:0] bits,
  input  wire       below,
  output wire       parity,
  output wire       majority
);
  if (arithmetic == 0) begin : g_portable
    wire last = bits[2] ^ (invert == 1);
    assign parity = bits[0] ^ bits[1] ^ last ^ below;
    assign majority = (bits[0] & bits[1]) | (bits[0] & last) | (bits[1] & last);
  end else begin : g_lut
    LUT6_2 #(.INIT(invert == 1 ? 64'h96699669_8e8e8e8e : 64'h69966996_e8e8e8e8)) u_add (
      .I0(bits[0]), .I1(bits[1]), .I2(bits[2]), .I3(below), .I4(1'b0), .I5(1'b1), .O6(parity), .O5(majority)
    );
  end
endmodule

`default_nettype wire
