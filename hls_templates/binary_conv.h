// SPDX-License-Identifier: Apache-2.0
// binary_conv: acc = sum w*x over a window, w = +1 or -1 (weight bit 1 or 0), x in {0, 1, 2, 3}; padding is code 0.
//
// The cheap form (docs/semantics.md): codes and weights are taken in pairs (x, y), (a, b). For bit plane k of the codes
//     v_k = a|b if xy = 11;  ~(a&b) if 00;  a&~b if 10;  ~a&b if 01         one LUT4 a pair and plane
//     acc = 2*F + c[o] - Z,   F = sum v_0 + 2*sum v_1
//     Z   = sum of popcount(x_k == y_k), plane 1 twice, shared by all output channels
// with c[o] a constant of the channel (generated, `constants`). No product is formed anywhere.
//
// Four processes (binary_conv_wide, for beats of several pixels: wide_rows and wide_window in place of the first two):
// stream_resize to `depth` channels, window, unit (pe lanes of simd products a cycle), read_out
// (stream_channels sums a beat).
// CONFIG: in_channels, in_height, in_width, in_stream_channels, out_channels, out_height, out_width, kernel_height,
// kernel_width, stride_height, stride_width, padding_height, padding_width, pe, depth, slices, columns (of the kernel,
// taken at once: all or 1), window_codes, simd, steps, output_groups, sum_bits (of F and Z), constant_bits, out_bits,
// stream_channels, in_block_memory; of binary_conv_wide also pixels_in (a beat), row_turns and unread (window_wide.h).
#ifndef ERN_BINARY_CONV_H_
#define ERN_BINARY_CONV_H_

#include "common/bits.h"
#include "common/stream_resize.h"
#include "common/vendor.h"
#include "common/window.h"
#include "common/window_wide.h"

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

struct block_memory {};
struct lut_memory {};

template <bool BLOCK>
struct memory_tag {
    typedef lut_memory type;
};
template <>
struct memory_tag<true> {
    typedef block_memory type;
};

template <unsigned CHUNKS>
void fetch(const chunk_t weights[][CHUNKS], unsigned address, chunk_t word[CHUNKS], block_memory) {
#pragma HLS INLINE
    ERN_ROM_BLOCK(weights)
chunks:
    for (unsigned c = 0; c < CHUNKS; ++c) {
#pragma HLS UNROLL
        word[c] = weights[address][c];
    }
}

