// SPDX-License-Identifier: Apache-2.0
// The two ends of a design: AXI4-Stream in (whole pixels, one or more a beat) and out (one class a beat, 32 bits, sign-extended).
#ifndef ERN_COMMON_AXIS_H_
#define ERN_COMMON_AXIS_H_

#include "bits.h"
#include "vendor.h"

namespace ern {

// BEATS beats of BYTES bytes; `last` is ignored.
template <unsigned BYTES, unsigned BEATS>
void axis_read(hls::stream<typename axis_word<8 * BYTES>::type> &in, hls::stream<ap_uint<8 * BYTES> > &out) {
beats:
    for (unsigned i = 0; i < BEATS; ++i) {
        ERN_PIPELINE
        const typename axis_word<8 * BYTES>::type word = in.read();
        out.write(word.data);
    }
}

// CHANNELS sums of BITS bits (two's complement if SIGNED), `last` on the last one.
template <unsigned CHANNELS, unsigned BITS, bool SIGNED>
void axis_write(hls::stream<ap_uint<BITS> > &in, hls::stream<typename axis_word<32>::type> &out) {
    static_assert(BITS <= 32, "classifier sums have at most 32 bits");
classes:
    for (unsigned i = 0; i < CHANNELS; ++i) {
        ERN_PIPELINE
        const ap_int<33> sum = value_of<SIGNED>(in.read());
        out.write(axis_make<32>(ap_uint<32>(sum), i == CHANNELS - 1));
    }
}

}  // namespace ern

#endif
