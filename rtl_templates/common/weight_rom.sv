// SPDX-License-Identifier: Apache-2.0
//
// weight_rom: `words` constant words of `width` bits from MEMORY_FILE ($readmemh), read one cycle after the address
// while `enable`.
// memory = 0 (lut) keeps the contents in logic, 1 (block) in block RAM. A module of its own so that hierarchical synthesis
// can cache it by its contents, and so that weights can change without touching the arithmetic. Kept
// apart in flat runs, where the logic around it would spoil its tables.
`default_nettype none

(* keep_hierarchy *)
module weight_rom #(
  parameter int width = 8,
  parameter int words = 1,
  parameter int memory = 0,
  parameter MEMORY_FILE = ""
) (
  input  wire              aclk,
  input  wire              enable,
  input  wire  [(words > 1 ? $clog2(words) : 1)-1:0] address,
  output logic [width-1:0] data
);
  if (width < 1 || words < 1) begin : g_check_size
    $error("weight_rom: width and words must be at least 1");
  end
  if (memory != 0 && memory != 1) begin : g_check_memory
    $error("weight_rom: memory must be 0 (lut) or 1 (block)");
  end

  // verilator lint_off WIDTHEXPAND
  localparam bit filled = MEMORY_FILE != "";
  // verilator lint_on WIDTHEXPAND

  // verilator lint_off UNDRIVEN
  if (words == 1) begin : g_constant
    logic [width-1:0] contents [0:0];
    if (filled) begin : g_file
      initial $readmemh(MEMORY_FILE, contents);
    end
    always_ff @(posedge aclk) if (enable) data <= contents[0];
    wire unused = &{1'b0, address};
  end else if (memory == 1) begin : g_block
    (* rom_style = "block", ram_style = "block" *) logic [width-1:0] contents [0:words-1];
    if (filled) begin : g_file
      initial $readmemh(MEMORY_FILE, contents);
    end
    always_ff @(posedge aclk) if (enable) data <= contents[address];
  end else begin : g_lut
    (* rom_style = "logic", ram_style = "logic" *) logic [width-1:0] contents [0:words-1];
    if (filled) begin : g_file
      initial $readmemh(MEMORY_FILE, contents);
    end
    always_ff @(posedge aclk) if (enable) data <= contents[address];
  end
  // verilator lint_on UNDRIVEN
endmodule

`default_nettype wire
