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

  // A plan holds five fields of 16 bits a column: its bits before the stage, its counters of six and of three, how many
  // of the former sit on the chain of a counter of column k-2, and its bits after the stage. One walk makes the plans of
  // all stages: constant functions are what elaboration waits for.
  localparam int field = 16;
  localparam int plan_bits = 5 * field * columns;
  localparam int most_stages = 2 * latency;
  function automatic [plan_bits-1:0] plan_after(input [plan_bits-1:0] former);
    logic [15:0] height, sixes, threes, chained, left, after;
    logic [15:0] sixes_1, sixes_2, threes_1, chained_1, chained_2;
    sixes = 16'd0;
    threes = 16'd0;
    chained = 16'd0;
    sixes_1 = 16'd0;
    chained_1 = 16'd0;
    for (int k = 0; k < columns; k++) begin
      sixes_2 = sixes_1;
      sixes_1 = sixes;
      threes_1 = threes;
      chained_2 = chained_1;
      chained_1 = chained;
      height = former[(5*k+4)*field +: field];
      sixes = height / 16'd6;
      left = height - 16'd6 * sixes;
      after = left + sixes + sixes_1 + threes_1 + sixes_2;
      // With two rows, five bits left take one more counter of six if the column would stay too high.
      if (rows == 2 && left == 16'd5 && after > 16'(rows)) begin
        sixes = sixes + 16'd1;
        left = 16'd0;
        after = after - 16'd4;
      end
      chained = sixes_2 - chained_2 < sixes ? sixes_2 - chained_2 : sixes;
      after = after - chained;
      threes = left >= 16'd3 && after > 16'(rows) && after - 16'd2 <= 16'(rows) ? 16'd1 : 16'd0;
      plan_after[5*k*field +: 5*field] = {after - 16'd2 * threes, chained, threes, sixes, height};
    end
  endfunction
  function automatic bit is_low(input [plan_bits-1:0] plan);
    is_low = 1'b1;
    for (int k = 0; k < columns; k++) if (plan[5*k*field +: field] > 16'(rows)) is_low = 1'b0;
  endfunction
  // A column that is low has no counters, so its plan is its own successor.
  function automatic [(most_stages+1)*plan_bits-1:0] all_plans();
    logic [plan_bits-1:0] plan;
    plan = '0;
    plan[4*field +: field] = 16'(height_0);
    plan[9*field +: field] = 16'(height_1);
    plan[14*field +: field] = 16'(height_2);
    for (int s = 0; s <= most_stages; s++) begin
      if (s == 0 || !is_low(plan)) plan = plan_after(plan);
      all_plans[s*plan_bits +: plan_bits] = plan;
    end
  endfunction
  localparam logic [(most_stages+1)*plan_bits-1:0] plans = all_plans();
  // Stages until no column has more than `rows` bits, one more than fit if they do not fit.
  function automatic int needed();
    needed = 0;
    for (int s = 0; s < most_stages; s++) if (needed == s && !is_low(plans[s*plan_bits +: plan_bits])) needed = s + 1;
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
      localparam logic [plan_bits-1:0] plan = plans[(s-1)*plan_bits +: plan_bits];
      wire [columns*room_bits-1:0] next;
      for (genvar k = 0; k < columns; k++) begin : g_column
        localparam int height = int'(plan[5*k*field +: field]);
        localparam int sixes = int'(plan[(5*k+1)*field +: field]);
        localparam int threes = int'(plan[(5*k+2)*field +: field]);
        localparam int chained = int'(plan[(5*k+3)*field +: field]);
        localparam int chained_above = k + 2 < columns ? int'(plan[(5*(k + 2 < columns ? k + 2 : k)+3)*field +: field]) : 0;
        localparam int left = (height > 6 * sixes ? height - 6 * sixes : 0) - 3 * threes;
        localparam int sixes_1 = k > 0 ? int'(plan[(5*(k > 0 ? k - 1 : 0)+1)*field +: field]) : 0;
        localparam int threes_1 = k > 0 ? int'(plan[(5*(k > 0 ? k - 1 : 0)+2)*field +: field]) : 0;
        localparam int fours_2 = k > 1 ? int'(plan[(5*(k > 1 ? k - 2 : 0)+1)*field +: field]) - chained : 0;
        localparam int chained_2 = k > 1 ? int'(plan[(5*(k > 1 ? k - 2 : 0)+3)*field +: field]) : 0;
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
      localparam logic [plan_bits-1:0] plan_here = plans[s*plan_bits +: plan_bits];
      for (genvar k = 0; k < columns; k++) begin : g_kept
        localparam int height = int'(plan_here[5*k*field +: field]);
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
  localparam logic [plan_bits-1:0] last = plans[stages*plan_bits +: plan_bits];
  function automatic int first_pair();
    first_pair = sum_bits;
    for (int k = sum_bits - 1; k >= 0; k--) if (last[5*k*field +: field] > 16'd1) first_pair = k;
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
