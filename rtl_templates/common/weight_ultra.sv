// SPDX-License-Identifier: Apache-2.0
//
// weight_ultra: `words` words of `width` bits in UltraRAM, read one enabled cycle after the address. It has no initial
// contents: the words come over the load port, rows of 72 bits, lowest row of word 0 first (docs/semantics.md).
//
// Two rows share an UltraRAM through both of its ports (2048 x 144); a last odd row has 4096 x 72. The write address
// takes the place of the read address while `load_busy`. `load` is {data, valid, clear, busy} of weight_loader;
// `load_turn` says that all memories before this one are full, `load_done` that this one is.
// ERN_NO_ULTRARAM (families without UltraRAM) puts the same memory into block RAM.
`default_nettype none

module weight_ultra #(
  parameter int width = 8,
  parameter int words = 2
) (
  input  wire              aclk,
  input  wire              aresetn,
  input  wire  [74:0]      load,
  input  wire              load_turn,
  output logic             load_done,
  input  wire              enable,
  input  wire  [(words > 1 ? $clog2(words) : 1)-1:0] address,
  output logic [width-1:0] data
);
  if (width < 1 || words < 1) begin : g_check_size
    $error("weight_ultra: width and words must be at least 1");
  end

  // verilator lint_off UNUSEDPARAM
`ifdef ERN_NO_ULTRARAM
  localparam STYLE = "block";
`else
  localparam STYLE = "ultra";
`endif
  // verilator lint_on UNUSEDPARAM
  localparam int address_bits = words > 1 ? $clog2(words) : 1;
  localparam int rows = (width + 71) / 72;
  localparam int row_bits = rows > 1 ? $clog2(rows) : 1;
  localparam int pairs = rows / 2;

  wire [71:0] load_data;
  wire load_valid, load_clear, load_busy;
  assign {load_data, load_valid, load_clear, load_busy} = load;
  logic [row_bits-1:0] row;
  logic [address_bits-1:0] place;
  wire write = load_busy & load_valid & load_turn & !load_done;
  wire read = !load_busy & enable;
  wire last_row = row == row_bits'(rows - 1);
  always_ff @(posedge aclk) begin
    if (!aresetn | load_clear) begin
      row <= '0;
      place <= '0;
      load_done <= 1'b0;
    end else if (write) begin
      row <= last_row ? '0 : row + 1'b1;
      if (last_row) begin
        place <= place + 1'b1;
        load_done <= place == address_bits'(words - 1);
      end
    end
  end

  wire [address_bits-1:0] chosen = load_busy ? place : address;
  // verilator lint_off UNUSEDSIGNAL
  logic [72*rows-1:0] word;
  // verilator lint_on UNUSEDSIGNAL
  for (genvar p = 0; p < pairs; p++) begin : g_pair
    (* ram_style = STYLE *) logic [143:0] contents [0:words-1];
    always_ff @(posedge aclk) begin
      if (write && row == row_bits'(2 * p)) contents[chosen][71:0] <= load_data;
      if (write && row == row_bits'(2 * p + 1)) contents[chosen][143:72] <= load_data;
      if (read) word[144*p +: 144] <= contents[chosen];
    end
  end
  if (rows % 2 == 1) begin : g_single
    (* ram_style = STYLE *) logic [71:0] contents [0:words-1];
    always_ff @(posedge aclk) begin
      if (write && last_row) contents[chosen] <= load_data;
      if (read) word[144*pairs +: 72] <= contents[chosen];
    end
  end
  assign data = word[width-1:0];
endmodule

`default_nettype wire
