// SPDX-License-Identifier: Apache-2.0
//
// window_rows: the row store of a convolution window. Words of `row_channels` codes come in raster order; out come, for
// every output row, all columns that its windows read, padding columns included, from left to right: in_channels /
// row_channels words of kernel_h*row_channels codes each (row i at bits [i*row_channels*2 +: row_channels*2]), code 0
// outside the image, one word a cycle while `space` is up (asked only for the first word of a column, with `take`).
//
// kernel_h + stride_h - 1 row banks, used in turn. Rows and columns that no window reads are dropped on arrival, so
// all bookkeeping is in columns stored: less those that the reader's next column needs (u_lead), and less those that fill
// the banks (u_room). It does not know frames: rows of the next one are accepted while the last rows of this one are
// read. If all banks are live, the next row follows the reader through the oldest one, column by column. No address is
// ever multiplied, and what depends on the row is looked up for the few rows that are not like the others.
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
  localparam int kept_columns = last_column + 1;
  localparam int words = kept_columns * steps;

  function automatic int bits_of(input int highest);
    bits_of = highest < 1 ? 1 : $clog2(highest + 1);
  endfunction
  localparam int address_bits = bits_of(words - 1);
  localparam int bank_bits = bits_of(banks - 1);
  localparam int row_bits = bits_of(out_height - 1);
  localparam int column_bits = bits_of(columns - 1);
  localparam int tally_bits = $clog2((banks + 2) * kept_columns + 1) + 1;

  // Rows that are kept, above an image row; that the windows of an output row need; that are free after it.
  localparam int kept_of_stride = stride_h < kernel_h ? stride_h : kernel_h;
  function automatic int kept_above(input int row);
    kept_above = (row + padding_h) / stride_h * kept_of_stride - padding_h
      + ((row + padding_h) % stride_h < kept_of_stride ? (row + padding_h) % stride_h : kept_of_stride);
  endfunction
  localparam int kept_rows = kept_above(last_row + 1);
  function automatic int rows_needed(input int out_row);
    rows_needed = out_row * stride_h - padding_h + kernel_h > last_row ? kept_rows
      : kept_above(out_row * stride_h - padding_h + kernel_h);
  endfunction
  function automatic int rows_free(input int out_row);
    rows_free = out_row == out_height - 1 ? kept_rows
      : (out_row + 1) * stride_h <= padding_h ? 0 : kept_above((out_row + 1) * stride_h - padding_h);
  endfunction

  // Columns that the first column of a row needs of the last row that it reads; columns passed before the last one.
  localparam int first_need = padding_w > 0 ? 0 : 1;
  localparam int passed = columns - 1 - padding_w < 0 ? 0
    : columns - 1 - padding_w > kept_columns ? kept_columns : columns - 1 - padding_w;
  function automatic int more_needed(input int out_row);
    more_needed = ((out_row == out_height - 1 ? kept_rows + rows_needed(0) : rows_needed(out_row + 1))
      - rows_needed(out_row)) * kept_columns + first_need - kept_columns;
  endfunction
  function automatic int row_frees(input int out_row);
    row_frees = rows_free(out_row) - (out_row == 0 ? 0 : rows_free(out_row - 1));
  endfunction
  function automatic int last_frees(input int out_row);
    last_frees = row_frees(out_row) == 0 ? 0 : row_frees(out_row) * kept_columns - passed;
  endfunction
  function automatic [kernel_h-1:0] valid_rows(input int out_row);
    for (int i = 0; i < kernel_h; i++) begin
      valid_rows[i] = out_row * stride_h - padding_h + i >= 0 && out_row * stride_h - padding_h + i < height;
    end
  endfunction
  function automatic bit in_image(input int column);
    in_image = column >= padding_w && column - padding_w < kept_columns;
  endfunction

  // What depends on the output row: what its last column adds to the need and frees, whether its columns free any, and
  // which rows of the window are in the image. All rows but the first and last kernel_h ones are alike.
  localparam int info_bits = 2 * tally_bits + 1 + kernel_h;
  function automatic [info_bits-1:0] row_info(input int out_row);
    row_info = {tally_bits'(-more_needed(out_row)), tally_bits'(-last_frees(out_row)), row_frees(out_row) != 0,
                valid_rows(out_row)};
  endfunction
  localparam int specials = out_height > 2 * kernel_h ? 2 * kernel_h : out_height;
  localparam logic [info_bits-1:0] common_info = row_info(specials / 2);
  localparam logic [info_bits-1:0] first_info = row_info(0);

  // Writer: drops what no window reads, fills the banks in turn.
  logic step_last, column_kept, column_last, column_end, row_run, row_run_last, row_end, row_kept, room;
  wire kept = row_kept & row_run & column_kept;
  assign s_axis_tready = !kept | room;
  wire move = s_axis_tvalid & s_axis_tready;
  wire store = move & kept;
  wire stored = store & step_last;
  wire row_complete = stored & column_last;
  wrap_counter #(.count(steps)) u_write_step (.aclk(aclk), .aresetn(aresetn), .enable(move), .last(step_last));
  run_counter #(.kept(kept_columns), .dropped(width - kept_columns)) u_write_column (
    .aclk(aclk), .aresetn(aresetn), .enable(move & step_last), .is_kept(column_kept), .kept_last(column_last),
    .last(column_end)
  );
  run_counter #(.kept(last_row + 1), .dropped(height - last_row - 1)) u_write_row (
    .aclk(aclk), .aresetn(aresetn), .enable(move & step_last & column_end), .is_kept(row_run),
    .kept_last(row_run_last), .last(row_end)
  );
  wire unused_row = &{1'b0, row_run_last, row_end};

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

  logic [address_bits-1:0] write_address;
  logic [banks-1:0] write_bank;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      write_address <= '0;
      write_bank <= banks'(1);
    end else if (store) begin
      write_address <= row_complete ? '0 : write_address + 1'b1;
      if (row_complete) write_bank <= banks'({write_bank, write_bank[banks-1]});
    end
  end

  // Reader: one word of one column a cycle, every column of the windows of a row once.
  localparam logic [address_bits-1:0] first_address =
    address_bits'((1 << address_bits) - padding_w * steps % (1 << address_bits));
  logic lacking, first_word, read_step_last, out_row_end, frame_end, shown, next_shown;
  logic [column_bits-1:0] column;
  logic [row_bits-1:0] out_row;
  logic [address_bits-1:0] address;
  logic [bank_bits-1:0] top_bank;
  logic [tally_bits-1:0] need, freed;
  logic [info_bits-1:0] info, next_info;
  wire [tally_bits-1:0] row_need, row_freed;
  wire row_follow;
  wire [kernel_h-1:0] row_valid;
  assign {row_need, row_freed, row_follow, row_valid} = info;

  wire issue = !lacking & (space | !first_word);
  wire column_move = issue & read_step_last;
  wire row_move = column_move & out_row_end;
  assign take = issue & first_word;
  wrap_counter #(.count(steps)) u_read_step (.aclk(aclk), .aresetn(aresetn), .enable(issue), .last(read_step_last));

  wire [tally_bits-1:0] moved = column_move ? need : '0;
  // The next column needs one more of the last row while it is in the image; the next row begins anew.
  tally #(.bits(tally_bits), .start(-(rows_needed(0) - 1) * kept_columns - first_need)) u_lead (
    .aclk(aclk), .aresetn(aresetn), .one(stored), .amount(moved), .negative(lacking)
  );
  tally #(.bits(tally_bits), .start(-banks * kept_columns)) u_room (
    .aclk(aclk), .aresetn(aresetn), .one(stored), .amount(freed), .negative(room)
  );

  function automatic [bank_bits-1:0] bank_after(input [bank_bits-1:0] bank, input int advance);
    bank_after = int'(bank) + advance >= banks ? bank_bits'(int'(bank) + advance - banks)
      : bank_bits'(int'(bank) + advance);
  endfunction
  wire image_starts = padding_w >= 2 && column == column_bits'(padding_w - 2);
  wire image_ends = kept_columns + padding_w >= 2 && column == column_bits'(kept_columns + padding_w - 2);
  wire coming_shown = out_row_end ? in_image(1) : (next_shown | image_starts) & !image_ends;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      first_word <= 1'b1;
      column <= '0;
      out_row_end <= columns == 1;
      shown <= in_image(0);
      next_shown <= in_image(1);
      need <= columns == 1 ? first_info[info_bits-1 -: tally_bits] : {tally_bits{in_image(1)}};
      out_row <= '0;
      frame_end <= out_height == 1;
      address <= first_address;
      top_bank <= bank_bits'(first_bank);
      info <= first_info;
      freed <= '0;
    end else begin
      freed <= !column_move ? '0 : out_row_end ? row_freed : {tally_bits{row_follow & shown}};
      if (issue) begin
        first_word <= read_step_last;
        address <= row_move ? first_address : address + 1'b1;
      end
      if (column_move) begin
        column <= out_row_end ? '0 : column + 1'b1;
        out_row_end <= columns == 1 || (!out_row_end && column == column_bits'(columns - 2));
        shown <= out_row_end ? in_image(0) : next_shown;
        next_shown <= coming_shown;
        need <= columns == 1 ? next_info[info_bits-1 -: tally_bits]
          : column == column_bits'(columns - 2) ? row_need : {tally_bits{coming_shown}};
      end
      if (row_move) begin
        out_row <= frame_end ? '0 : out_row + 1'b1;
        frame_end <= out_height == 1 || (!frame_end && out_row == row_bits'(out_height - 2));
        info <= next_info;
        top_bank <= frame_end ? bank_after(top_bank, frame_advance) : bank_after(top_bank, row_advance);
      end
    end
  end

  // A special row differs from the common ones in these bits.
  wire [specials*info_bits-1:0] differing;
  for (genvar i = 0; i < specials; i++) begin : g_special
    localparam int special = i < specials / 2 ? i : out_height - specials + i;
    localparam logic [info_bits-1:0] difference = row_info(special) ^ common_info;
    wire next = special == 0 ? frame_end : !frame_end && out_row == row_bits'(special - 1);
    assign differing[i*info_bits +: info_bits] = next ? difference : '0;
  end
  always_comb begin
    next_info = common_info;
    for (int i = 0; i < specials; i++) next_info = next_info ^ differing[i*info_bits +: info_bits];
  end

  // Banks and a register behind each, then the rotation that puts row i of the window at place i.
  logic [banks*2*row_channels-1:0] bank_data;
  for (genvar b = 0; b < banks; b++) begin : g_bank
    wire [2*row_channels-1:0] data;
    simple_memory #(.width(2 * row_channels), .words(words), .memory(row_memory)) u_memory (
      .aclk(aclk), .write(store & write_bank[b]), .write_address(write_address), .write_data(s_axis_tdata),
      .read_address(address), .read_data(data)
    );
    always_ff @(posedge aclk) bank_data[b*2*row_channels +: 2*row_channels] <= data;
  end

  logic [1:0] read_valid;
  logic [kernel_h-1:0] read_rows, turn_rows;
  logic [bank_bits-1:0] read_bank, turn_bank;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      read_valid <= '0;
      column_valid <= 1'b0;
    end else begin
      read_valid <= {read_valid[0], issue};
      column_valid <= read_valid[1];
    end
    read_rows <= shown ? row_valid : '0;
    read_bank <= top_bank;
    turn_rows <= read_rows;
    turn_bank <= read_bank;
  end

  for (genvar i = 0; i < kernel_h; i++) begin : g_row
    wire [banks*2*row_channels-1:0] turned;
    wire [2*row_channels-1:0] word;
    for (genvar b = 0; b < banks; b++) begin : g_turn
      assign turned[b*2*row_channels +: 2*row_channels] = bank_data[((b + i) % banks)*2*row_channels +: 2*row_channels];
    end
    mux_tree #(.width(2 * row_channels), .words(banks)) u_select (.data(turned), .index(turn_bank), .word(word));
    always_ff @(posedge aclk) begin
      if (!turn_rows[i]) column_word[i*2*row_channels +: 2*row_channels] <= '0;
      else column_word[i*2*row_channels +: 2*row_channels] <= word;
    end
  end
endmodule

`default_nettype wire
