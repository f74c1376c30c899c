// SPDX-License-Identifier: Apache-2.0
//
// window_pixels: the window of a 1x1 kernel. No row store: words go straight on, strided-out pixels are dropped.
`default_nettype none

module window_pixels #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int depth = 2,
  parameter int stride_h = 1,
  parameter int stride_w = 1
) (
  input  wire               aclk,
  input  wire               aresetn,
  input  wire [2*depth-1:0] s_axis_tdata,
  input  wire               s_axis_tvalid,
  output logic              s_axis_tready,
  input  wire               space,
  output logic              take,
  output logic [2*depth-1:0] column_word,
  output logic              column_valid
);
  if (in_channels < 1 || depth < 1 || in_channels % depth != 0) begin : g_check_depth
    $error("window_pixels: depth must divide in_channels");
  end
  if (stride_h < 1 || stride_w < 1 || height < 1 || width < 1) begin : g_check_stride
    $error("window_pixels: height, width and strides must be at least 1");
  end

  wire kept;
  assign s_axis_tready = !kept | space;
  assign take = s_axis_tvalid & kept & space;
  assign column_valid = take;
  assign column_word = s_axis_tdata;

  if (stride_h == 1 && stride_w == 1) begin : g_all
    assign kept = 1'b1;
    wire unused = &{1'b0, aclk, aresetn};
  end else begin : g_some
    localparam int steps = in_channels / depth;
    localparam int step_bits = steps > 1 ? $clog2(steps) : 1;
    localparam int column_bits = width > 1 ? $clog2(width) : 1;
    localparam int row_bits = height > 1 ? $clog2(height) : 1;
    localparam int phase_bits_w = stride_w > 1 ? $clog2(stride_w) : 1;
    localparam int phase_bits_h = stride_h > 1 ? $clog2(stride_h) : 1;
    logic [step_bits-1:0] step;
    logic [column_bits-1:0] column;
    logic [row_bits-1:0] row;
    logic [phase_bits_w-1:0] phase_w;
    logic [phase_bits_h-1:0] phase_h;
    wire column_end = column == column_bits'(width - 1);
    wire row_end = row == row_bits'(height - 1);
    assign kept = phase_w == '0 && phase_h == '0;
    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        step <= '0;
        column <= '0;
        row <= '0;
        phase_w <= '0;
        phase_h <= '0;
      end else if (s_axis_tvalid & s_axis_tready) begin
        step <= step == step_bits'(steps - 1) ? '0 : step + 1'b1;
        if (step == step_bits'(steps - 1)) begin
          column <= column_end ? '0 : column + 1'b1;
          phase_w <= column_end || phase_w == phase_bits_w'(stride_w - 1) ? '0 : phase_w + 1'b1;
          if (column_end) begin
            row <= row_end ? '0 : row + 1'b1;
            phase_h <= row_end || phase_h == phase_bits_h'(stride_h - 1) ? '0 : phase_h + 1'b1;
          end
        end
      end
    end
  end
endmodule

`default_nettype wire
