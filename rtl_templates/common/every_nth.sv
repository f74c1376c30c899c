// SPDX-License-Identifier: Apache-2.0
//
// every_nth: the words of `width` bits that stand `stride` bits apart in `data`, one behind another.
// A module of its own because lanes share it: elaboration unrolls its loop once a design, not once a lane.
`default_nettype none

module every_nth #(
  parameter int words = 1,
  parameter int width = 1,
  parameter int stride = 1
) (
  input  wire [(words-1)*stride+width-1:0] data,
  output wire [words*width-1:0]            picked
);
  if (words < 1 || width < 1 || stride < width) begin : g_check
    $error("every_nth: words and width must be at least 1, stride at least width");
  end

  for (genvar i = 0; i < words; i++) begin : g_word
    assign picked[i*width +: width] = data[i*stride +: width];
    if (i < words - 1 && stride > width) begin : g_between
      wire unused = &{1'b0, data[i*stride+width +: stride-width]};
    end
  end
endmodule

`default_nettype wire
