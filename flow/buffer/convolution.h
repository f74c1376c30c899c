// SPDX-License-Identifier: Apache-2.0
//
// binary_conv: row store, ring of columns, lanes and read-out (rtl_templates/common/window*.sv, conv_unit.sv), as processes
// that are exact to the cycle.
#ifndef ERN_BUFFER_CONVOLUTION_H_
#define ERN_BUFFER_CONVOLUTION_H_

#include "engine.h"

namespace ern {

// Cycles from the last word of a stored column to its first fetch.
const int64_t STORE_TO_FETCH = 1;
// Cycles from the fetch of a column of the oldest row to the word that may take its place, beyond the next one.
const int64_t PASS_TO_STORE = 1;
// Cycles from the fetch of a column's last word to the first step that may read it.
const int64_t FETCH_TO_USE = 4;
// Cycles from a word's first use in a ring of columns to the first in which it may leave the queue of window_wide.
const int64_t FETCH_TO_QUEUE = 0;
// Cycles from a word's leaving of that queue to the end of its place's use.
const int64_t QUEUE_TO_FREE = 1;
// Cycles from a pixel's last word to its first step: a 1x1 kernel has no row store.
const int64_t PIXEL_TO_USE = 1;
// Cycles from a group's last step to its first output beat, the adder tree aside; hold = 1.
const int64_t SUM_LATENCY = 8;
// Cycles from a group's last step to the read-out of its first pixel, the adder tree aside; hold > 1.
const int64_t STEP_TO_READ = 4;
// Cycles from the read-out of a beat to the output; hold > 1.
const int64_t READ_TO_LEAVE = 6;
// Beats of the output queue, beyond those of one group and of the adder tree if hold = 1.
const int64_t QUEUE = 12;

// Input beats into row banks; a new row may follow the reader through the oldest one.
inline Process store(Arguments a) {
    const Channel input = a.channel();
    const int stored = a.track(), passed = a.track();
    const int64_t frames = a.next(), width = a.next(), banks = a.next(), columns = a.next(), read_columns = a.next();
    const int64_t padding = a.next(), each = a.next(), out_height = a.next();
    const vector<int64_t> index = a.list(), freed = a.list(), whole = a.list();
    const int64_t rows = int64_t(freed.size()), delay = input.delay + each - 1;
    int64_t now = -1, beat = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        for (int64_t row : index) {
            const int64_t kept = row < 0 ? -1 : frame * rows + row;
            int64_t old_row = -1;
            bool follow = false;
            if (kept >= banks) {
                const int64_t i = (kept - banks) % rows;
                old_row = (kept - banks) / rows * out_height + freed[i];
                follow = i == 0 || freed[i - 1] != freed[i];
            }
            for (int64_t column = 0; column < width; ++column) {
                const bool inside = kept >= 0 && column < columns;
                int64_t free = 0;
                if (inside && old_row >= 0) {
                    const int64_t last = follow ? column + padding : read_columns - 1;
                    free = (co_await at(passed, old_row * read_columns + last)) + each - 1 + PASS_TO_STORE;
                }
                for (int64_t completes : whole) {
                    now = std::max(now + each, (co_await at(input.written, beat++)) + delay);
                    if (completes) now = std::max(now, free);
                    tracks[input.read].add(now);
                }
                if (inside) tracks[stored].add(now);
            }
        }
    }
}

// Columns out of the row store, a word a cycle, as long as the ring has room.
inline Process fetch(Arguments a) {
    const int stored = a.track(), passed = a.track(), fetched = a.track(), freed = a.track();
    const int64_t frames = a.next(), rows = a.next(), columns = a.next(), held = a.next(), words = a.next();
    const vector<int64_t> last_row = a.list(), reach = a.list();
    int64_t now = 0, count = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        for (int64_t row : last_row) {
            for (int64_t column : reach) {
                if (count >= held) now = std::max(now, (co_await at(freed, count - held)) + 1);
                const int64_t event = (frame * rows + row) * columns + std::max<int64_t>(column, -1);
                if (event >= 0) now = std::max(now, (co_await at(stored, event)) + STORE_TO_FETCH);
                now += words;
                tracks[fetched].add(now - 1 + FETCH_TO_USE);
                tracks[passed].add(now);
                ++count;
            }
        }
    }
}

// A 1x1 kernel has no row store: the words of kept pixels go straight into the ring.
inline Process pixels(Arguments a) {
    const Channel input = a.channel();
    const int fetched = a.track(), freed = a.track();
    const int64_t frames = a.next(), height = a.next(), width = a.next(), stride_h = a.next(), stride_w = a.next();
    const int64_t beats = a.next(), each = a.next(), held = a.next(), first_word = a.next();
    const int64_t delay = input.delay + each - 1;
    int64_t now = -1, beat = 0, count = 0;
    for (int64_t row = 0; row < frames * height; ++row) {
        for (int64_t column = 0; column < width; ++column) {
            const bool kept = row % height % stride_h == 0 && column % stride_w == 0;
            int64_t free = 0;
            if (kept && count >= held) free = (co_await at(freed, count - held)) + each;
            for (int64_t part = 0; part < beats; ++part) {
                now = std::max(now + each, (co_await at(input.written, beat++)) + delay);
                if (part == first_word) now = std::max(now, free);
                tracks[input.read].add(now);
            }
            if (!kept) continue;
            tracks[fetched].add(now + PIXEL_TO_USE);
            ++count;
        }
    }
}

