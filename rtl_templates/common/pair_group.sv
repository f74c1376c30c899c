// SPDX-License-Identifier: Apache-2.0
//
// pair_group: sum of v_0 + 2*v_1 over up to 15 pairs as one bit of weight 1, some of weight 2 and some of weight 4.
//
// Pairs are the nodes 1 to `pairs` of a binary tree of at most four levels (children of n: 2n and 2n+1). A leaf is one
// LUT4 a plane. Any other node adds its own v_0 and v_1 to the two low bits of its left child, with the bit of weight 1 of
// its right child as carry in: v merges into the LUT in front of the carry chain, so the addition costs no LUT. Its
// carry out is a bit of weight 4. The bit of weight 2 of a right child is spare: a leaf 4n+3 adds those of its cousin
// 4n+1 and of its parent's 2n+1 to its own v_1, again for no LUT; other spare bits leave the group.
// arithmetic = 0: p + v + start as {p,start} - {~v,1}, since a synthesis tool may swap the operands of a sum, and then v
// does not merge; 2, 3: LUT6_2 and carry chains of Xilinx devices, whose carry out needs no further position.
// sliced = 1: groups of `lanes` lanes, a word holds a bit of each; codes are common to all lanes.
// A module of its own for the same reason as six_counter.
`default_nettype none

(* keep_hierarchy *)
module pair_group #(
  parameter int pairs = 15,
  parameter int arithmetic = 0,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire  [2*pairs*lanes-1:0] weights,
  input  wire  [4*pairs-1:0]       codes,
  output wire  [lanes-1:0]         ones,
  output wire  [lanes*(pairs < 3 ? 1 : (pairs+1)/2 - 2*((pairs-3)/4 - pairs/8))-1:0] twos,
  output wire  [lanes*(pairs < 3 ? 1 : pairs/2 + (pairs-3)/4 - pairs/8)-1:0] fours
);
  if (pairs < 1 || pairs > 15 || arithmetic == 1 || arithmetic < 0 || arithmetic > 3) begin : g_check
    $error("pair_group: pairs must lie in 1 to 15, arithmetic be 0 (portable), 2 (CARRY4) or 3 (CARRY8)");
  end

  localparam int sums = pairs / 2;
  localparam bit cells = arithmetic != 0 && sliced == 0;
  // Leaves 4i+3 of these i take spare bits along.
  localparam int first = pairs / 8 + 1;
  localparam int last = pairs < 3 ? 0 : (pairs - 3) / 4;
  function automatic bit takes(input int n);
    takes = n % 4 == 3 && n / 4 >= first && n / 4 <= last;
  endfunction
  function automatic bit is_taken(input int n);
    is_taken = (n / 2 >= first && n / 2 <= last) || (n % 4 == 1 && n / 4 >= first && n / 4 <= last);
  endfunction
  // Position of the spare bit of right child n in `twos`.
  function automatic int place(input int n);
    place = 1;
    for (int m = 3; m < n; m += 2) if (!is_taken(m)) place = place + 1;
  endfunction

  for (genvar n = 1; n <= pairs; n++) begin : g_node
    wire [lanes-1:0] a = weights[(2*n-2)*lanes +: lanes];
    wire [lanes-1:0] b = weights[(2*n-1)*lanes +: lanes];
    wire [1:0] x = codes[4*n-4 +: 2];
    wire [1:0] y = codes[4*n-2 +: 2];
    wire [2*lanes-1:0] v;
    for (genvar k = 0; k < 2; k++) begin : g_plane
      pair_vote #(.lanes(lanes), .sliced(sliced)) u_vote (
        .a(a), .b(b), .x(x[k]), .y(y[k]), .v(v[k*lanes +: lanes])
      );
    end
    wire [lanes-1:0] low_0, low_1, start;
    if (n <= sums) begin : g_sum
      if (2 * n < pairs) begin : g_right
        assign start = g_node[2*n+1].low_0;
      end else begin : g_no_right
        assign start = '0;
      end
      if (sliced != 0) begin : g_words
        sliced_adder #(.lanes(lanes)) u_add (
          .one(v), .other({g_node[2*n].low_1, g_node[2*n].low_0}), .start(start),
          .sum({fours[(n-1)*lanes +: lanes], low_1, low_0})
        );
      end
      if (arithmetic == 0 && sliced == 0) begin : g_add
        wire below;
        wire [1:0] operand = {g_node[2*n].low_1, g_node[2*n].low_0};
        assign {fours[n-1], low_1, low_0, below} = {1'b0, operand, start} - {1'b1, ~v, 1'b1};
        wire unused = &{1'b0, below};
      end
      if (cells) begin : g_chain
        wire [1:0] propagate, generate_bit;
        pair_lut u_low (
          .a(a), .b(b), .x(x[0]), .y(y[0]), .operand(g_node[2*n].low_0), .propagate(propagate[0]),
          .generate_bit(generate_bit[0])
        );
        pair_lut u_high (
          .a(a), .b(b), .x(x[1]), .y(y[1]), .operand(g_node[2*n].low_1), .propagate(propagate[1]),
          .generate_bit(generate_bit[1])
        );
      end
    end else begin : g_leaf
      assign low_0 = v[0 +: lanes];
      assign start = '0;
      if (!takes(n)) begin : g_spare
        assign low_1 = v[lanes +: lanes];
      end else begin : g_take
        if (sliced != 0) begin : g_words
          wire [lanes-1:0] one = v[lanes +: lanes];
          wire [lanes-1:0] two = g_node[n/2].low_1;
          wire [lanes-1:0] three = g_node[n-2].low_1;
          assign low_1 = one ^ two ^ three;
          assign fours[(sums+n/4-first)*lanes +: lanes] = (one & two) | (three & (one ^ two));
        end
        if (arithmetic == 0 && sliced == 0) begin : g_add
          wire below;
          assign {fours[sums+n/4-first], low_1, below} = {1'b0, g_node[n/2].low_1, g_node[n-2].low_1}
            - {1'b1, ~v[1], 1'b1};
          wire unused = &{1'b0, below};
        end
        if (cells) begin : g_chain
          wire propagate, generate_bit;
          pair_lut u_high (
            .a(a), .b(b), .x(x[1]), .y(y[1]), .operand(g_node[n/2].low_1), .propagate(propagate),
            .generate_bit(generate_bit)
          );
        end
      end
    end
    wire unused = &{1'b0, start, v};
    if (n == 1) begin : g_root
      assign ones = low_0;
      assign twos[0 +: lanes] = low_1;
    end else if (n % 2 == 1 && !is_taken(n)) begin : g_out
      assign twos[place(n)*lanes +: lanes] = low_1;
    end
  end
  if (sums == 0) begin : g_no_fours
    assign fours = '0;
  end

  // Chains: siblings share a block.
  for (genvar j = 0; j <= (!cells || sums == 0 ? -1 : sums / 2); j++) begin : g_carry
    localparam int left = j > 0 ? 2 * j : 1;
    localparam int halves = j > 0 && left < sums ? 2 : 1;
    wire [4*halves-1:0] propagate, generate_bit, sum, carry;
    wire [halves-1:0] carry_in;
    for (genvar i = 0; i < halves; i++) begin : g_half
      assign propagate[4*i +: 4] = {2'b00, g_node[left+i].g_sum.g_chain.propagate};
      assign generate_bit[4*i +: 4] = {2'b00, g_node[left+i].g_sum.g_chain.generate_bit};
      assign carry_in[i] = g_node[left+i].start;
      assign g_node[left+i].low_0 = sum[4*i];
      assign g_node[left+i].low_1 = sum[4*i+1];
      assign fours[left+i-1] = carry[4*i+1];
    end
    carry_pair #(.halves(halves), .arithmetic(arithmetic)) u_chain (
      .carry_in(carry_in), .propagate(propagate), .generate_bit(generate_bit), .sum(sum), .carry(carry)
    );
    wire unused = &{1'b0, sum, carry};
  end
  if (cells && last >= first) begin : g_take
    localparam int halves = last - first + 1;
    wire [4*halves-1:0] propagate, generate_bit, sum, carry;
    wire [halves-1:0] carry_in;
    for (genvar i = 0; i < halves; i++) begin : g_half
      localparam int n = 4 * (first + i) + 3;
      assign propagate[4*i +: 4] = {3'b000, g_node[n].g_leaf.g_take.g_chain.propagate};
      assign generate_bit[4*i +: 4] = {3'b000, g_node[n].g_leaf.g_take.g_chain.generate_bit};
      assign carry_in[i] = g_node[n-2].low_1;
      assign g_node[n].low_1 = sum[4*i];
      assign fours[sums+i] = carry[4*i];
    end
    carry_pair #(.halves(halves), .arithmetic(arithmetic)) u_chain (
      .carry_in(carry_in), .propagate(propagate), .generate_bit(generate_bit), .sum(sum), .carry(carry)
    );
    wire unused = &{1'b0, sum, carry};
  end
endmodule

`default_nettype wire
