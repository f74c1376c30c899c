// SPDX-License-Identifier: Apache-2.0
//
// bit_heap: sum of height_0 bits of weight 1, height_1 of weight 2 and height_2 of weight 4.
//
// Stages of counters bring every column down to two bits: 6 (or 5) to 3 while columns are high, full adders at the
// end; two stages between registers, then one registered adder of two rows. The heights of every stage are computed
// here; `stages` may be more than needed (then rows just move on), so heaps of different form share one latency:
// stages/2 + 1 cycles from the bits to the sum. Registers have a reset so that no bit that only waits becomes a
// shift-register LUT.
`default_nettype none

module bit_heap #(
  parameter int height_0 = 2,
  parameter int height_1 = 2,
  parameter int height_2 = 6,
  parameter int stages = 4,
  parameter int sum_bits = 5
) (
  input  wire  aclk,
  input  wire  aresetn,
  input  wire  [(height_0 + height_1 + height_2)-1:0] bits,
  output logic [sum_bits-1:0] sum
);
  localparam int columns = sum_bits > 3 ? sum_bits : 3;
  localparam int highest = height_0 > height_1 ? (height_0 > height_2 ? height_0 : height_2)
    : (height_1 > height_2 ? height_1 : height_2);
  localparam int room = highest + 3;

  // Counters of 5 or 6 bits, full adders and bits left over in a column of a height.
  function automatic int counters(input int height);
    counters = height / 6 + (height % 6 == 5 ? 1 : 0);
  endfunction
  function automatic int adders(input int height, input int is_end);
    adders = is_end == 1 && (height % 6 == 3 || height % 6 == 4) ? 1 : 0;
  endfunction
  function automatic int rest(input int height, input int is_end);
    rest = height % 6 == 5 ? 0 : height % 6 - 3 * adders(height, is_end);
  endfunction

  // Heights, 16 bits a column, before a stage; the field above the columns says that no column passes five.
  function automatic [16*(columns+1)-1:0] heights(input int stage);
    heights = '0;
    heights[15:0] = 16'(height_0);
    heights[31:16] = 16'(height_1);
    heights[47:32] = 16'(height_2);
    heights[16*columns] = highest <= 5;
    for (int s = 0; s < stage; s++) heights = heights_after(heights);
  endfunction
  function automatic [16*(columns+1)-1:0] heights_after(input [16*(columns+1)-1:0] now);
    heights_after = '0;
    heights_after[16*columns] = 1'b1;
    for (int k = 0; k < columns; k++) begin
      heights_after[16*k +: 16] = 16'(counters(int'(now[16*k +: 16])) + adders(int'(now[16*k +: 16]), int'(now[16*columns]))
        + rest(int'(now[16*k +: 16]), int'(now[16*columns])));
      if (k > 0) heights_after[16*k +: 16] = heights_after[16*k +: 16]
        + 16'(counters(int'(now[16*(k-1) +: 16])) + adders(int'(now[16*(k-1) +: 16]), int'(now[16*columns])));
      if (k > 1) heights_after[16*k +: 16] = heights_after[16*k +: 16] + 16'(counters(int'(now[16*(k-2) +: 16])));
      if (heights_after[16*k +: 16] > 16'd5) heights_after[16*columns] = 1'b0;
    end
  endfunction

  function automatic bit all_low(input [16*(columns+1)-1:0] now);
    all_low = 1'b1;
    for (int k = 0; k < columns; k++) if (now[16*k +: 16] > 16'd2) all_low = 1'b0;
  endfunction

  // verilator lint_off UNUSEDSIGNAL
  for (genvar s = 0; s <= stages; s++) begin : g_stage
    logic [columns*room-1:0] column;
    if (s == 0) begin : g_input
      wire [3*room-1:0] given = {room'(bits[height_0+height_1 +: height_2]), room'(bits[height_0 +: height_1]),
        room'(bits[0 +: height_0])};
      assign column = (columns*room)'(given);
    end else begin : g_counters
      localparam logic [16*(columns+1)-1:0] former = heights(s - 1);
      localparam int is_end = int'(former[16*columns]);
      wire [columns*room-1:0] next;
      for (genvar k = 0; k < columns; k++) begin : g_column
        localparam int height = int'(former[16*k +: 16]);
        localparam int sixes = counters(height);
        localparam int threes = adders(height, is_end);
        localparam int used = height - rest(height, is_end);
        localparam int left = rest(height, is_end);
        localparam int sixes_below = k > 0 ? counters(int'(former[16*(k > 0 ? k - 1 : 0) +: 16])) : 0;
        localparam int threes_below = k > 0 ? adders(int'(former[16*(k > 0 ? k - 1 : 0) +: 16]), is_end) : 0;
        localparam int sixes_below_2 = k > 1 ? counters(int'(former[16*(k > 1 ? k - 2 : 0) +: 16])) : 0;
        localparam int own = sixes + threes + left;
        localparam int height_next = own + sixes_below + threes_below + sixes_below_2;
        wire [room-1:0] from = g_stage[s-1].column[k*room +: room];
        wire [(sixes > 0 ? 3 * sixes : 1)-1:0] counts;
        wire carry;
        for (genvar i = 0; i < sixes; i++) begin : g_six
          localparam int taken = used - 6 * i - 3 * threes > 6 ? 6 : used - 6 * i - 3 * threes;
          popcount6 u_count (.bits(6'(from[6*i +: taken])), .count(counts[3*i +: 3]));
          assign next[k*room + i] = counts[3*i];
        end
        if (sixes == 0) begin : g_no_six
          assign counts = '0;
        end
        if (threes == 1) begin : g_three
          wire [2:0] three = from[used-3 +: 3];
          assign next[k*room + sixes] = ^three;
          assign carry = (three[0] & three[1]) | (three[0] & three[2]) | (three[1] & three[2]);
        end else begin : g_no_three
          assign carry = 1'b0;
        end
        for (genvar i = 0; i < left; i++) begin : g_left
          assign next[k*room + sixes + threes + i] = from[used + i];
        end
        for (genvar i = 0; i < sixes_below; i++) begin : g_below
          assign next[k*room + own + i] = g_column[k-1].counts[3*i+1];
        end
        if (threes_below == 1) begin : g_carry
          assign next[k*room + own + sixes_below] = g_column[k-1].carry;
        end
        for (genvar i = 0; i < sixes_below_2; i++) begin : g_below_2
          assign next[k*room + own + sixes_below + threes_below + i] = g_column[k-2].counts[3*i+2];
        end
        assign next[k*room + height_next +: room - height_next] = '0;
      end
      if (s % 2 == 0) begin : g_register
        always_ff @(posedge aclk) begin
          if (!aresetn) column <= '0;
          else column <= next;
        end
      end else begin : g_wire
        assign column = next;
      end
    end
  end
  // verilator lint_on UNUSEDSIGNAL

  // Two rows; below the first column with two bits there is nothing to add.
  localparam logic [16*(columns+1)-1:0] final_heights = heights(stages);
  function automatic int first_pair();
    first_pair = sum_bits;
    for (int k = sum_bits - 1; k >= 0; k--) if (final_heights[16*k +: 16] == 16'd2) first_pair = k;
  endfunction
  if (!all_low(final_heights) || stages < 0 || height_0 < 1 || height_1 < 1 || height_2 < 1) begin : g_check
    $error("bit_heap: heights must be at least 1, and stages enough to bring every column down to two bits");
  end

  localparam int low = first_pair();
  wire [sum_bits-1:0] row_0, row_1;
  for (genvar k = 0; k < sum_bits; k++) begin : g_rows
    assign row_0[k] = g_stage[stages].column[k*room];
    assign row_1[k] = g_stage[stages].column[k*room + 1];
  end
  if (low == 0) begin : g_add_all
    always_ff @(posedge aclk) sum <= row_0 + row_1;
  end else if (low == sum_bits) begin : g_add_none
    always_ff @(posedge aclk) sum <= row_0;
    wire unused_row = &{1'b0, row_1};
  end else begin : g_add_high
    always_ff @(posedge aclk) begin
      sum[low-1:0] <= row_0[low-1:0];
      sum[sum_bits-1:low] <= row_0[sum_bits-1:low] + row_1[sum_bits-1:low];
    end
    wire unused_row = &{1'b0, row_1[low-1:0]};
  end
  wire unused = &{1'b0, aresetn};
endmodule

`default_nettype wire
