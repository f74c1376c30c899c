# SPDX-License-Identifier: Apache-2.0
"""What spoiling reports has found, each as small as it is."""

from __future__ import annotations

import json
from pathlib import Path

import hls_samples as hls
import pytest
import small_samples as small
import vivado_samples as vivado

from reports.parse import parse, parsed_json
from reports.parsed import Parsed


def read(text: str, path: Path) -> Parsed:
    path.write_text(text)
    parsed = parse(path)
    json.dumps(parsed_json(parsed), allow_nan=False)
    return parsed


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (json.dumps(small.NEXTPNR), "204.37", "9" * 400),
        (json.dumps(small.NEXTPNR), '"constraint": 12', '"constraint": 5e-324'),
        (small.finn("performance"), "400.0", "1e400"),
        (small.finn("hls"), '"27"', '"٣"'),
        (small.finn("hls"), '"DSP": "4"', '"DPS": "4"'),
        (small.finn("ooc"), '"BRAM_36K": 1.0', '"BRAM": 1.5'),
        (small.finn("ooc"), '"BRAM_36K": 1.0', '"x": 1.5'),
        (vivado.versal(), "DSP Slices", "XXX Slices"),
        (vivado.power(), "1.290", "1 2  "),
        (vivado.hier(), "| top ", "|top  "),
        (vivado.power(), "1.290", "-1.29"),
        (hls.csynth("Vitis HLS", "2021.1", dsp="DSP"), "|     150|    0|", "|     150|    x|"),
    ],
)
def test_it_is_refused(text: str, old: str, new: str, tmp_path: Path) -> None:
    assert old in text and read(text, tmp_path / "whole").usable
    assert not read(text.replace(old, new), tmp_path / "spoilt").usable


def test_rows_that_stand_twice(tmp_path: Path) -> None:
    for text, mark in ((vivado.accel(), "   one_1"), (vivado.power(), "|   a ")):
        lines = text.splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if mark in line)
        assert not read("".join([*lines[: at + 1], *lines[at:]]), tmp_path / "twice").usable


def test_registers_of_another_table_are_no_figure(tmp_path: Path) -> None:
    text = vivado.versal().replace("| Registers ", "| Xegisters ", 1)
    assert read(text, tmp_path / "x").figures.ff is None


def test_nothing_is_printed_of_what_a_lost_stretch_may_have_exchanged(tmp_path: Path) -> None:
    slr = hls.csynth("Vitis HLS", "2021.1", dsp="DSP", slr=True).splitlines(keepends=True)
    latency = next(i for i, line in enumerate(slr) if line.startswith("+ Latency")) + 2
    instances = next(i for i, line in enumerate(slr) if "* Instance:" in line) + 1
    parsed = read("".join(slr[:latency] + slr[instances:]), tmp_path / "x")
    assert not parsed.complete and not set(parsed.figures.known()) & {"latency_min", "latency_max", "ii_min", "ii_max"}

    lines = vivado.versal().splitlines(keepends=True)
    title = max(i for i, line in enumerate(lines) if line.startswith("1. Netlist Logic"))
    following = max(i for i, line in enumerate(lines) if line.startswith("2. CLB Distribution"))
    parsed = read("".join(lines[: title + 3] + lines[following + 1 :]), tmp_path / "x")
    assert not parsed.complete and parsed.figures.ff is None and parsed.figures.dsp == 7

    lines = small.xml().splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if '"FFs"' in line)
    parsed = read("".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]), tmp_path / "x")
    assert not parsed.complete and not parsed.figures.known()

    text = json.dumps(small.NEXTPNR, indent=1)
    ram = text.index('"used": 3')
    parsed = read(text[:ram] + text[text.rindex('"used": 0') :], tmp_path / "x")
    assert not parsed.complete and parsed.figures.bram18 is None and parsed.figures.fmax_mhz == 98.25


def test_the_encoding_that_xml_declares_decides_nothing(tmp_path: Path) -> None:
    """Text is decoded by its byte order mark, as every report is: a spoilt declaration spoils no figure."""
    whole = read(small.xml(), tmp_path / "whole")
    assert read(small.xml().replace("UTF-8", "UTF-1"), tmp_path / "spoilt").figures == whole.figures


@pytest.mark.parametrize("text", [vivado.util(), vivado.power(), vivado.accel()])
def test_a_report_that_ends_with_its_head(text: str, tmp_path: Path) -> None:
    """With the title in front of it, so that the report is still recognised."""
    head, _, title = text[: text.index("Table of Contents")].rstrip().rpartition("\n\n")
    parsed = read(f"{title}\n{head}\n", tmp_path / "x")
    assert parsed.kind != "unknown" and not parsed.complete and not parsed.figures.known()
