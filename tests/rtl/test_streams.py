# SPDX-License-Identifier: Apache-2.0
"""FIFO, fork and resize: nothing lost, nothing reordered, full rate, and tvalid never drops before its beat moved."""

from math import lcm
from pathlib import Path

from tests.rtl.bench import run_bench

CHECK = """
// Counts up on one side of a stream, expects the same on the other; channels of 8 bits.
module check #(parameter int channels_in = 1, channels_out = 1, seed = 1) (
  input wire aclk, input wire aresetn, input wire stalls,
  output wire [8*channels_in-1:0] data_in, output logic valid_in, input wire ready_in,
  input wire [8*channels_out-1:0] data_out, input wire valid_out, output logic ready_out,
  output logic wrong, output int values
);
  logic [7:0] sent, got;
  logic [31:0] noise;
  logic waiting;
  logic [8*channels_out-1:0] shown;
  for (genvar c = 0; c < channels_in; c++) assign data_in[8*c +: 8] = sent + 8'(c);
  always_ff @(posedge aclk) begin
    noise <= {noise[30:0], noise[31] ^ noise[21] ^ noise[1] ^ noise[0]};
    if (!aresetn) begin
      sent <= '0; got <= '0; valid_in <= 1'b0; ready_out <= 1'b0; wrong <= 1'b0; values <= 0; waiting <= 1'b0;
      noise <= 32'(seed * 7919 + 1);
    end else begin
      if (!valid_in | ready_in) valid_in <= !stalls | noise[3];
      if (valid_in & ready_in) sent <= sent + 8'(channels_in);
      ready_out <= !stalls | (noise[9] & noise[14]);
      waiting <= valid_out & !ready_out;
      shown <= data_out;
      if (waiting & (!valid_out | shown != data_out)) wrong <= 1'b1;
      if (valid_out & ready_out) begin
        for (int c = 0; c < channels_out; c++) if (data_out[8*c +: 8] != got + 8'(c)) wrong <= 1'b1;
        got <= got + 8'(channels_out);
        values <= values + channels_out;
      end
    end
  end
endmodule
"""
UNIT = """
  wire [{wide_in}-1:0] in_{n}; wire [{wide_out}-1:0] out_{n}; wire iv_{n}, ir_{n}, ov_{n}, or_{n};
  check #(.channels_in({a}), .channels_out({b}), .seed({n})) c_{n} (.aclk, .aresetn, .stalls, .data_in(in_{n}),
    .valid_in(iv_{n}), .ready_in(ir_{n}), .data_out(out_{n}), .valid_out(ov_{n}), .ready_out(or_{n}),
    .wrong(wrong[{n}]), .values(values[32*{n} +: 32]));
  {dut}
"""
PORTS = """(.aclk, .aresetn, .s_axis_tdata(in_{n}), .s_axis_tvalid(iv_{n}), .s_axis_tready(ir_{n}),
    .m_axis_tdata(out_{n}), .m_axis_tvalid(ov_{n}), .m_axis_tready(or_{n}){more});"""
FORK = """wire [7:0] fork_{n};
  wire fv_{n};
  wire fr_{n} = c_{n}.noise[5];
  stream_fork #(.width(8), .outputs(2)) d_{n} (.aclk, .aresetn, .s_axis_tdata(in_{n}), .s_axis_tvalid(iv_{n}),
    .s_axis_tready(ir_{n}), .m_axis_tdata(out_{n}), .m_axis_tvalid({{fv_{n}, ov_{n}}}),
    .m_axis_tready({{fr_{n}, or_{n}}}));
  assign fork_{n} = out_{n};"""
MAIN = """
#include <cstdio>
#include "Vstreams.h"
int main() {
  Vstreams top;
  for (int stalls = 0; stalls < 2; ++stalls) {
    top.stalls = stalls;
    for (int t = 0; t < 20000; ++t) {
      top.aresetn = t > 4;
      top.aclk = 0; top.eval(); top.aclk = 1; top.eval();
    }
    for (int n = 0; n < UNITS; ++n) {
      std::printf("%d %d %u %d\\n", stalls, n, unsigned(top.values[n]), int(top.wrong >> n & 1));
    }
  }
}
"""


def unit(n: int, a: int, b: int, dut: str) -> str:
    return UNIT.format(n=n, a=a, b=b, wide_in=8 * a, wide_out=8 * b, dut=dut)


def test_streams_keep_order_and_rate(tmp_path: Path) -> None:
    fifos = [(depth, memory) for memory in (0, 1) for depth in (1, 2, 3, 4, 5, 8, 17)]
    sizes = [(1, 1), (1, 3), (3, 1), (4, 6), (6, 4), (2, 8), (8, 2)]
    units, rates = [], []
    for depth, memory in fifos:
        n = len(units)
        dut = f"wire [{depth.bit_length()}-1:0] o_{n}; "
        dut += f"stream_fifo #(.width(8), .depth({depth}), .memory({memory})) d_{n} "
        units.append(unit(n, 1, 1, dut + PORTS.format(n=n, more=f", .occupancy(o_{n})")))
        rates.append(0.5 if depth == 1 else min(1.0, depth / (4 if memory else 2)))
    for a, b in sizes:
        n = len(units)
        dut = f"stream_resize #(.width(8), .channels_in({a}), .channels_out({b})) d_{n} " + PORTS.format(n=n, more="")
        units.append(unit(n, a, b, dut))
        both = lcm(a, b)
        rates.append(both / (both // a + both // b - 1))
    units.append(unit(len(units), 1, 1, FORK.format(n=len(units))))
    rates.append(0.0)
    count = len(units)
    ports = "input wire aclk, input wire aresetn, input wire stalls"
    outputs = f"output wire [{count}-1:0] wrong, output wire [32*{count}-1:0] values"
    top = f"{CHECK}\nmodule streams ({ports}, {outputs});\n{''.join(units)}\nendmodule\n"
    printed = run_bench(tmp_path, "streams", top, MAIN.replace("UNITS", str(count)))
    for line in printed.splitlines():
        stalls, n, values, wrong = (int(number) for number in line.split())
        assert wrong == 0, f"unit {n}, stalls {stalls}"
        assert values > (2000 if stalls else rates[n] * 19900), f"unit {n}, stalls {stalls}: {values} values"
