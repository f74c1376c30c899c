# SPDX-License-Identifier: Apache-2.0
"""Gates over real reports, where the corpus is beside the checkout."""

from __future__ import annotations

import json

import pytest
from report_samples import CORPUS

from reports.__main__ import main

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the report corpus is not beside the checkout")


def gate(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Exit code and JSON of a gate; a pattern names files of the corpus."""
    files = [str(path) for word in arguments if "*" in word and ":" not in word for path in sorted(CORPUS.glob(word))]
    options = [word for word in arguments if "*" not in word or ":" in word]
    code = main(["gate", "--json", *options, *files])
    return code, json.loads(capsys.readouterr().out)


def test_summary_and_module_report_of_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = gate(capsys, "--lut", "154950", "--module", "**:dsp=324", "*Marui-9_swiglu*")
    assert code == 0 and len(found["notes"]) == 2 and "154950 here and 154948" in found["notes"][0]["text"]
    assert gate(capsys, "--lut", "154949", "*Marui-9_swiglu*")[0] == 1, "the larger one is held too"


def test_a_dash_in_a_real_summary(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = gate(capsys, "--dsp", "0", "vitis_hls_summary_rpt__2022.1*")
    assert code == 2 and "IGCN_csynth.rpt" in found["problems"][0]["text"]


def test_timing_and_utilization_of_one_design(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--lut", "50 %", "--wns-ns", "0", "--dsp", "0", "--stage", "route"]
    assert gate(capsys, *options, "*anykrver*")[0] == 0
    assert gate(capsys, *options, "vivado_util__*mzybest*", "vivado_timing__*mzybest*")[0] == 2, "not routed"
    assert gate(capsys, "--wns-ns", "0", "vivado_timing__*mzybest*")[0] == 1, "slack below zero is a figure"


def test_a_failed_cosim_and_an_unknown_latency(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = gate(capsys, "--latency-max", "1000", "*aimeemikaelac*")
    texts = " ".join(problem["text"] for problem in found["problems"])
    assert code == 2 and "did not pass" in texts and "'?'" in texts and "'undef'" in texts


def test_an_empty_netlist_is_no_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(capsys, "--dsp", "0", "vivado_util__2023.2*NotCleo*__2.rpt")[0] == 2
    assert gate(capsys, "--dsp", "0", "*FRAGMENT*")[0] == 2
