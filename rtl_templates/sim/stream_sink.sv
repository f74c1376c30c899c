// SPDX-License-Identifier: Apache-2.0
//
// stream_sink: takes classifier sums into the testbench (simulation only); is ready whenever the testbench says.
`default_nettype none

module stream_sink #(
  parameter int index = 0
) (
  input  wire        aclk,
  input  wire        aresetn,
  input  wire [31:0] tdata,
  input  wire        tvalid,
  input  wire        tlast,
  output logic       tready
);
  import "DPI-C" function int ern_sink_ready(input int sink);
  import "DPI-C" function void ern_sink_beat(input int sink, input int value, input int last);
  initial tready = 1'b0;
  always @(posedge aclk) begin
    if (!aresetn) tready <= 1'b0;
    else begin
      if (tvalid & tready) ern_sink_beat(index, int'(tdata), int'(tlast));
      tready <= ern_sink_ready(index) != 0;
    end
  end
endmodule

`default_nettype wire
