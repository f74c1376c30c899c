// SPDX-License-Identifier: Apache-2.0
//
// mux_tree: the word of `width` bits at position `index` of `words`; words past the last one read as word 0's half.
// A tree of 2:1 multiplexers on the bits of `index`: an indexed part select would multiply index by width.
`default_nettype none

module mux_tree #(
  parameter int width = 8,
  parameter int words = 4
) (
  input  wire  [words*width-1:0] data,
  input  wire  [(words > 1 ? $clog2(words) : 1)-1:0] index,
  output logic [width-1:0] word
);
  if (width < 1 || words < 1) begin : g_check_size
    $error("mux_tree: width and words must be at least 1");
  end

  localparam int levels = words > 1 ? $clog2(words) : 0;

  for (genvar level = 0; level <= levels; level++) begin : g_level
    localparam int count = (words + (1 << level) - 1) >> level;
    wire [count*width-1:0] value;
    if (level == 0) begin : g_input
      assign value = data;
    end else begin : g_select
      localparam int former = (words + (1 << (level - 1)) - 1) >> (level - 1);
      for (genvar i = 0; i < count; i++) begin : g_word
        if (2 * i + 1 < former) begin : g_pair
          assign value[i*width +: width] = index[level-1]
            ? g_level[level-1].value[(2*i+1)*width +: width] : g_level[level-1].value[2*i*width +: width];
        end else begin : g_single
          assign value[i*width +: width] = g_level[level-1].value[2*i*width +: width];
        end
      end
    end
  end

  assign word = g_level[levels].value;

  if (words == 1) begin : g_unused
    wire unused = &{1'b0, index};
  end
endmodule

`default_nettype wire
