# SPDX-License-Identifier: Apache-2.0
"""Spoilt reports: some thousand seeded cases here, more than 20 000 in `make fuzz-reports`."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import campaign
import pytest
from bases import corpus, own
from judge import Reading, Rule, faults, read
from mutations import MUTATIONS

from reports import parse as parsing
from reports.parsed import Draft
from reports.parsers import hls_csynth, nextpnr
from reports.source import Source

SEED, CASES = 20261121, 4000
KINDS = {
    "finn_estimate_layer_cycles", "finn_estimate_layer_resources", "finn_estimate_layer_resources_hls",
    "finn_estimate_network_performance", "finn_ooc_synth_and_timing", "finn_post_synth_resources_json",
    "finn_post_synth_resources_xml", "finn_rtlsim_performance", "hls4ml_vivado_synth_rpt", "hls_cosim_rpt",
    "hls_lat_rpt", "hls_log", "hls_transaction_rpt", "nextpnr_log", "nextpnr_report_json", "vitis_hls_csynth_rpt",
    "vitis_hls_csynth_xml", "vitis_hls_summary_rpt", "vivado_accel_util", "vivado_hls_csynth_rpt",
    "vivado_hls_csynth_xml", "vivado_power", "vivado_timing", "vivado_util", "vivado_util_fragment",
    "vivado_util_hier", "vivado_util_hier_fragment", "yosys_stat_json", "yosys_stat_text",
}  # fmt: skip


def test_every_kind_is_spoilt(tmp_path: Path) -> None:
    readings = [read(base.data, tmp_path / "x")[0] for base in own()]
    assert {reading.told[0] for reading in readings} == KINDS
    assert {reading.told[0] for reading in readings if reading.usable} == {k for k in KINDS if "fragment" not in k}


@pytest.mark.parametrize("part", range(4))
def test_spoilt_reports_of_every_kind(part: int, tmp_path: Path) -> None:
    tally = campaign.spoil(own()[part::4], CASES // 4, SEED, tmp_path)
    assert not tally.findings, f"seed {SEED}: {tally.findings[:5]}"
    assert sum(tally.cases.values()) > CASES // 5


@pytest.mark.skipif(not corpus(), reason="the corpus of reports is not beside the checkout")
def test_spoilt_real_reports(tmp_path: Path) -> None:
    tally = campaign.spoil(corpus()[::5], 600, SEED, tmp_path)
    assert not tally.findings, f"seed {SEED}: {tally.findings[:5]}"


def test_cases_are_the_same_each_time() -> None:
    base = own()[0].data
    for mutation in MUTATIONS:
        one, two = (list(mutation.spoil(base, random.Random("seed"), 5)) for _ in range(2))
        assert one == two and one


TRUE = Reading(True, {"lut": 5}, {}, {"lut": 9}, (("top", (("lut", 5),)), ("top/a", (("lut", 3),)),
               ("top/b", (("lut", 2),))), ("vivado_util_hier", "route", "xc7", "top"))  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (Rule.TRUE, {"figures": {"lut": 6}}),
        (Rule.TRUE, {"figures": {"lut": 6}, "usable": False}),
        (Rule.TRUE, {"available": {"lut": 8}}),
        (Rule.TRUE, {"modules": TRUE.modules[:2]}),
        (Rule.TRUE, {"modules": (*TRUE.modules, TRUE.modules[1])}),
        (Rule.TRUE, {"modules": (*TRUE.modules[:2], ("top/b", (("lut", 3),)))}),
        (Rule.TRUE, {"told": ("vivado_util", "route", "xc7", "top")}),
        (Rule.TRUE, {"told": ("vivado_util_hier", "synth", "xc7", "top")}),
        (Rule.FIGURES, {"modules": (*TRUE.modules[:2], ("x", (("lut", 7),)))}),
        (Rule.REFUSED, {}),
        (Rule.SAME, {"usable": False}),
        (Rule.SAME, {"unknown": {"dsp": "?"}}),
    ],
)
def test_the_judge_sees_what_is_wrong(rule: Rule, change: dict[str, object]) -> None:
    assert faults(rule, TRUE, replace(TRUE, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"figures": {}},
        {"usable": False, "modules": ()},
        {"modules": (*TRUE.modules[:2], ("top/b", ()))},
        {"modules": TRUE.modules[:1]},
    ],
)
def test_the_judge_lets_pass_what_is_true(change: dict[str, object]) -> None:
    assert not faults(Rule.TRUE, TRUE, replace(TRUE, **change))  # type: ignore[arg-type]


def test_a_parser_that_guesses_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Guesses:
        recognise = staticmethod(hls_csynth.recognise)

        @staticmethod
        def read(source: Source, draft: Draft) -> None:
            for line in source.lines():
                if line.text.startswith("|Total"):
                    draft._figures["lut"] = float(line.text.split("|")[-3])

    monkeypatch.setattr(parsing, "PARSERS", (Guesses,))
    base = next(base for base in own() if base.name == "vivado_hls 2019.1")
    tally = campaign.spoil([base], 400, SEED, tmp_path)
    assert {finding.mutation for finding in tally.findings} >= {"cut", "spoilt number"}


def test_an_exception_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Raises:
        recognise = staticmethod(nextpnr.recognise)

        @staticmethod
        def read(source: Source, draft: Draft) -> None:
            draft.details["fmax"] = int(source.text.count("used")) // source.text.count("SB_IO")

    monkeypatch.setattr(parsing, "PARSERS", (Raises,))
    base = next(base for base in own() if base.name == "nextpnr.json")
    tally = campaign.spoil([base], 400, SEED, tmp_path)
    assert any("ZeroDivisionError" in finding.what for finding in tally.findings)


def test_the_command_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--cases", "60", "--only", "lat.rpt"]) == 0
    out = capsys.readouterr().out
    assert "hls_lat_rpt" in out and "seed 1" in out and "0 findings" in out
