// SPDX-License-Identifier: Apache-2.0
// binary_conv: acc = sum w*x over a window, w = +1 or -1 (weight bit 1 or 0), x in {0, 1, 2, 3}; padding is code 0.
//
// The cheap form (docs/semantics.md): codes and weights are taken in pairs (x, y), (a, b). For bit plane k of the codes
//     v_k = a|b if xy = 11;  ~(a&b) if 00;  a&~b if 10;  ~a&b if 01         one LUT4 a pair and plane
//     acc = 2*F + c[o] - Z,   F = sum v_0 + 2*sum v_1
//     Z   = sum of popcount(x_k == y_k), plane 1 twice, shared by all output channels
// with c[o] a constant of the channel (generated, `constants`). No product is formed anywhere.
//
// Four processes (binary_conv_wide, for beats of several pixels: wide_rows and wide_window in place of the first two):
// stream_resize to `depth` channels, window, unit (pe lanes of simd products a cycle), read_out
// (stream_channels sums a beat).
// CONFIG: in_channels, in_height, in_width, in_stream_channels, out_channels, out_height, out_width, kernel_height,
// kernel_width, stride_height, stride_width, padding_height, padding_width, pe, depth, slices, columns (of the kernel,
// taken at once: all or 1), window_codes, simd, steps, output_groups, sum_bits (of F and Z), constant_bits, out_bits,
// stream_channels, in_block_memory; of binary_conv_wide also pixels_in (a beat), row_turns and unread (window_wide.h).
#ifndef ERN_BINARY_CONV_H_
#define ERN_BINARY_CONV_H_

#include "common/bits.h"
#include "common/conv_unit.h"
#include "common/stream_resize.h"
#include "common/vendor.h"
#include "common/window.h"
#include "common/window_wide.h"

namespace ern {

template <class CONFIG>
void binary_conv(hls::stream<ap_uint<2 * CONFIG::in_stream_channels> > &in,
                 hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out,
                 const chunk_t weights[CONFIG::output_groups * CONFIG::steps]
                                      [chunks_of<CONFIG::pe * CONFIG::simd>::value],
                 const chunk_t constants[CONFIG::out_channels / CONFIG::stream_channels]
                                        [chunks_of<CONFIG::stream_channels * CONFIG::constant_bits>::value]) {
    static_assert(CONFIG::depth * CONFIG::slices == CONFIG::in_channels, "depth must divide in_channels");
    static_assert(CONFIG::simd == CONFIG::kernel_height * CONFIG::columns * CONFIG::depth,
                  "simd must be kernel_height * columns * depth");
    static_assert(CONFIG::steps * CONFIG::columns == CONFIG::slices * CONFIG::kernel_width,
                  "steps must be slices * kernel_width / columns");
    static_assert(CONFIG::output_groups * CONFIG::pe >= CONFIG::out_channels, "too few output groups");
#pragma HLS DATAFLOW
    static const unsigned values = CONFIG::in_height * CONFIG::in_width * CONFIG::in_channels;
    hls::stream<ap_uint<2 * CONFIG::depth> > steps("steps");
    hls::stream<ap_uint<2 * CONFIG::window_codes> > windows("windows");
    hls::stream<ap_uint<CONFIG::pe * CONFIG::sum_bits> > sums("sums");
    hls::stream<ap_uint<CONFIG::sum_bits> > shared("shared");
#pragma HLS STREAM variable=steps depth=2
#pragma HLS STREAM variable=windows depth=2
#pragma HLS STREAM variable=sums depth=2
#pragma HLS STREAM variable=shared depth=2
    stream_resize<CONFIG::in_stream_channels, CONFIG::depth, 2, values>(in, steps);
    window<CONFIG>(steps, windows);
    unit<CONFIG>(windows, weights, sums, shared);
    read_out<CONFIG>(sums, shared, constants, out);
}

// The same for beats of pixels_in whole pixels; depth is in_channels.
template <class CONFIG>
void binary_conv_wide(hls::stream<ap_uint<2 * CONFIG::in_channels * CONFIG::pixels_in> > &in,
                      hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out,
                      const chunk_t weights[CONFIG::output_groups * CONFIG::steps]
                                           [chunks_of<CONFIG::pe * CONFIG::simd>::value],
                      const chunk_t constants[CONFIG::out_channels / CONFIG::stream_channels]
                                             [chunks_of<CONFIG::stream_channels * CONFIG::constant_bits>::value]) {
    static_assert(CONFIG::depth == CONFIG::in_channels && CONFIG::columns == CONFIG::kernel_width,
                  "several pixels a beat: depth must be in_channels, all kernel columns at once");
    static const unsigned row_words = wide_word<CONFIG>::groups;
    static_assert(row_words * CONFIG::pixels_in == CONFIG::in_width, "pixels_in must divide in_width");
    static_assert(CONFIG::output_groups * CONFIG::pe >= CONFIG::out_channels, "too few output groups");
#pragma HLS DATAFLOW
    hls::stream<ap_uint<wide_word<CONFIG>::bits> > words("words");
    hls::stream<ap_uint<2 * CONFIG::window_codes> > windows("windows");
    hls::stream<ap_uint<CONFIG::pe * CONFIG::sum_bits> > sums("sums");
    hls::stream<ap_uint<CONFIG::sum_bits> > shared("shared");
#pragma HLS STREAM variable=words depth=row_words
#pragma HLS STREAM variable=windows depth=2
#pragma HLS STREAM variable=sums depth=2
#pragma HLS STREAM variable=shared depth=2
    wide_rows<CONFIG>(in, words);
    wide_window<CONFIG>(words, windows);
    unit<CONFIG>(windows, weights, sums, shared);
    read_out<CONFIG>(sums, shared, constants, out);
}

}  // namespace ern

#endif
