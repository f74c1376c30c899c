// SPDX-License-Identifier: Apache-2.0
//
// weight_feed: the weight words of a convolution, over and over in address order, each read from the memory in `parts`
// pieces (part r of word k at address k*parts + r, bits [r*part_bits +: part_bits] of the word, part_bits =
// ceil(width/parts)). The next word is collected while the present one is in use, so the memory is 1/parts as wide.
// Behind a block memory stands a register: the one that takes the whole word over, or one more where parts are collected.
//
// `primed` comes up when the first word is there. From then on `word` is valid in every cycle with `take`, if takes are
// at least `parts` cycles apart. While the memory is not `ready` nothing is read, and reading starts anew.
`default_nettype none

module weight_feed #(
  parameter int width = 8,
  parameter int words = 1,
  parameter int parts = 1,
  parameter int memory = 0,
  parameter MEMORY_FILE = ""
) (
  input  wire              aclk,
  input  wire              aresetn,
  input  wire  [74:0]      load,
  input  wire              load_turn,
  output logic             load_done,
  input  wire              take,
  output logic             primed,
  output logic [width-1:0] word
);
  if (width < 1 || words < 1 || parts < 1) begin : g_check_size
    $error("weight_feed: width, words and parts must be at least 1");
  end

  localparam int latency = parts > 1 && memory != 0 ? 2 : 1;
  localparam int part_bits = (width + parts - 1) / parts;
  localparam int reads = words * parts;
  localparam int address_bits = reads > 1 ? $clog2(reads) : 1;
  localparam int part_count_bits = parts > 1 ? $clog2(parts) : 1;

  logic [part_bits-1:0] data;
  wire [part_bits-1:0] read;
  wire ready;
  logic [address_bits-1:0] address;
  logic [latency-1:0] arriving;
  logic [part_count_bits-1:0] kept;
  wire arrived = arriving[latency-1];
  wire whole = kept == part_count_bits'(parts - 1);
  wire enable = !arrived | !whole | take;

  weight_memory #(.width(part_bits), .words(reads), .memory(memory), .MEMORY_FILE(MEMORY_FILE)) u_memory (
    .aclk(aclk), .aresetn(aresetn), .load(load), .load_turn(load_turn), .load_done(load_done), .enable(enable),
    .address(address), .data(read), .ready(ready)
  );
  if (latency == 1) begin : g_read
    assign data = read;
  end else begin : g_registered
    always_ff @(posedge aclk) if (enable) data <= read;
  end

  always_ff @(posedge aclk) begin
    if (!aresetn | !ready) begin
      address <= '0;
      arriving <= '0;
      kept <= '0;
      primed <= 1'b0;
    end else begin
      if (enable) begin
        arriving <= latency'({arriving, 1'b1});
        address <= address == address_bits'(reads - 1) ? '0 : address + 1'b1;
      end
      if (arrived & enable) kept <= whole ? '0 : kept + 1'b1;
      if (arrived & whole) primed <= 1'b1;
    end
  end

  // Parts that came before the last one; the last one is taken from the memory's own output.
  if (parts == 1) begin : g_direct
    assign word = data;
  end else begin : g_collect
    localparam int kept_bits = (parts - 1) * part_bits;
    logic [kept_bits-1:0] collected;
    wire [parts*part_bits-1:0] all = {data, collected};
    assign word = all[width-1:0];
    if (parts == 2) begin : g_one
      always_ff @(posedge aclk) if (arrived & !whole) collected <= data;
    end else begin : g_many
      always_ff @(posedge aclk) if (arrived & !whole) collected <= {data, collected[kept_bits-1:part_bits]};
    end
    if (parts * part_bits > width) begin : g_unused
      wire unused = &{1'b0, all[parts*part_bits-1:width]};
    end
  end
endmodule

`default_nettype wire
