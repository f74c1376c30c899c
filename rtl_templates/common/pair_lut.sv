// SPDX-License-Identifier: Apache-2.0
//
// pair_lut: the LUT6_2 in front of a carry position that adds v of one pair and plane to `operand` (docs/semantics.md
// says what v is). Both outputs in one LUT keep the fabric's carry input free.
// sliced = 1: the same function of `lanes` lanes, a word holds a bit of each; x and y are common to all lanes.
`default_nettype none

module pair_lut #(
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire [lanes-1:0] a,
  input  wire [lanes-1:0] b,
  input  wire             x,
  input  wire             y,
  input  wire [lanes-1:0] operand,
  output wire [lanes-1:0] propagate,
  output wire [lanes-1:0] generate_bit
);
  if (sliced == 0) begin : g_cell
    LUT6_2 #(.INIT(64'h1bd8e427_ffff0000)) u_lut (
      .I0(a), .I1(b), .I2(x), .I3(y), .I4(operand), .I5(1'b1), .O6(propagate), .O5(generate_bit)
    );
  end else begin : g_words
    wire [lanes-1:0] v;
    pair_vote #(.lanes(lanes), .sliced(1)) u_vote (.a(a), .b(b), .x(x), .y(y), .v(v));
    assign propagate = v ^ operand;
    assign generate_bit = operand;
  end
endmodule

`default_nettype wire
