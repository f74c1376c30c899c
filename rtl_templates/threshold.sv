// SPDX-License-Identifier: Apache-2.0
//
// threshold: integer sums to two-bit codes, y = #{m : acc >= T[c][m]}; a negative channel gives 3 - y.
// One beat of stream_channels channels a cycle; thresholds (threshold_bits each, two's complement) sit in a ROM with a
// word a channel group. Comparisons end in a register of one beat. They are unsigned, so that a carry chain is left at its
// end only: signs change places, which has the effect of turning both over.
`default_nettype none

module threshold #(
  parameter int channels = 4,
  parameter int stream_channels_in = 1,
  parameter int stream_channels = 1,
  parameter int acc_bits = 8,
  parameter int acc_signed = 1,
  parameter int threshold_bits = 9,
  parameter MEMORY_FILE = ""
) (
  input  wire                                     aclk,
  input  wire                                     aresetn,
  input  wire  [stream_channels_in*acc_bits-1:0]  s_axis_tdata,
  input  wire                                     s_axis_tvalid,
  output logic                                    s_axis_tready,
  output logic [2*stream_channels-1:0]            m_axis_tdata,
  output logic                                    m_axis_tvalid,
  input  wire                                     m_axis_tready
);
  if (channels % stream_channels != 0 || channels % stream_channels_in != 0) begin : g_check_channels
    $error("threshold: stream_channels and stream_channels_in must divide channels");
  end
  if (threshold_bits < acc_bits || (acc_signed != 0 && acc_signed != 1)) begin : g_check_bits
    $error("threshold: threshold_bits must be at least acc_bits, acc_signed 0 or 1");
  end

  localparam int groups = channels / stream_channels;
  localparam int address_bits = groups > 1 ? $clog2(groups) : 1;
  localparam int lane_bits = 3 * threshold_bits;
  localparam int most_bits = (threshold_bits > acc_bits ? threshold_bits : acc_bits) + 1 - acc_signed;
  localparam int compare_bits = most_bits > 2 ? most_bits : 2;

  logic [stream_channels*acc_bits-1:0] sums;
  logic sums_valid, sums_ready;
  stream_resize #(.width(acc_bits), .channels_in(stream_channels_in), .channels_out(stream_channels)) u_resize (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready), .m_axis_tdata(sums), .m_axis_tvalid(sums_valid), .m_axis_tready(sums_ready)
  );

  // The ROM register shows the word of the beat; `next` is the word after it.
  logic [address_bits-1:0] next;
  logic primed;
  wire step = (sums_valid & sums_ready) | !primed;
  wire [stream_channels*(lane_bits+1)-1:0] constants;
  weight_rom #(.width(stream_channels * (lane_bits + 1)), .words(groups), .MEMORY_FILE(MEMORY_FILE)) u_thresholds (
    .aclk(aclk), .enable(step), .address(next), .data(constants)
  );
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      next <= '0;
      primed <= 1'b0;
    end else begin
      if (step) next <= next == address_bits'(groups - 1) ? '0 : next + 1'b1;
      primed <= 1'b1;
    end
  end

  assign sums_ready = primed & (!m_axis_tvalid | m_axis_tready);
  always_ff @(posedge aclk) begin
    if (!aresetn) m_axis_tvalid <= 1'b0;
    else if (sums_ready) m_axis_tvalid <= sums_valid;
  end
  for (genvar s = 0; s < stream_channels; s++) begin : g_channel
    wire signed [compare_bits-1:0] sum;
    logic [2:0] reached;
    logic negative;
    always_ff @(posedge aclk) if (sums_ready) negative <= constants[stream_channels*lane_bits + s];
    if (acc_signed == 1) begin : g_signed
      assign sum = compare_bits'(signed'(sums[s*acc_bits +: acc_bits]));
    end else begin : g_unsigned
      assign sum = signed'(compare_bits'(sums[s*acc_bits +: acc_bits]));
    end
    for (genvar m = 0; m < 3; m++) begin : g_level
      wire [threshold_bits-1:0] level = constants[(s*3+m)*threshold_bits +: threshold_bits];
      wire signed [compare_bits-1:0] least;
      if (acc_signed == 1) begin : g_signed
        assign least = compare_bits'(signed'(level));
      end else begin : g_unsigned
        assign least = signed'(compare_bits'(level));
      end
      wire at_least = {least[compare_bits-1], sum[compare_bits-2:0]} >= {sum[compare_bits-1], least[compare_bits-2:0]};
      always_ff @(posedge aclk) if (sums_ready) reached[m] <= at_least;
    end
    // Thresholds do not decrease, so reached is 000, 001, 011 or 111.
    wire [1:0] count = {reached[1], reached[2] | (reached[0] & !reached[1])};
    assign m_axis_tdata[2*s +: 2] = count ^ {2{negative}};
  end
endmodule

`default_nettype wire
