// SPDX-License-Identifier: Apache-2.0
//
// Processes that pass beats, and the times of their events.
//
// Times are final when written: a process waits for the time of one event of another process, computes the times of its
// own events from those (max and plus only), and goes on. Nothing is guessed, so the order in which processes run
// changes no time, and processes that all wait for each other are a deadlock of the hardware whatever its timing.
#ifndef ERN_BUFFER_ENGINE_H_
#define ERN_BUFFER_ENGINE_H_

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

namespace ern {

using std::int64_t;
using std::vector;

// A coroutine that runs until it waits for an event that has no time yet.
struct Process {
    struct promise_type {
        Process get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::abort(); }
    };
    std::coroutine_handle<promise_type> handle;
    int blocked = -1;
};

inline vector<Process> processes;
inline std::deque<size_t> ready;
inline size_t running = 0;

// Times of successive events of one kind, never decreasing, and who waits for the next one.
struct Track {
    vector<int32_t> times;
    vector<std::pair<int64_t, size_t>> waiting;

    void add(int64_t time) {
        if (time > std::numeric_limits<int32_t>::max()) std::abort();
        times.push_back(int32_t(time));
        for (size_t i = 0; i < waiting.size();) {
            if (waiting[i].first < int64_t(times.size())) {
                ready.push_back(waiting[i].second);
                waiting[i] = waiting.back();
                waiting.pop_back();
            } else {
                ++i;
            }
        }
    }
    int64_t size() const { return int64_t(times.size()); }
};

inline vector<Track> tracks;

// co_await at(track, n) is the time of event n.
struct at {
    int track;
    int64_t event;
    at(int track, int64_t event) : track(track), event(event) {}
    bool await_ready() const { return tracks[track].size() > event; }
    void await_suspend(std::coroutine_handle<>) const {
        processes[running].blocked = track;
        tracks[track].waiting.push_back({event, running});
    }
    int64_t await_resume() const { return tracks[track].times[event]; }
};

// A FIFO: a beat that was written can be read `delay` cycles later, and its place written one cycle after that.
struct Channel {
    int64_t depth, delay;
    int written, read;
};

inline vector<Channel> channels;

// The integers that describe a process.
struct Arguments {
    const int64_t *next_one;
    int64_t next() { return *next_one++; }
    int track() { return int(next()); }
    Channel channel() { return channels[next()]; }
    vector<int64_t> list() {
        const int64_t size = next();
        next_one += size;
        return vector<int64_t>(next_one - size, next_one);
    }
    vector<Channel> some() {
        vector<Channel> found;
        for (int64_t index : list()) found.push_back(channels[index]);
        return found;
    }
};

// Offer beat number BEAT from OFFERED on to every consumer, which take it one by one; LAST is at least the last one's time.
#define OFFER(OUTPUTS, BEAT, OFFERED, LAST)                                                             \
    for (const Channel &to : OUTPUTS) {                                                                 \
        int64_t moved = OFFERED;                                                                        \
        if ((BEAT) >= to.depth) moved = std::max(moved, (co_await at(to.read, (BEAT)-to.depth)) + 1);   \
        tracks[to.written].add(moved);                                                                  \
        LAST = std::max(LAST, moved);                                                                   \
    }

}  // namespace ern

#endif
