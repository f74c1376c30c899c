// SPDX-License-Identifier: Apache-2.0
//
// stream_fifo: first-word-fall-through FIFO of `depth` beats of `width` bits; `occupancy` counts the beats inside.
//
// memory = 0 (lut): asynchronously read LUTRAM, a beat may leave one cycle after it came.
// memory = 1 (block): block RAM and its output register, a beat may leave three cycles after it came.
// Both move one beat a cycle from depth 2 (lut) or 4 (block) on. A depth of 1 is one register at half rate.
// Both handshake outputs are registers, so a FIFO cuts every combinational path between two ops. Counts are compared with
// what they are one beat before the end, so no comparison follows a sum.
`default_nettype none

module stream_fifo #(
  parameter int width = 8,
  parameter int depth = 2,
  parameter int memory = 0
) (
  input  wire              aclk,
  input  wire              aresetn,
  input  wire  [width-1:0] s_axis_tdata,
  input  wire              s_axis_tvalid,
  output logic             s_axis_tready,
  output logic [width-1:0] m_axis_tdata,
  output logic             m_axis_tvalid,
  input  wire              m_axis_tready,
  output logic [$clog2(depth+1)-1:0] occupancy
);
  if (width < 1 || depth < 1) begin : g_check_size
    $error("stream_fifo: width and depth must be at least 1");
  end
  if (memory != 0 && memory != 1) begin : g_check_memory
    $error("stream_fifo: memory must be 0 (lut) or 1 (block)");
  end

  localparam int count_bits = $clog2(depth + 1);
  localparam int address_bits = depth > 1 ? $clog2(depth) : 1;

  wire push = s_axis_tvalid & s_axis_tready;
  wire pop = m_axis_tvalid & m_axis_tready;

  // One more or one less, or as many as before.
  wire change = push ^ pop;
  wire fills = push & !pop & (occupancy == count_bits'(depth - 1));
  wire empties = pop & !push & (occupancy == count_bits'(1));
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      occupancy <= '0;
      s_axis_tready <= 1'b0;
    end else begin
      if (change) occupancy <= occupancy + (pop ? '1 : count_bits'(1));
      s_axis_tready <= !fills & (s_axis_tready | pop | (occupancy != count_bits'(depth)));
    end
  end

  if (depth == 1) begin : g_register
    always_ff @(posedge aclk) begin
      if (!aresetn) m_axis_tvalid <= 1'b0;
      else if (change) m_axis_tvalid <= push;
      if (push) m_axis_tdata <= s_axis_tdata;
    end
    wire unused = empties;
  end else begin : g_memory
    localparam logic [address_bits-1:0] last = address_bits'(depth - 1);
    logic [address_bits-1:0] write_address, read_address;
    logic read;
    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        write_address <= '0;
        read_address <= '0;
      end else begin
        if (push) write_address <= write_address == last ? '0 : write_address + 1'b1;
        if (read) read_address <= read_address == last ? '0 : read_address + 1'b1;
      end
    end

    if (memory == 1) begin : g_block
      // Beats wait in the memory, in its own output and in a register; each moves on when the next place is free.
      (* ram_style = "block", no_rw_check *) logic [width-1:0] words [0:depth-1];
      logic [width-1:0] word;
      logic [count_bits-1:0] unread;
      logic some_unread, word_valid;
      wire forward = !m_axis_tvalid | pop;
      assign read = some_unread & (!word_valid | forward);
      always_ff @(posedge aclk) begin
        if (push) words[write_address] <= s_axis_tdata;
      end
      always_ff @(posedge aclk) begin
        if (read) word <= words[read_address];
        if (forward) m_axis_tdata <= word;
      end
      always_ff @(posedge aclk) begin
        if (!aresetn) begin
          unread <= '0;
          some_unread <= 1'b0;
          word_valid <= 1'b0;
          m_axis_tvalid <= 1'b0;
        end else begin
          if (push ^ read) unread <= unread + (read ? '1 : count_bits'(1));
          some_unread <= push | (some_unread & !(read & (unread == count_bits'(1))));
          if (forward) m_axis_tvalid <= word_valid;
          if (forward | !word_valid) word_valid <= some_unread;
        end
      end
      wire unused = empties;
    end else begin : g_lut
      (* ram_style = "distributed" *) logic [width-1:0] words [0:depth-1];
      assign read = pop;
      always_ff @(posedge aclk) begin
        if (push) words[write_address] <= s_axis_tdata;
      end
      assign m_axis_tdata = words[read_address];
      always_ff @(posedge aclk) begin
        if (!aresetn) m_axis_tvalid <= 1'b0;
        else m_axis_tvalid <= push | (m_axis_tvalid & !empties);
      end
    end
  end
endmodule

`default_nettype wire
