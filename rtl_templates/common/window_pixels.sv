// SPDX-License-Identifier: Apache-2.0
//
// window_pixels: the window of a 1x1 kernel. No row store: words go straight on, strided-out pixels are dropped.
// `space` is asked for the first word of a pixel, with `take`.
`default_nettype none

module window_pixels #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int row_channels = 2,
  parameter int stride_h = 1,
  parameter int stride_w = 1
) (
  input  wire               aclk,
  input  wire               aresetn,
  input  wire [2*row_channels-1:0] s_axis_tdata,
  input  wire               s_axis_tvalid,
  output logic              s_axis_tready,
  input  wire               space,
  output logic              take,
  output logic [2*row_channels-1:0] column_word,
  output logic              column_valid
);
  if (in_channels < 1 || row_channels < 1 || in_channels % row_channels != 0) begin : g_check_channels
    $error("window_pixels: row_channels must divide in_channels");
  end
  if (stride_h < 1 || stride_w < 1 || height < 1 || width < 1) begin : g_check_stride
    $error("window_pixels: height, width and strides must be at least 1");
  end

  localparam int steps = in_channels / row_channels;
  localparam int step_bits = steps > 1 ? $clog2(steps) : 1;
  wire kept;
  logic [step_bits-1:0] step;
  wire first_word = step == '0;
  wire step_last = step == step_bits'(steps - 1);
  wire move = s_axis_tvalid & s_axis_tready;
  assign s_axis_tready = !kept | space | !first_word;
  assign column_valid = move & kept;
  assign take = column_valid & first_word;
  assign column_word = s_axis_tdata;
  always_ff @(posedge aclk) begin
    if (!aresetn) step <= '0;
    else if (move) step <= step_last ? '0 : step + 1'b1;
  end

  if (stride_h == 1 && stride_w == 1) begin : g_all
    assign kept = 1'b1;
  end else begin : g_some
    localparam int column_bits = width > 1 ? $clog2(width) : 1;
    localparam int row_bits = height > 1 ? $clog2(height) : 1;
    localparam int phase_bits_w = stride_w > 1 ? $clog2(stride_w) : 1;
    localparam int phase_bits_h = stride_h > 1 ? $clog2(stride_h) : 1;
    logic [column_bits-1:0] column;
    logic [row_bits-1:0] row;
    logic [phase_bits_w-1:0] phase_w;
    logic [phase_bits_h-1:0] phase_h;
    wire column_end = column == column_bits'(width - 1);
    wire row_end = row == row_bits'(height - 1);
    assign kept = phase_w == '0 && phase_h == '0;
    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        column <= '0;
        row <= '0;
        phase_w <= '0;
        phase_h <= '0;
      end else if (move & step_last) begin
        column <= column_end ? '0 : column + 1'b1;
        phase_w <= column_end || phase_w == phase_bits_w'(stride_w - 1) ? '0 : phase_w + 1'b1;
        if (column_end) begin
          row <= row_end ? '0 : row + 1'b1;
          phase_h <= row_end || phase_h == phase_bits_h'(stride_h - 1) ? '0 : phase_h + 1'b1;
        end
      end
    end
  end
endmodule

`default_nettype wire
