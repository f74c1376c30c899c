// SPDX-License-Identifier: Apache-2.0
// threshold: integer sums to two-bit codes, y = #{m : acc >= T[c][m]}; a channel with `negative` gives 3 - y.
//
// Word of a channel group of stream_channels channels: T[c][m] of channel j (two's complement if in_signed) at bits
// [(j*3 + m)*threshold_bits +: threshold_bits]; `negative` of channel j at bit 3*stream_channels*threshold_bits + j.
// CONFIG: channels, height, width, in_stream_channels, in_bits, in_signed, stream_channels, threshold_bits.
#ifndef ERN_THRESHOLD_H_
#define ERN_THRESHOLD_H_

#include "common/bits.h"
#include "common/stream_resize.h"
#include "common/vendor.h"

namespace ern {

template <class CONFIG>
struct threshold_word {
    static const unsigned negative_low = 3 * CONFIG::stream_channels * CONFIG::threshold_bits;
    static const unsigned bits = negative_low + CONFIG::stream_channels;
};

// The comparisons alone: input and output of equal width in channels.
template <class CONFIG>
void threshold_beats(hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::in_bits> > &in,
                     hls::stream<ap_uint<2 * CONFIG::stream_channels> > &out,
                     const chunk_t words[CONFIG::channels / CONFIG::stream_channels]
                                        [chunks_of<threshold_word<CONFIG>::bits>::value]) {
#pragma HLS ARRAY_PARTITION variable=words complete dim=2
    static const unsigned pixels = CONFIG::height * CONFIG::width;
    static const unsigned beats = CONFIG::channels / CONFIG::stream_channels;
    static const unsigned in_bits = CONFIG::in_bits;
pixels:
    for (unsigned pixel = 0; pixel < pixels; ++pixel) {
    beats:
        for (unsigned beat = 0; beat < beats; ++beat) {
            ERN_PIPELINE
            ap_uint<CONFIG::stream_channels * CONFIG::in_bits> sums = in.read();
            ap_uint<2 * CONFIG::stream_channels> codes = 0;
            unsigned threshold_low = 0;
            unsigned negative_low = threshold_word<CONFIG>::negative_low;
        channels:
            for (unsigned j = 0; j < CONFIG::stream_channels; ++j) {
#pragma HLS UNROLL
                const ap_int<in_bits + 1> acc = value_of<CONFIG::in_signed>(take<in_bits>(sums));
                ap_uint<2> code = 0;
            levels:
                for (unsigned m = 0; m < 3; ++m) {
#pragma HLS UNROLL
                    const ap_uint<CONFIG::threshold_bits> field =
                        chunk_bits<CONFIG::threshold_bits>(words[beat], threshold_low);
                    const ap_int<CONFIG::threshold_bits + 1> level = value_of<CONFIG::in_signed>(field);
                    if (acc >= level) ++code;
                    threshold_low += CONFIG::threshold_bits;
                }
                // 3 - y of a two-bit y is its complement.
                if (chunk_bits<1>(words[beat], negative_low) != 0) code = ~code;
                put<2>(codes, code);
                ++negative_low;
            }
            out.write(codes);
        }
    }
}

template <class CONFIG>
void threshold(hls::stream<ap_uint<CONFIG::in_stream_channels * CONFIG::in_bits> > &in,
               hls::stream<ap_uint<2 * CONFIG::stream_channels> > &out,
               const chunk_t words[CONFIG::channels / CONFIG::stream_channels]
                                  [chunks_of<threshold_word<CONFIG>::bits>::value]) {
    static_assert(CONFIG::channels % CONFIG::stream_channels == 0, "stream_channels must divide channels");
#pragma HLS DATAFLOW
    static const unsigned values = CONFIG::height * CONFIG::width * CONFIG::channels;
    hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::in_bits> > sums("sums");
#pragma HLS STREAM variable=sums depth=2
    stream_resize<CONFIG::in_stream_channels, CONFIG::stream_channels, CONFIG::in_bits, values>(in, sums);
    threshold_beats<CONFIG>(sums, out, words);
}

}  // namespace ern

#endif
