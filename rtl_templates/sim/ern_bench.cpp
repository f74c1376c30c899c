// SPDX-License-Identifier: Apache-2.0
//
// ern_bench: drives every design of module ern_bench from files and records what leaves, every beat of every stream
// and the peak of every FIFO. Knows nothing of a graph: `job.txt` gives counts, files are raw integers.
//
//   ern_bench JOB    reads JOB/job.txt, JOB/images_<d>.bin, JOB/load_<d>.bin; writes JOB/sums_<d>.bin, JOB/stream_<s>.bin, JOB/result.txt
//
// job.txt: designs streams fifos seed stall_permille taps patience, then a line a design:
//          frames beats bytes_a_beat sums packets, and a line a packet of its load port: words after_frames
//          after_cycles.  result.txt: lines of `key numbers...`, last of them `end`.
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

// Beats that a packet has, and what must have happened before it begins.
struct Packet {
  uint64_t beats = 0, after_frames = 0, after_cycles = 0;
};

// Images (a packet a frame) or the words of a load port.
struct Source {
  std::vector<Packet> packets;
  std::vector<uint8_t> data;
  uint64_t beat_bytes = 0;
  uint64_t packet = 0, beat = 0, sent = 0, taken = 0;
  uint64_t first_cycle = 0;
  Pauses pauses;
  bool empty() const { return packet == packets.size(); }
};

struct Port {
  uint64_t frames = 0, sums = 0;
  std::vector<int32_t> results;
  std::vector<uint64_t> frame_ends;
  std::vector<uint64_t> load_states;
  uint64_t loaded_cycle = 0;
  Pauses sink;
};

constexpr uint64_t load_bytes = 9;
std::vector<Port> ports;
std::vector<Source> sources;  // images of every design, then load ports
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

// 0: pause, 1: a beat, 2: the last beat of a packet.
int ern_source_next(int number) {
  Source& source = sources[number];
  if (source.empty()) return 0;
  const Packet& packet = source.packets[source.packet];
  if (source.beat == 0 && static_cast<size_t>(number) >= ports.size()) {
    const uint64_t begun = sources[number - ports.size()].packet + (sources[number - ports.size()].beat > 0);
    if (begun < packet.after_frames || cycle < packet.after_cycles) return 0;
  }
  if (source.pauses.now()) return 0;
  ++source.sent;
  if (++source.beat < packet.beats) return 1;
  source.beat = 0;
  ++source.packet;
  return 2;
}

void ern_source_taken(int number) {
  Source& source = sources[number];
  if (source.taken++ == 0) source.first_cycle = cycle - 1;
  if (static_cast<size_t>(number) >= ports.size()) last_activity = cycle;
}

long long ern_source_part(int number, int part) {
  const Source& source = sources[number];
  const uint8_t* beat = source.data.data() + (source.sent - 1) * source.beat_bytes;
  uint64_t value = 0;
  for (uint64_t i = 0; i < 8 && part * 8 + i < source.beat_bytes; ++i) {
    value |= static_cast<uint64_t>(beat[part * 8 + i]) << (8 * i);
  }
  return static_cast<long long>(value);
}

void ern_load_status(int load, int status) {
  Port& port = ports[load];
  port.load_states.push_back(static_cast<uint64_t>(status));
  if (port.loaded_cycle == 0 && (status & 1)) port.loaded_cycle = cycle;
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
  for (const Source& source : sources) {
    if (!source.empty()) return false;
  }
  return true;
}

// A design that gives more sums than it was asked for might do so for ever.
bool surplus() {
  for (const Port& port : ports) {
    if (port.results.size() > port.frames * port.sums) return true;
  }
  return false;
}

bool read_file(const std::string& path, std::vector<uint8_t>& bytes, uint64_t expected) {
  std::ifstream file(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  return file && bytes.size() == expected;
}

// A design's lines of job.txt and its files.
bool read_design(std::ifstream& config, const std::string& job, uint64_t d) {
  Source& image = sources[d];
  Source& load = sources[ports.size() + d];
  uint64_t beats = 0, packets = 0, words = 0;
  config >> ports[d].frames >> beats >> image.beat_bytes >> ports[d].sums >> packets;
  if (!config) return false;
  image.packets.assign(ports[d].frames, Packet{beats, 0, 0});
  load.beat_bytes = load_bytes;
  load.packets.resize(packets);
  for (Packet& packet : load.packets) {
    config >> packet.beats >> packet.after_frames >> packet.after_cycles;
    words += packet.beats;
  }
  const std::string number = std::to_string(d) + ".bin";
  return config && read_file(job + "/images_" + number, image.data, ports[d].frames * beats * image.beat_bytes) &&
         read_file(job + "/load_" + number, load.data, words * load_bytes);
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
  sources.resize(2 * designs);
  streams.resize(stream_count);
  parts_seen.resize(stream_count);
  peaks.resize(fifos);
  states.resize(fifos);
  taps = taps_wanted != 0;
  const auto seeded = [&](Pauses& pauses, uint64_t stream) {
    pauses.random.state = 0x9E3779B97F4A7C15ull * (seed * 3 * designs + stream + 1);
    pauses.permille = static_cast<uint32_t>(stall);
  };
  for (uint64_t d = 0; d < designs; ++d) {
    if (!read_design(config, job, d)) {
      std::cerr << job << ": files of design " << d << " do not fit job.txt\n";
      return 2;
    }
    seeded(sources[d].pauses, 3 * d);
    seeded(ports[d].sink, 3 * d + 1);
    seeded(sources[designs + d].pauses, 3 * d + 2);
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
  while (!done() && !hung && !surplus()) {
    tick();
    hung = cycle - last_activity > patience;
  }
  asking = hung;
  // On until nothing moves: rows that a stride leaves out may still be on their way when the last sum is out, and a
  // beat too many must be seen. No stream of a live design rests as long as a frame takes, a quarter of the patience.
  const uint64_t quiet = hung ? 64 : patience / 4;
  const uint64_t latest = cycle + patience;
  last_activity = cycle;
  while (cycle - last_activity < quiet && cycle < latest && !surplus()) tick();
  top->final();

  for (uint64_t d = 0; d < designs; ++d) write_file(job + "/sums_" + std::to_string(d) + ".bin", ports[d].results);
  for (uint64_t s = 0; taps && s < stream_count; ++s) {
    write_file(job + "/stream_" + std::to_string(s) + ".bin", streams[s]);
  }
  std::ofstream result(job + "/result.txt");
  result << "cycles " << cycle << "\n";
  for (uint64_t d = 0; d < designs; ++d) {
    result << "first_pixel " << d << " " << sources[d].first_cycle << "\n" << "frame_ends " << d;
    for (const uint64_t end : ports[d].frame_ends) result << " " << end;
    result << "\nload_cycles " << d << " " << ports[d].loaded_cycle - sources[designs + d].first_cycle;
    result << "\nload_states " << d;
    for (const uint64_t state : ports[d].load_states) result << " " << state;
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
