# SPDX-License-Identifier: Apache-2.0
"""Place and route: the routed netlist gives the sums of the graph, gates on nextpnr's report can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flow.boards import load_board
from flow.errors import BoardError, SimulationError
from flow.fold import design as fold
from flow.random_graph import random_graph
from flow.simulate.netlist import netlistsim
from flow.simulate.routed import routed_verilog
from flow.synthesise.place_route import REPORT, TOOLCHAINS, bitstream, place_route
from reports.budget import Budget, Share
from reports.gate import judge
from reports.parse import parse

SEEDS = {"ulx3s": 24, "crosslink_nx_evn": 43}
"""Nets of one convolution, placed and routed in seconds: one with 171 weights, one with block memories."""


@pytest.mark.parametrize("board", SEEDS)
def test_routed_netlist_gives_the_sums_of_the_graph(tmp_path: Path, board: str) -> None:
    seed = SEEDS[board]
    graph, image = random_graph(seed)
    design = fold(graph, image, load_board(board))
    routed = place_route(design, tmp_path)
    images = np.random.default_rng(seed).integers(
        0, 256, (3, image.height, image.width, image.channels), dtype=np.uint8
    )
    expected = np.asarray(graph.run(images)["classifier_sum"]).reshape(3, -1)
    found = netlistsim(design, routed.netlist.read_text(), images, tmp_path / "sim", stalls=0.3, seed=seed)
    assert np.array_equal(found, expected), f"seed {seed}"
    assert routed.dsp == 0 and routed.lut > 0 and routed.bitstream.stat().st_size > 10_000
    assert (routed.bram18 > 0) == (board == "crosslink_nx_evn")

    report = parse(tmp_path / REPORT)
    device = Share(1.0)
    assert judge([report], Budget({"dsp": 0, "lut": device, "fmax_mhz": routed.fmax_mhz - 1})).exit_code == 0
    assert judge([report], Budget({"fmax_mhz": routed.fmax_mhz + 1})).exit_code == 1
    assert judge([report], Budget({"lut": routed.lut - 1})).exit_code == 1

    # A netlist whose counters stand still must be seen, or the comparison above says nothing.
    wrong = json.loads(routed.netlist.read_text())
    (module,) = wrong["modules"].values()
    for cell in module["cells"].values():
        if cell["parameters"].get("MODE", "").strip() == "CCU2":
            (table,) = cell["parameters"].keys() & {"INIT", "INITVAL"}
            cell["parameters"][table] = "0" * 16
    with pytest.raises(SimulationError, match=r"hangs|sums left it"):
        netlistsim(design, json.dumps(wrong), images, tmp_path / "wrong", stalls=0.3, seed=seed)


@pytest.mark.parametrize("board", SEEDS)
def test_a_product_in_a_dsp_block_does_not_pass(tmp_path: Path, board: str) -> None:
    (tmp_path / "product.v").write_text(
        "module ern_top(input aclk, input [3:0] a, output reg [1:0] y); reg [17:0] p, q; reg [35:0] r;\n"
        "always @(posedge aclk) begin p <= {p, a[1:0]}; q <= {q, a[3:2]}; r <= p * q; y <= {^r[35:9], r[8]}; end\n"
        "endmodule\n"
    )
    known = load_board(board)
    bitstream(TOOLCHAINS[known.family], known.part, "read_verilog product.v", tmp_path, known.clock_mhz)
    report = parse(tmp_path / REPORT)
    assert report.usable
    assert judge([report], Budget({"dsp": 0})).exit_code != 0
    assert judge([report], Budget({"bram18": 0})).exit_code == 0


def test_other_devices_are_refused(tmp_path: Path) -> None:
    graph, image = random_graph(SEEDS["ulx3s"])
    with pytest.raises(BoardError, match=r"kv260.*ulx3s.*crosslink_nx_evn"):
        place_route(fold(graph, image, load_board("kv260")), tmp_path)
    for name, part in (("ulx3s", "LFE5U-99F-6BG381C"), ("crosslink_nx_evn", "LIFCL-17-9BG400C")):
        with pytest.raises(BoardError, match=part):
            place_route(fold(graph, image, replace(load_board(name), part=part)), tmp_path)
    assert not list(tmp_path.iterdir())


def _netlist(kind: str, **parameters: str) -> str:
    pins = {"T": [5], "CE": [6], "LSR": [7], "CLK": [8], "Q": [9]}
    cell = {"type": kind, "parameters": parameters, "connections": pins}
    return json.dumps({"modules": {"top": {"cells": {"odd": cell}, "ports": {}}}})


MEMORY = {f"{pin}MUX": "0" for pin in ("RSTA", "RSTB")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not what nextpnr writes"),
        ('{"modules": {}}', "is not what nextpnr writes"),
        (_netlist("MULT18X18D"), "MULT18X18D"),
        (_netlist("TRELLIS_COMB", MODE="MYSTERY"), "mode MYSTERY"),
        (_netlist("TRELLIS_FF", SRMODE="ASYNC"), "asynchronous reset"),
        (_netlist("TRELLIS_IO", DIR="BIDIR"), "direction BIDIR"),
        (_netlist("MULT18_CORE"), "MULT18_CORE"),
        (_netlist("OXIDE_COMB", MODE="MYSTERY"), "mode MYSTERY"),
        (_netlist("OXIDE_COMB", MODE="CCU2", INJECT="YES"), "INJECT YES"),
        (_netlist("OXIDE_COMB", MODE="DPRAM", INIT="0000000000000001"), "distributed RAM with a content"),
        (_netlist("OXIDE_COMB", MODE="DPRAM"), "distributed RAM without a place"),
        (_netlist("OXIDE_FF", SRMODE="ASYNC"), "SRMODE ASYNC"),
        (_netlist("OXIDE_FF", REGDDR="ENABLED"), "REGDDR ENABLED"),
        (_netlist("SEIO33_CORE", TMUX="T"), "a tristate"),
        (_netlist("SEIO18_CORE", TMUX="1"), "SEIO18_CORE"),
        (_netlist("DCC"), "a clock enable"),
        (_netlist("OXIDE_EBR", MODE="DP16K"), "MODE DP16K"),
        (_netlist("OXIDE_EBR", MODE="PDPSC16K", OUTREG="USED"), "OUTREG USED"),
        (_netlist("OXIDE_EBR", MODE="PDPSC16K"), "pin RSTA"),
        (_netlist("OXIDE_EBR", MODE="PDPSC16K", **MEMORY, CSA1MUX="0"), "pin CSA1"),
    ],
)
def test_what_is_not_modelled_is_refused(text: str, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        routed_verilog(text)
