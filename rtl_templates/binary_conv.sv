// SPDX-License-Identifier: Apache-2.0
//
// binary_conv: one-bit weights times two-bit codes, window + conv_unit + weight_feed (docs/semantics.md).
// pe output channels and simd products of each in a cycle; simd = kernel_h*kernel_w*depth, or kernel_h*depth with
// by_column, where kernel columns come one after another. hold: pixels of a row that a weight word is kept for.
// pixels_in: neighbouring pixels of a row a beat, all channels of each (window_wide): depth is in_channels, hold is 1.
// memory: where weights sit; row_memory, window_memory, order_memory: where image rows, the columns of the window and
// sums on their way out sit; 0 LUT, 1 block RAM, 2 (weights only) UltraRAM that is filled over `load` (weight_ultra).
// arithmetic: form of the lanes (lane_sum), 0 portable, 1 plain (LUT4), 2 CARRY4, 3 CARRY8.
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
  parameter int row_channels = 2,
  parameter int hold = 1,
  parameter int by_column = 0,
  parameter int pixels_in = 1,
  parameter int stream_channels_in = 1,
  parameter int stream_channels = 1,
  parameter int acc_bits = 8,
  parameter int constant_bits = 8,
  parameter int memory = 0,
  parameter int row_memory = 0,
  parameter int window_memory = 0,
  parameter int order_memory = 0,
  parameter int arithmetic = 0,
  parameter WEIGHT_FILE = "",
  parameter CONSTANT_FILE = ""
) (
  input  wire                               aclk,
  input  wire                               aresetn,
  input  wire  [74:0]                       load,
  input  wire                               load_turn,
  output logic                              load_done,
  input  wire  [2*stream_channels_in*pixels_in-1:0] s_axis_tdata,
  input  wire                               s_axis_tvalid,
  output logic                              s_axis_tready,
  output logic [stream_channels*acc_bits-1:0] m_axis_tdata,
  output logic                              m_axis_tvalid,
  input  wire                               m_axis_tready
);
  if (in_channels % stream_channels_in != 0) begin : g_check_stream
    $error("binary_conv: stream_channels_in must divide in_channels");
  end
  if (pixels_in > 1 && (stream_channels_in != in_channels || depth != in_channels || hold != 1 || by_column != 0)) begin : g_check_pixels
    $error("binary_conv: beats of several pixels have all channels, and so has depth; hold is 1, by_column 0");
  end

  localparam int slices = in_channels / depth;
  localparam int simd = kernel_h * (by_column != 0 ? 1 : kernel_w) * depth;
  localparam int steps = by_column != 0 ? kernel_w * slices : slices;
  localparam int output_groups = (out_channels + pe - 1) / pe;
  localparam int weight_words = output_groups * steps;

  logic primed, go, claim, valid, fresh, first_step, last_step;
  logic [2*simd-1:0] codes;
  if (pixels_in > 1) begin : g_wide
    window_wide #(
      .height(height), .width(width), .in_channels(in_channels), .pixels_in(pixels_in), .kernel_h(kernel_h),
      .kernel_w(kernel_w), .stride_h(stride_h), .stride_w(stride_w), .padding_h(padding_h), .padding_w(padding_w),
      .output_groups(output_groups), .row_memory(row_memory)
    ) u_window (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .primed(primed), .go(go), .claim(claim), .valid(valid), .fresh(fresh),
      .first_step(first_step), .last_step(last_step), .codes(codes)
    );
    // verilator lint_off UNUSEDPARAM
    localparam int unused_memory = window_memory + row_channels;
    // verilator lint_on UNUSEDPARAM
  end else begin : g_narrow
    logic [2*row_channels-1:0] word;
    logic word_valid, word_ready;
    stream_resize #(.width(2), .channels_in(stream_channels_in), .channels_out(row_channels)) u_resize (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .m_axis_tdata(word), .m_axis_tvalid(word_valid), .m_axis_tready(word_ready)
    );
    window #(
      .height(height), .width(width), .in_channels(in_channels), .row_channels(row_channels), .depth(depth),
      .kernel_h(kernel_h), .kernel_w(kernel_w), .stride_h(stride_h), .stride_w(stride_w), .padding_h(padding_h),
      .padding_w(padding_w), .output_groups(output_groups), .hold(hold), .by_column(by_column),
      .row_memory(row_memory), .window_memory(window_memory)
    ) u_window (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(word), .s_axis_tvalid(word_valid), .s_axis_tready(word_ready),
      .primed(primed), .go(go), .claim(claim), .valid(valid), .fresh(fresh), .first_step(first_step),
      .last_step(last_step), .codes(codes)
    );
  end

  wire [pe*simd-1:0] weights;
  weight_feed #(
    .width(pe * simd), .words(weight_words), .parts(weight_words == 1 ? 1 : hold), .memory(memory),
    .MEMORY_FILE(WEIGHT_FILE)
  ) u_weights (
    .aclk(aclk), .aresetn(aresetn), .load(load), .load_turn(load_turn), .load_done(load_done), .take(valid & fresh),
    .primed(primed), .word(weights)
  );

  conv_unit #(
    .out_channels(out_channels), .pe(pe), .simd(simd), .steps(steps), .hold(hold), .stream_channels(stream_channels),
    .acc_bits(acc_bits), .constant_bits(constant_bits), .order_memory(order_memory), .arithmetic(arithmetic),
    .MEMORY_FILE(CONSTANT_FILE)
  ) u_unit (
    .aclk(aclk), .aresetn(aresetn), .go(go), .claim(claim), .valid(valid), .fresh(fresh), .first_step(first_step),
    .last_step(last_step), .codes(codes), .weights(weights), .m_axis_tdata(m_axis_tdata),
    .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready)
  );
endmodule

`default_nettype wire