// Several pixels a beat: words of the row store wait in a queue, then for the register that windows are read from, which
// takes in those of a window when the window before it has been read for the last time.
inline Process shift(Arguments a) {
    const int fetched = a.track(), freed = a.track(), ready = a.track(), read = a.track();
    const int64_t rows = a.next(), groups = a.next(), unread = a.next();
    const vector<int64_t> shifts = a.list();
    int64_t word = 0, window = 0, unloaded = -1, shifted = -1;
    for (int64_t row = 0; row < rows; ++row) {
        int64_t group = 0;
        for (size_t i = 0; i <= shifts.size(); ++i) {
            // The last turn takes in what no window of the row reads.
            const int64_t count = i < shifts.size() ? shifts[i] : unread;
            const int64_t before = window ? co_await at(read, window - 1) : 0;
            for (int64_t j = 0; j < count; ++j, ++group) {
                int64_t now = std::max(shifted + 1, before);
                if (group < groups) {
                    // A word may leave the queue as the one before it goes into the register.
                    const int64_t loaded = std::max(unloaded, (co_await at(fetched, word++)) + FETCH_TO_QUEUE);
                    tracks[freed].add(loaded + QUEUE_TO_FREE);
                    now = std::max(now, loaded + 1);
                    unloaded = now;
                }
                shifted = now;
            }
            if (i == shifts.size()) break;
            tracks[ready].add(std::max(shifted, before) + 1);
            ++window;
        }
    }
}

// Output groups one after another, a step a cycle, while the output queue has room for the group's beats.
inline Process sum(Arguments a) {
    const int fetched = a.track(), freed = a.track(), summed = a.track(), left = a.track();
    const int64_t rows = a.next(), columns = a.next(), groups = a.next(), steps = a.next(), lanes = a.next();
    const int64_t queue = a.next() + lanes + QUEUE;
    const vector<int64_t> needed = a.list(), free = a.list();
    int64_t now = 0, last = -lanes, group = 0;
    for (int64_t row = 0; row < rows; ++row) {
        for (size_t batch = 0; batch < needed.size(); ++batch) {
            now = std::max(now, co_await at(fetched, row * columns + needed[batch] - 1));
            for (int64_t i = 0; i < groups; ++i, ++group) {
                int64_t claim = std::max(now + steps - 1, last + lanes);
                const int64_t event = (group + 1) * lanes - queue - 1;
                if (event >= 0) claim = std::max(claim, (co_await at(left, event)) + 1);
                tracks[summed].add(claim);
                last = claim;
                now = claim + 1;
            }
            while (tracks[freed].size() < row * columns + free[batch]) tracks[freed].add(last);
        }
    }
}

// A group's sums leave some channels a cycle; lanes past the last output channel are dropped.
inline Process leave(Arguments a) {
    const int summed = a.track(), left = a.track();
    const int64_t all = a.next(), groups = a.next(), lanes = a.next(), real = a.next();
    const int64_t latency = a.next() + SUM_LATENCY;
    const vector<Channel> outputs = a.some();
    int64_t gone = -1, beat = 0;
    for (int64_t group = 0; group < all; ++group) {
        const int64_t time = (co_await at(summed, group)) + latency, first = group % groups * lanes;
        for (int64_t position = first; position < first + lanes; ++position) {
            if (position >= real) {
                tracks[left].add(time + position - first - 3);
                continue;
            }
            const int64_t offered = std::max(time + position - first, gone + 1);
            gone = offered;
            OFFER(outputs, beat, offered, gone)
            tracks[left].add(gone);
            ++beat;
        }
    }
}

// Batches of `hold` pixels: a batch waits at the end of its first group until one of the two halves is free.
inline Process sum_batches(Arguments a) {
    const int fetched = a.track(), freed = a.track(), summed = a.track(), ended = a.track();
    const int64_t rows = a.next(), columns = a.next(), groups = a.next(), steps = a.next(), hold = a.next();
    const vector<int64_t> needed = a.list(), free = a.list();
    const int64_t cycles = steps * hold;
    int64_t now = 0, number = 0;
    for (int64_t row = 0; row < rows; ++row) {
        for (size_t batch = 0; batch < needed.size(); ++batch, ++number) {
            now = std::max(now, co_await at(fetched, row * columns + needed[batch] - 1));
            int64_t claim = now + cycles - hold;
            if (number >= 2) claim = std::max(claim, (co_await at(ended, number - 2)) + 1);
            now = claim + hold - 1;
            for (int64_t i = 0; i < groups; ++i) tracks[summed].add(now + i * cycles);
            now += (groups - 1) * cycles;
            while (tracks[freed].size() < row * columns + free[batch]) tracks[freed].add(now);
            ++now;
        }
    }
}

// Pixel by pixel, some channels a cycle; the first pixel of a batch as its groups are complete.
inline Process leave_pixels(Arguments a) {
    const int summed = a.track(), left = a.track(), ended = a.track();
    const int64_t all = a.next(), hold = a.next(), groups = a.next(), lanes = a.next(), real = a.next();
    const int64_t latency = a.next() + STEP_TO_READ;
    const vector<Channel> outputs = a.some();
    int64_t now = 0, gone = -1, beat = 0;
    for (int64_t pixel = 0; pixel < all; ++pixel) {
        for (int64_t position = 0; position < real; ++position, ++beat, ++now) {
            if (pixel % hold == 0 && position % lanes == 0) {
                now = std::max(now, (co_await at(summed, pixel / hold * groups + position / lanes)) + latency);
            }
            if (beat >= QUEUE) now = std::max<int64_t>(now, tracks[left].times[beat - QUEUE] + 1);
            const int64_t offered = std::max(now + READ_TO_LEAVE, gone + 1);
            gone = offered;
            OFFER(outputs, beat, offered, gone)
            tracks[left].add(gone);
        }
        if (pixel % hold == hold - 1) tracks[ended].add(now - 1);
    }
}

}  // namespace ern

#endif
