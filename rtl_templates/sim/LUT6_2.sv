// SPDX-License-Identifier: Apache-2.0
//
// LUT6_2: what the primitive of 7 series and UltraScale does (UG953, UG974): O6 any function of six inputs, O5 the lower
// half of the table. For simulation alone: synthesis has its own cell of this name.
`default_nettype none

module LUT6_2 #(
  parameter logic [63:0] INIT = 64'h0
) (
  input  wire I0,
  input  wire I1,
  input  wire I2,
  input  wire I3,
  input  wire I4,
  input  wire I5,
  output wire O6,
  output wire O5
);
  assign O6 = INIT[{I5, I4, I3, I2, I1, I0}];
  assign O5 = INIT[{1'b0, I4, I3, I2, I1, I0}];
endmodule

`default_nettype wire
