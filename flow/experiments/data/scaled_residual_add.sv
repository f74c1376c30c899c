// SPDX-License-Identifier: Apache-2.0
//
// scaled_residual_add: what `residual_add` would have to be if the two streams did not share one constant scale. Each
// channel of each stream is multiplied by its own fixed-point scale (unsigned, scale_bits) before the sum. A ROM word
// holds the scales of the stream_channels channels of a beat: those of stream 0 first, then those of stream 1.
// multiply = 1 writes the products with `*`, 0 as a sum of shifted terms, which no DSP block fits.
`default_nettype none

module scaled_residual_add #(
  parameter int channels = 4,
  parameter int stream_channels = 1,
  parameter int bits_0 = 8,
  parameter int bits_1 = 8,
  parameter int scale_bits = 8,
  parameter int sum_bits = 17,
  parameter int multiply = 1,
  parameter MEMORY_FILE = "scales.hex"
) (
  input  wire                                aclk,
  input  wire                                aresetn,
  input  wire  [stream_channels*bits_0-1:0]  s_axis_0_tdata,
  input  wire                                s_axis_0_tvalid,
  output logic                               s_axis_0_tready,
  input  wire  [stream_channels*bits_1-1:0]  s_axis_1_tdata,
  input  wire                                s_axis_1_tvalid,
  output logic                               s_axis_1_tready,
  output logic [stream_channels*sum_bits-1:0] m_axis_tdata,
  output logic                               m_axis_tvalid,
  input  wire                                m_axis_tready
);
  if (channels % stream_channels != 0) begin : g_check_channels
    $error("scaled_residual_add: stream_channels must divide channels");
  end

  localparam int groups = channels / stream_channels;
  localparam int address_bits = groups > 1 ? $clog2(groups) : 1;

  // The ROM register always shows the scales of `group`; products are registered before the sum.
  logic [address_bits-1:0] group;
  logic primed, full;
  wire move = s_axis_0_tvalid & s_axis_1_tvalid & primed & (!full | m_axis_tready);
  wire [address_bits-1:0] group_next = !move ? group : group == address_bits'(groups - 1) ? '0 : group + 1'b1;
  wire [2*stream_channels*scale_bits-1:0] scales;
  weight_rom #(.width(2 * stream_channels * scale_bits), .words(groups), .MEMORY_FILE(MEMORY_FILE)) u_scales (
    .aclk(aclk), .enable(1'b1), .address(group_next), .data(scales)
  );
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      group <= '0;
      primed <= 1'b0;
      full <= 1'b0;
    end else begin
      group <= group_next;
      primed <= 1'b1;
      full <= move | (full & !m_axis_tready);
    end
  end
  assign s_axis_0_tready = move;
  assign s_axis_1_tready = move;
  assign m_axis_tvalid = full;

  for (genvar s = 0; s < stream_channels; s++) begin : g_channel
    wire signed [bits_0-1:0] value_0 = s_axis_0_tdata[s*bits_0 +: bits_0];
    wire signed [bits_1-1:0] value_1 = s_axis_1_tdata[s*bits_1 +: bits_1];
    wire signed [scale_bits:0] scale_0 = {1'b0, scales[s*scale_bits +: scale_bits]};
    wire signed [scale_bits:0] scale_1 = {1'b0, scales[(stream_channels+s)*scale_bits +: scale_bits]};
    logic signed [bits_0+scale_bits-1:0] product_0;
    logic signed [bits_1+scale_bits-1:0] product_1;
    if (multiply != 0) begin : g_multiply
      always_ff @(posedge aclk) if (move) begin
        product_0 <= (bits_0+scale_bits)'(value_0 * scale_0);
        product_1 <= (bits_1+scale_bits)'(value_1 * scale_1);
      end
    end else begin : g_shift
      logic signed [bits_0+scale_bits-1:0] sum_0;
      logic signed [bits_1+scale_bits-1:0] sum_1;
      always_comb begin
        sum_0 = '0;
        sum_1 = '0;
        for (int i = 0; i < scale_bits; i++) begin
          if (scale_0[i]) sum_0 = sum_0 + ((bits_0+scale_bits)'(value_0) <<< i);
          if (scale_1[i]) sum_1 = sum_1 + ((bits_1+scale_bits)'(value_1) <<< i);
        end
      end
      always_ff @(posedge aclk) if (move) begin
        product_0 <= sum_0;
        product_1 <= sum_1;
      end
    end
    assign m_axis_tdata[s*sum_bits +: sum_bits] = sum_bits'(product_0) + sum_bits'(product_1);
  end
endmodule

`default_nettype wire
