# SPDX-License-Identifier: Apache-2.0
"""The experiment of the five networks: fastest rung, what is missing, what is kept, and when its claim fails."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flow.boards import load_board
from flow.estimate.samples import network
from flow.experiments import paper
from flow.fold.folding import OutOfReach
from flow.fold.options import Space
from flow.types import Shape

IMAGE = Shape(12, 12, 1)


@pytest.fixture(scope="module")
def space() -> Space:
    """Choices of a small network."""
    graph = network("small", stem=(8, 8), stem_strides=(1,), stages=(8,), classes=4, expansion=2)
    return Space(graph, IMAGE, load_board("kv260"))


def test_the_fastest_rung_that_folds_is_found(space: Space) -> None:
    row = paper.fastest(space, "small", (100, 144, 288, 2304))
    assert row["cycles"] <= 288 and row["fps"] == pytest.approx(200e6 / row["cycles"])
    assert row["above"] in (100, 144) and "binds" in row["binds"]
    assert 0 < row["lut_share"] < 0.7


def test_a_board_too_small_is_told_what_is_missing(space: Space) -> None:
    tiny = space.on(replace(space.board, lut=600, bram18=8, uram=0))
    row = paper.fastest(tiny, "small", (2304, 9216))
    assert "cycles" not in row and row["missing"]["lut"] > 0
    assert "does not fit" in paper._report([row], [], {}) and "LUTs" in paper._report([row], [], {})


def test_fifos_that_do_not_fit_are_told(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: Any) -> None:
        raise OutOfReach("FPS=1", "BRAM18 binds: 9 needed, 8 allowed", 0)

    monkeypatch.setattr(paper, "plan_in", too_deep)
    row = paper.fastest(space, "small", (2304, 9216))
    assert "cycles" not in row and row["binds"] == "with its FIFOs BRAM18 binds: 9 needed, 8 allowed"


def _row(net: str, board: str) -> dict[str, Any]:
    row = {"net": net, "board": board, "clock_mhz": 200, "cycles": 98304, "fps": 12034.5, "lut": 67000, "ff": 60000}
    return row | {"bram18": 280, "uram": 40, "lut_share": 0.57, "binds": "LUT binds", "above": 73728}


def test_rows_are_kept_and_claims_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    class Spaces:
        def __init__(self, net: str) -> None:
            self.net = net

        def on(self, board: Any) -> Any:
            asked.append((self.net, board.name))
            return board

    monkeypatch.setattr(paper, "_Spaces", Spaces)
    monkeypatch.setattr(paper, "fastest", lambda board, net: _row(net, board.name))
    built = tmp_path / "erns18_075x" / "report.json"
    built.parent.mkdir()
    rows = [{"stage": s, "family": "xcup", "lut": n} for s, n in (("estimate", 102), ("synth", 100))]
    performance = {"cycles_per_frame": {"model": 98304}}
    report = {"model": "erns18_075x", "board": "kv260", "resources": rows, "performance": performance}
    built.write_text(json.dumps(report))
    outcome = paper.run(tmp_path / "experiments")
    assert outcome.holds and len(asked) == 15 and "1,027,000" in outcome.text
    assert outcome.result["built"][0]["predicted"] == 102 and "Builds that were synthesised" in outcome.text
    assert paper.run(tmp_path / "experiments").holds and len(asked) == 15, "rows were not kept"

    monkeypatch.setattr(paper, "fastest", lambda board, net: {**_row(net, board.name), "fps": 500.0})
    slow = paper.run(tmp_path / "slow").text
    assert "FAILS: erns18_075x on kv260" in slow and "FAILS: ERNs50 on u250" in slow
    unfit = {"net": "", "binds": "LUT binds", "missing": {"bits": 2.0e7}}
    monkeypatch.setattr(paper, "fastest", lambda board, net: {**unfit, "net": net, "board": board.name})
    outcome = paper.run(tmp_path / "unfit")
    assert not outcome.holds and "20.0 Mb of block memory" in outcome.text
