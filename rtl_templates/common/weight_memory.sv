// SPDX-License-Identifier: Apache-2.0
//
// weight_memory: `words` words of `width` bits behind weight_feed, read in a pipeline that moves with `enable` only: the
// word of `address` stands on `data` after one enabled cycle and stays there until the next one. `ready`: contents may
// be read. memory = 0 (lut) keeps the contents in logic, 1 (block) in block RAM, 2 (ultra) in UltraRAM that is filled over
// `load` before `ready` (weight_ultra).
`default_nettype none

module weight_memory #(
  parameter int width = 8,
  parameter int words = 1,
  parameter int memory = 0,
  parameter MEMORY_FILE = ""
) (
  input  wire              aclk,
  input  wire              aresetn,
  input  wire  [74:0]      load,
  input  wire              load_turn,
  output logic             load_done,
  input  wire              enable,
  input  wire  [(words > 1 ? $clog2(words) : 1)-1:0] address,
  output logic [width-1:0] data,
  output logic             ready
);
  if (width < 1 || words < 1) begin : g_check_size
    $error("weight_memory: width and words must be at least 1");
  end
  if (memory < 0 || memory > 2) begin : g_check_memory
    $error("weight_memory: memory must be 0 (lut), 1 (block) or 2 (ultra)");
  end

  // verilator lint_off WIDTHEXPAND
  localparam bit filled = MEMORY_FILE != "";
  // verilator lint_on WIDTHEXPAND
  if (memory != 2) begin : g_given
    assign ready = 1'b1;
    assign load_done = 1'b1;
    wire unused = &{1'b0, aresetn, load, load_turn};
  end

  // verilator lint_off UNDRIVEN
  if (memory == 2) begin : g_ultra
    assign ready = !load[0];
    weight_ultra #(.width(width), .words(words)) u_ultra (
      .aclk(aclk), .aresetn(aresetn), .load(load), .load_turn(load_turn), .load_done(load_done), .enable(enable),
      .address(address), .data(data)
    );
  end else if (words == 1) begin : g_constant
    logic [width-1:0] contents [0:0];
    if (filled) begin : g_file
      initial $readmemh(MEMORY_FILE, contents);
    end
    always_ff @(posedge aclk) data <= contents[0];
    wire unused_address = &{1'b0, address, enable};
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
