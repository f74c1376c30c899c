// SPDX-License-Identifier: Apache-2.0
//
// sliced_adder: sum of two numbers of two bits and a bit, of `lanes` lanes; a word holds a bit of each lane, words of low
// weight come first. For simulation, where lanes share an instance.
`default_nettype none

module sliced_adder #(
  parameter int lanes = 1
) (
  input  wire [2*lanes-1:0] one,
  input  wire [2*lanes-1:0] other,
  input  wire [lanes-1:0]   start,
  output wire [3*lanes-1:0] sum
);
  wire [2*lanes-1:0] differ = one ^ other;
  wire [lanes-1:0] carry = (other[0 +: lanes] & ~differ[0 +: lanes]) | (start & differ[0 +: lanes]);
  assign sum[0 +: lanes] = differ[0 +: lanes] ^ start;
  assign sum[lanes +: lanes] = differ[lanes +: lanes] ^ carry;
  assign sum[2*lanes +: lanes] = (other[lanes +: lanes] & ~differ[lanes +: lanes]) | (carry & differ[lanes +: lanes]);
endmodule

`default_nettype wire
