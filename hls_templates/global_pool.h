// SPDX-License-Identifier: Apache-2.0
// global_pool: integer sum of every channel over height x width. The host scales the sums to logits.
//
// CONFIG: channels, height, width, in_stream_channels, in_bits, in_signed, stream_channels, out_bits, shift (bits that
// the sums so far move up before a pixel is added; 2: pixels are digits, the most significant first).
#ifndef ERN_GLOBAL_POOL_H_
#define ERN_GLOBAL_POOL_H_

#include "common/bits.h"
#include "common/stream_resize.h"
#include "common/vendor.h"

namespace ern {

// Sums of a frame leave as one beat a channel group of in_stream_channels channels.
template <class CONFIG>
void global_pool_sums(hls::stream<ap_uint<CONFIG::in_stream_channels * CONFIG::in_bits> > &in,
                      hls::stream<ap_uint<CONFIG::in_stream_channels * CONFIG::out_bits> > &out) {
    static const unsigned pixels = CONFIG::height * CONFIG::width;
    static const unsigned groups = CONFIG::channels / CONFIG::in_stream_channels;
    static const unsigned in_bits = CONFIG::in_bits;
    ap_uint<CONFIG::in_stream_channels * CONFIG::out_bits> sums[groups];
pixels:
    for (unsigned pixel = 0; pixel < pixels; ++pixel) {
    groups:
        for (unsigned group = 0; group < groups; ++group) {
            ERN_PIPELINE
            ap_uint<CONFIG::in_stream_channels * CONFIG::in_bits> beat = in.read();
            ap_uint<CONFIG::in_stream_channels * CONFIG::out_bits> former = sums[group];
            if (pixel == 0) former = 0;
            ap_uint<CONFIG::in_stream_channels * CONFIG::out_bits> packed = 0;
        channels:
            for (unsigned j = 0; j < CONFIG::in_stream_channels; ++j) {
#pragma HLS UNROLL
                const int value = int(value_of<CONFIG::in_signed>(take<in_bits>(beat)));
                const int sum = int(unsigned(take<CONFIG::out_bits>(former)) << CONFIG::shift) + value;
                ERN_FABRIC_ADD(sum)
                put<CONFIG::out_bits>(packed, ap_uint<CONFIG::out_bits>(sum));
            }
            sums[group] = packed;
            if (pixel == pixels - 1) out.write(packed);
        }
    }
}

template <class CONFIG>
void global_pool(hls::stream<ap_uint<CONFIG::in_stream_channels * CONFIG::in_bits> > &in,
                 hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out) {
    static_assert(CONFIG::channels % CONFIG::in_stream_channels == 0, "in_stream_channels must divide channels");
#pragma HLS DATAFLOW
    hls::stream<ap_uint<CONFIG::in_stream_channels * CONFIG::out_bits> > groups("groups");
#pragma HLS STREAM variable=groups depth=2
    global_pool_sums<CONFIG>(in, groups);
    stream_resize<CONFIG::in_stream_channels, CONFIG::stream_channels, CONFIG::out_bits, CONFIG::channels>(groups, out);
}

}  // namespace ern

#endif
