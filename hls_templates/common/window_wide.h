// SPDX-License-Identifier: Apache-2.0
// window for beats of several neighbouring pixels of a row (pixels_in whole pixels, left first).
//
// Two processes with a FIFO of a row's words between them. wide_rows gives, for every row of windows, each beat of that
// row once, with all kernel rows: kernel_height * pixels_in * depth codes a word. wide_window keeps the newest word and the
// kernel_width - 1 columns before it, and writes one window a turn, in the format of window.h; it takes in words, of
// zeros beyond the right edge, until the last column of the window is there.
//
// Cycles a frame: rows * in_width / pixels_in, rows as in window.h; out_height * row_turns, where row_turns counts a turn
// for each window and one more for each word beyond the first that a window waits for, or that no window reads.
#ifndef ERN_COMMON_WINDOW_WIDE_H_
#define ERN_COMMON_WINDOW_WIDE_H_

#include "bits.h"
#include "vendor.h"
#include "window.h"

namespace ern {

template <class CONFIG>
struct wide_word {
    static const unsigned groups = CONFIG::in_width / CONFIG::pixels_in;
    static const unsigned beat_bits = 2 * CONFIG::depth * CONFIG::pixels_in;
    static const unsigned bits = beat_bits * CONFIG::kernel_height;
};

template <class CONFIG>
void wide_rows(hls::stream<ap_uint<wide_word<CONFIG>::beat_bits> > &in,
               hls::stream<ap_uint<wide_word<CONFIG>::bits> > &out) {
    static const unsigned above = CONFIG::kernel_height - 1;
    static const unsigned groups = wide_word<CONFIG>::groups;
    static const unsigned beat_bits = wide_word<CONFIG>::beat_bits;
    static const unsigned rows_walked = walk_of<CONFIG::in_height, CONFIG::out_height, CONFIG::kernel_height,
                                                CONFIG::stride_height, CONFIG::padding_height>::value;
    line_memory<above, groups, beat_bits, (above == 0 || groups >= 8)> memory;
    unsigned rows_to_wait = above - CONFIG::padding_height;
rows:
    for (unsigned y = 0; y < rows_walked; ++y) {
    beats:
        for (unsigned g = 0; g < groups; ++g) {
            ERN_PIPELINE
            ap_uint<beat_bits> incoming = 0;
            if (y < CONFIG::in_height) incoming = in.read();
            ap_uint<beat_bits> column[above + 1];
#pragma HLS ARRAY_PARTITION variable=column complete dim=0
            memory.exchange(g, incoming, column);
            ap_uint<wide_word<CONFIG>::bits> word = 0;
        kernel_rows:
            for (unsigned i = 0; i <= above; ++i) {
#pragma HLS UNROLL
                const bool inside = y + i >= above && y + i - above < CONFIG::in_height;
                ap_uint<beat_bits> codes = 0;
                if (inside) codes = column[i];
                put<beat_bits>(word, codes);
            }
            if (rows_to_wait == 0) out.write(word);
        }
        rows_to_wait = rows_to_wait == 0 ? CONFIG::stride_height - 1 : rows_to_wait - 1;
    }
}

template <class CONFIG>
void wide_window(hls::stream<ap_uint<wide_word<CONFIG>::bits> > &in,
                 hls::stream<ap_uint<2 * CONFIG::window_codes> > &out) {
    static const unsigned column_bits = 2 * CONFIG::depth;
    static const unsigned beat_bits = wide_word<CONFIG>::beat_bits;
    static const unsigned older_bits = column_bits * (CONFIG::kernel_width - 1);
    static const unsigned row_codes = CONFIG::kernel_width * CONFIG::depth;
    static const unsigned reach = CONFIG::kernel_width - 1 - CONFIG::padding_width;
    ap_uint<older_bits + beat_bits> lines[CONFIG::kernel_height];
#pragma HLS ARRAY_PARTITION variable=lines complete dim=0
rows:
    for (unsigned y = 0; y < CONFIG::out_height; ++y) {
        unsigned group = 0;
        unsigned windows = 0;
        // Words that the next window waits for, and where in the newest word its last column lies.
        unsigned missing = reach / CONFIG::pixels_in + 1;
        unsigned place = reach % CONFIG::pixels_in;
    turns:
        for (unsigned turn = 0; turn < CONFIG::row_turns; ++turn) {
            ERN_PIPELINE
            if (missing != 0) {
                ap_uint<wide_word<CONFIG>::bits> word = 0;
                if (group < wide_word<CONFIG>::groups) word = in.read();
            shifted_rows:
                for (unsigned i = 0; i < CONFIG::kernel_height; ++i) {
#pragma HLS UNROLL
                    ap_uint<older_bits + beat_bits> line = 0;
                    if (group != 0) line = lines[i];
                    put<beat_bits>(line, take<beat_bits>(word));
                    lines[i] = line;
                }
                ++group;
                --missing;
            }
            if (missing == 0 && windows < CONFIG::out_width) {
                ap_uint<CONFIG::window_codes> planes[2];
#pragma HLS ARRAY_PARTITION variable=planes complete dim=0
                planes[0] = 0;
                planes[1] = 0;
            kernel_rows:
                for (unsigned i = 0; i < CONFIG::kernel_height; ++i) {
#pragma HLS UNROLL
                    ap_uint<older_bits + beat_bits> line = lines[i];
                    ap_uint<2 * row_codes> chosen = 0;
                places:
                    for (unsigned p = 0; p < CONFIG::pixels_in; ++p) {
#pragma HLS UNROLL
                        if (p == place) chosen = line;
                        line >>= column_bits;
                    }
                    ap_uint<row_codes> row0 = 0;
                    ap_uint<row_codes> row1 = 0;
                codes:
                    for (unsigned c = 0; c < row_codes; ++c) {
#pragma HLS UNROLL
                        put<1>(row0, take<1>(chosen));
                        put<1>(row1, take<1>(chosen));
                    }
                    put<row_codes>(planes[0], row0);
                    put<row_codes>(planes[1], row1);
                }
                const ap_uint<2 * CONFIG::window_codes> low = planes[0];
                ap_uint<2 * CONFIG::window_codes> word = planes[1];
                word <<= CONFIG::window_codes;
                word |= low;
                out.write(word);
                ++windows;
                place += CONFIG::stride_width % CONFIG::pixels_in;
                missing = CONFIG::stride_width / CONFIG::pixels_in;
                if (place >= CONFIG::pixels_in) {
                    place -= CONFIG::pixels_in;
                    ++missing;
                }
                if (windows == CONFIG::out_width) missing = CONFIG::unread;
            }
        }
    }
}

}  // namespace ern

#endif
