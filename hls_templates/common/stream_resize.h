// SPDX-License-Identifier: Apache-2.0
// stream_resize: the same values, another number of channels a beat.
//
// Reads VALUES / IN beats of IN values and writes VALUES / OUT beats of OUT values of BITS bits each, a frame a call.
// Moves gcd(IN, OUT) values a cycle: one beat of the wider side takes as many cycles as it holds beats of the
// narrower one when one width divides the other.
#ifndef ERN_COMMON_STREAM_RESIZE_H_
#define ERN_COMMON_STREAM_RESIZE_H_

#include "bits.h"
#include "vendor.h"

namespace ern {

template <unsigned IN, unsigned OUT, unsigned BITS, unsigned VALUES>
void stream_resize(hls::stream<ap_uint<IN * BITS> > &in, hls::stream<ap_uint<OUT * BITS> > &out) {
    static_assert(VALUES % IN == 0 && VALUES % OUT == 0, "both widths must divide the values of a frame");
    static const unsigned part = gcd<IN, OUT>::value;
    static const unsigned part_bits = part * BITS;
    static const unsigned moves = VALUES / part;
    static const unsigned reads = IN / part;
    static const unsigned writes = OUT / part;
    ap_uint<IN * BITS> taken = 0;
    ap_uint<OUT * BITS> given = 0;
    unsigned read_phase = 0;
    unsigned write_phase = 0;
parts:
    for (unsigned i = 0; i < moves; ++i) {
        ERN_PIPELINE
        if (read_phase == 0) taken = in.read();
        put<part_bits>(given, take<part_bits>(taken));
        read_phase = read_phase == reads - 1 ? 0 : read_phase + 1;
        if (write_phase == writes - 1) {
            out.write(given);
            write_phase = 0;
        } else {
            ++write_phase;
        }
    }
}

}  // namespace ern

#endif
