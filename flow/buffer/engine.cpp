// SPDX-License-Identifier: Apache-2.0
//
// The schedule of a design: runs the processes that flow/buffer/engine.py describes.
#include <cstdio>

#include "convolution.h"
#include "streams.h"

namespace ern {

Process (*const KINDS[])(Arguments) = {source, flow,  pool, collect_frames, leave_frames, store,       fetch,
                                       pixels, shift, sum,  leave,          sum_batches,  leave_pixels};

// Most beats inside after any cycle: those written less those read up to it.
int64_t peak(const Channel &channel) {
    const vector<int32_t> &written = tracks[channel.written].times, &read = tracks[channel.read].times;
    int64_t most = 0;
    size_t gone = 0;
    for (size_t n = 0; n < written.size(); ++n) {
        while (gone < read.size() && read[gone] <= written[n]) ++gone;
        most = std::max(most, int64_t(n + 1) - int64_t(gone));
    }
    return most;
}

}  // namespace ern

// Input: integers as int64: tracks; channels, each depth, delay, written, read; then processes, each kind, size, arguments.
// Output, one line each: tracks that processes wait for at the end, by process (-1: it has ended); the peak of each channel;
// for each wanted (track, first, every) at the end of the input, the times of its events first, first + every, ...
int main() {
    using namespace ern;
    vector<int64_t> input;
    int64_t buffer[4096];
    for (size_t n; (n = std::fread(buffer, sizeof(int64_t), 4096, stdin)) > 0;) input.insert(input.end(), buffer, buffer + n);
    Arguments a{input.data()};
    tracks.resize(size_t(a.next()));
    channels.resize(size_t(a.next()));
    for (Channel &channel : channels) {
        channel.depth = a.next();
        channel.delay = a.next();
        channel.written = a.track();
        channel.read = a.track();
    }
    const int64_t count = a.next();
    for (int64_t i = 0; i < count; ++i) {
        const int64_t kind = a.next(), size = a.next();
        processes.push_back(KINDS[kind](Arguments{a.next_one}));
        a.next_one += size;
        ready.push_back(size_t(i));
    }
    while (!ready.empty()) {
        running = ready.front();
        ready.pop_front();
        processes[running].handle.resume();
    }
    for (const Process &process : processes) std::printf("%d ", process.handle.done() ? -1 : process.blocked);
    std::printf("\n");
    for (const Channel &channel : channels) std::printf("%lld ", static_cast<long long>(peak(channel)));
    std::printf("\n");
    for (int64_t wanted = a.next(); wanted > 0; --wanted) {
        const vector<int32_t> &times = tracks[size_t(a.track())].times;
        const int64_t first = a.next(), every = a.next();
        for (int64_t n = first; n < int64_t(times.size()); n += every) std::printf("%d ", times[size_t(n)]);
        std::printf("\n");
    }
    return 0;
}
