// SPDX-License-Identifier: Apache-2.0
//
// window_wide: `window` for beats of several neighbouring pixels of a row (pixel p, channel ch at bits
// [2*(p*in_channels + ch) +: 2]). A window leaves whole, in output_groups passes of one step: element
// e = (i*kernel_w + j)*in_channels + ch at bits [2*e +: 2]; `go`, `claim` and the rest are those of `window`.
//
// `window_rows`, whose columns are beats, gives each beat of a row once, with all kernel rows; they wait in a short queue.
// A register holds the newest beat and the columns before it that some window reads; windows lie at a few places in it, in
// turn. It takes in the beats of the next window, of zeros beyond the right edge, as the present one is issued for the
// last time, so a window leaves each cycle where no more than one beat comes between two of them.
`default_nettype none

module window_wide #(
  parameter int height = 8,
  parameter int width = 8,
  parameter int in_channels = 2,
  parameter int pixels_in = 4,
  parameter int kernel_h = 3,
  parameter int kernel_w = 3,
  parameter int stride_h = 2,
  parameter int stride_w = 2,
  parameter int padding_h = 1,
  parameter int padding_w = 1,
  parameter int output_groups = 1,
  parameter int row_memory = 0
) (
  input  wire               aclk,
  input  wire               aresetn,
  input  wire [2*in_channels*pixels_in-1:0] s_axis_tdata,
  input  wire               s_axis_tvalid,
  output logic              s_axis_tready,
  input  wire               primed,
  input  wire               go,
  output logic              claim,
  output logic              valid,
  output logic              fresh,
  output logic              first_step,
  output logic              last_step,
  output logic [2*kernel_h*kernel_w*in_channels-1:0] codes
);
  if (pixels_in < 1 || width % pixels_in != 0) begin : g_check_pixels
    $error("window_wide: pixels_in must divide width");
  end
  if (output_groups < 1) begin : g_check_groups
    $error("window_wide: output_groups must be at least 1");
  end
  if (width + 2 * padding_w < kernel_w || padding_w >= kernel_w) begin : g_check_size
    $error("window_wide: the padded image must hold the kernel, padding must be below the kernel");
  end

  function automatic int common_divisor(input int a, input int b);
    common_divisor = b == 0 ? a : common_divisor(b, a % b);
  endfunction
  function automatic int bits_of(input int highest);
    bits_of = highest < 1 ? 1 : $clog2(highest + 1);
  endfunction

  // What of a row a window reads: its last column lies in beat newest_beat(window), at place_of(window).
  localparam int out_width = (width + 2 * padding_w - kernel_w) / stride_w + 1;
  localparam int beats = width / pixels_in;
  localparam int reach = kernel_w - 1 - padding_w;
  localparam int places = pixels_in / common_divisor(pixels_in, stride_w);
  function automatic int place_of(input int window);
    place_of = (reach + window * stride_w) % pixels_in;
  endfunction
  function automatic int newest_beat(input int window);
    newest_beat = (reach + window * stride_w) / pixels_in;
  endfunction
  function automatic int shifts_after(input int window);
    shifts_after = newest_beat(window + 1) - newest_beat(window);
  endfunction
  function automatic int least_place();
    least_place = pixels_in;
    for (int k = 0; k < places; k++) begin
      if (place_of(k) < least_place) least_place = place_of(k);
    end
  endfunction
  localparam int history = kernel_w - 1 > least_place() ? kernel_w - 1 - least_place() : 0;
  localparam int taken = newest_beat(out_width - 1) + 1 > beats ? newest_beat(out_width - 1) + 1 : beats;
  localparam int row_shifts = newest_beat(0) + 1 + taken - (newest_beat(out_width - 1) + 1);
  localparam int most_shifts = row_shifts > stride_w / pixels_in + 1 ? row_shifts : stride_w / pixels_in + 1;

  localparam int column_bits = 2 * in_channels;
  localparam int beat_bits = column_bits * pixels_in;
  localparam int words = 16;
  localparam int address_bits = $clog2(words);
  localparam int count_bits = $clog2(words + 1);
  localparam int shift_bits = bits_of(most_shifts);
  localparam int place_bits = bits_of(places - 1);
  localparam int window_bits = bits_of(out_width - 1);
  localparam int pass_bits = bits_of(output_groups - 1);
  localparam int taken_bits = bits_of(taken - 1);

  // Row store, then a queue in LUTRAM, then a register.
  logic space, take, column_valid;
  logic [kernel_h*beat_bits-1:0] column_word;
  window_rows #(
    .height(height), .width(beats), .in_channels(in_channels * pixels_in), .row_channels(in_channels * pixels_in),
    .kernel_h(kernel_h), .kernel_w(1), .stride_h(stride_h), .stride_w(1), .padding_h(padding_h), .padding_w(0),
    .row_memory(row_memory)
  ) u_rows (
    .aclk(aclk), .aresetn(aresetn), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready), .space(space), .take(take), .column_word(column_word), .column_valid(column_valid)
  );

  (* ram_style = "distributed" *) logic [kernel_h*beat_bits-1:0] queue [0:words-1];
  logic [kernel_h*beat_bits-1:0] head;
  logic [address_bits-1:0] write_address, read_address;
  logic [count_bits-1:0] waiting, credit;
  logic waits, head_valid, freed;
  logic shift, unload, load;
  always_ff @(posedge aclk) begin
    if (column_valid) queue[write_address] <= column_word;
    if (load) head <= queue[read_address];
  end
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      write_address <= '0;
      read_address <= '0;
      waiting <= '0;
      waits <= 1'b0;
      head_valid <= 1'b0;
      freed <= 1'b0;
      credit <= count_bits'(words);
      space <= 1'b1;
    end else begin
      if (column_valid) write_address <= write_address + 1'b1;
      if (load) read_address <= read_address + 1'b1;
      if (column_valid != load) waiting <= column_valid ? waiting + 1'b1 : waiting - 1'b1;
      if (column_valid != load) waits <= column_valid || waiting != count_bits'(1);
      if (load | unload) head_valid <= load;
      freed <= load;
      if (take != freed) credit <= freed ? credit + 1'b1 : credit - 1'b1;
      if (take != freed) space <= freed || credit != count_bits'(1);
    end
  end

  // What is issued, and what the register takes in. `missing` beats are not there yet.
  logic [window_bits-1:0] window;
  logic [place_bits-1:0] place;
  logic [pass_bits-1:0] pass;
  logic [taken_bits-1:0] beat;
  logic [shift_bits-1:0] missing, coming;
  logic ready, follows, last_window, first_beat, beyond;
  wire last_pass = pass == pass_bits'(output_groups - 1);
  wire window_end = ready & primed & go & last_pass;
  assign claim = ready & primed & go;
  assign shift = (window_end ? follows : !ready) & (head_valid | beyond);
  assign unload = shift & !beyond;
  assign load = waits & (!head_valid | unload);

  // Beats that come before the window after this one.
  function automatic [shift_bits-1:0] shifts_of(input [place_bits-1:0] at);
    shifts_of = '0;
    for (int k = 0; k < places; k++) begin
      if (at == place_bits'(k)) shifts_of = shift_bits'(shifts_after(k));
    end
  endfunction
  assign coming = last_window ? shift_bits'(row_shifts) : shifts_of(place);
  assign follows = coming != '0;

  wire [shift_bits-1:0] wanted = window_end ? coming : missing;
  wire [taken_bits-1:0] next_beat = beat == taken_bits'(taken - 1) ? '0 : beat + 1'b1;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      window <= '0;
      last_window <= out_width == 1;
      place <= '0;
      pass <= '0;
      beat <= '0;
      first_beat <= 1'b1;
      beyond <= 1'b0;
      missing <= shift_bits'(newest_beat(0) + 1);
      ready <= 1'b0;
      valid <= 1'b0;
    end else begin
      if (claim) pass <= last_pass ? '0 : pass + 1'b1;
      if (window_end) begin
        window <= last_window ? '0 : window + 1'b1;
        last_window <= out_width == 1 || (!last_window && window == window_bits'(out_width - 2));
        place <= last_window || place == place_bits'(places - 1) ? '0 : place + 1'b1;
      end
      if (shift) begin
        beat <= next_beat;
        first_beat <= next_beat == '0;
        beyond <= {1'b0, next_beat} >= (taken_bits + 1)'(beats);
      end
      missing <= wanted - shift_bits'(shift);
      ready <= wanted == shift_bits'(shift);
      valid <= claim;
    end
  end
  assign fresh = 1'b1;
  assign first_step = 1'b1;
  assign last_step = 1'b1;

  // Column c of the register is that of the newest beat's column c - history.
  localparam int columns = history + pixels_in;
  if (history == 0) begin : g_unused
    wire unused = &{1'b0, first_beat};
  end
  for (genvar i = 0; i < kernel_h; i++) begin : g_row
    logic [columns*column_bits-1:0] line;
    wire [beat_bits-1:0] newest = beyond ? '0 : head[i*beat_bits +: beat_bits];
    if (history == 0) begin : g_newest
      always_ff @(posedge aclk) if (shift) line <= newest;
    end else begin : g_older
      wire [history*column_bits-1:0] older = first_beat ? '0 : line[columns*column_bits-1 -: history*column_bits];
      always_ff @(posedge aclk) if (shift) line <= {newest, older};
    end
    wire [places*kernel_w*column_bits-1:0] choices;
    for (genvar k = 0; k < places; k++) begin : g_place
      assign choices[k*kernel_w*column_bits +: kernel_w*column_bits]
        = line[(history + place_of(k) - kernel_w + 1)*column_bits +: kernel_w*column_bits];
    end
    wire [kernel_w*column_bits-1:0] chosen;
    mux_tree #(.width(kernel_w * column_bits), .words(places)) u_place (.data(choices), .index(place), .word(chosen));
    always_ff @(posedge aclk) codes[i*kernel_w*column_bits +: kernel_w*column_bits] <= chosen;
  end
endmodule

`default_nettype wire
