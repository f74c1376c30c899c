// SPDX-License-Identifier: Apache-2.0
//
// pair_group: sums v_0 + 2*v_1 of up to four pairs into one bit of weight 1, one of weight 2 and pairs - 1 of weight 4.
// {carry,s1,s0} = {s1,s0} + {v_1,v_0}, pair after pair: the v of a pair merges into the LUT that feeds the carry
// chain, so a pair costs two LUTs and no mask; carries are not added here but go to the bit heap. Kept as a module of
// its own for the same reason as popcount6.
`default_nettype none

(* keep_hierarchy *)
module pair_group #(
  parameter int pairs = 4
) (
  input  wire  [2*pairs-1:0] weights,
  input  wire  [4*pairs-1:0] codes,
  output logic [1:0]         low,
  output logic [(pairs > 1 ? pairs - 2 : 0):0] carries
);
  if (pairs < 1 || pairs > 4) begin : g_check
    $error("pair_group: pairs must lie in 1 to 4");
  end

  for (genvar i = 0; i < pairs; i++) begin : g_pair
    wire a = weights[2*i];
    wire b = weights[2*i+1];
    wire [1:0] x = codes[4*i +: 2];
    wire [1:0] y = codes[4*i+2 +: 2];
    wire [1:0] v = (x & y & {2{a | b}}) | (x & ~y & {2{a & ~b}}) | (~x & y & {2{~a & b}}) | (~x & ~y & {2{~(a & b)}});
    wire [1:0] total;
    if (i == 0) begin : g_first
      assign total = v;
    end else begin : g_absorb
      assign {carries[i-1], total} = {1'b0, g_pair[i-1].total} + {1'b0, v};
    end
  end
  assign low = g_pair[pairs-1].total;
  if (pairs == 1) begin : g_no_carries
    assign carries = '0;
  end
endmodule

`default_nettype wire
