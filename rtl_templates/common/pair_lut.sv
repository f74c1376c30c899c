// SPDX-License-Identifier: Apache-2.0
//
// pair_lut: the LUT6_2 in front of a carry position that adds v of one pair and plane to `operand` (docs/semantics.md
// says what v is). Both outputs in one LUT keep the fabric's carry input free.
`default_nettype none

module pair_lut (
  input  wire a,
  input  wire b,
  input  wire x,
  input  wire y,
  input  wire operand,
  output wire propagate,
  output wire generate_bit
);
  LUT6_2 #(.INIT(64'h1bd8e427_ffff0000)) u_lut (
    .I0(a), .I1(b), .I2(x), .I3(y), .I4(operand), .I5(1'b1), .O6(propagate), .O5(generate_bit)
  );
endmodule

`default_nettype wire
