// SPDX-License-Identifier: Apache-2.0
//
// binary_conv: one-bit weights times two-bit codes, window + conv_unit + weight memory (docs/semantics.md).
// pe output channels and simd = kernel_h*kernel_w*depth products of each in a cycle;
// out_height*out_width * steps * max(output_groups, kernel_w) cycles a frame.
// memory: where weights sit, row_memory: where image rows sit; 0 LUT, 1 block RAM, 2 (weights only) UltraRAM that is
// filled over `load` (weight_ultra).
// plain: 0 for LUT6 families, 1 for LUT4 families.
`default_nettype none

module binary_conv #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int out_channels = 4,
  parameter int kernel_h = 3,
  parameter int kernel_w = 3,
  parameter int stride_h = 1,
  parameter int stride_w = 1,
  parameter int padding_h = 1,
  parameter int padding_w = 1,
  parameter int pe = 2,
  parameter int depth = 2,
  parameter int stream_channels_in = 1,
  parameter int stream_channels = 1,
  parameter int acc_bits = 8,
  parameter int constant_bits = 8,
  parameter int memory = 0,
  parameter int row_memory = 0,
  parameter int plain = 0,
  parameter WEIGHT_FILE = "",
  parameter CONSTANT_FILE = ""
) (
  input  wire                               aclk,
  input  wire                               aresetn,
  input  wire  [74:0]                       load,
  input  wire                               load_turn,
  output logic                              load_done,
  input  wire  [2*stream_channels_in-1:0]   s_axis_tdata,
  input  wire                               s_axis_tvalid,
  output logic                              s_axis_tready,
  output logic [stream_channels*acc_bits-1:0] m_axis_tdata,
  output logic                              m_axis_tvalid,
  input  wire                               m_axis_tready
);
  if (in_channels % stream_channels_in != 0) begin : g_check_stream
    $error("binary_conv: stream_channels_in must divide in_channels");
  end

  localparam int simd = kernel_h * kernel_w * depth;
  localparam int steps = in_channels / depth;
  localparam int output_groups = (out_channels + pe - 1) / pe;
  localparam int weight_words = output_groups * steps;
  localparam int address_bits = weight_words > 1 ? $clog2(weight_words) : 1;

  logic [2*depth-1:0] word;
  logic word_valid, word_ready;
  stream_resize #(.width(2), .channels_in(stream_channels_in), .channels_out(depth)) u_resize (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready), .m_axis_tdata(word), .m_axis_tvalid(word_valid), .m_axis_tready(word_ready)
  );

  logic go, issue, first_step, last_step, last_pass;
  logic [2*simd-1:0] codes;
  window #(
    .height(height), .width(width), .in_channels(in_channels), .depth(depth), .kernel_h(kernel_h), .kernel_w(kernel_w),
    .stride_h(stride_h), .stride_w(stride_w), .padding_h(padding_h), .padding_w(padding_w),
    .output_groups(output_groups), .row_memory(row_memory)
  ) u_window (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(word), .s_axis_tvalid(word_valid), .s_axis_tready(word_ready),
    .go(go), .issue(issue), .first_step(first_step), .last_step(last_step), .last_pass(last_pass), .codes(codes)
  );

  // Weights follow their address after one cycle, as codes follow `issue`.
  logic [address_bits-1:0] address;
  logic valid_q, first_q, last_q;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      address <= '0;
      valid_q <= 1'b0;
    end else begin
      valid_q <= issue;
      if (issue) address <= last_step & last_pass ? '0 : address + 1'b1;
    end
    first_q <= first_step;
    last_q <= last_step;
  end
  wire [pe*simd-1:0] weights;
  wire ready;
  weight_memory #(.width(pe * simd), .words(weight_words), .memory(memory), .MEMORY_FILE(WEIGHT_FILE)) u_weights (
    .aclk(aclk), .aresetn(aresetn), .load(load), .load_turn(load_turn), .load_done(load_done), .enable(1'b1),
    .address(address), .data(weights), .ready(ready)
  );
  wire unused_ready = &{1'b0, ready};

  conv_unit #(
    .out_channels(out_channels), .pe(pe), .simd(simd), .steps(steps), .stream_channels(stream_channels),
    .acc_bits(acc_bits), .constant_bits(constant_bits), .plain(plain), .MEMORY_FILE(CONSTANT_FILE)
  ) u_unit (
    .aclk(aclk), .aresetn(aresetn), .go(go), .issue_last(issue & last_step), .valid(valid_q), .first_step(first_q),
    .last_step(last_q), .codes(codes), .weights(weights), .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready)
  );
endmodule

`default_nettype wire