template <unsigned CHUNKS>
void fetch(const chunk_t weights[][CHUNKS], unsigned address, chunk_t word[CHUNKS], lut_memory) {
#pragma HLS INLINE
    ERN_ROM_LUT(weights)
chunks:
    for (unsigned c = 0; c < CHUNKS; ++c) {
#pragma HLS UNROLL
        word[c] = weights[address][c];
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

// The codes of one step: a whole window word, or one kernel column of it.
template <class CONFIG>
struct whole_window {
    static ap_uint<2 * CONFIG::simd> codes(const ap_uint<2 * CONFIG::window_codes> &word, unsigned) {
#pragma HLS INLINE
        return word;
    }
};
template <class CONFIG>
struct one_column {
    static ap_uint<2 * CONFIG::simd> codes(const ap_uint<2 * CONFIG::window_codes> &word, unsigned column) {
#pragma HLS INLINE
        static const unsigned row_bits = CONFIG::kernel_width * CONFIG::depth;
        ap_uint<2 * CONFIG::window_codes> rest = word;
        ap_uint<2 * CONFIG::simd> chosen = 0;
    rows:
        for (unsigned i = 0; i < 2 * CONFIG::kernel_height; ++i) {
#pragma HLS UNROLL
            ap_uint<row_bits> row = take<row_bits>(rest);
            ap_uint<CONFIG::depth> codes = 0;
        columns:
            for (unsigned j = 0; j < CONFIG::kernel_width; ++j) {
#pragma HLS UNROLL
                const ap_uint<CONFIG::depth> one = take<CONFIG::depth>(row);
                if (j == column) codes = one;
            }
            put<CONFIG::depth>(chosen, codes);
        }
        return chosen;
    }
};
template <class CONFIG, bool WHOLE>
struct step_of {
    typedef whole_window<CONFIG> type;
};
template <class CONFIG>
struct step_of<CONFIG, false> {
    typedef one_column<CONFIG> type;
};

// For each output pixel and group of pe channels: pe sums F, lane p at bits [p*sum_bits +: sum_bits], and Z.
template <class CONFIG>
void unit(hls::stream<ap_uint<2 * CONFIG::window_codes> > &windows,
          const chunk_t weights[CONFIG::output_groups * CONFIG::steps][chunks_of<CONFIG::pe * CONFIG::simd>::value],
          hls::stream<ap_uint<CONFIG::pe * CONFIG::sum_bits> > &sums, hls::stream<ap_uint<CONFIG::sum_bits> > &shared) {
#pragma HLS ARRAY_PARTITION variable=weights complete dim=2
    static const unsigned simd = CONFIG::simd;
    static const unsigned code_chunks = pair_chunks<simd>::count;
    static const unsigned word_chunks = chunks_of<CONFIG::pe * CONFIG::simd>::value;
    static const unsigned pixels = CONFIG::out_height * CONFIG::out_width;
    typedef typename memory_tag<CONFIG::in_block_memory>::type memory;
    typedef typename step_of<CONFIG, CONFIG::columns == CONFIG::kernel_width>::type step;
    ap_uint<2 * CONFIG::window_codes> held[CONFIG::slices];
    ap_uint<CONFIG::sum_bits> totals[CONFIG::pe];
#pragma HLS ARRAY_PARTITION variable=totals complete dim=0
    ap_uint<CONFIG::sum_bits> total_shared = 0;
pixels:
    for (unsigned pixel = 0; pixel < pixels; ++pixel) {
        unsigned address = 0;
    groups:
        for (unsigned group = 0; group < CONFIG::output_groups; ++group) {
            unsigned slice = 0;
            unsigned column = 0;
        steps:
            for (unsigned f = 0; f < CONFIG::steps; ++f) {
                ERN_PIPELINE
                ap_uint<2 * CONFIG::window_codes> window_word = held[slice];
                if (group == 0 && column == 0) window_word = windows.read();
                held[slice] = window_word;
                const ap_uint<2 * simd> word = step::codes(window_word, column);
                slice = slice == CONFIG::slices - 1 ? 0 : slice + 1;
                if (slice == 0) ++column;
                chunk_t weight_word[word_chunks];
                chunk_t plane0[code_chunks];
                chunk_t plane1[code_chunks];
#pragma HLS ARRAY_PARTITION variable=weight_word complete dim=0
#pragma HLS ARRAY_PARTITION variable=plane0 complete dim=0
#pragma HLS ARRAY_PARTITION variable=plane1 complete dim=0
                fetch<word_chunks>(weights, address++, weight_word, memory());
                split_planes<simd>(word, plane0, plane1);
                if (f == 0) total_shared = 0;
                total_shared += equal_count<simd>(plane0, plane1);
                ERN_FABRIC_ADD(total_shared)
                unsigned first_bit = 0;
                ap_uint<CONFIG::pe * CONFIG::sum_bits> packed = 0;
            lanes:
                for (unsigned p = 0; p < CONFIG::pe; ++p) {
#pragma HLS UNROLL
                    chunk_t lane[code_chunks];
#pragma HLS ARRAY_PARTITION variable=lane complete dim=0
                    lane_weights<simd>(weight_word, first_bit, lane);
                    first_bit += simd;
                    ap_uint<CONFIG::sum_bits> total = 0;
                    if (f != 0) total = totals[p];
                    total += vote_count<simd>(lane, plane0, plane1);
                    ERN_FABRIC_ADD(total)
                    totals[p] = total;
                    put<CONFIG::sum_bits>(packed, total);
                }
                if (f == CONFIG::steps - 1) {
                    sums.write(packed);
                    shared.write(total_shared);
                }
            }
        }
    }
}

// acc = 2*F + c[o] - Z, stream_channels channels a beat; lanes past out_channels are dropped.
template <class CONFIG>
void read_out(hls::stream<ap_uint<CONFIG::pe * CONFIG::sum_bits> > &sums,
              hls::stream<ap_uint<CONFIG::sum_bits> > &shared,
              const chunk_t constants[CONFIG::out_channels / CONFIG::stream_channels]
                                     [chunks_of<CONFIG::stream_channels * CONFIG::constant_bits>::value],
              hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out) {
#pragma HLS ARRAY_PARTITION variable=constants complete dim=2
    static_assert(CONFIG::pe % CONFIG::stream_channels == 0, "stream_channels must divide pe");
    static_assert(CONFIG::out_channels % CONFIG::stream_channels == 0, "stream_channels must divide out_channels");
    static const unsigned pixels = CONFIG::out_height * CONFIG::out_width;
    static const unsigned beats = CONFIG::out_channels / CONFIG::stream_channels;
    static const unsigned group_beats = CONFIG::pe / CONFIG::stream_channels;
    ap_uint<CONFIG::pe * CONFIG::sum_bits> group = 0;
    int z = 0;
pixels:
    for (unsigned pixel = 0; pixel < pixels; ++pixel) {
        unsigned group_beat = 0;
    beats:
        for (unsigned beat = 0; beat < beats; ++beat) {
            ERN_PIPELINE
            if (group_beat == 0) {
                group = sums.read();
                z = int(shared.read());
            }
            group_beat = group_beat == group_beats - 1 ? 0 : group_beat + 1;
            ap_uint<CONFIG::stream_channels * CONFIG::out_bits> values = 0;
            unsigned constant_low = 0;
        channels:
            for (unsigned j = 0; j < CONFIG::stream_channels; ++j) {
#pragma HLS UNROLL
                const ap_uint<CONFIG::sum_bits> sum = take<CONFIG::sum_bits>(group);
                const ap_int<CONFIG::constant_bits> constant =
                    chunk_bits<CONFIG::constant_bits>(constants[beat], constant_low);
                const int acc = (int(sum) << 1) + int(constant) - z;
                ERN_FABRIC_ADD(acc)
                put<CONFIG::out_bits>(values, ap_uint<CONFIG::out_bits>(acc));
                constant_low += CONFIG::constant_bits;
            }
            out.write(values);
        }
    }
}

template <class CONFIG>
void binary_conv(hls::stream<ap_uint<2 * CONFIG::in_stream_channels> > &in,
                 hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out,
                 const chunk_t weights[CONFIG::output_groups * CONFIG::steps]
                                      [chunks_of<CONFIG::pe * CONFIG::simd>::value],
                 const chunk_t constants[CONFIG::out_channels / CONFIG::stream_channels]
                                        [chunks_of<CONFIG::stream_channels * CONFIG::constant_bits>::value]) {
    static_assert(CONFIG::depth * CONFIG::slices == CONFIG::in_channels, "depth must divide in_channels");
    static_assert(CONFIG::simd == CONFIG::kernel_height * CONFIG::columns * CONFIG::depth,
                  "simd must be kernel_height * columns * depth");
    static_assert(CONFIG::steps * CONFIG::columns == CONFIG::slices * CONFIG::kernel_width,
                  "steps must be slices * kernel_width / columns");
    static_assert(CONFIG::output_groups * CONFIG::pe >= CONFIG::out_channels, "too few output groups");
#pragma HLS DATAFLOW
    static const unsigned values = CONFIG::in_height * CONFIG::in_width * CONFIG::in_channels;
    hls::stream<ap_uint<2 * CONFIG::depth> > steps("steps");
    hls::stream<ap_uint<2 * CONFIG::window_codes> > windows("windows");
    hls::stream<ap_uint<CONFIG::pe * CONFIG::sum_bits> > sums("sums");
    hls::stream<ap_uint<CONFIG::sum_bits> > shared("shared");
#pragma HLS STREAM variable=steps depth=2
#pragma HLS STREAM variable=windows depth=2
#pragma HLS STREAM variable=sums depth=2
#pragma HLS STREAM variable=shared depth=2
    stream_resize<CONFIG::in_stream_channels, CONFIG::depth, 2, values>(in, steps);
    window<CONFIG>(steps, windows);
    unit<CONFIG>(windows, weights, sums, shared);
    read_out<CONFIG>(sums, shared, constants, out);
}

// The same for beats of pixels_in whole pixels; depth is in_channels.
template <class CONFIG>
void binary_conv_wide(hls::stream<ap_uint<2 * CONFIG::in_channels * CONFIG::pixels_in> > &in,
                      hls::stream<ap_uint<CONFIG::stream_channels * CONFIG::out_bits> > &out,
                      const chunk_t weights[CONFIG::output_groups * CONFIG::steps]
                                           [chunks_of<CONFIG::pe * CONFIG::simd>::value],
                      const chunk_t constants[CONFIG::out_channels / CONFIG::stream_channels]
                                             [chunks_of<CONFIG::stream_channels * CONFIG::constant_bits>::value]) {
    static_assert(CONFIG::depth == CONFIG::in_channels && CONFIG::columns == CONFIG::kernel_width,
                  "several pixels a beat: depth must be in_channels, all kernel columns at once");
    static const unsigned row_words = wide_word<CONFIG>::groups;
    static_assert(row_words * CONFIG::pixels_in == CONFIG::in_width, "pixels_in must divide in_width");
    static_assert(CONFIG::output_groups * CONFIG::pe >= CONFIG::out_channels, "too few output groups");
#pragma HLS DATAFLOW
    hls::stream<ap_uint<wide_word<CONFIG>::bits> > words("words");
    hls::stream<ap_uint<2 * CONFIG::window_codes> > windows("windows");
    hls::stream<ap_uint<CONFIG::pe * CONFIG::sum_bits> > sums("sums");
    hls::stream<ap_uint<CONFIG::sum_bits> > shared("shared");
#pragma HLS STREAM variable=words depth=row_words
#pragma HLS STREAM variable=windows depth=2
#pragma HLS STREAM variable=sums depth=2
#pragma HLS STREAM variable=shared depth=2
    wide_rows<CONFIG>(in, words);
    wide_window<CONFIG>(words, windows);
    unit<CONFIG>(windows, weights, sums, shared);
    read_out<CONFIG>(sums, shared, constants, out);
}

}  // namespace ern

#endif
