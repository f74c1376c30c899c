// SPDX-License-Identifier: Apache-2.0
//
// stream_probe: hands every beat of a stream to the testbench (simulation only), 64 bits a call, lowest first.
`default_nettype none

module stream_probe #(
  parameter int width = 8,
  parameter int index = 0
) (
  input wire             aclk,
  input wire             aresetn,
  input wire [width-1:0] tdata,
  input wire             tvalid,
  input wire             tready
);
  import "DPI-C" function void ern_beat(input int stream, input longint part);
  localparam int parts = (width + 63) / 64;
  wire [parts*64-1:0] whole = (parts*64)'(tdata);
  always_ff @(posedge aclk) begin
    if (aresetn & tvalid & tready) begin
      for (int i = 0; i < parts; i++) ern_beat(index, longint'(whole[64*i +: 64]));
    end
  end
endmodule

`default_nettype wire
