// SPDX-License-Identifier: Apache-2.0
//
// thermometer_encode: one pixel a beat in, its in_channels*expansion codes out, stream_channels a beat; a code counts
// how many of three thresholds its colour reaches. A ROM word holds, for each channel of an output beat, three 9-bit
// thresholds (0 to 256; bits [27*j +: 27]) and above all of them its colour (colour_bits each): no address arithmetic.
// The pixel is not stored: it stays on the input until its last beat has left.
// pixels > 1: so many pixels a beat in and all their codes out; the one word is a constant of the comparators.
`default_nettype none

module thermometer_encode #(
  parameter int in_channels = 3,
  parameter int expansion = 4,
  parameter int stream_channels = 1,
  parameter int pixels = 1,
  parameter MEMORY_FILE = ""
) (
  input  wire                          aclk,
  input  wire                          aresetn,
  input  wire  [8*in_channels*pixels-1:0] s_axis_tdata,
  input  wire                          s_axis_tvalid,
  output logic                         s_axis_tready,
  output logic [2*stream_channels*pixels-1:0] m_axis_tdata,
  output logic                         m_axis_tvalid,
  input  wire                          m_axis_tready
);
  if (in_channels < 1 || expansion < 1 || stream_channels < 1 || pixels < 1) begin : g_check_size
    $error("thermometer_encode: in_channels, expansion, stream_channels and pixels must be at least 1");
  end
  if ((in_channels * expansion) % stream_channels != 0) begin : g_check_channels
    $error("thermometer_encode: stream_channels must divide in_channels times expansion");
  end
  if (pixels > 1 && stream_channels != in_channels * expansion) begin : g_check_pixels
    $error("thermometer_encode: stream_channels must be in_channels times expansion where a beat has several pixels");
  end

  localparam int beats = in_channels * expansion / stream_channels;
  localparam int beat_bits = beats > 1 ? $clog2(beats) : 1;
  localparam int colour_bits = in_channels > 1 ? $clog2(in_channels) : 1;
  localparam int lane_bits = 27 + colour_bits;

  wire [stream_channels*lane_bits-1:0] constants;
  if (pixels == 1) begin : g_beats
    logic primed;
    logic [beat_bits-1:0] beat;
    wire last = beat == beat_bits'(beats - 1);
    wire move = m_axis_tvalid & m_axis_tready;
    wire [beat_bits-1:0] beat_next = !move ? beat : last ? '0 : beat + 1'b1;
    weight_rom #(.width(stream_channels * lane_bits), .words(beats), .MEMORY_FILE(MEMORY_FILE)) u_thresholds (
      .aclk(aclk), .enable(1'b1), .address(beat_next), .data(constants)
    );
    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        beat <= '0;
        primed <= 1'b0;
      end else begin
        beat <= beat_next;
        primed <= 1'b1;
      end
    end
    assign m_axis_tvalid = s_axis_tvalid & primed;
    assign s_axis_tready = m_axis_tready & primed & last;
  end else begin : g_pixels
    // verilator lint_off WIDTHEXPAND
    localparam bit filled = MEMORY_FILE != "";
    // verilator lint_on WIDTHEXPAND
    // verilator lint_off UNDRIVEN
    logic [stream_channels*lane_bits-1:0] contents [0:0];
    // verilator lint_on UNDRIVEN
    if (filled) begin : g_file
      initial $readmemh(MEMORY_FILE, contents);
    end
    assign constants = contents[0];
    assign m_axis_tvalid = s_axis_tvalid;
    assign s_axis_tready = m_axis_tready;
    wire unused = &{1'b0, aclk, aresetn};
  end

  for (genvar i = 0; i < pixels; i++) begin : g_pixel
    for (genvar j = 0; j < stream_channels; j++) begin : g_channel
      wire [7:0] value;
      wire [2:0] reached;
      wire [colour_bits-1:0] colour = constants[27*stream_channels + j*colour_bits +: colour_bits];
      mux_tree #(.width(8), .words(in_channels)) u_colour (
        .data(s_axis_tdata[8*in_channels*i +: 8*in_channels]), .index(colour), .word(value)
      );
      for (genvar m = 0; m < 3; m++) begin : g_level
        assign reached[m] = {1'b0, value} >= constants[27*j + 9*m +: 9];
      end
      assign m_axis_tdata[2*(stream_channels*i + j) +: 2] = {reached[1], reached[2] | (reached[0] & !reached[1])};
    end
  end
endmodule

`default_nettype wire
