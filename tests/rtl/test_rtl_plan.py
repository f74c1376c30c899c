# SPDX-License-Identifier: Apache-2.0
"""The emitter is a pure function, the top is wiring only, and the comparison names the first difference."""

import re
from pathlib import Path

import numpy as np
import pytest

from flow.emit.rtl import FILE_LIST, rtl_plan
from flow.emit.rtl_modules import MODULES
from flow.errors import SimulationError
from flow.estimate.memories import fifo_memory
from flow.ops import OPS
from flow.simulate.compare import compare
from flow.types import Shape
from tests.rtl.bench import OPS as TEMPLATES
from tests.rtl.designs import residual_design


def test_equal_designs_give_equal_plans() -> None:
    first, second = (rtl_plan(residual_design(Shape(5, 8, 3), 6, 2)) for _ in range(2))
    assert first.digest == second.digest
    listed = str(first[FILE_LIST]).split()
    assert listed[-1] == "rtl/ern_top.sv" and set(listed) == {path for path in first if path.startswith("rtl/")}


def test_every_op_has_an_instance_and_a_template() -> None:
    assert set(MODULES) == set(OPS)
    assert all((TEMPLATES / f"{kind}.sv").is_file() for kind in OPS)


def test_memory_files_have_a_word_a_line(tmp_path: Path) -> None:
    design = residual_design(Shape(5, 8, 3), 6, 2)
    plan = rtl_plan(design)
    words = str(plan["weights/conv2.weight.hex"]).split()
    assert len(words) == 9 and all(len(word) == 9 for word in words)  # 3 groups of 3 steps; 2 lanes of 18 products
    assert len(str(plan["weights/act1.memory.hex"]).split()) == 3


def test_the_top_is_wiring_only() -> None:
    text = str(rtl_plan(residual_design(Shape(5, 8, 3), 6, 2))["rtl/ern_top.sv"])
    assert not re.search(r"\b(always|always_ff|always_comb|initial)\b", text)
    assert text.count("stream_fork #(") == 1 and text.count("stream_fifo #(") == 10


def test_no_template_multiplies_data() -> None:
    """A `*` may only stand where both sides are constants: parameters, genvars, loop variables."""
    names = r"(data|codes|weights|address|sum|total|value|values|bits_q|word|column_word|s_axis\w*)"
    for path in [*TEMPLATES.glob("*.sv"), *TEMPLATES.glob("common/*.sv")]:
        for line in path.read_text().splitlines():
            code = re.sub(r"\[[^\]]*\]", "", line.split("//")[0])
            assert not re.search(rf"\b{names}\s*\*|\*\s*{names}\b", code), f"{path.name}: {line}"


def test_deep_fifos_sit_in_block_ram() -> None:
    assert fifo_memory(64) == "lut" and fifo_memory(65) == "block"


def test_comparison_names_the_first_difference() -> None:
    expected = {"a": np.arange(12).reshape(1, 2, 2, 3), "b": np.zeros((1, 4))}
    wrong = expected["a"].copy()
    wrong[0, 1, 0, 2] = -1
    [found] = compare(expected, {"a": wrong})
    assert (found.mismatches, found.values, found.first) == (1, 12, (0, 1, 0, 2))
    assert "first at [0, 1, 0, 2]: expected 8, found -1" in str(found)
    assert "equal" in str(compare(expected, {"b": expected["b"]})[0])
    for bad in ({}, {"c": wrong}, {"a": wrong[:, :1]}):
        with pytest.raises(SimulationError):
            compare(expected, bad)
