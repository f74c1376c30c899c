// SPDX-License-Identifier: Apache-2.0
//
// weight_loader: the load port of a design with weights in UltraRAM, and the gate that keeps frames and loads apart.
//
// A load is one packet of 72-bit words on s_axis_load, tlast on the last one; words go to every memory, and a memory
// takes them when all before it are full. Frames pass only while the weights are complete (status[0]). A packet that
// ends early (status[1]) or has words too many (status[2]) leaves the weights incomplete; the next packet starts anew.
// A packet offered between frames waits until every frame that has begun has left; no new frame starts meanwhile.
`default_nettype none

module weight_loader #(
  parameter int beats = 64
) (
  input  wire         aclk,
  input  wire         aresetn,
  input  wire  [71:0] s_axis_load_tdata,
  input  wire         s_axis_load_tvalid,
  output logic        s_axis_load_tready,
  input  wire         s_axis_load_tlast,
  output logic [2:0]  status,
  output logic [74:0] load,
  input  wire         load_done,
  input  wire         s_axis_tvalid,
  output logic        s_axis_tready,
  output logic        m_axis_tvalid,
  input  wire         m_axis_tready,
  input  wire         frame_out
);
  if (beats < 1) begin : g_check_beats
    $error("weight_loader: beats must be at least 1");
  end

  localparam int beat_bits = beats > 1 ? $clog2(beats) : 1;
  // More frames than all FIFOs of a design can hold.
  localparam int frame_bits = 16;

  logic loaded, too_few, too_many, begun, surplus, open;
  logic [1:0] settling;
  logic [beat_bits-1:0] beat;
  logic [frame_bits-1:0] frames;
  assign status = {too_many, too_few, loaded};
  logic load_valid, load_clear;
  logic [71:0] load_data;
  assign load = {load_data, load_valid, load_clear, !loaded};

  // Words: one register on their way to the memories; a packet is judged when its last word has arrived there.
  wire word = s_axis_load_tvalid & s_axis_load_tready;
  assign s_axis_load_tready = !open && frames == '0 && settling == '0 && !load_clear;
  always_ff @(posedge aclk) begin
    load_data <= s_axis_load_tdata;
    if (!aresetn) begin
      {loaded, too_few, too_many, begun, surplus} <= '0;
      settling <= '0;
      load_valid <= 1'b0;
      load_clear <= 1'b0;
    end else begin
      load_valid <= word;
      load_clear <= settling == 2'd1;
      settling <= word & s_axis_load_tlast ? 2'd2 : settling == '0 ? '0 : settling - 1'b1;
      if (word) begin
        begun <= !s_axis_load_tlast;
        if (!begun) {loaded, too_few, too_many} <= '0;
      end
      if (load_valid & load_done) surplus <= 1'b1;
      if (load_clear) surplus <= 1'b0;
      if (settling == 2'd1) begin
        loaded <= load_done & !surplus;
        too_few <= !load_done;
        too_many <= surplus;
      end
    end
  end

  // Frames: the gate moves between frames only, so an offered beat is never withdrawn.
  wire moved = m_axis_tvalid & m_axis_tready;
  wire last_beat = beat == beat_bits'(beats - 1);
  wire frame_in = moved && beat == '0;
  wire between = moved ? last_beat : beat == '0 && !s_axis_tvalid;
  assign m_axis_tvalid = s_axis_tvalid & open;
  assign s_axis_tready = m_axis_tready & open;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      open <= 1'b0;
      beat <= '0;
      frames <= '0;
    end else begin
      if (!open) open <= loaded & !s_axis_load_tvalid;
      else if (s_axis_load_tvalid & between) open <= 1'b0;
      if (moved) beat <= last_beat ? '0 : beat + 1'b1;
      frames <= frames + frame_bits'(frame_in) - frame_bits'(frame_out);
    end
  end
endmodule

`default_nettype wire
