// SPDX-License-Identifier: Apache-2.0
//
// window: codes in raster order become, for each output pixel, output_groups passes over its steps words of
// simd = kernel_h*kernel_w*depth codes (element e = (i*kernel_w + j)*depth + ch at bits [2*e +: 2]).
//
// A window memory of kernel_w column banks is filled column by column (`window_rows`, or `window_pixels` for 1x1) and
// read once a pass; the last pass frees its words one by one for the window after the next. `space` counts free words
// (taken when a window's first column is asked for), `ready_words` the words whose last column has come. So there is
// no bubble between pixels, rows or frames: a window costs steps*max(output_groups, kernel_w) cycles.
// A step is issued in a cycle with `go` (asked for the last step of a pass only); its codes follow one cycle later.
`default_nettype none

module window #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int depth = 2,
  parameter int kernel_h = 3,
  parameter int kernel_w = 3,
  parameter int stride_h = 1,
  parameter int stride_w = 1,
  parameter int padding_h = 1,
  parameter int padding_w = 1,
  parameter int output_groups = 1,
  parameter int row_memory = 0
) (
  input  wire               aclk,
  input  wire               aresetn,
  input  wire [2*depth-1:0] s_axis_tdata,
  input  wire               s_axis_tvalid,
  output logic              s_axis_tready,
  input  wire               go,
  output logic              issue,
  output logic              first_step,
  output logic              last_step,
  output logic              last_pass,
  output logic [2*kernel_h*kernel_w*depth-1:0] codes
);
  if (output_groups < 1) begin : g_check_groups
    $error("window: output_groups must be at least 1");
  end

  localparam int steps = in_channels / depth;
  localparam int least_words = 12;
  localparam int windows = 2 * steps >= least_words ? 2 : (least_words + steps - 1) / steps;
  localparam int words = windows * steps;
  localparam int address_bits = $clog2(words);
  localparam int count_bits = $clog2(words + 1);
  localparam int step_bits = steps > 1 ? $clog2(steps) : 1;
  localparam int column_bits = kernel_w > 1 ? $clog2(kernel_w) : 1;
  localparam int pass_bits = output_groups > 1 ? $clog2(output_groups) : 1;
  localparam logic [address_bits-1:0] last_address = address_bits'(words - 1);

  logic space, take, column_valid;
  logic [2*kernel_h*depth-1:0] column_word;

  if (kernel_h == 1 && kernel_w == 1) begin : g_pixels
    window_pixels #(
      .height(height), .width(width), .in_channels(in_channels), .depth(depth), .stride_h(stride_h), .stride_w(stride_w)
    ) u_columns (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .space(space), .take(take), .column_word(column_word), .column_valid(column_valid)
    );
  end else begin : g_rows
    window_rows #(
      .height(height), .width(width), .in_channels(in_channels), .depth(depth), .kernel_h(kernel_h),
      .kernel_w(kernel_w), .stride_h(stride_h), .stride_w(stride_w), .padding_h(padding_h), .padding_w(padding_w),
      .row_memory(row_memory)
    ) u_columns (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .space(space), .take(take), .column_word(column_word), .column_valid(column_valid)
    );
  end

  // Filling.
  logic [step_bits-1:0] fill_step;
  logic [column_bits-1:0] fill_column;
  logic [address_bits-1:0] fill_address, fill_base;
  wire fill_step_last = fill_step == step_bits'(steps - 1);
  wire fill_column_last = fill_column == column_bits'(kernel_w - 1);
  wire [address_bits-1:0] fill_next = fill_address == last_address ? '0 : fill_address + 1'b1;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fill_step <= '0;
      fill_column <= '0;
      fill_address <= '0;
      fill_base <= '0;
    end else if (column_valid) begin
      fill_step <= fill_step_last ? '0 : fill_step + 1'b1;
      fill_address <= fill_step_last & !fill_column_last ? fill_base : fill_next;
      if (fill_step_last) fill_column <= fill_column_last ? '0 : fill_column + 1'b1;
      if (fill_step_last & fill_column_last) fill_base <= fill_next;
    end
  end

  // Replaying.
  logic [step_bits-1:0] step;
  logic [pass_bits-1:0] pass;
  logic [address_bits-1:0] address, base;
  wire [address_bits-1:0] address_next = address == last_address ? '0 : address + 1'b1;
  logic [count_bits-1:0] free_words, ready_words;
  wire first_pass = pass == '0;
  wire ready = !first_pass || ready_words != '0;
  assign first_step = step == '0;
  assign last_step = step == step_bits'(steps - 1);
  assign last_pass = pass == pass_bits'(output_groups - 1);
  assign issue = ready & (go | !last_step);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      step <= '0;
      pass <= '0;
      address <= '0;
      base <= '0;
    end else if (issue) begin
      step <= last_step ? '0 : step + 1'b1;
      address <= last_step & !last_pass ? base : address_next;
      if (last_step) pass <= last_pass ? '0 : pass + 1'b1;
      if (last_step & last_pass) base <= address_next;
    end
  end

  wire [count_bits-1:0] free_next = free_words + count_bits'(issue & last_pass) - count_bits'(take);
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      free_words <= count_bits'(words);
      space <= 1'b1;
      ready_words <= '0;
    end else begin
      free_words <= free_next;
      space <= free_next != '0;
      ready_words <= ready_words + count_bits'(column_valid & fill_column_last) - count_bits'(issue & first_pass);
    end
  end

  for (genvar j = 0; j < kernel_w; j++) begin : g_column
    wire [2*kernel_h*depth-1:0] word;
    simple_memory #(.width(2 * kernel_h * depth), .words(words), .memory(0)) u_memory (
      .aclk(aclk), .write(column_valid & (fill_column == column_bits'(j))), .write_address(fill_address),
      .write_data(column_word), .read_address(address), .read_data(word)
    );
    for (genvar i = 0; i < kernel_h; i++) begin : g_row
      assign codes[2*(i*kernel_w + j)*depth +: 2*depth] = word[2*i*depth +: 2*depth];
    end
  end
endmodule

`default_nettype wire
