// SPDX-License-Identifier: Apache-2.0
//
// load_probe: tells the testbench every change of a design's load status (simulation only).
`default_nettype none

module load_probe #(
  parameter int index = 0
) (
  input wire       aclk,
  input wire       aresetn,
  input wire [2:0] status
);
  import "DPI-C" function void ern_load_status(input int load, input int status);
  logic [2:0] former;
  logic known;
  always @(posedge aclk) begin
    known <= aresetn;
    former <= status;
    if (aresetn && (!known || status != former)) ern_load_status(index, int'(status));
  end
endmodule

`default_nettype wire
