// SPDX-License-Identifier: Apache-2.0
// residual_add: integer sum of two streams of one shape; both carry the one shared constant scale.
//
// CONFIG: channels, height, width, stream_channels, out_bits; for inputs a and b: a_stream_channels, a_bits, a_signed.
#ifndef ERN_RESIDUAL_ADD_H_
#define ERN_RESIDUAL_ADD_H_

#include "common/bits.h"
#include "common/stream_resize.h"
#include "common/vendor.h"

namespace ern {

// The sums alone: all three streams of equal width in channels.
template <class CONFIG>
void residual_add_beats(hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::a_bits> > &a,
                        hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::b_bits> > &b,
                        hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out) {
    static const unsigned beats = CONFIG::height * CONFIG::width * CONFIG::channels / CONFIG::stream_channels;
beats:
    for (unsigned beat = 0; beat < beats; ++beat) {
        ERN_PIPELINE
        ap_uint<CONFIG::stream_channels * CONFIG::a_bits> a_beat = a.read();
        ap_uint<CONFIG::stream_channels * CONFIG::b_bits> b_beat = b.read();
        ap_uint<CONFIG::stream_channels * CONFIG::out_bits> sums = 0;
    channels:
        for (unsigned j = 0; j < CONFIG::stream_channels; ++j) {
#pragma HLS UNROLL
            const int a_value = int(value_of<CONFIG::a_signed>(take<CONFIG::a_bits>(a_beat)));
            const int b_value = int(value_of<CONFIG::b_signed>(take<CONFIG::b_bits>(b_beat)));
            const int sum = a_value + b_value;
            ERN_FABRIC_ADD(sum)
            put<CONFIG::out_bits>(sums, ap_uint<CONFIG::out_bits>(sum));
        }
        out.write(sums);
    }
}

template <class CONFIG>
void residual_add(hls::stream<ap_uint<CONFIG::a_stream_channels * CONFIG::a_bits> > &a,
                  hls::stream<ap_uint<CONFIG::b_stream_channels * CONFIG::b_bits> > &b,
                  hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out) {
    static_assert(CONFIG::channels % CONFIG::stream_channels == 0, "stream_channels must divide channels");
    static_assert(CONFIG::a_bits <= 31 && CONFIG::b_bits <= 31, "inputs have at most 31 bits");
#pragma HLS DATAFLOW
    static const unsigned values = CONFIG::height * CONFIG::width * CONFIG::channels;
    hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::a_bits> > a_resized("a_resized");
    hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::b_bits> > b_resized("b_resized");
#pragma HLS STREAM variable=a_resized depth=2
#pragma HLS STREAM variable=b_resized depth=2
    stream_resize<CONFIG::a_stream_channels, CONFIG::stream_channels, CONFIG::a_bits, values>(a, a_resized);
    stream_resize<CONFIG::b_stream_channels, CONFIG::stream_channels, CONFIG::b_bits, values>(b, b_resized);
    residual_add_beats<CONFIG>(a_resized, b_resized, out);
}

}  // namespace ern

#endif
