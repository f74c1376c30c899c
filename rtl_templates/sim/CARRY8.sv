// SPDX-License-Identifier: Apache-2.0
//
// CARRY8: what the carry chain of an UltraScale slice does (UG574): one chain of eight positions, or two of four
// (CARRY_TYPE DUAL_CY4, the upper one starts with CI_TOP). For simulation alone: synthesis has its own cell of this name.
`default_nettype none

module CARRY8 #(
  parameter CARRY_TYPE = "SINGLE_CY8"
) (
  input  wire        CI,
  input  wire        CI_TOP,
  input  wire  [7:0] S,
  input  wire  [7:0] DI,
  output wire  [7:0] O,
  output wire  [7:0] CO
);
  // verilator lint_off WIDTHEXPAND
  localparam bit dual = CARRY_TYPE == "DUAL_CY4";
  // verilator lint_on WIDTHEXPAND
  wire carry_0 = S[0] ? CI : DI[0];
  wire carry_1 = S[1] ? carry_0 : DI[1];
  wire carry_2 = S[2] ? carry_1 : DI[2];
  wire carry_3 = S[3] ? carry_2 : DI[3];
  wire middle = dual ? CI_TOP : carry_3;
  wire carry_4 = S[4] ? middle : DI[4];
  wire carry_5 = S[5] ? carry_4 : DI[5];
  wire carry_6 = S[6] ? carry_5 : DI[6];
  wire carry_7 = S[7] ? carry_6 : DI[7];
  assign O = S ^ {carry_6, carry_5, carry_4, middle, carry_2, carry_1, carry_0, CI};
  assign CO = {carry_7, carry_6, carry_5, carry_4, carry_3, carry_2, carry_1, carry_0};
endmodule

`default_nettype wire
