// SPDX-License-Identifier: Apache-2.0
//
// conv_unit: pe lanes of simd products a cycle; acc = 2*F + c[o] - Z formed on a narrow read-out (docs/semantics.md).
//
// The arithmetic never stops: steps enter when `valid`, a group's sums reach the hold registers a fixed number of
// cycles after its last step, and leave stream_channels a cycle into an output FIFO that has room for them. `go` says
// that a last step may be issued now: room is reserved then, and groups are kept pe/stream_channels cycles apart.
// plain = 1 chooses adder trees instead of compressors (LUT4 families).
// `issue_last` tells that a last step is issued (its codes and weights may come any fixed time later, as `valid`).
`default_nettype none

module conv_unit #(
  parameter int out_channels = 8,
  parameter int pe = 4,
  parameter int simd = 18,
  parameter int steps = 1,
  parameter int stream_channels = 1,
  parameter int acc_bits = 8,
  parameter int constant_bits = 8,
  parameter int plain = 0,
  parameter MEMORY_FILE = ""
) (
  input  wire                aclk,
  input  wire                aresetn,
  output logic               go,
  input  wire                issue_last,
  input  wire                valid,
  input  wire                first_step,
  input  wire                last_step,
  input  wire  [2*simd-1:0]  codes,
  input  wire  [pe*simd-1:0] weights,
  output logic [stream_channels*acc_bits-1:0] m_axis_tdata,
  output logic               m_axis_tvalid,
  input  wire                m_axis_tready
);
  if (pe < 1 || simd < 1 || steps < 1 || stream_channels < 1) begin : g_check_size
    $error("conv_unit: pe, simd, steps and stream_channels must be at least 1");
  end
  if (pe % stream_channels != 0 || out_channels % stream_channels != 0) begin : g_check_channels
    $error("conv_unit: stream_channels must divide pe and out_channels");
  end

  localparam int pairs = (simd + 1) / 2;
  localparam int latency = $clog2(pairs) + 1;
  localparam int step_bits = $clog2(3 * pairs + 1);
  localparam int sum_bits = $clog2(3 * pairs * steps + 1);
  localparam int read_beats = pe / stream_channels;
  localparam int groups = (out_channels + pe - 1) / pe;
  localparam int pixel_beats = out_channels / stream_channels;
  localparam int all_beats = groups * read_beats;
  localparam int fifo_depth = read_beats + latency + 12;
  localparam int credit_bits = $clog2(fifo_depth + 1);
  localparam int index_bits = read_beats > 1 ? $clog2(read_beats) : 1;
  localparam int beat_bits = all_beats > 1 ? $clog2(all_beats) : 1;
  localparam int address_bits = pixel_beats > 1 ? $clog2(pixel_beats) : 1;

  // Input registers, then lanes.
  logic [4*pairs-1:0] codes_q;
  logic [pe*2*pairs-1:0] weights_q;
  logic [latency:0] valid_q, first_q, last_q;
  always_ff @(posedge aclk) begin
    codes_q <= (4*pairs)'(codes);
    for (int p = 0; p < pe; p++) weights_q[p*2*pairs +: 2*pairs] <= (2*pairs)'(weights[p*simd +: simd]);
    if (!aresetn) valid_q <= '0;
    else valid_q <= {valid_q[latency-1:0], valid};
    first_q <= {first_q[latency-1:0], first_step};
    last_q <= {last_q[latency-1:0], last_step};
  end

  logic [pe*sum_bits-1:0] hold;
  logic [sum_bits-1:0] hold_agreement;
  logic load;
  wire add = valid_q[latency];
  wire restart = first_q[latency];

  always_ff @(posedge aclk) begin
    if (!aresetn) load <= 1'b0;
    else load <= add & last_q[latency];
  end

  for (genvar p = 0; p <= pe; p++) begin : g_lane
    logic [step_bits-1:0] step_sum;
    logic [sum_bits-1:0] total;
    if (p < pe) begin : g_products
      lane_sum #(.pairs(pairs), .latency(latency), .plain(plain)) u_sum (
        .aclk(aclk), .aresetn(aresetn), .weights(weights_q[p*2*pairs +: 2*pairs]), .codes(codes_q), .sum(step_sum)
      );
      always_ff @(posedge aclk) if (load) hold[p*sum_bits +: sum_bits] <= total;
    end else begin : g_agreement
      agreement_sum #(.pairs(pairs), .latency(latency), .plain(plain)) u_sum (
        .aclk(aclk), .aresetn(aresetn), .codes(codes_q), .sum(step_sum)
      );
      always_ff @(posedge aclk) if (load) hold_agreement <= total;
    end
    if (steps == 1) begin : g_once
      always_ff @(posedge aclk) total <= sum_bits'(step_sum);
    end else begin : g_accumulate
      always_ff @(posedge aclk) if (add) total <= (restart ? '0 : total) + sum_bits'(step_sum);
    end
  end
  if (steps == 1) begin : g_unused
    wire unused = &{1'b0, restart};
  end

  // Read-out: multiplexer and channel constant, minus Z, plus 2*F, output FIFO.
  logic reading, shown, added;
  logic [index_bits-1:0] index;
  logic [beat_bits-1:0] beat;
  wire index_last = index == index_bits'(read_beats - 1);
  wire beat_last = beat == beat_bits'(all_beats - 1);
  wire real_beat = pixel_beats == all_beats || beat < beat_bits'(pixel_beats);
  wire dropped = reading & !real_beat;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      reading <= 1'b0;
      shown <= 1'b0;
      added <= 1'b0;
      index <= '0;
      beat <= '0;
    end else begin
      reading <= load | (reading & !index_last);
      if (reading) begin
        index <= index_last ? '0 : index + 1'b1;
        beat <= beat_last ? '0 : beat + 1'b1;
      end
      shown <= reading & real_beat;
      added <= shown;
    end
  end

  wire [stream_channels*constant_bits-1:0] constants;
  weight_rom #(.width(stream_channels * constant_bits), .words(pixel_beats), .MEMORY_FILE(MEMORY_FILE)) u_constants (
    .aclk(aclk), .address(address_bits'(beat)), .data(constants)
  );

  wire [stream_channels*sum_bits-1:0] selected;
  mux_tree #(.width(stream_channels * sum_bits), .words(read_beats)) u_select (
    .data(hold), .index(index), .word(selected)
  );
  logic [stream_channels*sum_bits-1:0] selected_q, selected_qq;
  logic [sum_bits-1:0] agreement_q;
  logic [stream_channels*acc_bits-1:0] offset, result;
  logic result_valid;
  always_ff @(posedge aclk) begin
    selected_q <= selected;
    selected_qq <= selected_q;
    agreement_q <= hold_agreement;
    if (!aresetn) result_valid <= 1'b0;
    else result_valid <= added;
  end
  for (genvar s = 0; s < stream_channels; s++) begin : g_channel
    wire [acc_bits-1:0] constant = acc_bits'(signed'(constants[s*constant_bits +: constant_bits]));
    always_ff @(posedge aclk) begin
      offset[s*acc_bits +: acc_bits] <= constant - acc_bits'(agreement_q);
      result[s*acc_bits +: acc_bits] <= offset[s*acc_bits +: acc_bits]
        + acc_bits'({selected_qq[s*sum_bits +: sum_bits], 1'b0});
    end
  end

  logic room;
  logic [$clog2(fifo_depth+1)-1:0] occupancy;
  stream_fifo #(.width(stream_channels * acc_bits), .depth(fifo_depth), .memory(0)) u_fifo (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(result), .s_axis_tvalid(result_valid), .s_axis_tready(room),
    .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .occupancy(occupancy)
  );
  wire unused_fifo = &{1'b0, room, occupancy};

  // Credit: beats that are reserved, on their way or in the FIFO.
  logic [credit_bits-1:0] used, used_next;
  logic [index_bits-1:0] pause, pause_next;
  always_comb begin
    used_next = used + (issue_last ? credit_bits'(read_beats) : '0) - credit_bits'(dropped)
      - credit_bits'(m_axis_tvalid & m_axis_tready);
    pause_next = issue_last ? index_bits'(read_beats - 1) : pause == '0 ? '0 : pause - 1'b1;
  end
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      used <= '0;
      pause <= '0;
      go <= 1'b0;
    end else begin
      used <= used_next;
      pause <= pause_next;
      go <= used_next <= credit_bits'(fifo_depth - read_beats) && pause_next == '0;
    end
  end
endmodule

`default_nettype wire
