// SPDX-License-Identifier: Apache-2.0
// digit_pool: sum of codes over height x width, written as `digits` pixels of two-bit digits, the most significant
// first, so that a binary_conv can read it.
//
// CONFIG: channels, height, width, stream_channels, digits.
#ifndef ERN_DIGIT_POOL_H_
#define ERN_DIGIT_POOL_H_

#include "common/bits.h"
#include "common/vendor.h"

namespace ern {

// Sums of a frame leave as one beat a channel group, channel j at bits [2*digits*j +: 2*digits].
template <class CONFIG>
void digit_pool_sums(hls::stream<ap_uint<2 * CONFIG::stream_channels> > &in,
                     hls::stream<ap_uint<2 * CONFIG::digits * CONFIG::stream_channels> > &out) {
    static const unsigned pixels = CONFIG::height * CONFIG::width;
    static const unsigned groups = CONFIG::channels / CONFIG::stream_channels;
    static const unsigned sum_bits = 2 * CONFIG::digits;
    ap_uint<sum_bits * CONFIG::stream_channels> sums[groups];
pixels:
    for (unsigned pixel = 0; pixel < pixels; ++pixel) {
    groups:
        for (unsigned group = 0; group < groups; ++group) {
            ERN_PIPELINE
            ap_uint<2 * CONFIG::stream_channels> codes = in.read();
            ap_uint<sum_bits * CONFIG::stream_channels> former = sums[group];
            if (pixel == 0) former = 0;
            ap_uint<sum_bits * CONFIG::stream_channels> packed = 0;
        channels:
            for (unsigned j = 0; j < CONFIG::stream_channels; ++j) {
#pragma HLS UNROLL
                const ap_uint<sum_bits> sum = take<sum_bits>(former) + take<2>(codes);
                ERN_FABRIC_ADD(sum)
                put<sum_bits>(packed, sum);
            }
            sums[group] = packed;
            if (pixel == pixels - 1) out.write(packed);
        }
    }
}

// The same digit of all channels, then the next lower one.
template <class CONFIG>
void digit_pool_digits(hls::stream<ap_uint<2 * CONFIG::digits * CONFIG::stream_channels> > &in,
                       hls::stream<ap_uint<2 * CONFIG::stream_channels> > &out) {
    static const unsigned groups = CONFIG::channels / CONFIG::stream_channels;
    static const unsigned sum_bits = 2 * CONFIG::digits;
    ap_uint<sum_bits * CONFIG::stream_channels> totals[groups];
digits:
    for (unsigned digit = 0; digit < CONFIG::digits; ++digit) {
    groups:
        for (unsigned group = 0; group < groups; ++group) {
            ERN_PIPELINE
            ap_uint<sum_bits * CONFIG::stream_channels> word = totals[group];
            if (digit == 0) word = in.read();
            ap_uint<sum_bits * CONFIG::stream_channels> rest = 0;
            ap_uint<2 * CONFIG::stream_channels> codes = 0;
        channels:
            for (unsigned j = 0; j < CONFIG::stream_channels; ++j) {
#pragma HLS UNROLL
                ap_uint<sum_bits> sum = take<sum_bits>(word);
                put<2>(codes, ap_uint<2>(sum >> (sum_bits - 2)));
                sum <<= 2;
                put<sum_bits>(rest, sum);
            }
            totals[group] = rest;
            out.write(codes);
        }
    }
}

template <class CONFIG>
void digit_pool(hls::stream<ap_uint<2 * CONFIG::stream_channels> > &in,
                hls::stream<ap_uint<2 * CONFIG::stream_channels> > &out) {
    static_assert(CONFIG::channels % CONFIG::stream_channels == 0, "stream_channels must divide channels");
#pragma HLS DATAFLOW
    hls::stream<ap_uint<2 * CONFIG::digits * CONFIG::stream_channels> > sums("sums");
#pragma HLS STREAM variable=sums depth=2
    digit_pool_sums<CONFIG>(in, sums);
    digit_pool_digits<CONFIG>(sums, out);
}

}  // namespace ern

#endif
