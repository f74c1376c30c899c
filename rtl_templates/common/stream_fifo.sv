// SPDX-License-Identifier: Apache-2.0
//
// stream_fifo: first-word-fall-through FIFO of `depth` beats of `width` bits; `occupancy` counts the beats inside.
//
// memory = 0 (lut): asynchronously read LUTRAM, a beat may leave one cycle after it came.
// memory = 1 (block): block RAM behind a read-ahead address, a beat may leave two cycles after it came.
// Both move one beat a cycle from depth 2 (lut) or 3 (block) on. A depth of 1 is one register at half rate.
// Both handshake outputs are registers, so a FIFO cuts every combinational path between two ops.
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

  logic [count_bits-1:0] after_pop, after_push;
  always_comb begin
    after_pop = occupancy - count_bits'(pop);
    after_push = after_pop + count_bits'(push);
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      occupancy <= '0;
      s_axis_tready <= 1'b0;
    end else begin
      occupancy <= after_push;
      s_axis_tready <= after_push != count_bits'(depth);
    end
  end

  if (depth == 1) begin : g_register
    always_ff @(posedge aclk) begin
      if (!aresetn) m_axis_tvalid <= 1'b0;
      else m_axis_tvalid <= after_push != '0;
      if (push) m_axis_tdata <= s_axis_tdata;
    end
  end else begin : g_memory
    localparam logic [address_bits-1:0] last = address_bits'(depth - 1);
    logic [address_bits-1:0] write_address, read_address;
    wire [address_bits-1:0] read_next = !pop ? read_address : read_address == last ? '0 : read_address + 1'b1;

    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        write_address <= '0;
        read_address <= '0;
      end else begin
        if (push) write_address <= write_address == last ? '0 : write_address + 1'b1;
        read_address <= read_next;
      end
    end

    if (memory == 1) begin : g_block
      (* ram_style = "block" *) logic [width-1:0] words [0:depth-1];
      always_ff @(posedge aclk) begin
        if (push) words[write_address] <= s_axis_tdata;
      end
      always_ff @(posedge aclk) m_axis_tdata <= words[read_next];
      always_ff @(posedge aclk) begin
        if (!aresetn) m_axis_tvalid <= 1'b0;
        else m_axis_tvalid <= after_pop != '0;
      end
    end else begin : g_lut
      (* ram_style = "distributed" *) logic [width-1:0] words [0:depth-1];
      always_ff @(posedge aclk) begin
        if (push) words[write_address] <= s_axis_tdata;
      end
      assign m_axis_tdata = words[read_address];
      always_ff @(posedge aclk) begin
        if (!aresetn) m_axis_tvalid <= 1'b0;
        else m_axis_tvalid <= after_push != '0;
      end
    end
  end
endmodule

`default_nettype wire
