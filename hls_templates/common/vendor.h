// SPDX-License-Identifier: Apache-2.0
// The only place where Vivado HLS (ERN_VENDOR_VIVADO), Vitis HLS (ERN_VENDOR_VITIS) and plain g++ differ.
//
// ERN_PIPELINE        one turn of the loop a cycle; turns under way go on when a later one waits for its input. With the
//                     tools' usual stalling pipelines a result could hang behind an empty stream, and a residual
//                     block, whose skip FIFO is sized for its data and no more, could lock up.
// ERN_FABRIC_ADD(x)   the addition that makes x is built of LUTs and carry chains, never of a DSP block.
// ERN_ROM_BLOCK(x)    read-only array x sits in block RAM.
// ERN_ROM_LUT(x)      read-only array x sits in LUTs.
// ERN_NO_HAZARD(x)    a word of memory x that is written is read again at the earliest eight cycles later.
// axis_word<BITS>     one AXI4-Stream beat: fields `data` and `last`, `keep` and `strb` set by axis_make.
#ifndef ERN_COMMON_VENDOR_H_
#define ERN_COMMON_VENDOR_H_

#ifndef AP_INT_MAX_W
#define AP_INT_MAX_W 4096
#endif

#include "ap_int.h"
#include "hls_stream.h"

#define ERN_PRAGMA_TEXT(x) _Pragma(#x)
#define ERN_PRAGMA(x) ERN_PRAGMA_TEXT(x)

#if defined(ERN_VENDOR_VITIS)
#define ERN_PIPELINE ERN_PRAGMA(HLS PIPELINE II=1 style=flp)
#define ERN_FABRIC_ADD(x) ERN_PRAGMA(HLS BIND_OP variable=x op=add impl=fabric)
#define ERN_ROM_BLOCK(x) ERN_PRAGMA(HLS BIND_STORAGE variable=x type=rom_1p impl=bram)
#define ERN_ROM_LUT(x) ERN_PRAGMA(HLS BIND_STORAGE variable=x type=rom_1p impl=lutram)
#define ERN_NO_HAZARD(x) ERN_PRAGMA(HLS DEPENDENCE variable=x type=inter dependent=false)
#elif defined(ERN_VENDOR_VIVADO)
#define ERN_PIPELINE ERN_PRAGMA(HLS PIPELINE II=1 enable_flush)
#define ERN_FABRIC_ADD(x) ERN_PRAGMA(HLS RESOURCE variable=x core=AddSub)
#define ERN_ROM_BLOCK(x) ERN_PRAGMA(HLS RESOURCE variable=x core=ROM_1P_BRAM)
#define ERN_ROM_LUT(x) ERN_PRAGMA(HLS RESOURCE variable=x core=ROM_1P_LUTRAM)
#define ERN_NO_HAZARD(x) ERN_PRAGMA(HLS DEPENDENCE variable=x inter false)
#else
#define ERN_PIPELINE
#define ERN_FABRIC_ADD(x)
#define ERN_ROM_BLOCK(x)
#define ERN_ROM_LUT(x)
#define ERN_NO_HAZARD(x)
#endif

#if defined(ERN_VENDOR_VITIS) || defined(ERN_VENDOR_VIVADO)
#include "ap_axi_sdata.h"
#endif

namespace ern {

#if defined(ERN_VENDOR_VITIS)
template <unsigned BITS>
struct axis_word {
    typedef ap_axiu<BITS, 0, 0, 0> type;
};
#elif defined(ERN_VENDOR_VIVADO)
template <unsigned BITS>
struct axis_word {
    typedef ap_axiu<BITS, 1, 1, 1> type;
};
#else
template <unsigned BITS>
struct plain_axis_word {
    ap_uint<BITS> data;
    ap_uint<1> last;
};
template <unsigned BITS>
struct axis_word {
    typedef plain_axis_word<BITS> type;
};
#endif

// One beat with all bytes valid.
template <unsigned BITS>
typename axis_word<BITS>::type axis_make(const ap_uint<BITS> &data, bool last) {
#pragma HLS INLINE
    typename axis_word<BITS>::type word;
    word.data = data;
    word.last = last;
#if defined(ERN_VENDOR_VITIS) || defined(ERN_VENDOR_VIVADO)
    word.keep = -1;
    word.strb = -1;
#endif
#if defined(ERN_VENDOR_VIVADO)
    word.user = 0;
    word.id = 0;
    word.dest = 0;
#endif
    return word;
}

}  // namespace ern

#endif
