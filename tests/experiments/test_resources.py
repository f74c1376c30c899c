# SPDX-License-Identifier: Apache-2.0
"""The resource experiment: real synthesis of the smallest design, and a design with a DSP makes it fail."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flow.design import Design
from flow.experiments import resources
from flow.experiments.resources import SIZES, Size, small_design
from flow.ops import BinaryConv
from flow.synthesise.result import DspCell, ModuleCells, SynthResult

TINY = Size("4", (4, 4), (4,))


def fake(design: Design, dsp: int = 0) -> SynthResult:
    """Cells that grow with the weights, and DSPs if asked for."""
    luts = sum(node.weights.size for node in design.graph.nodes if isinstance(node, BinaryConv)) // 10
    cells = {"LUT6": luts, "FDRE": luts, "RAMB18E2": 2} | ({"DSP48E2": dsp} if dsp else {})
    found = (DspCell("ern_top", "mul", "DSP48E2"),) * dsp
    return SynthResult("ern_top", "xcup", "0", (ModuleCells("ern_top", 1, cells, 3, 0),), (), found, 1.0)


def test_a_real_design_has_no_dsp(tmp_path: Path) -> None:
    outcome = resources.run(tmp_path, (TINY,))
    row = outcome.result["rows"][0]
    assert row["dsp"] == 0 and row["lut"] > 300 and row["ff"] > 100
    assert outcome.result["checks"]["DSP is 0 in every design"]
    assert not outcome.holds, "one size is not enough for the claim"


@pytest.fixture
def one_folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every size is the smallest design under its own name: folding seven networks takes half a minute."""
    smallest = small_design(TINY)

    def renamed(size: Size) -> Design:
        graph = replace(smallest.graph, name=size.name)
        return replace(smallest, graph=graph)

    monkeypatch.setattr(resources, "small_design", renamed)


@pytest.mark.usefixtures("one_folding")
def test_the_claim_holds_over_all_sizes(tmp_path: Path) -> None:
    outcome = resources.run(tmp_path, SIZES, fake)
    assert outcome.holds, outcome.text
    assert len(outcome.result["rows"]) >= 6
    assert "<svg" in (tmp_path / "resources.svg").read_text() and "ern_small" in outcome.text
    json.dumps(outcome.result)


@pytest.mark.usefixtures("one_folding")
def test_one_dsp_in_one_design_fails(tmp_path: Path) -> None:
    outcome = resources.run(tmp_path, SIZES[:6], lambda design: fake(design, int(design.graph.name == SIZES[3].name)))
    assert not outcome.holds and "FAILS: DSP is 0" in outcome.text


def test_sizes_grow_up_to_ern_small() -> None:
    designs = [small_design(SIZES[0]), small_design(SIZES[2])]
    weights = [sum(array.size for node in d.graph.nodes for array in node.arrays().values()) for d in designs]
    assert weights[0] < weights[1]
    assert SIZES[-1].stem == (32, 64, 64) and SIZES[-1].stages == (64, 128)
