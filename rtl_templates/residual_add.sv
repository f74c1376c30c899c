// SPDX-License-Identifier: Apache-2.0
//
// residual_add: sum of two integer streams of one shape; a beat of each leaves with the sum's beat.
// The widths come from proven ranges, so sum_bits always holds the sum.
`default_nettype none

module residual_add #(
  parameter int channels = 4,
  parameter int stream_channels_in_0 = 1,
  parameter int stream_channels_in_1 = 1,
  parameter int stream_channels = 1,
  parameter int bits_0 = 8,
  parameter int bits_1 = 8,
  parameter int signed_0 = 1,
  parameter int signed_1 = 1,
  parameter int sum_bits = 9
) (
  input  wire                                     aclk,
  input  wire                                     aresetn,
  input  wire  [stream_channels_in_0*bits_0-1:0]  s_axis_0_tdata,
  input  wire                                     s_axis_0_tvalid,
  output logic                                    s_axis_0_tready,
  input  wire  [stream_channels_in_1*bits_1-1:0]  s_axis_1_tdata,
  input  wire                                     s_axis_1_tvalid,
  output logic                                    s_axis_1_tready,
  output logic [stream_channels*sum_bits-1:0]     m_axis_tdata,
  output logic                                    m_axis_tvalid,
  input  wire                                     m_axis_tready
);
  if (channels % stream_channels != 0 || channels % stream_channels_in_0 != 0
      || channels % stream_channels_in_1 != 0) begin : g_check_channels
    $error("residual_add: stream_channels of all three streams must divide channels");
  end
  if (sum_bits < bits_0 || sum_bits < bits_1) begin : g_check_bits
    $error("residual_add: sum_bits must be at least bits_0 and bits_1");
  end

  logic [stream_channels*bits_0-1:0] data_0;
  logic [stream_channels*bits_1-1:0] data_1;
  logic valid_0, valid_1, ready_0, ready_1;
  stream_resize #(.width(bits_0), .channels_in(stream_channels_in_0), .channels_out(stream_channels)) u_resize_0 (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_0_tdata), .s_axis_tvalid(s_axis_0_tvalid),
    .s_axis_tready(s_axis_0_tready), .m_axis_tdata(data_0), .m_axis_tvalid(valid_0), .m_axis_tready(ready_0)
  );
  stream_resize #(.width(bits_1), .channels_in(stream_channels_in_1), .channels_out(stream_channels)) u_resize_1 (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_1_tdata), .s_axis_tvalid(s_axis_1_tvalid),
    .s_axis_tready(s_axis_1_tready), .m_axis_tdata(data_1), .m_axis_tvalid(valid_1), .m_axis_tready(ready_1)
  );

  assign m_axis_tvalid = valid_0 & valid_1;
  assign ready_0 = valid_1 & m_axis_tready;
  assign ready_1 = valid_0 & m_axis_tready;
  for (genvar s = 0; s < stream_channels; s++) begin : g_channel
    wire [sum_bits-1:0] term_0, term_1;
    if (signed_0 != 0) begin : g_signed_0
      assign term_0 = sum_bits'(signed'(data_0[s*bits_0 +: bits_0]));
    end else begin : g_unsigned_0
      assign term_0 = sum_bits'(data_0[s*bits_0 +: bits_0]);
    end
    if (signed_1 != 0) begin : g_signed_1
      assign term_1 = sum_bits'(signed'(data_1[s*bits_1 +: bits_1]));
    end else begin : g_unsigned_1
      assign term_1 = sum_bits'(data_1[s*bits_1 +: bits_1]);
    end
    assign m_axis_tdata[s*sum_bits +: sum_bits] = term_0 + term_1;
  end
endmodule

`default_nettype wire
