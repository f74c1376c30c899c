# SPDX-License-Identifier: Apache-2.0
"""The experiment of the largest networks: both measurements on a small net, and when its claim fails."""

from pathlib import Path
from typing import Any

import pytest

from flow import store
from flow.estimate.samples import network
from flow.experiments import large
from flow.types import Shape

ROW = {
    "net": "erns34", "board": "zcu104", "cycles": 196_608, "fps": 1017.3, "lut": 80_000, "ff": 150_000, "bram18": 600,
    "uram": 90, "dsp": 0, "predicted": 80_630, "lut_share": 0.35, "fits": True, "rtl_files": 90, "values": 10**6,
    "mismatches": 0, "small_cycles": 12_288, "small_simulated": 12_288, "small_fifos_hold": True,
}  # fmt: skip


def test_a_small_net_is_synthesised_and_its_small_frame_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = network("small", stem=(4, 4), stem_strides=(1,), stages=(4,), classes=3, colours=3, expansion=2)
    store.save(graph, tmp_path / "graph")
    monkeypatch.setattr(large, "FRAME", Shape(16, 16, 3))
    monkeypatch.setattr(large, "SMALL_FRAME", Shape(8, 8, 3))
    outcome = large.run(tmp_path, [large.Case(str(tmp_path / "graph"), "zcu104", 20_000.0)])
    (row,) = outcome.result["rows"]
    assert row["fits"] and row["dsp"] == 0 and row["lut"] > 300 and row["fps"] >= 20_000
    assert row["mismatches"] == 0 and row["values"] > 1000 and row["small_simulated"] == row["small_cycles"]
    assert (tmp_path / "large.json").is_file() and "values that differ" in outcome.text


@pytest.mark.parametrize(
    "change",
    [{"fits": False}, {"dsp": 1}, {"predicted": 89_000}, {"mismatches": 1}, {"small_simulated": 12_289},
     {"small_fifos_hold": False}],
)  # fmt: skip
def test_the_claim_fails(change: dict[str, Any], tmp_path: Path) -> None:
    case = large.CASES[0]
    assert large.run(tmp_path, [case], lambda *_: ROW).holds
    outcome = large.run(tmp_path, [case], lambda *_: {**ROW, **change})
    assert not outcome.holds and "FAILS" in outcome.text
