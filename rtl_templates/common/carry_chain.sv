// SPDX-License-Identifier: Apache-2.0
//
// carry_chain: one carry chain of `width` positions on Xilinx devices, no carry in; see carry_pair for a position.
// arithmetic = 2: CARRY4 (7 series); 3: CARRY8 (UltraScale). sliced = 1: chains of `lanes` lanes, a word holds a bit of each.
`default_nettype none

module carry_chain #(
  parameter int width = 8,
  parameter int arithmetic = 3,
  parameter int lanes = 1,
  parameter int sliced = 0
) (
  input  wire  [width*lanes-1:0] propagate,
  input  wire  [width*lanes-1:0] generate_bit,
  output wire  [width*lanes-1:0] sum
);
  if (width < 1 || (sliced == 0 && arithmetic != 2 && arithmetic != 3)) begin : g_check
    $error("carry_chain: width must be at least 1, arithmetic 2 (CARRY4) or 3 (CARRY8)");
  end

  if (sliced != 0) begin : g_words
    for (genvar k = 0; k < width; k++) begin : g_position
      wire [lanes-1:0] below, own, carry;
      if (k > 0) begin : g_next
        assign below = g_position[k-1].carry;
      end else begin : g_first
        assign below = '0;
      end
      assign own = propagate[k*lanes +: lanes];
      assign carry = (own & below) | (~own & generate_bit[k*lanes +: lanes]);
      assign sum[k*lanes +: lanes] = own ^ below;
      if (k == width - 1) begin : g_last
        wire unused = &{1'b0, carry};
      end
    end
  end else begin : g_cells
    localparam int positions = arithmetic == 2 ? 4 : 8;
    localparam int blocks = (width + positions - 1) / positions;
    wire [blocks*positions-1:0] all_propagate = (blocks*positions)'(propagate);
    wire [blocks*positions-1:0] all_generate = (blocks*positions)'(generate_bit);
    wire [blocks*positions-1:0] all_sum;
    for (genvar i = 0; i < blocks; i++) begin : g_block
      wire [positions-1:0] carry;
      wire start;
      if (i == 0) begin : g_first
        assign start = 1'b0;
      end else begin : g_next
        assign start = g_block[i-1].carry[positions-1];
      end
      if (arithmetic == 2) begin : g_carry4
        CARRY4 u_carry (
          .CI(start), .CYINIT(1'b0), .S(all_propagate[4*i +: 4]), .DI(all_generate[4*i +: 4]), .O(all_sum[4*i +: 4]),
          .CO(carry)
        );
      end else begin : g_carry8
        CARRY8 #(.CARRY_TYPE("SINGLE_CY8")) u_carry (
          .CI(start), .CI_TOP(1'b0), .S(all_propagate[8*i +: 8]), .DI(all_generate[8*i +: 8]), .O(all_sum[8*i +: 8]),
          .CO(carry)
        );
      end
      wire unused = &{1'b0, carry};
    end
    assign sum = all_sum[width-1:0];
    if (blocks * positions > width) begin : g_unused
      wire unused = &{1'b0, all_sum[blocks*positions-1:width]};
    end
  end
endmodule

`default_nettype wire
