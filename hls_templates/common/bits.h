// SPDX-License-Identifier: Apache-2.0
// Long words as 64-bit chunks, lowest chunk first. Memories are arrays of chunks because no HLS tool takes an integer
// as wide as pe*simd, and a C++ number list with one entry a bit takes a compiler hours to read.
#ifndef ERN_COMMON_BITS_H_
#define ERN_COMMON_BITS_H_

#include "vendor.h"

namespace ern {

typedef unsigned long long chunk_t;

// Chunks of a word of BITS bits.
template <unsigned BITS>
struct chunks_of {
    static const unsigned value = (BITS + 63) / 64;
};

// BITS (at most 64) bits of a word from bit `low` on. Constant `low` costs wires only.
template <unsigned BITS>
chunk_t chunk_bits(const chunk_t *word, unsigned low) {
#pragma HLS INLINE
    static_assert(BITS >= 1 && BITS <= 64, "a field of a packed word has 1 to 64 bits");
    const unsigned shift = low & 63;
    chunk_t bits = word[low >> 6] >> shift;
    if (shift + BITS > 64) bits |= word[(low >> 6) + 1] << (64 - shift);
    return bits & (~chunk_t(0) >> (64 - BITS));
}

// The low BITS bits of `word`, which moves down by them: fields in order, lowest first.
template <unsigned BITS, int WORD>
ap_uint<BITS> take(ap_uint<WORD> &word) {
#pragma HLS INLINE
    static_assert(int(BITS) <= WORD, "a field is no wider than its word");
    const ap_uint<BITS> field = word;
    if (WORD > int(BITS)) word >>= BITS;
    return field;
}

// Moves `word` down and sets its top BITS bits: after WORD / BITS calls the first field is lowest.
template <unsigned BITS, int WORD>
void put(ap_uint<WORD> &word, const ap_uint<BITS> &field) {
#pragma HLS INLINE
    static_assert(int(BITS) <= WORD, "a field is no wider than its word");
    ap_uint<WORD> top = field;
    top <<= WORD - int(BITS);
    if (WORD > int(BITS)) {
        word >>= BITS;
        word |= top;
    } else {
        word = top;
    }
}

// The value of a field: two's complement if SIGNED, else unsigned.
template <bool SIGNED, int BITS>
ap_int<BITS + 1> value_of(const ap_uint<BITS> &field) {
#pragma HLS INLINE
    if (SIGNED) return ap_int<BITS>(field);
    return field;
}

// Greatest common divisor, at compile time.
template <unsigned A, unsigned B>
struct gcd {
    static const unsigned value = gcd<B, A % B>::value;
};
template <unsigned A>
struct gcd<A, 0> {
    static const unsigned value = A;
};

}  // namespace ern

#endif
