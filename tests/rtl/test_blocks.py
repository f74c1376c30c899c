# SPDX-License-Identifier: Apache-2.0
"""Large designs: lanes as models of their own give the same streams."""

from pathlib import Path

import numpy as np
import pytest

from flow.simulate import rtlsim as room
from flow.simulate.compare import compare
from flow.simulate.rtlsim import bench_plan, rtlsim
from flow.types import Shape
from tests.rtl.designs import residual_design


def test_lanes_of_a_large_design_are_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = residual_design(Shape(5, 6, 1), 4, 2)
    names = [("ern_top", "weights")]
    assert "sim/shared.vlt" in bench_plan([design], names)[1]
    monkeypatch.setattr(room, "LARGE", 1)
    assert "sim/blocks.vlt" in bench_plan([design], names)[1]
    images = np.random.default_rng(8).integers(0, 256, (3, 5, 6, 1), np.uint8)
    found = rtlsim(design, images, tmp_path, stalls=0.3, seed=2)
    streams = {**found.streams, "classifier_sum": found.classifier_sum}
    comparisons = compare(design.graph.run(images, taps=True), streams)
    assert len(comparisons) == len(design.graph.nodes) + 2
    assert [str(c) for c in comparisons if c.mismatches] == []
    assert list(tmp_path.glob("obj_*/*lane_sum*"))
