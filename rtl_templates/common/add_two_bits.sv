// SPDX-License-Identifier: Apache-2.0
//
// add_two_bits: sum of two 2-bit numbers, one LUT4 a bit.
// A module of its own, because logic optimisation of a flat netlist would unfold the carry into wide multiplexers.
`default_nettype none

(* keep_hierarchy *)
module add_two_bits (
  input  wire [1:0] one,
  input  wire [1:0] other,
  output wire [2:0] sum
);
  assign sum = 3'(one) + 3'(other);
endmodule

`default_nettype wire
