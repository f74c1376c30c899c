// SPDX-License-Identifier: Apache-2.0
//
// group_order: the sums of one group of pe channels, held while they leave in read_beats beats; lanes past the last
// channel are dropped. `go` says that a last step may be issued now (`claim` says that it is): room in the output FIFO
// is reserved then, and groups are kept read_beats cycles apart. `left` says that a beat has left the FIFO.
`default_nettype none

module group_order #(
  parameter int pe = 4,
  parameter int sum_bits = 8,
  parameter int groups = 2,
  parameter int read_beats = 4,
  parameter int pixel_beats = 8,
  parameter int fifo_depth = 20
) (
  input  wire                    aclk,
  input  wire                    aresetn,
  output logic                   go,
  input  wire                    claim,
  input  wire                    load,
  input  wire  [pe*sum_bits-1:0] totals,
  input  wire  [sum_bits-1:0]    agreement,
  input  wire                    left,
  output logic                   reading,
  output logic [(read_beats > 1 ? $clog2(read_beats) : 1)-1:0] index,
  output logic [(pixel_beats > 1 ? $clog2(pixel_beats) : 1)-1:0] beat,
  output logic [pe*sum_bits-1:0] sums,
  output logic [sum_bits-1:0]    sums_agreement
);
  if (groups < 1 || read_beats < 1 || pixel_beats < 1) begin : g_check_beats
    $error("group_order: groups, read_beats and pixel_beats must be at least 1");
  end

  localparam int all_beats = groups * read_beats;
  localparam int index_bits = read_beats > 1 ? $clog2(read_beats) : 1;
  localparam int beat_bits = pixel_beats > 1 ? $clog2(pixel_beats) : 1;
  localparam int all_bits = all_beats > 1 ? $clog2(all_beats) : 1;

  logic busy;
  logic [all_bits-1:0] place;
  wire index_last = index == index_bits'(read_beats - 1);
  wire place_last = place == all_bits'(all_beats - 1);
  wire real_beat = pixel_beats == all_beats || place < all_bits'(pixel_beats);
  wire dropped = busy & !real_beat;
  assign reading = busy & real_beat;
  assign beat = beat_bits'(place);

  always_ff @(posedge aclk) begin
    if (load) begin
      sums <= totals;
      sums_agreement <= agreement;
    end
    if (!aresetn) begin
      busy <= 1'b0;
      index <= '0;
      place <= '0;
    end else begin
      busy <= load | (busy & !index_last);
      if (busy) begin
        index <= index_last ? '0 : index + 1'b1;
        place <= place_last ? '0 : place + 1'b1;
      end
    end
  end

  // Credit: room for one more group, beats reserved, on their way or in the FIFO taken off.
  logic no_room;
  localparam int credit_bits = $clog2(fifo_depth + 2) + 1;
  localparam logic [credit_bits-1:0] drop = credit_bits'(1), group = credit_bits'(-read_beats);
  wire [credit_bits-1:0] taken = claim ? (dropped ? group + drop : group) : (dropped ? drop : '0);
  tally #(.bits(credit_bits), .start(fifo_depth - read_beats)) u_credit (
    .aclk(aclk), .aresetn(aresetn), .one(left), .amount(taken), .negative(no_room)
  );

  // Claims are read_beats cycles apart.
  if (read_beats == 1) begin : g_no_pause
    assign go = !no_room;
  end else begin : g_pause
    localparam int pause_bits = $clog2(read_beats) + 1;
    logic [pause_bits-1:0] pause;
    assign go = !no_room & pause[pause_bits-1];
    always_ff @(posedge aclk) begin
      if (!aresetn) pause <= '1;
      else if (claim) pause <= pause_bits'(read_beats - 2);
      else if (!pause[pause_bits-1]) pause <= pause - 1'b1;
    end
  end
endmodule

`default_nettype wire
