// SPDX-License-Identifier: Apache-2.0
//
// bit_heap: sum of height_0 bits of weight 1, height_1 of weight 2 and height_2 of weight 4, `latency` cycles later.
//
// Stages of counters bring every column down to a few rows: six (or five) bits to three, two such counters of columns k
// and k+2 on one carry chain, three bits to two where that is enough. Registers follow every second stage and the adder
// of the rows. Then the sum waits, so that heaps of different form share one latency; these registers have a reset, lest
// they become shift-register LUTs. The counters of every stage are planned here, by constant functions.
// arithmetic = 0: two rows and an adder; 2, 3: three rows and a ternary adder of LUT6_2 and a carry chain.
// sliced = 1: heaps of `lanes` lanes, a word holds a bit of each.
`default_nettype none

module bit_heap #(
  parameter int height_0 = 2,
  parameter int height_1 = 2,
  parameter int height_2 = 6,
  parameter int latency = 4,
  parameter int sum_bits = 5,
  parameter int arithmetic = 0,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire  aclk,
  input  wire  aresetn,
  input  wire  [(height_0 + height_1 + height_2)*lanes-1:0] bits,
  output logic [sum_bits*lanes-1:0] sum
);
  localparam int rows = arithmetic == 0 ? 2 : 3;
  localparam int columns = sum_bits > 3 ? sum_bits : 3;
  localparam int highest = height_0 > height_1 ? (height_0 > height_2 ? height_0 : height_2)
    : (height_1 > height_2 ? height_1 : height_2);
  localparam int room = highest + 8;
  localparam int room_bits = room * lanes;

  // A plan holds four fields of 16 bits a column: its bits before the stage, its counters of six and of three, and how
  // many of the former sit on the chain of a counter of column k-2.
  localparam int plan_bits = 64 * columns;
  function automatic [plan_bits-1:0] with_counters(input [plan_bits-1:0] plan);
    with_counters = plan;
    for (int k = 0; k < columns; k++) begin
      // Sixes; with two rows, five bits left take one more if the column would stay too high.
      with_counters[64*k+16 +: 16] = plan[64*k +: 16] / 16'd6;
      if (rows == 2 && rest(with_counters, k) == 16'd5 && height_after(with_counters, k) > 16'(rows))
        with_counters[64*k+16 +: 16] = with_counters[64*k+16 +: 16] + 16'd1;
      with_counters[64*k+48 +: 16] = k < 2 ? 16'd0 : lesser(with_counters[64*k+16 +: 16],
        with_counters[64*(k > 1 ? k - 2 : 0)+16 +: 16] - with_counters[64*(k > 1 ? k - 2 : 0)+48 +: 16]);
      with_counters[64*k+32 +: 16] = rest(with_counters, k) >= 16'd3 && height_after(with_counters, k) > 16'(rows)
        && height_after(with_counters, k) - 16'd2 <= 16'(rows) ? 16'd1 : 16'd0;
    end
  endfunction
  function automatic [15:0] lesser(input [15:0] one, input [15:0] other);
    lesser = one < other ? one : other;
  endfunction
  // Bits that reach column k from the counters of columns k-1 and k-2.
  function automatic [15:0] arrivals(input [plan_bits-1:0] plan, input int k);
    arrivals = 16'd0;
    if (k > 0) arrivals = plan[64*(k > 0 ? k - 1 : 0)+16 +: 16] + plan[64*(k > 0 ? k - 1 : 0)+32 +: 16];
    if (k > 1) arrivals = arrivals + plan[64*(k > 1 ? k - 2 : 0)+16 +: 16];
  endfunction
  // Bits of column k that no counter of six takes.
  function automatic [15:0] rest(input [plan_bits-1:0] plan, input int k);
    rest = plan[64*k +: 16] > 16'd6 * plan[64*k+16 +: 16] ? plan[64*k +: 16] - 16'd6 * plan[64*k+16 +: 16] : 16'd0;
  endfunction
  function automatic [15:0] height_after(input [plan_bits-1:0] plan, input int k);
    height_after = rest(plan, k) + plan[64*k+16 +: 16] + arrivals(plan, k) - 16'd2 * plan[64*k+32 +: 16]
      - plan[64*k+48 +: 16];
  endfunction
  function automatic [plan_bits-1:0] plan_of(input int stage);
    plan_of = '0;
    plan_of[15:0] = 16'(height_0);
    plan_of[79:64] = 16'(height_1);
    plan_of[143:128] = 16'(height_2);
    plan_of = with_counters(plan_of);
    for (int s = 0; s < stage; s++) plan_of = with_counters(heights_after(plan_of));
  endfunction
  function automatic [plan_bits-1:0] heights_after(input [plan_bits-1:0] plan);
    heights_after = '0;
    for (int k = 0; k < columns; k++) heights_after[64*k +: 16] = height_after(plan, k);
  endfunction
  // Stages until no column has more than `rows` bits, one more than fit if they do not fit.
  function automatic int needed();
    needed = 0;
    for (int s = 0; s < 2 * latency; s++) if (needed == s && !is_low(plan_of(s))) needed = s + 1;
  endfunction
  function automatic bit is_low(input [plan_bits-1:0] plan);
    is_low = 1'b1;
    for (int k = 0; k < columns; k++) if (plan[64*k +: 16] > 16'(rows)) is_low = 1'b0;
  endfunction

  localparam int stages = needed();
  localparam int wait_cycles = stages / 2 < latency ? latency - 1 - stages / 2 : 0;
  if (stages / 2 >= latency || height_0 < 1 || height_1 < 1 || height_2 < 1 || arithmetic == 1) begin : g_check
    $error("bit_heap: heights must be at least 1, arithmetic not 1, latency enough to bring every column down");
  end

  // verilator lint_off UNUSEDSIGNAL
  for (genvar s = 0; s <= stages; s++) begin : g_stage
    logic [columns*room_bits-1:0] column;
    if (s == 0) begin : g_input
      wire [3*room_bits-1:0] given = {room_bits'(bits[(height_0+height_1)*lanes +: height_2*lanes]),
        room_bits'(bits[height_0*lanes +: height_1*lanes]), room_bits'(bits[0 +: height_0*lanes])};
      assign column = (columns*room_bits)'(given);
    end else begin : g_counters
      localparam logic [plan_bits-1:0] plan = plan_of(s - 1);
      wire [columns*room_bits-1:0] next;
      for (genvar k = 0; k < columns; k++) begin : g_column
        localparam int height = int'(plan[64*k +: 16]);
        localparam int sixes = int'(plan[64*k+16 +: 16]);
        localparam int threes = int'(plan[64*k+32 +: 16]);
        localparam int chained = int'(plan[64*k+48 +: 16]);
        localparam int chained_above = k + 2 < columns ? int'(plan[64*(k + 2 < columns ? k + 2 : k)+48 +: 16]) : 0;
        localparam int left = int'(rest(plan, k)) - 3 * threes;
        localparam int sixes_1 = k > 0 ? int'(plan[64*(k > 0 ? k - 1 : 0)+16 +: 16]) : 0;
        localparam int threes_1 = k > 0 ? int'(plan[64*(k > 0 ? k - 1 : 0)+32 +: 16]) : 0;
        localparam int fours_2 = k > 1 ? int'(plan[64*(k > 1 ? k - 2 : 0)+16 +: 16]) - chained : 0;
        localparam int chained_2 = k > 1 ? int'(plan[64*(k > 1 ? k - 2 : 0)+48 +: 16]) : 0;
        localparam int own = sixes + threes + left;
        localparam int height_next = own + sixes_1 + threes_1 + fours_2;
        wire [room_bits-1:0] from = g_stage[s-1].column[k*room_bits +: room_bits];
        wire [(3*sixes+1)*lanes-1:0] counts;
        wire [(3*chained_above+1)*lanes-1:0] counts_above;
        wire [lanes-1:0] carry;
        assign counts[3*sixes*lanes +: lanes] = '0;
        assign counts_above[3*chained_above*lanes +: lanes] = '0;
        for (genvar i = 0; i < sixes; i++) begin : g_six
          localparam int taken = height - 6 * i > 6 ? 6 : height - 6 * i;
          wire [6*lanes-1:0] six = (6*lanes)'(from[6*i*lanes +: taken*lanes]);
          if (i < chained) begin : g_upper
            assign counts[3*i*lanes +: 3*lanes] = g_column[k-2].counts_above[3*i*lanes +: 3*lanes];
          end else if (i < chained + chained_above) begin : g_lower
            six_counter #(.sixes(2), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_count (
              .bits({g_column[k+2].g_six[i-chained].six, six}),
              .count({counts_above[3*(i-chained)*lanes +: 3*lanes], counts[3*i*lanes +: 2*lanes]})
            );
            assign counts[(3*i+2)*lanes +: lanes] = '0;
          end else begin : g_lone
            six_counter #(.sixes(1), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_count (
              .bits(six), .count(counts[3*i*lanes +: 3*lanes])
            );
          end
          assign next[k*room_bits + i*lanes +: lanes] = counts[3*i*lanes +: lanes];
        end
        if (threes == 1) begin : g_three
          add_three #(.arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_add (
            .bits(from[6*sixes*lanes +: 3*lanes]), .below({lanes{1'b0}}),
            .parity(next[k*room_bits + sixes*lanes +: lanes]), .majority(carry)
          );
        end else begin : g_no_three
          assign carry = '0;
        end
        for (genvar i = 0; i < left; i++) begin : g_left
          assign next[k*room_bits + (sixes + threes + i)*lanes +: lanes] = from[(6*sixes + 3*threes + i)*lanes +: lanes];
        end
        for (genvar i = 0; i < sixes_1; i++) begin : g_twos
          assign next[k*room_bits + (own + i)*lanes +: lanes] = g_column[k-1].counts[(3*i+1)*lanes +: lanes];
        end
        if (threes_1 == 1) begin : g_carry
          assign next[k*room_bits + (own + sixes_1)*lanes +: lanes] = g_column[k-1].carry;
        end
        for (genvar i = 0; i < fours_2; i++) begin : g_fours
          assign next[k*room_bits + (own + sixes_1 + threes_1 + i)*lanes +: lanes] =
            g_column[k-2].counts[(3*(i < chained_2 ? i : i + chained)+2)*lanes +: lanes];
        end
        assign next[k*room_bits + height_next*lanes +: (room - height_next)*lanes] = '0;
      end
      // A register a word: a simulator is slow with parts of wide ones.
      localparam logic [plan_bits-1:0] plan_here = plan_of(s);
      for (genvar k = 0; k < columns; k++) begin : g_kept
        localparam int height = int'(plan_here[64*k +: 16]);
        for (genvar i = 0; i < height; i++) begin : g_bit
          wire [lanes-1:0] given = next[k*room_bits + i*lanes +: lanes];
          logic [lanes-1:0] kept;
          if (s % 4 == 0) begin : g_register
            always_ff @(posedge aclk) kept <= given;
          end else if (s % 4 == 2) begin : g_enabled
            always_ff @(posedge aclk) if (aresetn) kept <= given;
          end else begin : g_wire
            assign kept = given;
          end
          assign column[k*room_bits + i*lanes +: lanes] = kept;
        end
        assign column[k*room_bits + height*lanes +: (room - height)*lanes] = '0;
      end
    end
  end
  // verilator lint_on UNUSEDSIGNAL

  // Columns below the first one of two bits need no adder.
  localparam logic [plan_bits-1:0] last = plan_of(stages);
  function automatic int first_pair();
    first_pair = sum_bits;
    for (int k = sum_bits - 1; k >= 0; k--) if (last[64*k +: 16] > 16'd1) first_pair = k;
  endfunction
  localparam int low = first_pair();
  localparam int top = sum_bits * lanes - 1;
  wire [top:0] row_0, row_1, row_2, total;
  for (genvar k = 0; k < sum_bits; k++) begin : g_rows
    assign {row_2[k*lanes +: lanes], row_1[k*lanes +: lanes], row_0[k*lanes +: lanes]} =
      g_stage[stages].column[k*room_bits +: 3*lanes];
  end
  if (low > 0) begin : g_low
    assign total[low*lanes-1:0] = row_0[low*lanes-1:0];
    wire unused = &{1'b0, row_1[low*lanes-1:0], row_2[low*lanes-1:0]};
  end
  if (low < sum_bits && arithmetic == 0 && sliced == 0) begin : g_add
    assign total[top:low] = row_0[top:low] + row_1[top:low];
    wire unused = &{1'b0, row_2[top:low]};
  end else if (low < sum_bits) begin : g_ternary
    ternary_adder #(.width(sum_bits - low), .arithmetic(arithmetic), .lanes(lanes), .sliced(sliced)) u_add (
      .one(row_0[top:low*lanes]), .two(row_1[top:low*lanes]), .three(row_2[top:low*lanes]), .sum(total[top:low*lanes])
    );
  end

  for (genvar k = 0; k < sum_bits; k++) begin : g_sum
    for (genvar i = 0; i <= wait_cycles; i++) begin : g_wait
      logic [lanes-1:0] waiting;
      if (i == 0) begin : g_first
        always_ff @(posedge aclk) waiting <= total[k*lanes +: lanes];
      end else if (i % 2 == 0) begin : g_register
        always_ff @(posedge aclk) waiting <= g_wait[i-1].waiting;
      end else begin : g_enabled
        always_ff @(posedge aclk) if (aresetn) waiting <= g_wait[i-1].waiting;
      end
    end
    assign sum[k*lanes +: lanes] = g_wait[wait_cycles].waiting;
  end
  wire unused = &{1'b0, aresetn};
endmodule

`default_nettype wire
