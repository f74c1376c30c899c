// SPDX-License-Identifier: Apache-2.0
//
// digit_pool: sum of codes over height*width pixels, written as `digits` pixels of two-bit digits, the most significant
// first, so that a binary_conv can read it. A beat a cycle in; digits leave while the next frame is summed, and only its
// last pixel waits until they are gone.
`default_nettype none

module digit_pool #(
  parameter int height = 4,
  parameter int width = 4,
  parameter int channels = 8,
  parameter int stream_channels = 1,
  parameter int digits = 3
) (
  input  wire                          aclk,
  input  wire                          aresetn,
  input  wire  [2*stream_channels-1:0] s_axis_tdata,
  input  wire                          s_axis_tvalid,
  output logic                         s_axis_tready,
  output logic [2*stream_channels-1:0] m_axis_tdata,
  output logic                         m_axis_tvalid,
  input  wire                          m_axis_tready
);
  if (channels % stream_channels != 0) begin : g_check_channels
    $error("digit_pool: stream_channels must divide channels");
  end
  if (digits < 1 || 3 * height * width >= 1 << (2 * digits)) begin : g_check_digits
    $error("digit_pool: digits must hold 3*height*width");
  end

  localparam int groups = channels / stream_channels;
  localparam int group_bits = groups > 1 ? $clog2(groups) : 1;
  localparam int digit_bits = digits > 1 ? $clog2(digits) : 1;
  localparam int sums_bits = 2 * digits * stream_channels;

  wire [sums_bits-1:0] sums;
  wire sums_valid;
  logic leaving;
  global_pool #(
    .height(height), .width(width), .channels(channels), .stream_channels_in(stream_channels),
    .stream_channels(stream_channels), .acc_bits(2), .acc_signed(0), .sum_bits(2 * digits)
  ) u_sums (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready), .m_axis_tdata(sums), .m_axis_tvalid(sums_valid), .m_axis_tready(!leaving)
  );

  logic [group_bits-1:0] group;
  logic [digit_bits-1:0] digit;
  wire group_end = group == group_bits'(groups - 1);
  wire digit_end = digit == '0;
  assign m_axis_tvalid = leaving;
  wire move = leaving ? m_axis_tready : sums_valid;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      leaving <= 1'b0;
      group <= '0;
      digit <= digit_bits'(digits - 1);
    end else if (move) begin
      group <= group_end ? '0 : group + 1'b1;
      if (group_end) begin
        leaving <= !leaving | !digit_end;
        if (leaving) digit <= digit_end ? digit_bits'(digits - 1) : digit - 1'b1;
      end
    end
  end

  (* ram_style = "distributed" *) logic [sums_bits-1:0] totals [0:(1 << group_bits)-1];
  always_ff @(posedge aclk) if (sums_valid & !leaving) totals[group] <= sums;
  wire [sums_bits-1:0] total = totals[group];
  for (genvar s = 0; s < stream_channels; s++) begin : g_channel
    mux_tree #(.width(2), .words(digits)) u_digit (
      .data(total[2*digits*s +: 2*digits]), .index(digit), .word(m_axis_tdata[2*s +: 2])
    );
  end
endmodule

`default_nettype wire
