// SPDX-License-Identifier: Apache-2.0
// stream_fork: one stream into two FIFOs, beat by beat. More readers take a chain of forks.
#ifndef ERN_COMMON_STREAM_FORK_H_
#define ERN_COMMON_STREAM_FORK_H_

#include "vendor.h"

namespace ern {

// BITS of a beat, BEATS of a frame.
template <unsigned BITS, unsigned BEATS>
void stream_fork(hls::stream<ap_uint<BITS> > &in, hls::stream<ap_uint<BITS> > &first,
                 hls::stream<ap_uint<BITS> > &second) {
beats:
    for (unsigned i = 0; i < BEATS; ++i) {
        ERN_PIPELINE
        const ap_uint<BITS> beat = in.read();
        first.write(beat);
        second.write(beat);
    }
}

}  // namespace ern

#endif
