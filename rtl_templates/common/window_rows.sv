// SPDX-License-Identifier: Apache-2.0
//
// window_rows: the row store of a convolution window. Words of `row_channels` codes come in raster order; out come, for
// every output row, all columns that its windows read, padding columns included, from left to right: in_channels /
// row_channels words of kernel_h*row_channels codes each (row i at bits [i*row_channels*2 +: row_channels*2]), code 0
// outside the image, one word a cycle while `space` is up (asked only for the first word of a column, with `take`).
//
// kernel_h + stride_h - 1 row banks, used in turn. Rows and columns that no window reads are dropped on arrival, so
// `lead` (complete rows from the oldest row still needed) is all the bookkeeping there is: it does not know frames,
// and rows of the next frame are accepted while the last rows of this one are read. If all banks are live, the next
// row may still follow the reader through the oldest one, column by column. No address is ever multiplied.
`default_nettype none

module window_rows #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int row_channels = 2,
  parameter int kernel_h = 3,
  parameter int kernel_w = 3,
  parameter int stride_h = 1,
  parameter int stride_w = 1,
  parameter int padding_h = 1,
  parameter int padding_w = 1,
  parameter int row_memory = 0
) (
  input  wire               aclk,
  input  wire               aresetn,
  input  wire [2*row_channels-1:0] s_axis_tdata,
  input  wire               s_axis_tvalid,
  output logic              s_axis_tready,
  input  wire               space,
  output logic              take,
  output logic [2*kernel_h*row_channels-1:0] column_word,
  output logic              column_valid
);
  if (in_channels < 1 || row_channels < 1 || in_channels % row_channels != 0) begin : g_check_row_channels
    $error("window_rows: row_channels must divide in_channels");
  end
  if (stride_h < 1 || stride_w < 1) begin : g_check_stride
    $error("window_rows: strides must be at least 1");
  end
  if (padding_h < 0 || padding_w < 0 || padding_h >= kernel_h || padding_w >= kernel_w) begin : g_check_padding
    $error("window_rows: padding must be below the kernel");
  end
  if (height + 2 * padding_h < kernel_h || width + 2 * padding_w < kernel_w) begin : g_check_size
    $error("window_rows: the padded image must hold the kernel");
  end

  localparam int steps = in_channels / row_channels;
  localparam int out_height = (height + 2 * padding_h - kernel_h) / stride_h + 1;
  localparam int out_width = (width + 2 * padding_w - kernel_w) / stride_w + 1;
  localparam int banks = kernel_h + stride_h - 1;
  localparam int last_top = (out_height - 1) * stride_h - padding_h;
  localparam int columns = (out_width - 1) * stride_w + kernel_w;
  localparam int last_left = (out_width - 1) * stride_w - padding_w;
  localparam int last_row = last_top + kernel_h > height ? height - 1 : last_top + kernel_h - 1;
  localparam int last_column = last_left + kernel_w > width ? width - 1 : last_left + kernel_w - 1;
  localparam int row_advance = (stride_h < kernel_h ? stride_h : kernel_h) % banks;
  localparam int frame_advance = (last_row - last_top + 1 - padding_h + banks * kernel_h) % banks;
  localparam int first_bank = (banks * kernel_h - padding_h) % banks;
  localparam int words = (last_column + 1) * steps;

  function automatic int bits_of(input int highest);
    bits_of = highest < 1 ? 1 : $clog2(highest + 1);
  endfunction
  localparam int step_bits = bits_of(steps - 1);
  localparam int address_bits = bits_of(words - 1);
  localparam int bank_bits = bits_of(banks - 1);
  localparam int row_bits = bits_of(height);
  localparam int column_bits = bits_of(width);
  localparam int lead_bits = bits_of(banks + 1);
  localparam int place_bits = bits_of(width + stride_w + kernel_w + padding_w) + 1;
  localparam int top_bits = bits_of(height + stride_h + kernel_h + padding_h) + 1;
  localparam int out_row_bits = bits_of(out_height - 1);
  localparam int reach_bits = bits_of(columns - 1);

  // What both sides share.
  logic [lead_bits-1:0] lead;
  logic signed [place_bits-1:0] done_columns;
  logic row_complete, row_release;
  logic [lead_bits-1:0] released, needed;
  logic signed [place_bits-1:0] place;

  always_ff @(posedge aclk) begin
    if (!aresetn) lead <= '0;
    else lead <= lead + lead_bits'(row_complete) - (row_release ? released : '0);
  end

  // Writer: drops what no window reads, fills the banks in turn.
  logic [step_bits-1:0] write_step;
  logic [column_bits-1:0] write_column;
  logic [row_bits-1:0] write_row;
  logic [address_bits-1:0] write_address;
  logic [bank_bits-1:0] write_bank;
  logic row_kept;
  wire step_last = write_step == step_bits'(steps - 1);
  wire column_end = write_column == column_bits'(width - 1);
  wire row_end = write_row == row_bits'(height - 1);
  wire kept = row_kept & (write_column <= column_bits'(last_column)) & (write_row <= row_bits'(last_row));
  wire free = lead < lead_bits'(banks)
    || (lead == lead_bits'(banks) && released != '0 && done_columns < place);
  wire move = s_axis_tvalid & s_axis_tready;
  wire store = move & kept;
  assign s_axis_tready = !kept | free;
  assign row_complete = store & step_last & (write_column == column_bits'(last_column));

  if (stride_h > kernel_h) begin : g_gaps
    localparam int phase_bits = bits_of(stride_h - 1);
    logic [phase_bits-1:0] phase;
    assign row_kept = phase < phase_bits'(kernel_h);
    always_ff @(posedge aclk) begin
      if (!aresetn) phase <= phase_bits'(padding_h);
      else if (move & step_last & column_end) begin
        phase <= row_end ? phase_bits'(padding_h) : phase == phase_bits'(stride_h - 1) ? '0 : phase + 1'b1;
      end
    end
  end else begin : g_no_gaps
    assign row_kept = 1'b1;
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      write_step <= '0;
      write_column <= '0;
      write_row <= '0;
      write_address <= '0;
      write_bank <= '0;
      done_columns <= '0;
    end else begin
      if (move) begin
        write_step <= step_last ? '0 : write_step + 1'b1;
        if (step_last) begin
          write_column <= column_end ? '0 : write_column + 1'b1;
          if (column_end) write_row <= row_end ? '0 : write_row + 1'b1;
        end
      end
      if (store) begin
        write_address <= row_complete ? '0 : write_address + 1'b1;
        if (row_complete) done_columns <= '0;
        else if (step_last) done_columns <= done_columns + 1'b1;
        if (row_complete) write_bank <= write_bank == bank_bits'(banks - 1) ? '0 : write_bank + 1'b1;
      end
    end
  end

  // Reader: one word of one column a cycle, every column of the windows of a row once.
  logic [step_bits-1:0] step;
  logic [reach_bits-1:0] column;
  logic [out_row_bits-1:0] out_row;
  logic [address_bits-1:0] address;
  logic signed [top_bits-1:0] top;
  logic [bank_bits-1:0] top_bank;
  logic [kernel_h-1:0] row_valid;
  localparam logic [address_bits-1:0] first_address =
    address_bits'((1 << address_bits) - padding_w * steps % (1 << address_bits));

  wire read_step_last = step == step_bits'(steps - 1);
  wire out_row_end = column == reach_bits'(columns - 1);
  wire frame_end = out_row == out_row_bits'(out_height - 1);
  wire available = lead >= needed || (lead + 1'b1 == needed && done_columns > place);
  wire first_word = step == '0;
  wire issue = available & (space | !first_word);
  assign take = issue & first_word;
  assign row_release = issue & read_step_last & out_row_end;

  function automatic [kernel_h-1:0] valid_rows(input logic signed [top_bits-1:0] from);
    for (int i = 0; i < kernel_h; i++) begin
      valid_rows[i] = from >= top_bits'(-i) && from < top_bits'(height - i);
    end
  endfunction
  function automatic [lead_bits-1:0] count_rows(input [kernel_h-1:0] mask, input int limit);
    count_rows = '0;
    for (int i = 0; i < kernel_h; i++) begin
      if (i < limit) count_rows = count_rows + lead_bits'(mask[i]);
    end
  endfunction
  function automatic [bank_bits-1:0] bank_after(input [bank_bits-1:0] bank, input int advance);
    bank_after = int'(bank) + advance >= banks ? bank_bits'(int'(bank) + advance - banks)
      : bank_bits'(int'(bank) + advance);
  endfunction

  localparam logic signed [top_bits-1:0] first_top = top_bits'(-padding_h);
  localparam logic signed [place_bits-1:0] first_place = place_bits'(-padding_w);
  wire signed [top_bits-1:0] next_top = frame_end ? first_top : top + top_bits'(stride_h);
  wire next_last = out_height == 1 || (!frame_end && out_row == out_row_bits'(out_height - 2));
  wire [kernel_h-1:0] next_valid = valid_rows(next_top);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      step <= '0;
      column <= '0;
      out_row <= '0;
      place <= first_place;
      address <= first_address;
      top <= first_top;
      top_bank <= bank_bits'(first_bank);
      row_valid <= valid_rows(first_top);
      needed <= count_rows(valid_rows(first_top), kernel_h);
      released <= count_rows(valid_rows(first_top), out_height == 1 ? kernel_h : stride_h);
    end else if (issue) begin
      step <= read_step_last ? '0 : step + 1'b1;
      address <= address + 1'b1;
      if (read_step_last) begin
        column <= out_row_end ? '0 : column + 1'b1;
        place <= out_row_end ? first_place : place + 1'b1;
        if (out_row_end) begin
          address <= first_address;
          out_row <= frame_end ? '0 : out_row + 1'b1;
          top <= next_top;
          row_valid <= next_valid;
          needed <= count_rows(next_valid, kernel_h);
          released <= count_rows(next_valid, next_last ? kernel_h : stride_h);
          top_bank <= frame_end ? bank_after(top_bank, frame_advance) : bank_after(top_bank, row_advance);
        end
      end
    end
  end

  // Banks, then the rotation that puts row i of the window at place i.
  wire [banks*2*row_channels-1:0] bank_data;
  for (genvar b = 0; b < banks; b++) begin : g_bank
    simple_memory #(.width(2 * row_channels), .words(words), .memory(row_memory)) u_memory (
      .aclk(aclk), .write(store & (write_bank == bank_bits'(b))), .write_address(write_address),
      .write_data(s_axis_tdata), .read_address(address), .read_data(bank_data[b*2*row_channels +: 2*row_channels])
    );
  end

  logic read_valid;
  logic [kernel_h-1:0] read_rows;
  logic [bank_bits-1:0] read_bank;
  wire in_image = place >= 0 && place < place_bits'(width);
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      read_valid <= 1'b0;
      column_valid <= 1'b0;
    end else begin
      read_valid <= issue;
      column_valid <= read_valid;
    end
    read_rows <= in_image ? row_valid : '0;
    read_bank <= top_bank;
  end

  for (genvar i = 0; i < kernel_h; i++) begin : g_row
    wire [banks*2*row_channels-1:0] turned;
    wire [2*row_channels-1:0] word;
    for (genvar b = 0; b < banks; b++) begin : g_turn
      assign turned[b*2*row_channels +: 2*row_channels] = bank_data[((b + i) % banks)*2*row_channels +: 2*row_channels];
    end
    mux_tree #(.width(2 * row_channels), .words(banks)) u_select (.data(turned), .index(read_bank), .word(word));
    always_ff @(posedge aclk) begin
      if (!read_rows[i]) column_word[i*2*row_channels +: 2*row_channels] <= '0;
      else column_word[i*2*row_channels +: 2*row_channels] <= word;
    end
  end
endmodule

`default_nettype wire
