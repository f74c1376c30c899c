// SPDX-License-Identifier: Apache-2.0
//
// tally: what is there less what is needed, as one signed number: `one` adds 1, `amount` (two's complement) anything.
// `negative` is a register (the sign), so a condition on two counts costs neither a subtraction nor a comparison.
// Its users bound the number: it must fit into `bits`.
`default_nettype none

module tally #(
  parameter int bits = 4,
  parameter int start = 0
) (
  input  wire             aclk,
  input  wire             aresetn,
  input  wire             one,
  input  wire  [bits-1:0] amount,
  output logic            negative
);
  if (bits < 2 || start < -(1 << (bits - 1)) || start >= 1 << (bits - 1)) begin : g_check_bits
    $error("tally: start must fit into bits, at least 2");
  end

  logic [bits-1:0] value;
  // `one` is the carry into the sum.
  // verilator lint_off UNUSEDSIGNAL
  wire [bits:0] next = {value, 1'b1} + {amount, one};
  // verilator lint_on UNUSEDSIGNAL
  assign negative = value[bits-1];
  always_ff @(posedge aclk) begin
    if (!aresetn) value <= bits'(start);
    else value <= next[bits:1];
  end
endmodule

`default_nettype wire
