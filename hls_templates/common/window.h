// SPDX-License-Identifier: Apache-2.0
// window: line buffer, stride and symmetric zero padding of a convolution.
//
// Reads one frame as slices of `depth` channels (slices = in_channels / depth words a pixel) and writes, for each output
// pixel, `slices` window words: bit plane 0 of the window_codes codes in the low half, bit plane 1 above. Element
// e = (i*kernel_width + j)*depth + ch of word f is kernel position (i, j), channel f*depth + ch (docs/semantics.md).
//
// Each input pixel shifts one column of kernel_height codes into the window of its row, so a window costs `slices`
// cycles, not kernel_width times that. Cycles a frame: rows * columns * slices, rows = in_height plus the padding rows
// below that some window needs, likewise columns.
#ifndef ERN_COMMON_WINDOW_H_
#define ERN_COMMON_WINDOW_H_

#include "bits.h"
#include "vendor.h"

namespace ern {

// The rows above the present one. HAZARD_FREE: successive visits of one address are at least eight cycles apart.
template <unsigned ROWS, unsigned WORDS, unsigned BITS, bool HAZARD_FREE>
struct line_memory {
    ap_uint<BITS> lines[ROWS][WORDS];

    // column[0..ROWS-1] = the rows above, oldest first; then every row moves up by one.
    void exchange(unsigned address, const ap_uint<BITS> &incoming, ap_uint<BITS> column[ROWS + 1]) {
#pragma HLS INLINE
#pragma HLS ARRAY_PARTITION variable=lines complete dim=1
        ERN_NO_HAZARD(lines)
    rows_above:
        for (unsigned i = 0; i < ROWS; ++i) {
#pragma HLS UNROLL
            column[i] = lines[i][address];
        }
        column[ROWS] = incoming;
    rows_moved:
        for (unsigned i = 0; i < ROWS; ++i) {
#pragma HLS UNROLL
            lines[i][address] = column[i + 1];
        }
    }
};

// Narrow frames: registers, which a tool need not be told anything about.
template <unsigned ROWS, unsigned WORDS, unsigned BITS>
struct line_memory<ROWS, WORDS, BITS, false> {
    ap_uint<BITS> lines[ROWS][WORDS];

    void exchange(unsigned address, const ap_uint<BITS> &incoming, ap_uint<BITS> column[ROWS + 1]) {
#pragma HLS INLINE
#pragma HLS ARRAY_PARTITION variable=lines complete dim=0
    rows_above:
        for (unsigned i = 0; i < ROWS; ++i) {
#pragma HLS UNROLL
            column[i] = lines[i][address];
        }
        column[ROWS] = incoming;
    rows_moved:
        for (unsigned i = 0; i < ROWS; ++i) {
#pragma HLS UNROLL
            lines[i][address] = column[i + 1];
        }
    }
};

// One row of kernel: nothing is above.
template <unsigned WORDS, unsigned BITS>
struct line_memory<0, WORDS, BITS, true> {
    void exchange(unsigned, const ap_uint<BITS> &incoming, ap_uint<BITS> column[1]) {
#pragma HLS INLINE
        column[0] = incoming;
    }
};

// Positions a dimension is walked over: all input, and the padding that the last window reaches into.
template <unsigned IN, unsigned OUT, unsigned KERNEL, unsigned STRIDE, unsigned PADDING>
struct walk_of {
    static const unsigned reached = (OUT - 1) * STRIDE + KERNEL - PADDING;
    static const unsigned value = reached > IN ? reached : IN;
};

template <class CONFIG>
void window(hls::stream<ap_uint<2 * CONFIG::depth> > &in, hls::stream<ap_uint<2 * CONFIG::window_codes> > &out) {
    static const unsigned depth = CONFIG::depth;
    static const unsigned above = CONFIG::kernel_height - 1;
    static const unsigned words = CONFIG::in_width * CONFIG::slices;
    static const unsigned rows_walked = walk_of<CONFIG::in_height, CONFIG::out_height, CONFIG::kernel_height,
                                                CONFIG::stride_height, CONFIG::padding_height>::value;
    static const unsigned columns_walked = walk_of<CONFIG::in_width, CONFIG::out_width, CONFIG::kernel_width,
                                                   CONFIG::stride_width, CONFIG::padding_width>::value;
    static const unsigned row_bits = CONFIG::kernel_width * CONFIG::depth;
    line_memory<above, words, 2 * depth, (above == 0 || words >= 8)> memory;
    ap_uint<row_bits> held[2][CONFIG::slices][above + 1];
#pragma HLS ARRAY_PARTITION variable=held complete dim=0
    unsigned rows_to_wait = above - CONFIG::padding_height;
rows:
    for (unsigned y = 0; y < rows_walked; ++y) {
        unsigned columns_to_wait = CONFIG::kernel_width - 1 - CONFIG::padding_width;
        unsigned address = 0;
    columns:
        for (unsigned x = 0; x < columns_walked; ++x) {
        slices:
            for (unsigned f = 0; f < CONFIG::slices; ++f) {
                ERN_PIPELINE
                ap_uint<2 * depth> incoming = 0;
                if (y < CONFIG::in_height && x < CONFIG::in_width) incoming = in.read();
                ap_uint<2 * depth> column[above + 1];
#pragma HLS ARRAY_PARTITION variable=column complete dim=0
                if (x < CONFIG::in_width) memory.exchange(address++, incoming, column);
                ap_uint<CONFIG::window_codes> planes[2];
#pragma HLS ARRAY_PARTITION variable=planes complete dim=0
            kernel_rows:
                for (unsigned i = 0; i <= above; ++i) {
#pragma HLS UNROLL
                    const bool inside = x < CONFIG::in_width && y + i >= above && y + i - above < CONFIG::in_height;
                    ap_uint<2 * depth> codes = 0;
                    if (inside) codes = column[i];
                    ap_uint<row_bits> row0 = held[0][f][i];
                    ap_uint<row_bits> row1 = held[1][f][i];
                    if (x == 0) row0 = 0;
                    if (x == 0) row1 = 0;
                codes:
                    for (unsigned ch = 0; ch < depth; ++ch) {
#pragma HLS UNROLL
                        put<1>(row0, take<1>(codes));
                        put<1>(row1, take<1>(codes));
                    }
                    held[0][f][i] = row0;
                    held[1][f][i] = row1;
                    put<row_bits>(planes[0], row0);
                    put<row_bits>(planes[1], row1);
                }
                if (rows_to_wait == 0 && columns_to_wait == 0) {
                    const ap_uint<2 * CONFIG::window_codes> low = planes[0];
                    ap_uint<2 * CONFIG::window_codes> word = planes[1];
                    word <<= CONFIG::window_codes;
                    word |= low;
                    out.write(word);
                }
                if (f == CONFIG::slices - 1) {
                    columns_to_wait = columns_to_wait == 0 ? CONFIG::stride_width - 1 : columns_to_wait - 1;
                }
            }
        }
        rows_to_wait = rows_to_wait == 0 ? CONFIG::stride_height - 1 : rows_to_wait - 1;
    }
}

}  // namespace ern

#endif
