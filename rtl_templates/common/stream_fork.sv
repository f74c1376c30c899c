// SPDX-License-Identifier: Apache-2.0
//
// stream_fork: one stream to `outputs` consumers; a beat leaves the input when every consumer has taken it.
// Each output keeps its own `done` bit, so consumers may take a beat in different cycles and no valid waits for a ready.
`default_nettype none

module stream_fork #(
  parameter int width = 8,
  parameter int outputs = 2
) (
  input  wire                aclk,
  input  wire                aresetn,
  input  wire  [width-1:0]   s_axis_tdata,
  input  wire                s_axis_tvalid,
  output logic               s_axis_tready,
  output logic [width-1:0]   m_axis_tdata,
  output logic [outputs-1:0] m_axis_tvalid,
  input  wire  [outputs-1:0] m_axis_tready
);
  if (width < 1 || outputs < 1) begin : g_check_size
    $error("stream_fork: width and outputs must be at least 1");
  end

  logic [outputs-1:0] done;
  wire [outputs-1:0] taken = done | m_axis_tready;

  assign m_axis_tdata = s_axis_tdata;
  assign m_axis_tvalid = {outputs{s_axis_tvalid}} & ~done;
  assign s_axis_tready = &taken;

  always_ff @(posedge aclk) begin
    if (!aresetn) done <= '0;
    else if (s_axis_tvalid) done <= s_axis_tready ? '0 : taken;
  end
endmodule

`default_nettype wire
