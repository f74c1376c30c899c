// SPDX-License-Identifier: Apache-2.0
// thermometer_encode: uint8 pixel to two-bit codes. Output channel colour*K + i counts how many of the three integer
// thresholds of i the pixel reaches (>=).
//
// Reads `pixels` pixels a beat (in_channels colours of 8 bits each) and writes stream_channels codes of each a beat; with
// more than one pixel, all codes. Word of an output beat: per channel j three thresholds of 9 bits (0 to 256; 256 is never reached) at bits [(j*3 + m)*9 +: 9], then the
// colour of each channel in colour_bits bits.
// CONFIG: in_channels, in_height, in_width, out_channels, stream_channels, pixels, colour_bits.
#ifndef ERN_THERMOMETER_ENCODE_H_
#define ERN_THERMOMETER_ENCODE_H_

#include "common/bits.h"
#include "common/vendor.h"

namespace ern {

template <class CONFIG>
struct encode_word {
    static const unsigned threshold_bits = 9;
    static const unsigned colours_low = 3 * CONFIG::stream_channels * threshold_bits;
    static const unsigned bits = colours_low + CONFIG::stream_channels * CONFIG::colour_bits;
};

template <class CONFIG>
void thermometer_encode(hls::stream<ap_uint<8 * CONFIG::in_channels * CONFIG::pixels> > &in,
                        hls::stream<ap_uint<2 * CONFIG::stream_channels * CONFIG::pixels> > &out,
                        const chunk_t words[CONFIG::out_channels / CONFIG::stream_channels]
                                           [chunks_of<encode_word<CONFIG>::bits>::value]) {
#pragma HLS ARRAY_PARTITION variable=words complete dim=2
    static_assert(CONFIG::out_channels % CONFIG::stream_channels == 0, "stream_channels must divide out_channels");
    static_assert(CONFIG::pixels == 1 || CONFIG::out_channels == CONFIG::stream_channels,
                  "a beat of several pixels has all their channels");
    static_assert(CONFIG::in_width % CONFIG::pixels == 0, "pixels must divide in_width");
    static const unsigned groups = CONFIG::in_height * (CONFIG::in_width / CONFIG::pixels);
    static const unsigned beats = CONFIG::out_channels / CONFIG::stream_channels;
    static const unsigned threshold_bits = encode_word<CONFIG>::threshold_bits;
    ap_uint<8 * CONFIG::in_channels * CONFIG::pixels> group = 0;
groups:
    for (unsigned i = 0; i < groups; ++i) {
    beats:
        for (unsigned beat = 0; beat < beats; ++beat) {
            ERN_PIPELINE
            if (beat == 0) group = in.read();
            ap_uint<8 * CONFIG::in_channels * CONFIG::pixels> rest = group;
            ap_uint<2 * CONFIG::stream_channels * CONFIG::pixels> codes = 0;
        pixels:
            for (unsigned p = 0; p < CONFIG::pixels; ++p) {
#pragma HLS UNROLL
                const ap_uint<8 * CONFIG::in_channels> pixel = take<8 * CONFIG::in_channels>(rest);
                unsigned threshold_low = 0;
                unsigned colour_low = encode_word<CONFIG>::colours_low;
            channels:
                for (unsigned j = 0; j < CONFIG::stream_channels; ++j) {
#pragma HLS UNROLL
                    const ap_uint<CONFIG::colour_bits> colour =
                        chunk_bits<CONFIG::colour_bits>(words[beat], colour_low);
                    const ap_uint<8> value = ap_uint<8>(pixel >> (unsigned(colour) << 3));
                    ap_uint<2> code = 0;
                levels:
                    for (unsigned m = 0; m < 3; ++m) {
#pragma HLS UNROLL
                        const ap_uint<threshold_bits> threshold =
                            chunk_bits<threshold_bits>(words[beat], threshold_low);
                        if (value >= threshold) ++code;
                        threshold_low += threshold_bits;
                    }
                    put<2>(codes, code);
                    colour_low += CONFIG::colour_bits;
                }
            }
            out.write(codes);
        }
    }
}

}  // namespace ern

#endif
