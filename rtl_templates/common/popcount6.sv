// SPDX-License-Identifier: Apache-2.0
//
// popcount6: how many of six bits are set; three LUT6, one level, no carry.
// Truth tables, because a sum would become a carry chain; a module of its own, because logic optimisation of a flat
// netlist splits it into more and deeper LUTs.
`default_nettype none

(* keep_hierarchy *)
module popcount6 (
  input  wire  [5:0] bits,
  output logic [2:0] count
);
  localparam logic [63:0] weight_1 = 64'h6996966996696996;
  localparam logic [63:0] weight_2 = 64'h8117177e177e7ee8;
  localparam logic [63:0] weight_4 = 64'hfee8e880e8808000;
  assign count = {weight_4[bits], weight_2[bits], weight_1[bits]};
endmodule

`default_nettype wire
