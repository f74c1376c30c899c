# SPDX-License-Identifier: Apache-2.0
"""Cells and checks of HLS reports, each at both sides of its boundary."""

from __future__ import annotations

import pytest

from reports.errors import ReportError
from reports.parsed import Draft
from reports.parsers import hls_values as values


@pytest.mark.parametrize(
    ("used", "available", "share", "fits"),
    [
        (190, 288, "64", False), (190, 288, "65", True), (190, 288, "66", True), (190, 288, "67", False),
        (6449, 10_000, "64", True), (6449, 10_000, "65", False), (6450, 10_000, "65", True),
        (0, 288, "~0", False), (1, 288, "~0", True), (3, 288, "~0", False), (1, 100, "~0", False),
        (100, 10_050, "~0", True), (0, 288, "0", True), (900, 288, "312", True), (5, 0, "9", True),
    ],
)  # fmt: skip
def test_a_share_is_used_of_available_cut_or_rounded(used: int, available: int, share: str, fits: bool) -> None:
    assert values.check_share(used, available, share) is fits


def _draft(target: float | None = 5.0, estimate: float | None = 4.1, cycles: int = 20) -> Draft:
    draft = Draft("file", "kind")
    for name, value in (("clock_target_ns", target), ("clock_estimated_ns", estimate), ("latency_min", cycles)):
        if value is not None:
            draft.figure(name, value)
    return draft


@pytest.mark.parametrize(
    ("estimate", "absolute", "agrees"),
    [
        (4.1, "99.898 ns", False), (4.1, "99.899 ns", True), (4.1, "100.101 ns", True), (4.1, "100.102 ns", False),
        (6.0, "99.899 ns", True), (6.0, "120.101 ns", True), (6.0, "120.102 ns", False), (4.1, "0.100 us", True),
    ],
)  # fmt: skip
def test_cycles_and_time_agree_to_the_last_digits_printed(estimate: float, absolute: str, agrees: bool) -> None:
    """20 cycles of 5 ns: half a digit of the period each, and one of the time."""
    draft = _draft(estimate=estimate)
    values.check_time(draft, "latency_min", values.time(absolute), 7)
    assert (not draft.problems) is agrees and (draft.value("latency_min") == 20) is agrees
    below = _draft(estimate=estimate)
    values.check_below(below, {"latency_min": 20}, {"latency_min": values.time(absolute), "latency_max": None}, 7)
    assert (not below.problems) is agrees


@pytest.mark.parametrize(("target", "estimate"), [(None, 4.1), (5.0, None), (None, None)])
def test_without_a_clock_nothing_can_be_compared(target: float | None, estimate: float | None) -> None:
    draft = _draft(target, estimate)
    values.check_time(draft, "latency_min", values.time("7 ns"))
    values.check_below(draft, {}, {"latency_min": values.time("7 ns")}, 7)
    assert not draft.problems and draft.value("latency_min") == 20


def test_a_figure_that_an_instance_lacks_is_not_compared() -> None:
    draft = _draft()
    values.check_below(draft, {}, {"latency_min": values.time("7 ns")}, 7)
    assert not draft.problems


def test_versions_lengths_and_foreign_texts() -> None:
    assert (values.version("2022.2.1"), values.version("none"), values.version(None)) == ((2022, 2), (0, 0), (0, 0))
    values.check_length("file", values.MOST_LINES)
    with pytest.raises(ReportError):
        values.check_length("file", values.MOST_LINES + 1)
    assert values.shown("x" * 60) == repr("x" * 60) and values.shown("x" * 61) == repr("x" * 60 + "...")
