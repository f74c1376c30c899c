// SPDX-License-Identifier: Apache-2.0
//
// window: codes in raster order become, for each batch of `hold` output pixels, output_groups passes over its steps; a
// step is one word of simd codes for each pixel of the batch in turn. by_column = 0: steps = in_channels/depth words of
// simd = kernel_h*kernel_w*depth codes, element e = (i*kernel_w + j)*depth + ch at bits [2*e +: 2]. by_column = 1:
// kernel columns one after another, steps = kernel_w*in_channels/depth words (column major) of simd = kernel_h*depth.
//
// `window_rows` (`window_pixels` for 1x1) gives every column of a row once, in words of row_channels; they are collected
// to kernel_h*depth codes in a ring of columns (one copy for each kernel column read at once), of which windows are read.
// A batch begins when all its columns are there and frees the columns that the next one does not read when it ends.
// A step is issued in a cycle with `go` (asked only with `claim`: the last step of a pass if hold = 1, the first last
// step of a batch otherwise); its codes follow with `valid` one cycle later, with `fresh` for the first pixel of a step.
`default_nettype none

module window #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int row_channels = 2,
  parameter int depth = 2,
  parameter int kernel_h = 3,
  parameter int kernel_w = 3,
  parameter int stride_h = 1,
  parameter int stride_w = 1,
  parameter int padding_h = 1,
  parameter int padding_w = 1,
  parameter int output_groups = 1,
  parameter int hold = 1,
  parameter int by_column = 0,
  parameter int row_memory = 0,
  parameter int window_memory = 0
) (
  input  wire               aclk,
  input  wire               aresetn,
  input  wire [2*row_channels-1:0] s_axis_tdata,
  input  wire               s_axis_tvalid,
  output logic              s_axis_tready,
  input  wire               primed,
  input  wire               go,
  output logic              claim,
  output logic              valid,
  output logic              fresh,
  output logic              first_step,
  output logic              last_step,
  output logic [2*kernel_h*(by_column != 0 ? 1 : kernel_w)*depth-1:0] codes
);
  localparam bit pixels = kernel_h == 1 && kernel_w == 1;
  localparam int out_width = pixels ? (width + stride_w - 1) / stride_w : (width + 2 * padding_w - kernel_w) / stride_w + 1;
  localparam int stride = pixels ? 1 : stride_w;
  if (output_groups < 1) begin : g_check_groups
    $error("window: output_groups must be at least 1");
  end
  if (depth < 1 || row_channels < 1 || in_channels % depth != 0 || depth % row_channels != 0) begin : g_check_depth
    $error("window: depth must divide in_channels, and row_channels must divide depth");
  end
  if (hold < 1 || out_width % hold != 0) begin : g_check_hold
    $error("window: hold must divide the width of the output");
  end

  localparam int slices = in_channels / depth;
  localparam int parts = depth / row_channels;
  localparam int banks = by_column != 0 ? 1 : kernel_w;
  localparam int steps = by_column != 0 ? slices * kernel_w : slices;
  localparam int batches = out_width / hold;
  localparam int span = (hold - 1) * stride + kernel_w;
  localparam int advance = hold * stride;
  localparam int reach = advance > span ? advance : span;
  localparam int least_words = (span + reach) * slices > 16 ? (span + reach) * slices : 16;
  localparam int address_bits = $clog2(least_words);
  localparam int words = 1 << address_bits;
  localparam int columns = words / slices;
  localparam int tally_bits = $clog2(columns + reach + 1) + 1;
  localparam int row_bits = 2 * row_channels;

  logic space, take, column_valid;
  logic [kernel_h*row_bits-1:0] column_word;

  if (pixels) begin : g_pixels
    window_pixels #(
      .height(height), .width(width), .in_channels(in_channels), .row_channels(row_channels), .stride_h(stride_h),
      .stride_w(stride_w)
    ) u_columns (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .space(space), .take(take), .column_word(column_word), .column_valid(column_valid)
    );
  end else begin : g_rows
    window_rows #(
      .height(height), .width(width), .in_channels(in_channels), .row_channels(row_channels), .kernel_h(kernel_h),
      .kernel_w(kernel_w), .stride_h(stride_h), .stride_w(stride_w), .padding_h(padding_h), .padding_w(padding_w),
      .row_memory(row_memory)
    ) u_columns (
      .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready), .space(space), .take(take), .column_word(column_word), .column_valid(column_valid)
    );
  end

  // Collecting: `parts` words make one word of the ring.
  logic part_last, slice_last;
  wire write = column_valid & part_last;
  wire column_full = write & slice_last;
  wire [2*kernel_h*depth-1:0] slice;
  wrap_counter #(.count(parts)) u_part (.aclk(aclk), .aresetn(aresetn), .enable(column_valid), .last(part_last));
  wrap_counter #(.count(slices)) u_slice (.aclk(aclk), .aresetn(aresetn), .enable(write), .last(slice_last));
  for (genvar i = 0; i < kernel_h; i++) begin : g_collect
    wire [row_bits-1:0] come = column_word[i*row_bits +: row_bits];
    if (parts == 1) begin : g_direct
      assign slice[2*i*depth +: 2*depth] = come;
    end else begin : g_parts
      logic [(parts-1)*row_bits-1:0] kept;
      assign slice[2*i*depth +: 2*depth] = {come, kept};
      if (parts == 2) begin : g_one
        always_ff @(posedge aclk) if (column_valid) kept <= come;
      end else begin : g_many
        always_ff @(posedge aclk) if (column_valid) kept <= {come, kept[(parts-1)*row_bits-1:row_bits]};
      end
    end
  end

  logic [address_bits-1:0] fill_address;
  always_ff @(posedge aclk) begin
    if (!aresetn) fill_address <= '0;
    else if (write) fill_address <= fill_address + 1'b1;
  end

  // Reading: for each pass, for each step, for each pixel of the batch.
  logic first_pixel, last_pixel, step_first, step_last, first_pass, last_pass, last_batch, next_last, lacking;
  logic [address_bits-1:0] address, step_address, base, next_base;
  wire asks = step_last & (hold == 1 || (first_pixel && first_pass));
  wire issue = !lacking & primed & (go | !asks);
  wire step_end = issue & last_pixel;
  wire pass_end = step_end & step_last;
  wire batch_end = pass_end & last_pass;
  assign claim = issue & asks;
  wrap_counter #(.count(hold)) u_pixel (.aclk(aclk), .aresetn(aresetn), .enable(issue), .last(last_pixel));
  wrap_counter #(.count(steps)) u_step (.aclk(aclk), .aresetn(aresetn), .enable(step_end), .last(step_last));
  wrap_counter #(.count(output_groups)) u_pass (.aclk(aclk), .aresetn(aresetn), .enable(pass_end), .last(last_pass));

  wire [address_bits-1:0] next_step = !step_last ? step_address + 1'b1 : last_pass ? next_base : base;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      first_pixel <= 1'b1;
      step_first <= 1'b1;
      first_pass <= 1'b1;
      address <= '0;
      step_address <= '0;
      base <= '0;
      next_base <= batches == 1 ? address_bits'(span * slices) : address_bits'(advance * slices);
    end else if (issue) begin
      first_pixel <= last_pixel;
      address <= last_pixel ? next_step : address + address_bits'(stride * slices);
      if (last_pixel) begin
        step_first <= step_last;
        step_address <= next_step;
        if (step_last) first_pass <= last_pass;
      end
      if (batch_end) begin
        base <= next_base;
        next_base <= next_base + (next_last ? address_bits'(span * slices) : address_bits'(advance * slices));
      end
    end
  end
  always_ff @(posedge aclk) begin
    if (!aresetn) valid <= 1'b0;
    else valid <= issue;
    fresh <= first_pixel;
    first_step <= step_first;
    last_step <= step_last;
  end

  // The next batch is the last of its row: the one before it is counted.
  if (batches == 1) begin : g_one_batch
    assign last_batch = 1'b1;
    assign next_last = 1'b1;
  end else begin : g_batches
    logic [$clog2(batches)-1:0] batch;
    assign next_last = batch == ($clog2(batches))'(batches - 2);
    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        batch <= '0;
        last_batch <= 1'b0;
      end else if (batch_end) begin
        batch <= last_batch ? '0 : batch + 1'b1;
        last_batch <= next_last;
      end
    end
  end

  // Columns: complete ones less those that the present batch needs, and those asked for less those that fit. A batch
  // frees its own at its end, and the need of the next one begins: `span` for the last one of a row, else `reach`.
  logic [tally_bits-1:0] freed, moved;
  always_comb begin
    freed = !batch_end ? '0 : last_batch ? tally_bits'(-span) : tally_bits'(-advance);
    moved = !batch_end ? '0 : last_batch ? tally_bits'(batches == 1 ? -span : -reach) : next_last ? tally_bits'(reach - advance - span)
      : tally_bits'(-advance);
  end
  tally #(.bits(tally_bits), .start(batches == 1 ? -span : -reach)) u_present (
    .aclk(aclk), .aresetn(aresetn), .one(column_full), .amount(moved), .negative(lacking)
  );
  tally #(.bits(tally_bits), .start(-columns)) u_asked (
    .aclk(aclk), .aresetn(aresetn), .one(take), .amount(freed), .negative(space)
  );

  for (genvar j = 0; j < banks; j++) begin : g_column
    wire [2*kernel_h*depth-1:0] word;
    simple_memory #(.width(2 * kernel_h * depth), .words(words), .memory(window_memory)) u_memory (
      .aclk(aclk), .write(write), .write_address(fill_address), .write_data(slice),
      .read_address(address + address_bits'(j * slices)), .read_data(word)
    );
    for (genvar i = 0; i < kernel_h; i++) begin : g_row
      assign codes[2*(i*banks + j)*depth +: 2*depth] = word[2*i*depth +: 2*depth];
    end
  end
endmodule

`default_nettype wire
