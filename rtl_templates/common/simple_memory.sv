// SPDX-License-Identifier: Apache-2.0
//
// simple_memory: one write and one read port on one clock; data come one cycle after the address.
// memory = 0 (lut) is LUTRAM with an output register, 1 (block) is block RAM. A word read while it is written is old or
// new: its users never look at such a word.
`default_nettype none

module simple_memory #(
  parameter int width = 8,
  parameter int words = 2,
  parameter int memory = 0
) (
  input  wire              aclk,
  input  wire              write,
  input  wire  [(words > 1 ? $clog2(words) : 1)-1:0] write_address,
  input  wire  [width-1:0] write_data,
  input  wire  [(words > 1 ? $clog2(words) : 1)-1:0] read_address,
  output logic [width-1:0] read_data
);
  if (width < 1 || words < 1) begin : g_check_size
    $error("simple_memory: width and words must be at least 1");
  end
  if (memory != 0 && memory != 1) begin : g_check_memory
    $error("simple_memory: memory must be 0 (lut) or 1 (block)");
  end

  if (words == 1) begin : g_register
    logic [width-1:0] contents;
    always_ff @(posedge aclk) begin
      if (write) contents <= write_data;
      read_data <= contents;
    end
    wire unused = &{1'b0, write_address, read_address};
  end else if (memory == 1) begin : g_block
    (* ram_style = "block", no_rw_check *) logic [width-1:0] contents [0:words-1];
    always_ff @(posedge aclk) if (write) contents[write_address] <= write_data;
    always_ff @(posedge aclk) read_data <= contents[read_address];
  end else begin : g_lut
    (* ram_style = "distributed" *) logic [width-1:0] contents [0:words-1];
    always_ff @(posedge aclk) if (write) contents[write_address] <= write_data;
    always_ff @(posedge aclk) read_data <= contents[read_address];
  end
endmodule

`default_nettype wire
