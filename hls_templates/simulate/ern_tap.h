// SPDX-License-Identifier: Apache-2.0
// Records every stream of a C simulation, one little-endian file a stream. Only g++ reads this file (macro ERN_TAPS).
#ifndef ERN_SIMULATE_ERN_TAP_H_
#define ERN_SIMULATE_ERN_TAP_H_

#include <cstdint>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

#include "ern/common/bits.h"

namespace ern_tap {

// Folder of the recording; empty: nothing is recorded.
inline std::string &folder() {
    static std::string name;
    return name;
}

inline std::map<std::string, std::FILE *> &files() {
    static std::map<std::string, std::FILE *> opened;
    return opened;
}

inline std::FILE *file_of(const std::string &stream) {
    std::FILE *&file = files()[stream];
    if (file == NULL) {
        file = std::fopen((folder() + "/" + stream + ".bin").c_str(), "wb");
        if (file == NULL) throw std::runtime_error("cannot write " + folder() + "/" + stream + ".bin");
    }
    return file;
}

inline void close() {
    bool whole = true;
    for (std::map<std::string, std::FILE *>::iterator it = files().begin(); it != files().end(); ++it) {
        if (std::fclose(it->second) != 0) whole = false;
    }
    files().clear();
    if (!whole) throw std::runtime_error("cannot write all of " + folder());
}

// Smallest of int8, int16, int32 (or unsigned) that holds a value.
template <unsigned BITS, bool SIGNED>
struct element {
    static const unsigned bytes = BITS <= 8 ? 1 : BITS <= 16 ? 2 : 4;
};

// Copies what a stream holds and leaves it as it was.
template <unsigned BITS, bool SIGNED, unsigned VALUES>
void record(const char *name, hls::stream<ap_uint<VALUES * BITS> > &stream) {
    if (folder().empty()) return;
    std::FILE *file = file_of(name);
    const std::size_t beats = stream.size();
    for (std::size_t i = 0; i < beats; ++i) {
        ap_uint<VALUES * BITS> beat = stream.read();
        stream.write(beat);
        for (unsigned c = 0; c < VALUES; ++c) {
            const std::int64_t value = ern::value_of<SIGNED>(ern::take<BITS>(beat)).to_int64();
            unsigned char bytes[4];
            for (unsigned b = 0; b < 4; ++b) bytes[b] = static_cast<unsigned char>(value >> (8 * b));
            if (std::fwrite(bytes, element<BITS, SIGNED>::bytes, 1, file) != 1) {
                throw std::runtime_error(std::string("cannot write stream ") + name);
            }
        }
    }
}

}  // namespace ern_tap

#endif
