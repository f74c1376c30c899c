# SPDX-License-Identifier: Apache-2.0
"""A whole net of the RTL emitter: no DSP; the same net with products by `*` fails the same gate on both families."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flow.boards import load_board
from flow.design import Design
from flow.emit.rtl import FILE_LIST, TOP, rtl_plan
from flow.estimate.samples import network
from flow.fold import design as fold
from flow.synthesise import SynthResult, layer_instances, synthesise_design
from flow.synthesise.yosys import synthesise
from flow.types import Shape
from reports.budget import Budget
from reports.gate import evaluate, failed
from reports.report import report_of
from reports.schema import Cycles, Performance, Report

FIXTURES = Path(__file__).parent / "fixtures"
FAMILIES = ("xcup", "ecp5")


@pytest.fixture(scope="module")
def design() -> Design:
    """A net of all five ops at 6 x 7 pixels."""
    graph = network("tiny", stem=(4, 6), stem_strides=(1,), stages=(6,), classes=3, expansion=2)
    return fold(graph, Shape(6, 7, 1), load_board("kv260"), 100_000)


def _report(result: SynthResult) -> Report:
    return Report("tiny", "kv260", "0" * 8, 200, (), Performance(Cycles(1)), (result.resource(),), (), (), ())


@pytest.mark.parametrize("family", FAMILIES)
def test_net_has_no_dsp(design: Design, cache: Path, family: str) -> None:
    result = SynthResult.from_json(synthesise_design(design, family, cache, jobs=2))
    assert failed(evaluate(_report(result), Budget({"dsp": 0}))) == ()
    owned = layer_instances(result, design)
    total = sum(i.lut for paths in owned.values() for path in paths if (i := result.instance(path)) is not None)
    assert all(owned.values()) and 0.9 * result.counts.lut <= total <= result.counts.lut


@pytest.mark.parametrize("family", FAMILIES)
def test_net_with_products_fails_the_gate(design: Design, cache: Path, tmp_path: Path, family: str) -> None:
    plan = rtl_plan(design.for_family(family))
    plan.write(tmp_path)
    assert (tmp_path / "rtl" / "lane_sum.sv").is_file()
    shutil.copy(FIXTURES / "multiply" / "lane_sum.sv", tmp_path / "rtl" / "lane_sum.sv")
    result = synthesise(tmp_path, str(plan[FILE_LIST]).split(), TOP, family, cache=cache, jobs=2)
    gates = failed(evaluate(_report(result), Budget({"dsp": 0})))
    assert [gate.name for gate in gates] == ["dsp"] and gates[0].value >= 4
    assert "module" in str(gates[0].text)


def test_row_of_the_net_keeps_the_schema(design: Design, cache: Path) -> None:
    from reports.convert import to_json

    result = SynthResult.from_json(synthesise_design(design, "ecp5", cache, jobs=2))
    assert report_of(to_json(_report(result))).resources[0].dsp == 0
