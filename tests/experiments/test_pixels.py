# SPDX-License-Identifier: Apache-2.0
"""The pixel experiment holds for the encoder as it is, and fails for one that is off in any room."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from flow.experiments import EXPERIMENTS, pixels
from flow.ops.base import Array
from flow.ops.thermometer_encode import official_thresholds, paper_thresholds

EXPANSION = 10


def numpy_only(designs: list, output: Path) -> list[dict[str, Array]]:
    """Codes of every design by NumPy alone: no compiler in the fast tests."""
    return [{"NumPy": design.graph.run(pixels.pixels(), taps=True)["encode"]} for design in designs]


def test_every_room_gives_the_defined_codes(tmp_path: Path) -> None:
    outcome = pixels.run(tmp_path, expansions=(EXPANSION,))
    assert outcome.holds, outcome.text
    assert all(len(row["mismatches"]) == 4 and not any(row["mismatches"].values()) for row in outcome.result["rows"])
    assert outcome.result["differing_values"] == {EXPANSION: 30}
    assert (tmp_path / "pixels.svg").read_text().startswith("<?xml") and (tmp_path / "pixels.md").is_file()
    json.dumps(outcome.result)


@pytest.mark.parametrize(("expansion", "differing"), pixels.DIFFERING.items())
def test_the_conventions_differ_on_one_value_a_threshold(
    expansion: int, differing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixels, "_simulate", numpy_only)
    outcome = pixels.run(tmp_path, expansions=(expansion,))
    assert outcome.holds and outcome.result["differing_values"] == {expansion: differing}


@pytest.mark.parametrize(
    "wrong",
    [
        paper_thresholds,
        lambda k: official_thresholds(k) + (np.arange(k)[:, None] == 3),
        lambda k: official_thresholds(k)[::-1],
    ],
    ids=["paper's for official", "one channel late", "channels reversed"],
)
def test_a_wrong_encoder_fails(wrong: pixels.Thresholds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "_simulate", numpy_only)
    outcome = pixels.run(tmp_path, {"official": (wrong, pixels.OFFSET)}, (EXPANSION,))
    assert not outcome.holds and "FAILS: NumPy" in outcome.text


def test_one_wrong_code_of_one_room_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(designs: list, output: Path) -> list[dict[str, Array]]:
        found = numpy_only(designs, output)
        found[0]["SystemVerilog (rtlsim)"] = found[0]["NumPy"].copy()
        found[0]["SystemVerilog (rtlsim)"][0, 3, 5, 7] ^= 1
        return found

    monkeypatch.setattr(pixels, "_simulate", broken)
    outcome = pixels.run(tmp_path, {"official": (official_thresholds, pixels.OFFSET)}, (EXPANSION,))
    assert not outcome.holds
    assert outcome.result["rows"][0]["mismatches"]["SystemVerilog (rtlsim)"] == 1


def test_the_definition_is_that_of_the_specification() -> None:
    codes = pixels.definition(EXPANSION, pixels.OFFSET)
    step = 8
    for value in range(256):
        for i in range(EXPANSION):
            assert codes[value, i] == sum(value > step * (EXPANSION * (m - 1) + i + 1) for m in (1, 2, 3))
    assert pixels.definition(EXPANSION, Fraction(0))[8, 0] == 1 and codes[8, 0] == 0


def test_experiments_are_listed_with_their_claims() -> None:
    assert "pixels" in EXPERIMENTS and EXPERIMENTS["pixels"].claim == pixels.CLAIM
