// SPDX-License-Identifier: Apache-2.0
//
// stream_resize: beats of `channels_in` channels become beats of `channels_out` channels of `width` bits, in order.
// Any pair of sizes: beats are collected up to the least common multiple (which divides the channels of a pixel, as
// both sizes do) and handed on part by part: m in n parts takes m + n - 1 cycles, so where one size divides the other
// (what foldings ask for) the narrow side never waits. No output register: a FIFO stands before and behind every op.
`default_nettype none

module stream_resize #(
  parameter int width = 2,
  parameter int channels_in = 1,
  parameter int channels_out = 1
) (
  input  wire                           aclk,
  input  wire                           aresetn,
  input  wire  [channels_in*width-1:0]  s_axis_tdata,
  input  wire                           s_axis_tvalid,
  output logic                          s_axis_tready,
  output logic [channels_out*width-1:0] m_axis_tdata,
  output logic                          m_axis_tvalid,
  input  wire                           m_axis_tready
);
  if (width < 1 || channels_in < 1 || channels_out < 1) begin : g_check_size
    $error("stream_resize: width, channels_in and channels_out must be at least 1");
  end

  function automatic int common_multiple(input int a, input int b);
    common_multiple = a;
    while (common_multiple % b != 0) common_multiple = common_multiple + a;
  endfunction

  localparam int both = common_multiple(channels_in, channels_out);
  localparam int parts_in = both / channels_in;
  localparam int parts_out = both / channels_out;

  wire [both*width-1:0] wide_tdata;
  wire wide_tvalid, wide_tready;

  if (parts_in == 1) begin : g_same_in
    assign wide_tdata = s_axis_tdata;
    assign wide_tvalid = s_axis_tvalid;
    assign s_axis_tready = wide_tready;
  end else begin : g_widen
    localparam int part_bits = channels_in * width;
    localparam int count_bits = $clog2(parts_in);
    logic [count_bits-1:0] part;
    logic [(parts_in-1)*part_bits-1:0] kept;
    wire last = part == count_bits'(parts_in - 1);

    assign wide_tdata = {s_axis_tdata, kept};
    assign wide_tvalid = s_axis_tvalid & last;
    assign s_axis_tready = !last | wide_tready;

    always_ff @(posedge aclk) begin
      if (!aresetn) part <= '0;
      else if (s_axis_tvalid & s_axis_tready) part <= last ? '0 : part + 1'b1;
    end
    if (parts_in == 2) begin : g_one
      always_ff @(posedge aclk) if (s_axis_tvalid & !last) kept <= s_axis_tdata;
    end else begin : g_many
      always_ff @(posedge aclk) begin
        if (s_axis_tvalid & !last) kept <= {s_axis_tdata, kept[(parts_in-1)*part_bits-1:part_bits]};
      end
    end
  end

  if (parts_out == 1) begin : g_same_out
    assign m_axis_tdata = wide_tdata;
    assign m_axis_tvalid = wide_tvalid;
    assign wide_tready = m_axis_tready;
  end else begin : g_narrow
    localparam int count_bits = $clog2(parts_out);
    logic [count_bits-1:0] part;
    wire last = part == count_bits'(parts_out - 1);

    mux_tree #(.width(channels_out * width), .words(parts_out)) u_part (
      .data(wide_tdata), .index(part), .word(m_axis_tdata)
    );
    assign m_axis_tvalid = wide_tvalid;
    assign wide_tready = m_axis_tready & last;

    always_ff @(posedge aclk) begin
      if (!aresetn) part <= '0;
      else if (m_axis_tvalid & m_axis_tready) part <= last ? '0 : part + 1'b1;
    end
  end

  if (parts_in == 1 && parts_out == 1) begin : g_unused
    wire unused = &{1'b0, aclk, aresetn};
  end
endmodule

`default_nettype wire
