// SPDX-License-Identifier: Apache-2.0
//
// stream_output: classifier sums, one class a beat, sign-extended to 32 bits, with tlast on the last class of a frame.
`default_nettype none

module stream_output #(
  parameter int channels = 10,
  parameter int bits = 12,
  parameter int is_signed = 1
) (
  input  wire              aclk,
  input  wire              aresetn,
  input  wire  [bits-1:0]  s_axis_tdata,
  input  wire              s_axis_tvalid,
  output logic             s_axis_tready,
  output logic [31:0]      m_axis_tdata,
  output logic             m_axis_tvalid,
  output logic             m_axis_tlast,
  input  wire              m_axis_tready
);
  if (bits < 1 || bits > 32 || channels < 1) begin : g_check_bits
    $error("stream_output: bits must lie in 1 to 32 and channels be at least 1");
  end

  localparam int channel_bits = channels > 1 ? $clog2(channels) : 1;
  logic [channel_bits-1:0] channel;
  assign m_axis_tlast = channel == channel_bits'(channels - 1);
  assign m_axis_tvalid = s_axis_tvalid;
  assign s_axis_tready = m_axis_tready;
  if (is_signed != 0) begin : g_signed
    assign m_axis_tdata = 32'(signed'(s_axis_tdata));
  end else begin : g_unsigned
    assign m_axis_tdata = 32'(s_axis_tdata);
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) channel <= '0;
    else if (m_axis_tvalid & m_axis_tready) channel <= m_axis_tlast ? '0 : channel + 1'b1;
  end
endmodule

`default_nettype wire
