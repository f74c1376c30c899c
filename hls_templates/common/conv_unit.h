// SPDX-License-Identifier: Apache-2.0
// unit and read_out: pe lanes of simd products a cycle over the steps of a window, then accumulators in the order of the
// output channels. CONFIG is that of binary_conv.h.
#ifndef ERN_COMMON_CONV_UNIT_H_
#define ERN_COMMON_CONV_UNIT_H_

#include "bits.h"
#include "lane_sum.h"
#include "vendor.h"

namespace ern {

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

}  // namespace ern

#endif
