# SPDX-License-Identifier: Apache-2.0
"""Place and route for ECP5: the routed netlist gives the sums of the graph, gates on nextpnr's report can fail."""

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
from flow.synthesise.place_route import place_route
from reports.budget import Budget, Share
from reports.gate import judge
from reports.parse import parse

SEED = 24
"""A net of one convolution with 171 weights: placed and routed in seconds."""


def test_routed_netlist_gives_the_sums_of_the_graph(tmp_path: Path) -> None:
    graph, image = random_graph(SEED)
    design = fold(graph, image, load_board("ulx3s"))
    routed = place_route(design, tmp_path)
    images = np.random.default_rng(SEED).integers(
        0, 256, (3, image.height, image.width, image.channels), dtype=np.uint8
    )
    expected = np.asarray(graph.run(images)["classifier_sum"]).reshape(3, -1)
    found = netlistsim(design, routed.netlist.read_text(), images, tmp_path / "sim", stalls=0.3, seed=SEED)
    assert np.array_equal(found, expected), f"seed {SEED}"
    assert routed.dsp == 0 and routed.lut > 0 and routed.bitstream.stat().st_size > 10_000

    report = parse(tmp_path / "nextpnr.json")
    device = Share(1.0)
    assert judge([report], Budget({"dsp": 0, "lut": device, "fmax_mhz": routed.fmax_mhz - 1})).exit_code == 0
    assert judge([report], Budget({"fmax_mhz": routed.fmax_mhz + 1})).exit_code == 1
    assert judge([report], Budget({"lut": routed.lut - 1})).exit_code == 1

    # A netlist whose counters stand still must be seen, or the comparison above says nothing.
    wrong = json.loads(routed.netlist.read_text())
    (module,) = wrong["modules"].values()
    for cell in module["cells"].values():
        if cell["parameters"].get("MODE", "").strip() == "CCU2":
            cell["parameters"]["INITVAL"] = "0" * 16
    with pytest.raises(SimulationError, match=r"hangs|sums left it"):
        netlistsim(design, json.dumps(wrong), images, tmp_path / "wrong", stalls=0.3, seed=SEED)


def test_only_ecp5_is_placed_and_routed(tmp_path: Path) -> None:
    graph, image = random_graph(SEED)
    with pytest.raises(BoardError, match="ulx3s"):
        place_route(fold(graph, image, load_board("kv260")), tmp_path)
    board = replace(load_board("ulx3s"), part="LFE5U-99F-6BG381C")
    with pytest.raises(BoardError, match="LFE5U-99F"):
        place_route(fold(graph, image, board), tmp_path)
    assert not list(tmp_path.iterdir())


def _netlist(kind: str, **parameters: str) -> str:
    cell = {"type": kind, "parameters": parameters, "connections": {"LSR": [7], "CLK": [8], "Q": [9]}}
    return json.dumps({"modules": {"top": {"cells": {"odd": cell}, "ports": {}}}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not what nextpnr writes"),
        ('{"modules": {}}', "is not what nextpnr writes"),
        (_netlist("MULT18X18D"), "MULT18X18D"),
        (_netlist("TRELLIS_COMB", MODE="MYSTERY"), "mode MYSTERY"),
        (_netlist("TRELLIS_FF", SRMODE="ASYNC"), "asynchronous reset"),
        (_netlist("TRELLIS_IO", DIR="BIDIR"), "direction BIDIR"),
    ],
)
def test_what_is_not_modelled_is_refused(text: str, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        routed_verilog(text)
