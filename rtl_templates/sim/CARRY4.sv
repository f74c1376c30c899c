// SPDX-License-Identifier: Apache-2.0
//
// CARRY4: what the carry chain of a 7 series slice does (UG474); CI and CYINIT are never both in use.
// For simulation alone: synthesis has its own cell of this name.
`default_nettype none

module CARRY4 (
  input  wire        CI,
  input  wire        CYINIT,
  input  wire  [3:0] S,
  input  wire  [3:0] DI,
  output wire  [3:0] O,
  output wire  [3:0] CO
);
  wire start = CI | CYINIT;
  wire carry_0 = S[0] ? start : DI[0];
  wire carry_1 = S[1] ? carry_0 : DI[1];
  wire carry_2 = S[2] ? carry_1 : DI[2];
  wire carry_3 = S[3] ? carry_2 : DI[3];
  assign O = S ^ {carry_2, carry_1, carry_0, start};
  assign CO = {carry_3, carry_2, carry_1, carry_0};
endmodule

`default_nettype wire
