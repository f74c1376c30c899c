// SPDX-License-Identifier: Apache-2.0
// Runs one design of a C simulation over a file of frames. Only g++ reads this file.
#ifndef ERN_SIMULATE_ERN_RUN_H_
#define ERN_SIMULATE_ERN_RUN_H_

#include <cstdlib>

#include "ern_tap.h"

namespace ern_run {

// One design of a binary: its number, and the function that runs it.
struct entry {
    unsigned number;
    void (*run)(const char *images, unsigned long frames, const char *folder, bool taps);
};

// Frames of `beats` beats of BYTES bytes in, classes int32 sums a frame to <folder>/classifier_sum.bin.
template <unsigned BYTES, class INPUT, class OUTPUT>
void frames(void (*top)(hls::stream<INPUT> &, hls::stream<OUTPUT> &), unsigned beats, unsigned classes,
            const char *images, unsigned long count, const char *folder, bool taps) {
    std::FILE *in = std::fopen(images, "rb");
    if (in == NULL) throw std::runtime_error(std::string("cannot read ") + images);
    ern_tap::folder() = folder;
    std::FILE *out = ern_tap::file_of("classifier_sum");
    if (!taps) ern_tap::folder() = "";
    for (unsigned long frame = 0; frame < count; ++frame) {
        hls::stream<INPUT> s_axis("s_axis");
        hls::stream<OUTPUT> m_axis("m_axis");
        for (unsigned beat = 0; beat < beats; ++beat) {
            ap_uint<8 * BYTES> data = 0;
            for (unsigned b = 0; b < BYTES; ++b) {
                const int byte = std::fgetc(in);
                if (byte == EOF) throw std::runtime_error(std::string("too few frames in ") + images);
                ern::put<8>(data, ap_uint<8>(byte));
            }
            s_axis.write(ern::axis_make<8 * BYTES>(data, beat == beats - 1));
        }
        top(s_axis, m_axis);
        if (m_axis.size() != classes || !s_axis.empty()) throw std::runtime_error("beats lost or left over");
        for (unsigned c = 0; c < classes; ++c) {
            const OUTPUT beat = m_axis.read();
            if (bool(beat.last) != (c == classes - 1)) throw std::runtime_error("tlast on the wrong class");
            const int sum = int(ap_int<32>(beat.data));
            if (std::fwrite(&sum, sizeof sum, 1, out) != 1) throw std::runtime_error("cannot write sums");
        }
    }
    std::fclose(in);
    ern_tap::close();
}

// Arguments of the binary, four a design: number, file of images, frames, folder for the results; first of all `taps`
// or `sums`.
inline int main_of(const entry *const tables[], const unsigned sizes[], unsigned parts, int argc, char **argv) {
    try {
        const bool taps = argc > 1 && std::string(argv[1]) == "taps";
        for (int a = 2; a + 3 < argc; a += 4) {
            const unsigned long number = std::strtoul(argv[a], NULL, 10);
            bool found = false;
            for (unsigned part = 0; part < parts; ++part) {
                for (unsigned i = 0; i < sizes[part]; ++i) {
                    if (tables[part][i].number != number) continue;
                    tables[part][i].run(argv[a + 1], std::strtoul(argv[a + 2], NULL, 10), argv[a + 3], taps);
                    found = true;
                }
            }
            if (!found) throw std::runtime_error(std::string("no design ") + argv[a]);
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace ern_run

#endif
