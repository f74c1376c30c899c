// SPDX-License-Identifier: Apache-2.0
//
// conv_unit: pe lanes of simd products a cycle; acc = 2*F + c[o] - Z formed on a narrow read-out (docs/semantics.md).
//
// The arithmetic never stops: steps enter when `valid`, for `hold` pixels each, the first of them with `fresh`, when the
// weight word is taken over. A group's sums come a fixed number of cycles after its last step and leave stream_channels
// a cycle into an output FIFO that has room for them. `go` says that there is room for what `claim` announces: with
// hold = 1 the last step of a group, else the first last step of a batch of pixels (`group_order`, `pixel_order`).
// The weight of element e and lane p is bit e*pe + p of the word. arithmetic: form of the lanes (lane_sum).
// shared_lanes = 0: an instance of lane_sum a lane, which is what is synthesised; more: that many lanes share an instance,
// which simulates them all at the price of one (docs/decisions/shared-lanes.md).
`default_nettype none
`ifndef ERN_SHARED_LANES
`define ERN_SHARED_LANES 0
`endif

module conv_unit #(
  parameter int out_channels = 8,
  parameter int pe = 4,
  parameter int simd = 18,
  parameter int steps = 1,
  parameter int hold = 1,
  parameter int stream_channels = 1,
  parameter int acc_bits = 8,
  parameter int constant_bits = 8,
  parameter int order_memory = 0,
  parameter int arithmetic = 0,
  parameter int shared_lanes = `ERN_SHARED_LANES,
  parameter MEMORY_FILE = ""
) (
  input  wire                aclk,
  input  wire                aresetn,
  output logic               go,
  input  wire                claim,
  input  wire                valid,
  input  wire                fresh,
  input  wire                first_step,
  input  wire                last_step,
  input  wire  [2*simd-1:0]  codes,
  input  wire  [pe*simd-1:0] weights,
  output logic [stream_channels*acc_bits-1:0] m_axis_tdata,
  output logic               m_axis_tvalid,
  input  wire                m_axis_tready
);
  if (pe < 1 || simd < 1 || steps < 1 || hold < 1 || stream_channels < 1) begin : g_check_size
    $error("conv_unit: pe, simd, steps, hold and stream_channels must be at least 1");
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
  localparam int fifo_depth = hold == 1 ? read_beats + latency + 12 : 12;
  localparam int index_bits = read_beats > 1 ? $clog2(read_beats) : 1;
  localparam int beat_bits = pixel_beats > 1 ? $clog2(pixel_beats) : 1;

  // Input registers, then lanes.
  logic [4*pairs-1:0] codes_q;
  logic [2*pairs*pe-1:0] weights_q;
  logic [latency:0] valid_q, first_q, last_q;
  always_ff @(posedge aclk) begin
    codes_q <= (4*pairs)'(codes);
    if (valid & fresh) weights_q <= (2*pairs*pe)'(weights);
    if (!aresetn) valid_q <= '0;
    else valid_q <= {valid_q[latency-1:0], valid};
    first_q <= {first_q[latency-1:0], first_step};
    last_q <= {last_q[latency-1:0], last_step};
  end

  logic [(pe+1)*sum_bits-1:0] totals;
  logic load;
  wire add = valid_q[latency];
  wire restart = first_q[latency];
  always_ff @(posedge aclk) begin
    if (!aresetn) load <= 1'b0;
    else load <= add & last_q[latency];
  end

  localparam int sliced = shared_lanes > 0 ? 1 : 0;
  localparam int share = shared_lanes > 0 ? shared_lanes : 1;
  for (genvar i = 0; i * share < pe; i++) begin : g_products
    localparam int lanes = pe - i * share < share ? pe - i * share : share;
    wire [2*pairs*lanes-1:0] own;
    wire [step_bits*lanes-1:0] step_sums;
    every_nth #(.words(2*pairs), .width(lanes), .stride(pe)) u_own (
      .data(weights_q[i*share +: (2*pairs-1)*pe + lanes]), .picked(own)
    );
    lane_sum #(
      .pairs(pairs), .latency(latency), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)
    ) u_sum (
      .aclk(aclk), .aresetn(aresetn), .weights(own), .codes(codes_q), .sum(step_sums)
    );
  end
  wire [step_bits-1:0] step_agreement;
  agreement_sum #(.pairs(pairs), .latency(latency), .arithmetic(arithmetic), .sliced(sliced)) u_agreement (
    .aclk(aclk), .aresetn(aresetn), .codes(codes_q), .sum(step_agreement)
  );

  // Lane pe is the sum that all lanes share.
  for (genvar p = 0; p <= pe; p++) begin : g_lane
    wire [step_bits-1:0] step_sum;
    if (p < pe) begin : g_own
      localparam int lanes = pe - p / share * share < share ? pe - p / share * share : share;
      for (genvar k = 0; k < step_bits; k++) begin : g_bit
        assign step_sum[k] = g_products[p/share].step_sums[k*lanes + p%share];
      end
    end else begin : g_common
      assign step_sum = step_agreement;
    end
    if (steps == 1) begin : g_once
      logic [sum_bits-1:0] total;
      always_ff @(posedge aclk) total <= sum_bits'(step_sum);
      assign totals[p*sum_bits +: sum_bits] = total;
    end else if (hold == 1) begin : g_accumulate
      logic [sum_bits-1:0] total;
      always_ff @(posedge aclk) if (add) total <= (restart ? '0 : total) + sum_bits'(step_sum);
      assign totals[p*sum_bits +: sum_bits] = total;
    end else begin : g_rotate
      // One accumulator a pixel, in turn. The reset keeps them flip-flops: shift registers in LUTs have none.
      logic [hold*sum_bits-1:0] turn;
      wire [sum_bits-1:0] oldest = turn[(hold-1)*sum_bits +: sum_bits];
      always_ff @(posedge aclk) begin
        if (!aresetn) turn <= '0;
        else if (add) turn <= {turn[(hold-1)*sum_bits-1:0], (restart ? '0 : oldest) + sum_bits'(step_sum)};
      end
      assign totals[p*sum_bits +: sum_bits] = turn[sum_bits-1:0];
    end
  end
  if (steps == 1) begin : g_unused
    wire unused = &{1'b0, restart};
  end

  // Order, then read-out: multiplexer and channel constant, minus Z, plus 2*F, output FIFO.
  wire left = m_axis_tvalid & m_axis_tready;
  logic reading, shown, added;
  logic [index_bits-1:0] index;
  logic [beat_bits-1:0] beat;
  logic [pe*sum_bits-1:0] sums;
  logic [sum_bits-1:0] sums_agreement;
  if (hold == 1) begin : g_group_order
    group_order #(
      .pe(pe), .sum_bits(sum_bits), .groups(groups), .read_beats(read_beats), .pixel_beats(pixel_beats),
      .fifo_depth(fifo_depth)
    ) u_order (
      .aclk(aclk), .aresetn(aresetn), .go(go), .claim(claim), .load(load), .totals(totals[pe*sum_bits-1:0]),
      .agreement(totals[pe*sum_bits +: sum_bits]), .left(left), .reading(reading), .index(index), .beat(beat),
      .sums(sums), .sums_agreement(sums_agreement)
    );
    // verilator lint_off UNUSEDPARAM
    localparam int unused_memory = order_memory;
    // verilator lint_on UNUSEDPARAM
  end else begin : g_pixel_order
    pixel_order #(
      .pe(pe), .sum_bits(sum_bits), .groups(groups), .hold(hold), .read_beats(read_beats), .pixel_beats(pixel_beats),
      .fifo_depth(fifo_depth), .memory(order_memory)
    ) u_order (
      .aclk(aclk), .aresetn(aresetn), .go(go), .claim(claim), .load(load), .totals(totals[pe*sum_bits-1:0]),
      .agreement(totals[pe*sum_bits +: sum_bits]), .left(left), .reading(reading), .index(index), .beat(beat),
      .sums(sums), .sums_agreement(sums_agreement)
    );
  end

  wire [stream_channels*constant_bits-1:0] constants;
  weight_rom #(.width(stream_channels * constant_bits), .words(pixel_beats), .MEMORY_FILE(MEMORY_FILE)) u_constants (
    .aclk(aclk), .enable(1'b1), .address(beat), .data(constants)
  );

  // Two stages: one of 16 words, then one of these.
  localparam int word_bits = stream_channels * sum_bits;
  localparam int near = read_beats > 16 ? 16 : read_beats;
  localparam int far = (read_beats + near - 1) / near;
  localparam int near_bits = near > 1 ? $clog2(near) : 1;
  localparam int far_bits = far > 1 ? $clog2(far) : 1;
  wire [far*near*word_bits-1:0] words = (far*near*word_bits)'(sums);
  wire [far*word_bits-1:0] nearest;
  wire [word_bits-1:0] selected;
  logic [far*word_bits-1:0] nearest_q;
  logic [far_bits-1:0] far_index;
  for (genvar i = 0; i < far; i++) begin : g_near
    mux_tree #(.width(word_bits), .words(near)) u_select (
      .data(words[i*near*word_bits +: near*word_bits]), .index(index[near_bits-1:0]),
      .word(nearest[i*word_bits +: word_bits])
    );
  end
  mux_tree #(.width(word_bits), .words(far)) u_select (.data(nearest_q), .index(far_index), .word(selected));
  if (far > 1) begin : g_far
    always_ff @(posedge aclk) far_index <= index[index_bits-1:near_bits];
  end else begin : g_no_far
    assign far_index = '0;
  end
  logic [word_bits-1:0] selected_q;
  logic [sum_bits-1:0] agreement_q;
  logic [stream_channels*acc_bits-1:0] result;
  logic result_valid;
  always_ff @(posedge aclk) begin
    nearest_q <= nearest;
    selected_q <= selected;
    agreement_q <= sums_agreement;
    if (!aresetn) begin
      shown <= 1'b0;
      added <= 1'b0;
      result_valid <= 1'b0;
    end else begin
      shown <= reading;
      added <= shown;
      result_valid <= added;
    end
  end
  for (genvar s = 0; s < stream_channels; s++) begin : g_channel
    wire [acc_bits-1:0] constant = acc_bits'(signed'(constants[s*constant_bits +: constant_bits]));
    if (arithmetic == 0 || arithmetic == 1) begin : g_adders
      logic [acc_bits-1:0] offset;
      always_ff @(posedge aclk) begin
        offset <= constant - acc_bits'(agreement_q);
        result[s*acc_bits +: acc_bits] <= offset + acc_bits'({selected_q[s*sum_bits +: sum_bits], 1'b0});
      end
    end else begin : g_ternary
      // -Z is ~Z + 1, and the 1 has room below 2*F.
      logic [acc_bits-1:0] offset, taken;
      wire [acc_bits-1:0] sum;
      ternary_adder #(.width(acc_bits), .invert(1), .arithmetic(arithmetic), .sliced(sliced)) u_add (
        .one(offset), .two(acc_bits'({selected_q[s*sum_bits +: sum_bits], 1'b1})), .three(taken), .sum(sum)
      );
      always_ff @(posedge aclk) begin
        offset <= constant;
        taken <= acc_bits'(agreement_q);
        result[s*acc_bits +: acc_bits] <= sum;
      end
    end
  end

  logic room;
  logic [$clog2(fifo_depth+1)-1:0] occupancy;
  stream_fifo #(.width(stream_channels * acc_bits), .depth(fifo_depth), .memory(0)) u_fifo (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(result), .s_axis_tvalid(result_valid), .s_axis_tready(room),
    .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .occupancy(occupancy)
  );
  wire unused_fifo = &{1'b0, room, occupancy};
endmodule

`default_nettype wire
