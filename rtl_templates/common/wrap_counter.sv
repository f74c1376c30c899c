// SPDX-License-Identifier: Apache-2.0
//
// wrap_counter: `last` is up in every count-th step, a step being a cycle with `enable`. It counts from below zero up to
// zero, so `last` is the sign: nothing is compared.
`default_nettype none

module wrap_counter #(
  parameter int count = 2
) (
  input  wire  aclk,
  input  wire  aresetn,
  input  wire  enable,
  output logic last
);
  if (count < 1) begin : g_check_count
    $error("wrap_counter: count must be at least 1");
  end

  if (count == 1) begin : g_always
    assign last = 1'b1;
    wire unused = &{1'b0, aclk, aresetn, enable};
  end else begin : g_count
    localparam int bits = $clog2(count - 1) + 1;
    localparam logic [bits-1:0] start = bits'(1 - count);
    logic [bits-1:0] place;
    assign last = !place[bits-1];
    always_ff @(posedge aclk) begin
      if (!aresetn) place <= start;
      else if (enable) place <= last ? start : place + 1'b1;
    end
  end
endmodule

`default_nettype wire
