# SPDX-License-Identifier: Apache-2.0
"""Pool before the classifier in SystemVerilog: every stream equals the rewritten graph, every sum the original one."""

from dataclasses import dataclass

import numpy as np
import pytest

from flow.buffer import schedule
from flow.design import Design
from flow.ops.base import Array
from flow.simulate.compare import compare
from flow.simulate.rtlsim import RtlsimResult, rtlsim_many
from flow.types import Shape
from tests.rtl.designs import pooled, residual_design

FRAMES = 5
# One pixel: digits take as long to leave as codes to come; others: one digit a few pixels, and few digits for many.
CASES = {
    "one_pixel": residual_design(Shape(1, 1, 1), 4, 1),
    "small": residual_design(Shape(3, 3, 1), 6, 3),
    "wide": residual_design(Shape(5, 24, 3), 6, 2),
}


@dataclass(frozen=True)
class Simulated:
    """One design and what it gave, with stalls and without."""

    design: Design
    images: Array
    stalled: RtlsimResult
    free: RtlsimResult


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Simulated]:
    folder, rng = tmp_path_factory.mktemp("digits"), np.random.default_rng(2)
    designs = [pooled(case) for case in CASES.values()]
    images = [
        rng.integers(0, 256, (FRAMES, d.image.height, d.image.width, d.image.channels), np.uint8) for d in designs
    ]
    stalled = rtlsim_many(designs, images, folder, stalls=0.3, seed=4)
    free = rtlsim_many(designs, images, folder)
    parts = zip(CASES, designs, images, stalled, free, strict=True)
    return {name: Simulated(design, frames, slow, fast) for name, design, frames, slow, fast in parts}


@pytest.mark.parametrize("name", CASES)
def test_streams_and_sums_are_equal(simulated: dict[str, Simulated], name: str) -> None:
    case = simulated[name]
    expected = case.design.graph.run(case.images, taps=True)
    original = CASES[name].graph.run(case.images)["classifier_sum"]
    for result in (case.stalled, case.free):
        found = compare(expected, {**result.streams, "classifier_sum": result.classifier_sum})
        assert len(found) == len(case.design.graph.nodes) + 2
        assert [str(c) for c in found if c.mismatches] == []
        assert np.array_equal(result.classifier_sum, original)


@pytest.mark.parametrize("name", CASES)
def test_cycles_are_as_predicted(simulated: dict[str, Simulated], name: str) -> None:
    case = simulated[name]
    predicted = schedule(case.design, frames=FRAMES)
    cycles = case.free.cycles_per_frame
    assert cycles is not None and abs(cycles - predicted.cycles_per_frame) <= max(1, 0.02 * cycles)
