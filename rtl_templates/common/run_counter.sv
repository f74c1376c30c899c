// SPDX-License-Identifier: Apache-2.0
//
// run_counter: steps (cycles with `enable`) in runs, `kept` of them and then `dropped`, over and over. `is_kept`: in a
// run of kept ones; `kept_last`: at the last of them; `last`: at the last step of both. All from registers.
`default_nettype none

module run_counter #(
  parameter int kept = 2,
  parameter int dropped = 0
) (
  input  wire  aclk,
  input  wire  aresetn,
  input  wire  enable,
  output logic is_kept,
  output logic kept_last,
  output logic last
);
  if (kept < 1 || dropped < 0) begin : g_check_counts
    $error("run_counter: kept must be at least 1, dropped at least 0");
  end

  logic run_last;
  assign kept_last = is_kept & run_last;
  wrap_counter #(.count(kept)) u_kept (.aclk(aclk), .aresetn(aresetn), .enable(enable & is_kept), .last(run_last));
  if (dropped == 0) begin : g_all
    assign is_kept = 1'b1;
    assign last = run_last;
  end else begin : g_some
    logic dropped_last;
    wrap_counter #(.count(dropped)) u_dropped (
      .aclk(aclk), .aresetn(aresetn), .enable(enable & !is_kept), .last(dropped_last)
    );
    assign last = !is_kept & dropped_last;
    always_ff @(posedge aclk) begin
      if (!aresetn) is_kept <= 1'b1;
      else if (enable) is_kept <= is_kept ? !run_last : dropped_last;
    end
  end
endmodule

`default_nettype wire
