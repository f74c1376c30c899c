// SPDX-License-Identifier: Apache-2.0
// Votes of one lane and step, and what all lanes share (the form is in binary_conv.h).
//
// Bits of a window or weight word lie in chunks of 64; pair t of a chunk is bits 2*t and 2*t + 1.
#ifndef ERN_COMMON_LANE_SUM_H_
#define ERN_COMMON_LANE_SUM_H_

#include "bits.h"
#include "vendor.h"

namespace ern {

// v of all pairs of a chunk: pair t at bit 2*t.
inline chunk_t pair_votes(chunk_t weights, chunk_t codes) {
#pragma HLS INLINE
    const chunk_t a = weights;
    const chunk_t b = weights >> 1;
    const chunk_t x = codes;
    const chunk_t y = codes >> 1;
    return (x & y & (a | b)) | (~x & ~y & ~(a & b)) | (x & ~y & a & ~b) | (~x & y & ~a & b);
}

// Pairs of equal code bits: pair t at bit 2*t.
inline chunk_t pair_equal(chunk_t codes) {
#pragma HLS INLINE
    return ~(codes ^ (codes >> 1));
}

// Set bits among the even bits 0, 2, .. 2*PAIRS-2 of one chunk.
template <unsigned PAIRS>
unsigned count_pairs(chunk_t bits) {
#pragma HLS INLINE
    unsigned count = 0;
    ERN_FABRIC_ADD(count)
pairs:
    for (unsigned t = 0; t < PAIRS; ++t) {
#pragma HLS UNROLL
        count += unsigned(bits & 1);
        bits >>= 2;
    }
    return count;
}

// Elements of a window word in chunks; the last chunk may be shorter, an odd end gets one code 0 with weight bit 0.
template <unsigned SIMD>
struct pair_chunks {
    static const unsigned count = chunks_of<SIMD>::value;
    static const unsigned full = SIMD / 64;
    static const unsigned rest = SIMD % 64;
    static const unsigned rest_bits = rest == 0 ? 64 : rest;
    static const unsigned rest_pairs = (rest_bits + 1) / 2;
};

// plane 0 + 2 * plane 1 of the pairs of one chunk, of the last one if it is not full.
template <unsigned SIMD>
unsigned count_planes(chunk_t plane0, chunk_t plane1, bool full) {
#pragma HLS INLINE
    if (full) return count_pairs<32>(plane0) + (count_pairs<32>(plane1) << 1);
    static const unsigned pairs = pair_chunks<SIMD>::rest_pairs;
    return count_pairs<pairs>(plane0) + (count_pairs<pairs>(plane1) << 1);
}

// Weight bits [low, low + SIMD) of a weight word as chunks.
template <unsigned SIMD>
void lane_weights(const chunk_t *word, unsigned low, chunk_t weights[pair_chunks<SIMD>::count]) {
#pragma HLS INLINE
    static const unsigned chunks = pair_chunks<SIMD>::count;
    unsigned from = low;
lane_chunks:
    for (unsigned c = 0; c < chunks; ++c) {
#pragma HLS UNROLL
        const bool full = c < pair_chunks<SIMD>::full;
        weights[c] = full ? chunk_bits<64>(word, from) : chunk_bits<pair_chunks<SIMD>::rest_bits>(word, from);
        from += 64;
    }
}

// Both bit planes of a window word as chunks.
template <unsigned SIMD>
void split_planes(const ap_uint<2 * SIMD> &word, chunk_t plane0[pair_chunks<SIMD>::count],
                  chunk_t plane1[pair_chunks<SIMD>::count]) {
#pragma HLS INLINE
    static const unsigned chunks = pair_chunks<SIMD>::count;
    ap_uint<SIMD> low = word;
    ap_uint<SIMD> high = word >> SIMD;
plane_chunks:
    for (unsigned c = 0; c < chunks; ++c) {
#pragma HLS UNROLL
        plane0[c] = ap_uint<64>(low).to_uint64();
        plane1[c] = ap_uint<64>(high).to_uint64();
        if (SIMD > 64) {
            low >>= 64;
            high >>= 64;
        }
    }
}

// Z of one step.
template <unsigned SIMD>
unsigned equal_count(const chunk_t plane0[pair_chunks<SIMD>::count], const chunk_t plane1[pair_chunks<SIMD>::count]) {
#pragma HLS INLINE
    static const unsigned chunks = pair_chunks<SIMD>::count;
    unsigned count = 0;
equal_chunks:
    for (unsigned c = 0; c < chunks; ++c) {
#pragma HLS UNROLL
        const bool full = c < pair_chunks<SIMD>::full;
        count += count_planes<SIMD>(pair_equal(plane0[c]), pair_equal(plane1[c]), full);
    }
    return count;
}

// F of one lane and step.
template <unsigned SIMD>
unsigned vote_count(const chunk_t weights[pair_chunks<SIMD>::count], const chunk_t plane0[pair_chunks<SIMD>::count],
                    const chunk_t plane1[pair_chunks<SIMD>::count]) {
#pragma HLS INLINE
    static const unsigned chunks = pair_chunks<SIMD>::count;
    unsigned count = 0;
vote_chunks:
    for (unsigned c = 0; c < chunks; ++c) {
#pragma HLS UNROLL
        const bool full = c < pair_chunks<SIMD>::full;
        count += count_planes<SIMD>(pair_votes(weights[c], plane0[c]), pair_votes(weights[c], plane1[c]), full);
    }
    return count;
}

}  // namespace ern

#endif
