# SPDX-License-Identifier: Apache-2.0
"""Vitis HLS' summary: a tree of modules and loops, where `-` says nothing."""

from __future__ import annotations

import hls_samples as samples
import pytest
from reading import Read, spoilt_lines

FIGURES = {"lut": 400, "ff": 100, "bram18": 3, "dsp": 5, "latency_max": 30, "ii_max": 31}


@pytest.mark.parametrize("version", ["2020.2", "2020.2.2", "2021.1", "2022.2", "2025.1"])
def test_figures_of_the_top_row(read: Read, version: str) -> None:
    parsed = read(samples.summary(version))
    assert parsed.kind == "vitis_hls_summary_rpt"
    assert (parsed.version, parsed.device, parsed.top) == (version, samples.PART, "top")
    assert parsed.figures.known() == FIGURES
    assert parsed.unknown == {"uram": "-"}
    assert parsed.details["slack_ns"] == 0
    assert parsed.usable


def test_modules_hang_by_their_path_and_loops_are_none(read: Read) -> None:
    parsed = read(samples.summary("2023.2"))
    paths = {module.path: module.figures.known() for module in parsed.modules}
    assert list(paths) == ["top", "top/first", "top/first/inner"]
    assert paths["top/first"] == {"lut": 150, "ff": 40, "bram18": 1, "dsp": 3, "latency_max": 15, "ii_max": 15}
    assert parsed.modules[2].unknown == {"bram18": "-", "dsp": "-", "uram": "-"}


def test_a_dash_is_unknown_and_never_zero(read: Read) -> None:
    parsed = read(samples.summary(cycles="-", dsp="-", uram="8 (12%)"))
    assert parsed.figures.dsp is None
    assert parsed.figures.uram == 8
    assert parsed.unknown == {"dsp": "-", "latency_max": "-", "ii_max": "-"}


@pytest.mark.parametrize(
    ("version", "old", "new", "field"),
    [
        ("2022.1", "== Bind Storage Report", "== Bind", "sections"),
        ("2021.1", "== SW I/O Information", "== SW", "sections"),
        ("2020.2", "3 (1%)", "3 (9%)", "bram18"),
        ("2020.2", "100 (~0%)", "100 (~0%]", "ff"),
        ("2020.2", "400 (~0%)", "4O0 (~0%)", "lut"),
        ("2020.2", "        30|", "        40|", "ii_max"),
        ("2020.2", "    BRAM|", "    BROM|", "lut"),
        ("2020.2", "|+ top*", "|+ pot*", "top"),
        ("2020.2", "| + first  ", "|   + first", "modules"),
        ("2020.2", "| + first", "|+ first ", "modules"),
        ("2020.2", "  -0.00|", "  -O.00|", "slack_ns"),
        ("2020.2", "* Target device:", "* Target divice:", "target device"),
        ("2020.2", "+ Performance & Resource", "+ Performance & Ressource", "lut"),
    ],
)
def test_a_spoilt_summary_is_not_taken_as_good(read: Read, version: str, old: str, new: str, field: str) -> None:
    text = samples.summary(version)
    assert old in text
    parsed = read(text.replace(old, new, 1))
    assert not parsed.usable
    assert field in {problem.field for problem in parsed.problems}
    for name, value in parsed.figures.known().items():
        assert value == FIGURES[name] or name == field or field == "ii_max"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("| + first", "| o first", "modules"),
        ("  + first               |       3|", "  + first               |       4|", "dsp"),
        ("   3 (1%)|", "   4 (1%)|", "bram18"),
        ("5 (2%)", "6 (2%)", "dsp"),
    ],
)
def test_later_sections_repeat_the_tree(read: Read, old: str, new: str, field: str) -> None:
    text = samples.summary("2022.2")
    assert old in text
    parsed = read(text.replace(old, new, 1))
    assert not parsed.usable
    assert field in {problem.field for problem in parsed.problems}


@pytest.mark.parametrize("version", ["2020.2", "2021.1", "2022.2"])
def test_every_cut_is_noticed(read: Read, version: str) -> None:
    text = samples.summary(version)
    noticed = 0
    for end in range(0, len(text.rstrip()), 17):
        parsed = read(text[:end])
        for name, value in parsed.figures.known().items():
            assert value == FIGURES[name]
        noticed += not parsed.complete
    # Later sections may be absent in a whole report too; the table of estimates and the last section may not.
    assert noticed > 0.75 * end / 17


def test_every_lost_doubled_or_exchanged_line_leaves_true_figures(read: Read) -> None:
    for at, line, spoilt in spoilt_lines(samples.summary("2022.2")):
        parsed = read(spoilt)
        for name, value in parsed.figures.known().items():
            assert value == FIGURES[name], (at, line)


def test_two_summaries_in_one_file_give_no_figure(read: Read) -> None:
    assert read(samples.summary() + samples.summary()).figures.known() == {}


def test_rows_beyond_their_clock_may_have_another_period(read: Read) -> None:
    text = samples.summary().replace("   0.20|          15|        75.000", "  -1.00|          15|        90.000")
    assert "90.000" in text
    assert read(text).usable
    assert not read(text.replace("-1.00", " 0.10")).usable
