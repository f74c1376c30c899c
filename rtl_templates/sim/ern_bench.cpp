// SPDX-License-Identifier: Apache-2.0
//
// ern_bench: drives every design of module ern_bench from files and records what leaves, every beat of every stream
// and the peak of every FIFO. Knows nothing of a graph: `job.txt` gives counts, files are raw integers.
//
//   ern_bench JOB    reads JOB/job.txt, JOB/images_<d>.bin; writes JOB/sums_<d>.bin, JOB/stream_<s>.bin, JOB/result.txt
//
// job.txt: designs streams fifos seed stall_permille taps patience, then a line a design:
//          frames pixels bytes_a_pixel sums.  result.txt: lines of `key numbers...`, last of them `end`.
// Exit code: 0 done, 2 bad job, 3 no beat moved for `patience` cycles (result.txt then holds every FIFO's state).
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "Vern_bench.h"
#include "verilated.h"

namespace {

struct Random {
  uint64_t state = 1;
  uint32_t next() {  // xorshift64*
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<uint32_t>((state * 0x2545F4914F6CDD1Dull) >> 32);
  }
};

// Pauses: a share of single cycles, and now and then a long one, so that every FIFO fills and drains.
struct Pauses {
  Random random;
  uint32_t permille = 0;
  uint32_t left = 0;
  bool now() {
    if (permille == 0) return false;
    if (left > 0) {
      --left;
      return true;
    }
    const uint32_t draw = random.next() % 100000;
    if (draw < permille) left = random.next() % 256;
    return draw < permille * 100;
  }
};

struct Port {
  uint64_t frames = 0, pixels = 0, pixel_bytes = 0, sums = 0;
  std::vector<uint8_t> images;
  uint64_t next_pixel = 0;
  std::vector<int32_t> results;
  std::vector<uint64_t> frame_ends;
  uint64_t first_pixel_cycle = 0;
  Pauses source, sink;
};

std::vector<Port> ports;
std::vector<std::vector<uint64_t>> streams;
std::vector<uint64_t> parts_seen;
std::vector<int> peaks;
std::vector<std::string> states;
bool taps = false;
bool asking = false;
uint64_t cycle = 0;
uint64_t last_activity = 0;

}  // namespace

extern "C" {

void ern_beat(int stream, long long part) {
  last_activity = cycle;
  ++parts_seen[stream];
  if (taps) streams[stream].push_back(static_cast<uint64_t>(part));
}

void ern_peak(int fifo, int beats) {
  if (beats > peaks[fifo]) peaks[fifo] = beats;
}

int ern_asks() { return asking ? 1 : 0; }

void ern_state(int fifo, int beats, int handshake) {
  states[fifo] = std::to_string(beats) + " " + std::to_string(handshake);
}

// 0: pause, 1: a pixel, 2: the last pixel of a frame.
int ern_source_next(int source) {
  Port& port = ports[source];
  if (port.next_pixel == port.frames * port.pixels || port.source.now()) return 0;
  if (port.next_pixel++ == 0) port.first_pixel_cycle = cycle;
  return port.next_pixel % port.pixels == 0 ? 2 : 1;
}

long long ern_source_part(int source, int part) {
  const Port& port = ports[source];
  const uint8_t* pixel = port.images.data() + (port.next_pixel - 1) * port.pixel_bytes;
  uint64_t value = 0;
  for (uint64_t i = 0; i < 8 && part * 8 + i < port.pixel_bytes; ++i) {
    value |= static_cast<uint64_t>(pixel[part * 8 + i]) << (8 * i);
  }
  return static_cast<long long>(value);
}

int ern_sink_ready(int sink) { return ports[sink].sink.now() ? 0 : 1; }

void ern_sink_beat(int sink, int value, int last) {
  Port& port = ports[sink];
  last_activity = cycle;
  port.results.push_back(value);
  if (last) port.frame_ends.push_back(cycle);
}

}  // extern "C"

namespace {

bool done() {
  for (const Port& port : ports) {
    if (port.results.size() < port.frames * port.sums) return false;
  }
  return true;
}

template <typename T>
void write_file(const std::string& path, const std::vector<T>& values) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: ern_bench JOB\n";
    return 2;
  }
  const std::string job = argv[1];
  std::ifstream config(job + "/job.txt");
  uint64_t designs = 0, stream_count = 0, fifos = 0, seed = 0, stall = 0, taps_wanted = 0, patience = 0;
  if (!(config >> designs >> stream_count >> fifos >> seed >> stall >> taps_wanted >> patience)) {
    std::cerr << job << "/job.txt: not readable\n";
    return 2;
  }
  ports.resize(designs);
  streams.resize(stream_count);
  parts_seen.resize(stream_count);
  peaks.resize(fifos);
  states.resize(fifos);
  taps = taps_wanted != 0;
  for (uint64_t d = 0; d < designs; ++d) {
    Port& port = ports[d];
    config >> port.frames >> port.pixels >> port.pixel_bytes >> port.sums;
    std::ifstream file(job + "/images_" + std::to_string(d) + ".bin", std::ios::binary);
    port.images.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (!config || port.images.size() != port.frames * port.pixels * port.pixel_bytes) {
      std::cerr << job << ": images of design " << d << " do not fit job.txt\n";
      return 2;
    }
    port.source.random.state = 0x9E3779B97F4A7C15ull * (seed * 2 * designs + 2 * d + 1);
    port.sink.random.state = 0x9E3779B97F4A7C15ull * (seed * 2 * designs + 2 * d + 2);
    port.source.permille = port.sink.permille = static_cast<uint32_t>(stall);
  }

  const auto context = std::make_unique<VerilatedContext>();
  const auto top = std::make_unique<Vern_bench>(context.get());
  const auto tick = [&] {
    top->aclk = 0;
    top->eval();
    top->aclk = 1;
    top->eval();
    ++cycle;
  };
  top->aresetn = 0;
  for (int i = 0; i < 8; ++i) tick();
  top->aresetn = 1;
  bool hung = false;
  last_activity = cycle;
  while (!done() && !hung) {
    tick();
    hung = cycle - last_activity > patience;
  }
  asking = hung;
  // On until nothing moves: rows that a stride leaves out may still be on their way when the last sum is out, and a
  // beat too many must be seen. No stream of a live design rests as long as a frame takes, a quarter of the patience.
  const uint64_t quiet = hung ? 64 : patience / 4;
  last_activity = cycle;
  while (cycle - last_activity < quiet) tick();
  top->final();

  for (uint64_t d = 0; d < designs; ++d) write_file(job + "/sums_" + std::to_string(d) + ".bin", ports[d].results);
  for (uint64_t s = 0; taps && s < stream_count; ++s) {
    write_file(job + "/stream_" + std::to_string(s) + ".bin", streams[s]);
  }
  std::ofstream result(job + "/result.txt");
  result << "cycles " << cycle << "\n";
  for (uint64_t d = 0; d < designs; ++d) {
    result << "first_pixel " << d << " " << ports[d].first_pixel_cycle << "\n" << "frame_ends " << d;
    for (const uint64_t end : ports[d].frame_ends) result << " " << end;
    result << "\n";
  }
  for (uint64_t f = 0; f < fifos; ++f) result << "peak " << f << " " << peaks[f] << "\n";
  for (uint64_t s = 0; s < stream_count; ++s) result << "parts " << s << " " << parts_seen[s] << "\n";
  if (hung) {
    for (uint64_t f = 0; f < fifos; ++f) result << "state " << f << " " << states[f] << "\n";
  }
  result << "end\n";
  return hung ? 3 : 0;
}
