// SPDX-License-Identifier: Apache-2.0
//
// stream_source: drives a stream from the testbench (simulation only); pauses wherever the testbench says.
`default_nettype none

module stream_source #(
  parameter int width = 8,
  parameter int index = 0
) (
  input  wire              aclk,
  input  wire              aresetn,
  output logic [width-1:0] tdata,
  output logic             tvalid,
  output logic             tlast,
  input  wire              tready
);
  import "DPI-C" function int ern_source_next(input int source);
  import "DPI-C" function void ern_source_taken(input int source);
  import "DPI-C" function longint ern_source_part(input int source, input int part);
  localparam int parts = (width + 63) / 64;
  // verilator lint_off UNUSEDSIGNAL
  logic [parts*64-1:0] whole;
  // verilator lint_on UNUSEDSIGNAL
  int next;
  initial begin
    tvalid = 1'b0;
    tlast = 1'b0;
    whole = '0;
  end
  assign tdata = whole[width-1:0];
  // verilator lint_off BLKSEQ
  always @(posedge aclk) begin
    if (!aresetn) tvalid <= 1'b0;
    else if (!tvalid | tready) begin
      if (tvalid) ern_source_taken(index);
      next = ern_source_next(index);
      tvalid <= next != 0;
      tlast <= next == 2;
      if (next != 0) begin
        for (int i = 0; i < parts; i++) whole[64*i +: 64] <= ern_source_part(index, i);
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
