// SPDX-License-Identifier: Apache-2.0
// Feeds lines "beat_0 beat_1" from standard input to scaled_residual_add with random pauses; prints each beat that leaves.
#include <cstdio>
#include <cstdlib>
#include <vector>
#include "Vscaled_residual_add.h"

int main() {
  std::vector<unsigned> first, second;
  unsigned a, b;
  while (std::scanf("%u %u", &a, &b) == 2) {
    first.push_back(a);
    second.push_back(b);
  }
  Vscaled_residual_add top;
  std::srand(7);
  size_t sent[2] = {0, 0}, got = 0;
  bool offered[2] = {false, false};
  for (long cycle = 0; got < first.size() && cycle < 100000; cycle++) {
    top.aresetn = cycle > 3;
    for (int i = 0; i < 2; i++) offered[i] = offered[i] || (cycle > 3 && sent[i] < first.size() && std::rand() % 3);
    top.s_axis_0_tvalid = offered[0];
    top.s_axis_1_tvalid = offered[1];
    top.s_axis_0_tdata = offered[0] ? first[sent[0]] : 0;
    top.s_axis_1_tdata = offered[1] ? second[sent[1]] : 0;
    top.m_axis_tready = std::rand() % 2;
    top.aclk = 0;
    top.eval();
    bool moved[2] = {offered[0] && top.s_axis_0_tready, offered[1] && top.s_axis_1_tready};
    if (cycle > 3 && top.m_axis_tvalid && top.m_axis_tready) {
      std::printf("%llu\n", (unsigned long long)top.m_axis_tdata);
      got++;
    }
    top.aclk = 1;
    top.eval();
    for (int i = 0; i < 2; i++) {
      if (moved[i]) {
        sent[i]++;
        offered[i] = false;
      }
    }
  }
  return got == first.size() ? 0 : 1;
}
