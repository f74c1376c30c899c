// SPDX-License-Identifier: Apache-2.0
//
// Sources, ops that pass beats on, and pools (rtl_templates/), as processes.
#ifndef ERN_BUFFER_STREAMS_H_
#define ERN_BUFFER_STREAMS_H_

#include "engine.h"

namespace ern {

// Beats from outside, one a cycle, or `period` cycles for every `each` beats if that is slower.
inline Process source(Arguments a) {
    const int64_t beats = a.next(), each = a.next(), period = a.next();
    const vector<Channel> outputs = a.some();
    int64_t now = -1;
    for (int64_t beat = 0; beat < beats; ++beat) {
        const int64_t offered = std::max({beat, beat * period / each, now + 1});
        now = offered;
        OFFER(outputs, beat, offered, now)
    }
}

// Each beat of every input makes one beat of the output, or several narrower ones, in the cycle it is offered; with a
// stage, one cycle later, when the register that it waits in is free.
inline Process flow(Arguments a) {
    const int64_t beats = a.next();
    const vector<Channel> inputs = a.some();
    const vector<int64_t> ratios = a.list();
    const vector<Channel> outputs = a.some();
    const int64_t stage = a.next();
    int64_t now = -1, gone = -1;
    for (int64_t beat = 0; beat < beats; ++beat) {
        now = std::max(now + 1, gone + 1 - stage);
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (beat % ratios[i] == 0) {
                now = std::max(now, (co_await at(inputs[i].written, beat / ratios[i])) + inputs[i].delay);
            }
        }
        const int64_t offered = now + stage;
        gone = offered;
        OFFER(outputs, beat, offered, gone)
        if (stage == 0) now = gone;
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (beat % ratios[i] == ratios[i] - 1) tracks[inputs[i].read].add(now);
        }
    }
}

// global_pool: sums a frame; the sums of the last pixel go straight out, one class a cycle.
inline Process pool(Arguments a) {
    const int64_t frames = a.next(), beats = a.next(), pixel = a.next(), classes = a.next();
    const Channel input = a.channel();
    const vector<Channel> outputs = a.some();
    int64_t now = -1, beat = 0, sums = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        for (int64_t position = 0; position < beats; ++position, ++beat) {
            now = std::max(now + 1, (co_await at(input.written, beat)) + input.delay);
            if (position >= beats - pixel) {
                for (int64_t part = 0; part < classes; ++part, ++sums) {
                    const int64_t offered = now;
                    OFFER(outputs, sums, offered, now)
                    now += part < classes - 1;
                }
            }
            tracks[input.read].add(now);
        }
    }
}

// digit_pool: sums a frame; its digits leave while the next frame is summed, whose last pixel waits for them.
inline Process collect_frames(Arguments a) {
    const int64_t frames = a.next(), beats = a.next(), groups = a.next();
    const Channel input = a.channel();
    const int summed = a.track(), gone = a.track();
    int64_t now = -1, beat = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        for (int64_t position = 0; position < beats; ++position, ++beat) {
            now = std::max(now + 1, (co_await at(input.written, beat)) + input.delay);
            if (position == beats - groups && frame) now = std::max(now, (co_await at(gone, frame - 1)) + 1);
            tracks[input.read].add(now);
        }
        tracks[summed].add(now);
    }
}

inline Process leave_frames(Arguments a) {
    const int64_t frames = a.next(), digits = a.next();
    const int summed = a.track(), gone = a.track();
    const vector<Channel> outputs = a.some();
    int64_t now = -1, beat = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        now = std::max(now, co_await at(summed, frame));
        for (int64_t digit = 0; digit < digits; ++digit, ++beat) {
            const int64_t offered = now + 1;
            now = offered;
            OFFER(outputs, beat, offered, now)
        }
        tracks[gone].add(now);
    }
}

}  // namespace ern

#endif
