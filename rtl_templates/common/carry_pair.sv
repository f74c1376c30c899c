// SPDX-License-Identifier: Apache-2.0
//
// carry_pair: one or two independent carry chains of four positions on Xilinx devices.
// Position i: sum = propagate ^ carry in, carry out = propagate ? carry in : generate_bit (UG474, UG574).
// arithmetic = 2: CARRY4 each (7 series); 3: the two halves of one CARRY8 (UltraScale).
`default_nettype none

module carry_pair #(
  parameter int halves = 2,
  parameter int arithmetic = 3
) (
  input  wire  [halves-1:0]   carry_in,
  input  wire  [4*halves-1:0] propagate,
  input  wire  [4*halves-1:0] generate_bit,
  output wire  [4*halves-1:0] sum,
  output wire  [4*halves-1:0] carry
);
  if (halves < 1 || halves > 2 || (arithmetic != 2 && arithmetic != 3)) begin : g_check
    $error("carry_pair: halves must be 1 or 2, arithmetic 2 (CARRY4) or 3 (CARRY8)");
  end

  if (arithmetic == 2) begin : g_carry4
    for (genvar i = 0; i < halves; i++) begin : g_half
      CARRY4 u_carry (
        .CI(1'b0), .CYINIT(carry_in[i]), .S(propagate[4*i +: 4]), .DI(generate_bit[4*i +: 4]), .O(sum[4*i +: 4]),
        .CO(carry[4*i +: 4])
      );
    end
  end else begin : g_carry8
    wire [1:0] start = 2'(carry_in);
    wire [7:0] all_sum, all_carry;
    CARRY8 #(.CARRY_TYPE("DUAL_CY4")) u_carry (
      .CI(start[0]), .CI_TOP(start[1]), .S(8'(propagate)), .DI(8'(generate_bit)), .O(all_sum), .CO(all_carry)
    );
    assign sum = all_sum[4*halves-1:0];
    assign carry = all_carry[4*halves-1:0];
    if (halves == 1) begin : g_unused
      wire unused = &{1'b0, all_sum[7:4], all_carry[7:4]};
    end
  end
endmodule

`default_nettype wire
