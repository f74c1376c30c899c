// SPDX-License-Identifier: Apache-2.0
//
// pair_vote: v of one pair of products and one plane of its codes (docs/semantics.md), one LUT4.
// sliced = 1: v of `lanes` lanes, a word holds a bit of each; x and y are common to all lanes.
`default_nettype none

module pair_vote #(
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire [lanes-1:0] a,
  input  wire [lanes-1:0] b,
  input  wire             x,
  input  wire             y,
  output wire [lanes-1:0] v
);
  if (sliced == 0) begin : g_one
    assign v = (x & y & (a | b)) | (x & ~y & a & ~b) | (~x & y & ~a & b) | (~x & ~y & ~(a & b));
  end else begin : g_words
    // The majority of: a equals x, b equals y, x equals y.
    wire [lanes-1:0] first = a ^ {lanes{!x}};
    wire [lanes-1:0] second = b ^ {lanes{!y}};
    wire [lanes-1:0] both = {lanes{x == y}};
    assign v = (first & second) | (both & (first | second));
  end
endmodule

`default_nettype wire
