// SPDX-License-Identifier: Apache-2.0
//
// Behaviour of the cells of a placed and routed Nexus netlist (flow/simulate/netlist.py writes it), simulation only.
// Sources: the CrossLink-NX family data sheet (slice), Lattice FPGA-TN-02094 (memory), pin names of Project Oxide.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off WIDTHCONCAT */
`default_nettype none

// One half of a carry cell: a LUT whose output decides whether the carry passes; if not, the LUT of its three lower
// inputs makes it.
module nexus_carry #(
  parameter logic [15:0] init = 16'd0
) (
  input  wire  [3:0] a,
  input  wire        cin,
  output wire        f,
  output wire        cout
);
  wire sum = init[a];
  assign f = sum ^ cin;
  assign cout = sum ? cin : init[{1'b0, a[2:0]}];
endmodule

// A bit of distributed RAM, 16 deep: written at the clock, read at once.
module nexus_ram16 (
  input  wire        clock,
  input  wire        write,
  input  wire  [3:0] write_address,
  input  wire        data,
  input  wire  [3:0] address,
  output wire        f
);
  logic [15:0] memory;
  initial memory = '0;
  always_ff @(posedge clock) if (write) memory[write_address] <= data;
  assign f = memory[address];
endmodule

// Block RAM of 18 Kb with a write and a read port of one clock; a read sees what was there before the write. A physical
// word is four bytes of nine bits; words of 1, 2 and 4 bits leave the ninth out.
module nexus_bram #(
  parameter int width_w = 36,
  parameter int width_r = 36,
  parameter logic [18431:0] init = '0
) (
  input  wire         clock,
  input  wire         write,
  input  wire  [13:0] write_address,
  input  wire  [35:0] data,
  input  wire         read,
  input  wire  [13:0] address,
  output logic [35:0] q
);
  logic [35:0] memory[512];
  initial for (int w = 0; w < 512; w++) memory[w] = init[36*w +: 36];

  // First bit of a beat within its physical word.
  function automatic int first(input int width, input logic [4:0] low);
    int bit_of_byte;
    bit_of_byte = width >= 9 ? 0 : width == 4 ? int'({low[2], 2'd0}) : width == 2 ? int'({low[2:1], 1'd0})
      : int'(low[2:0]);
    return width == 36 ? 0 : width == 18 ? 18 * int'(low[4]) : 9 * int'(low[4:3]) + bit_of_byte;
  endfunction

  // Bits that a write changes. At 18 and 36 bits, the lowest address bits enable the bytes.
  function automatic logic [35:0] enabled(input int width, input logic [4:0] low);
    if (width == 36) return {{9{low[3]}}, {9{low[2]}}, {9{low[1]}}, {9{low[0]}}};
    if (width == 18) return {18'd0, {9{low[1]}}, {9{low[0]}}} << first(width, low);
    return 36'((37'd1 << width) - 1) << first(width, low);
  endfunction

  wire [35:0] mask = enabled(width_w, write_address[4:0]);
  wire [35:0] limit = 36'((37'd1 << width_r) - 1);
  always_ff @(posedge clock) begin
    if (read) q <= (memory[address[13:5]] >> first(width_r, address[4:0])) & limit;
    if (write)
      memory[write_address[13:5]] <=
        (memory[write_address[13:5]] & ~mask) | ((data << first(width_w, write_address[4:0])) & mask);
  end
endmodule

`default_nettype wire
