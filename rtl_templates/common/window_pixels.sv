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

  wire kept;
  logic first_word, step_last;
  wire move = s_axis_tvalid & s_axis_tready;
  assign s_axis_tready = !kept | space | !first_word;
  assign column_valid = move & kept;
  assign take = column_valid & first_word;
  assign column_word = s_axis_tdata;
  wrap_counter #(.count(in_channels / row_channels)) u_step (
    .aclk(aclk), .aresetn(aresetn), .enable(move), .last(step_last)
  );
  always_ff @(posedge aclk) begin
    if (!aresetn) first_word <= 1'b1;
    else if (move) first_word <= step_last;
  end

  if (stride_h == 1 && stride_w == 1) begin : g_all
    assign kept = 1'b1;
  end else begin : g_some
    localparam int phase_bits_w = stride_w > 1 ? $clog2(stride_w) : 1;
    localparam int phase_bits_h = stride_h > 1 ? $clog2(stride_h) : 1;
    logic column_end, row_end, kept_w, kept_h;
    logic [phase_bits_w-1:0] phase_w;
    logic [phase_bits_h-1:0] phase_h;
    wire next_w = column_end || phase_w == phase_bits_w'(stride_w - 1);
    wire next_h = row_end || phase_h == phase_bits_h'(stride_h - 1);
    wire pixel_end = move & step_last;
    assign kept = kept_w & kept_h;
    wrap_counter #(.count(width)) u_column (.aclk(aclk), .aresetn(aresetn), .enable(pixel_end), .last(column_end));
    wrap_counter #(.count(height)) u_row (
      .aclk(aclk), .aresetn(aresetn), .enable(pixel_end & column_end), .last(row_end)
    );
    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        phase_w <= '0;
        phase_h <= '0;
        kept_w <= 1'b1;
        kept_h <= 1'b1;
      end else if (pixel_end) begin
        phase_w <= next_w ? '0 : phase_w + 1'b1;
        kept_w <= next_w;
        if (column_end) begin
          phase_h <= next_h ? '0 : phase_h + 1'b1;
          kept_h <= next_h;
        end
      end
    end
  end
endmodule

`default_nettype wire
