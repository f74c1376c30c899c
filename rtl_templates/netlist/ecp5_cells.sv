// SPDX-License-Identifier: Apache-2.0
//
// Behaviour of the cells of a placed and routed ECP5 netlist (flow/simulate/netlist.py writes it), simulation only.
// Sources: Lattice FPGA-TN-02204 (memory), the ECP5 family data sheet (slice), pin names of Project Trellis.
`default_nettype none

// One half of a carry cell: sum and carry out of a LUT whose lower four entries make the second operand.
module ecp5_carry #(
  parameter logic [15:0] init = 16'd0,
  parameter int inject = 0
) (
  input  wire  [3:0] a,
  input  wire        cin,
  output wire        f,
  output wire        cout
);
  wire sum = init[a];
  wire operand = inject == 0 && init[{2'b00, a[1:0]}];
  assign f = sum ^ (inject == 0 && cin);
  assign cout = sum ? cin : operand;
endmodule

// A bit of distributed RAM, 16 deep: written at the clock, read at once.
module ecp5_ram16 #(
  parameter logic [15:0] init = 16'd0
) (
  input  wire        clock,
  input  wire        write,
  input  wire  [3:0] write_address,
  input  wire        data,
  input  wire  [3:0] address,
  output wire        f
);
  logic [15:0] memory;
  initial memory = init;
  always_ff @(posedge clock) if (write) memory[write_address] <= data;
  assign f = memory[address];
endmodule

// Block RAM of 18 Kb, two ports. Narrow words lie in the 16 data bits of a physical word; each byte has a ninth bit.
module ecp5_bram #(
  parameter int width_a = 18,
  parameter int width_b = 18,
  parameter int registered_a = 0,
  parameter int registered_b = 0,
  parameter logic [18431:0] init = '0
) (
  input  wire         clock_a,
  input  wire         enable_a,
  input  wire         write_a,
  input  wire         output_a,
  input  wire  [13:0] address_a,
  input  wire  [17:0] data_a,
  output logic [17:0] q_a,
  input  wire         clock_b,
  input  wire         enable_b,
  input  wire         write_b,
  input  wire         output_b,
  input  wire  [13:0] address_b,
  input  wire  [17:0] data_b,
  output logic [17:0] q_b
);
  logic [17:0] memory[1024];
  initial for (int w = 0; w < 1024; w++) memory[w] = init[18*w +: 18];

  // First bit of a beat within its physical word, where bit 8 and 17 are the ninth bits.
  function automatic int first(input int width, input logic [3:0] low);
    int bit_of_word;
    if (width == 18) return 0;
    bit_of_word = width == 9 ? int'({low[3], 3'd0}) : width == 4 ? int'({low[3:2], 2'd0})
      : width == 2 ? int'({low[3:1], 1'd0}) : int'(low);
    return bit_of_word >= 8 ? bit_of_word + 1 : bit_of_word;
  endfunction

  // What a write leaves in a physical word. At 18 bits, address bits 0 and 1 enable the bytes.
  function automatic logic [17:0] merged(input int width, input logic [3:0] low, input logic [17:0] word,
                                         input logic [17:0] data);
    logic [17:0] mask;
    if (width == 18) mask = {{9{low[1]}}, {9{low[0]}}};
    else mask = 18'((32'd1 << width) - 1) << first(width, low);
    return (word & ~mask) | ((width == 18 ? data : data << first(width, low)) & mask);
  endfunction

  logic [17:0] read_a, read_b;
  wire [17:0] limit_a = 18'((32'd1 << width_a) - 1);
  wire [17:0] limit_b = 18'((32'd1 << width_b) - 1);
  always_ff @(posedge clock_a) if (enable_a) begin
    read_a <= (memory[address_a[13:4]] >> first(width_a, address_a[3:0])) & limit_a;
    if (write_a) memory[address_a[13:4]] <= merged(width_a, address_a[3:0], memory[address_a[13:4]], data_a);
  end
  always_ff @(posedge clock_b) if (enable_b) begin
    read_b <= (memory[address_b[13:4]] >> first(width_b, address_b[3:0])) & limit_b;
    if (write_b) memory[address_b[13:4]] <= merged(width_b, address_b[3:0], memory[address_b[13:4]], data_b);
  end
  if (registered_a != 0) begin : g_registered_a
    always_ff @(posedge clock_a) if (output_a) q_a <= read_a;
  end else begin : g_direct_a
    assign q_a = read_a;
  end
  if (registered_b != 0) begin : g_registered_b
    always_ff @(posedge clock_b) if (output_b) q_b <= read_b;
  end else begin : g_direct_b
    assign q_b = read_b;
  end
endmodule

`default_nettype wire
