# SPDX-License-Identifier: Apache-2.0
"""What parsers write into: contradictions are withdrawn, and what is kept is bounded."""

from __future__ import annotations

import pytest

import reports.parsed
from reports.parsed import Draft, Figures, Module, Problem


def test_a_second_value_withdraws_a_figure_for_good() -> None:
    draft = Draft("f", "k")
    draft.figure("lut", 5, 3)
    draft.figure("lut", 5, 4)
    draft.unknown("dsp", "-")
    assert draft.has("lut") and draft.has("dsp") and not draft.has("ff")
    draft.figure("lut", 6, 7)
    draft.figure("lut", 5, 8)
    draft.figure("dsp", 0, 9)
    draft.unknown("lut", "?")
    parsed = draft.finish()
    assert parsed.figures.known() == {} and parsed.unknown == {}
    assert [str(problem) for problem in parsed.problems] == [
        "f: line 7: lut: is 5 in one place and 6 in another", "f: line 9: dsp: is - in one place and 0 in another",
    ]  # fmt: skip


def test_a_literal_behind_a_number_withdraws_it_too() -> None:
    draft = Draft("f", "k")
    draft.figure("ff", 0)
    draft.unknown("ff", "?", 2)
    assert draft.finish().problems == (Problem("f", "is 0 in one place and ? in another", 2, "ff"),)
    assert draft.value("ff") is None and not draft.has("ff")


@pytest.mark.parametrize(
    ("value", "kept"), [(10**18 - 1, True), (10**18, False), (-(10**18), False), (float("nan"), False)]
)
def test_numbers_beyond_any_report(value: float, kept: bool) -> None:
    draft = Draft("f", "k")
    draft.figure("lut", value)
    assert (draft.value("lut") is not None) is kept and draft.complete is kept


def test_names_that_are_no_figure() -> None:
    for call in (lambda: Draft("f", "k").figure("area", 1), lambda: Draft("f", "k").unknown("area", "?")):
        with pytest.raises(ValueError, match="area is no figure"):
            call()


def test_a_problem_of_a_whole_report_leaves_it_complete_and_not_usable() -> None:
    draft = Draft("f", "k")
    draft.problem("failed", incomplete=False)
    assert draft.finish().complete and not draft.finish().usable
    draft.problem("cut")
    draft.problem("failed", incomplete=False)
    assert not draft.finish().complete
    assert str(Problem("f", "is cut")) == "f: is cut"


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.parsed, "PROBLEMS_KEPT", 2)
    monkeypatch.setattr(reports.parsed, "MODULES_KEPT", 2)
    draft, seen = Draft("f", "k"), []
    watched = Draft("f", "k", seen.append)
    for number in range(4):
        draft.problem(str(number))
        assert draft.keeps_modules is (number < 2) and watched.keeps_modules
        for one in (draft, watched):
            one.module(Module(str(number), Figures()))
    draft.leave_out()
    assert [problem.text for problem in draft.problems] == ["0", "1"]
    assert [module.path for module in draft.modules] == ["0", "1"] and draft.modules_left_out == 3
    assert [module.path for module in seen] == ["0", "1", "2", "3"]


def test_whole_numbers_are_integers() -> None:
    known = Figures(lut=3.0, bram18=3.5, dsp=0.0, fps=float(2**53)).known()
    assert [type(value) for value in known.values()] == [int, float, int, float]
