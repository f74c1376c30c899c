// SPDX-License-Identifier: Apache-2.0
//
// pixel_order: sums that come group by group, `hold` pixels of each, leave pixel by pixel. A batch of `hold` pixels fills
// one half of a memory while the batch before leaves the other one; the first pixel of a batch leaves group by group as
// its groups are complete. `go` says that a half is free; `claim` takes it. `left`: a beat has left the output FIFO.
// memory: 0 LUT, 1 block RAM.
`default_nettype none

module pixel_order #(
  parameter int pe = 4,
  parameter int sum_bits = 8,
  parameter int groups = 2,
  parameter int hold = 2,
  parameter int read_beats = 4,
  parameter int pixel_beats = 8,
  parameter int fifo_depth = 12,
  parameter int memory = 0
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
  if (hold < 2) begin : g_check_hold
    $error("pixel_order: hold must be at least 2");
  end
  if (groups < 1 || read_beats < 1 || pixel_beats < 1) begin : g_check_beats
    $error("pixel_order: groups, read_beats and pixel_beats must be at least 1");
  end

  localparam int half = hold * groups;
  localparam int words = 2 * half;
  localparam int address_bits = $clog2(words);
  localparam int pixel_bits = $clog2(hold);
  localparam int ready_bits = $clog2(2 * groups + 1) + 1;
  localparam int credit_bits = $clog2(fifo_depth + 1) + 1;
  localparam int index_bits = read_beats > 1 ? $clog2(read_beats) : 1;
  localparam int beat_bits = pixel_beats > 1 ? $clog2(pixel_beats) : 1;

  // Writer: word (half, group, pixel), so addresses count up.
  logic [address_bits-1:0] write_address;
  logic [pixel_bits-1:0] write_pixel;
  wire write_last = write_address == address_bits'(words - 1);
  wire upper = write_address >= address_bits'(half);
  wire group_done = load & (write_pixel == pixel_bits'(hold - 1));
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      write_address <= '0;
      write_pixel <= '0;
    end else if (load) begin
      write_address <= write_last ? '0 : write_address + 1'b1;
      write_pixel <= group_done ? '0 : write_pixel + 1'b1;
    end
  end

  // Reader: pixel, group, beat.
  logic other, room, none_ready;
  logic [pixel_bits-1:0] pixel;
  logic [index_bits-1:0] place;
  logic [beat_bits-1:0] next_beat;
  logic [address_bits-1:0] read_address, first_address;
  logic moved;
  logic [index_bits-1:0] moved_index;
  logic [beat_bits-1:0] moved_beat;
  wire [pe*sum_bits-1:0] read_sums;
  wire [sum_bits-1:0] read_agreement;
  wire first_pixel = pixel == '0;
  wire last_pixel = pixel == pixel_bits'(hold - 1);
  wire pixel_end = next_beat == beat_bits'(pixel_beats - 1);
  wire group_end = pixel_end | (place == index_bits'(read_beats - 1));
  wire move = room & !(first_pixel & none_ready);
  wire group_taken = move & group_end & first_pixel;
  wire batch_end = move & pixel_end & last_pixel;
  wire [address_bits-1:0] next_pixel = last_pixel ? (other ? '0 : address_bits'(half)) : first_address + 1'b1;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      {reading, moved} <= '0;
      other <= 1'b0;
      pixel <= '0;
      place <= '0;
      next_beat <= '0;
      read_address <= '0;
      first_address <= '0;
    end else begin
      {reading, moved} <= {moved, move};
      if (move) begin
        place <= group_end ? '0 : place + 1'b1;
        next_beat <= pixel_end ? '0 : next_beat + 1'b1;
        if (pixel_end) begin
          pixel <= last_pixel ? '0 : pixel + 1'b1;
          other <= other ^ last_pixel;
          read_address <= next_pixel;
          first_address <= next_pixel;
        end else if (group_end) begin
          read_address <= read_address + address_bits'(hold);
        end
      end
    end
    {index, moved_index} <= {moved_index, place};
    {beat, moved_beat} <= {moved_beat, next_beat};
  end
  wire [ready_bits-1:0] fewer = {ready_bits{group_taken}};
  tally #(.bits(ready_bits), .start(-1)) u_ready (
    .aclk(aclk), .aresetn(aresetn), .one(group_done), .amount(fewer), .negative(none_ready)
  );

  simple_memory #(.width(pe * sum_bits), .words(words), .memory(memory)) u_sums (
    .aclk(aclk), .write(load), .write_address(write_address), .write_data(totals), .read_address(read_address),
    .read_data(read_sums)
  );
  simple_memory #(.width(sum_bits), .words(2 << pixel_bits), .memory(0)) u_agreement (
    .aclk(aclk), .write(load), .write_address({upper, write_pixel}), .write_data(agreement),
    .read_address({other, pixel}), .read_data(read_agreement)
  );
  always_ff @(posedge aclk) begin
    sums <= read_sums;
    sums_agreement <= read_agreement;
  end

  // Credit: halves that are claimed, beats on their way or in the FIFO.
  logic [1:0] halves, halves_next;
  assign halves_next = halves + 2'(claim) - 2'(batch_end);
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      halves <= '0;
      go <= 1'b0;
    end else begin
      halves <= halves_next;
      go <= halves_next < 2'd2;
    end
  end
  wire [credit_bits-1:0] gone = {credit_bits{left}};
  tally #(.bits(credit_bits), .start(-fifo_depth)) u_credit (
    .aclk(aclk), .aresetn(aresetn), .one(move), .amount(gone), .negative(room)
  );
endmodule

`default_nettype wire
