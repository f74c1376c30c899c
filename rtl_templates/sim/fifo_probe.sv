// SPDX-License-Identifier: Apache-2.0
//
// fifo_probe: reports the peak occupancy of a FIFO, and its state when the testbench asks (simulation only).
`default_nettype none

module fifo_probe #(
  parameter int depth = 2,
  parameter int index = 0
) (
  input wire aclk,
  input wire aresetn,
  input wire [$clog2(depth+1)-1:0] occupancy,
  input wire [3:0] handshake
);
  import "DPI-C" function void ern_peak(input int fifo, input int beats);
  import "DPI-C" function void ern_state(input int fifo, input int beats, input int handshake);
  import "DPI-C" function int ern_asks();
  logic [$clog2(depth+1)-1:0] peak;
  always @(posedge aclk) begin
    if (!aresetn) peak <= '0;
    else if (occupancy > peak) begin
      peak <= occupancy;
      ern_peak(index, int'(occupancy));
    end
    if (ern_asks() != 0) ern_state(index, int'(occupancy), int'(handshake));
  end
endmodule

`default_nettype wire
