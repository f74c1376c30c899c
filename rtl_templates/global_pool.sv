// SPDX-License-Identifier: Apache-2.0
//
// global_pool: integer sum over height*width pixels. A beat a cycle in; partial sums sit in LUTRAM, one word a channel
// group. The sums of the last pixel go straight out, stream_channels a beat, so the next frame starts at once.
// shift: bits that the sums so far move up before a pixel is added (2: pixels are digits, the most significant first).
`default_nettype none

module global_pool #(
  parameter int height = 4,
  parameter int width = 4,
  parameter int channels = 10,
  parameter int stream_channels_in = 1,
  parameter int stream_channels = 1,
  parameter int acc_bits = 8,
  parameter int acc_signed = 1,
  parameter int sum_bits = 12,
  parameter int shift = 0
) (
  input  wire                                     aclk,
  input  wire                                     aresetn,
  input  wire  [stream_channels_in*acc_bits-1:0]  s_axis_tdata,
  input  wire                                     s_axis_tvalid,
  output logic                                    s_axis_tready,
  output logic [stream_channels*sum_bits-1:0]     m_axis_tdata,
  output logic                                    m_axis_tvalid,
  input  wire                                     m_axis_tready
);
  if (channels % stream_channels_in != 0 || channels % stream_channels != 0) begin : g_check_channels
    $error("global_pool: stream_channels_in and stream_channels must divide channels");
  end
  if (shift < 0 || shift >= sum_bits) begin : g_check_shift
    $error("global_pool: shift must lie in 0 to sum_bits - 1");
  end
  if (height < 1 || width < 1 || sum_bits < acc_bits) begin : g_check_size
    $error("global_pool: height and width must be at least 1, sum_bits at least acc_bits");
  end

  localparam int groups = channels / stream_channels_in;
  localparam int group_bits = groups > 1 ? $clog2(groups) : 1;
  localparam int sums_bits = stream_channels_in * sum_bits;

  logic [group_bits-1:0] group;
  logic first_pixel, last_pixel;
  wire group_end = group == group_bits'(groups - 1);
  logic sums_ready;
  wire move = s_axis_tvalid & s_axis_tready;
  assign s_axis_tready = !last_pixel | sums_ready;
  wrap_counter #(.count(height * width)) u_pixel (
    .aclk(aclk), .aresetn(aresetn), .enable(move & group_end), .last(last_pixel)
  );

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      group <= '0;
      first_pixel <= 1'b1;
    end else if (move) begin
      group <= group_end ? '0 : group + 1'b1;
      if (group_end) first_pixel <= last_pixel;
    end
  end

  (* ram_style = "distributed" *) logic [sums_bits-1:0] partial [0:(1 << group_bits)-1];
  wire [sums_bits-1:0] former = partial[group];
  logic [sums_bits-1:0] sums;
  always_ff @(posedge aclk) if (move) partial[group] <= sums;
  for (genvar s = 0; s < stream_channels_in; s++) begin : g_channel
    wire [sum_bits-1:0] term;
    if (acc_signed != 0) begin : g_signed
      assign term = sum_bits'(signed'(s_axis_tdata[s*acc_bits +: acc_bits]));
    end else begin : g_unsigned
      assign term = sum_bits'(s_axis_tdata[s*acc_bits +: acc_bits]);
    end
    assign sums[s*sum_bits +: sum_bits] = (first_pixel ? '0 : former[s*sum_bits +: sum_bits] << shift) + term;
  end

  stream_resize #(.width(sum_bits), .channels_in(stream_channels_in), .channels_out(stream_channels)) u_resize (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(sums), .s_axis_tvalid(s_axis_tvalid & last_pixel),
    .s_axis_tready(sums_ready), .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready)
  );
endmodule

`default_nettype wire
