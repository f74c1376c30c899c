// SPDX-License-Identifier: Apache-2.0
//
// agree_three: in how many of three pairs of bits the two are equal; two LUT6.
// Truth tables in a module of its own for the same reason as six_counter; pair i is bits 2i and 2i+1.
`default_nettype none

(* keep_hierarchy *)
module agree_three (
  input  wire [5:0] bits,
  output wire [1:0] count
);
  localparam logic [63:0] weight_1 = 64'h9669699669969669;
  localparam logic [63:0] weight_2 = 64'hf99f90099009f99f;
  assign count = {weight_2[bits], weight_1[bits]};
endmodule

`default_nettype wire
