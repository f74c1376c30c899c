# SPDX-License-Identifier: Apache-2.0
"""parse, show, diff, simulations, rendering."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import render
from reports.__main__ import main
from reports.errors import ReportError
from reports.report import report_of
from reports.simulation import read_simulation, simulation_of

Data = dict[str, Any]
Save = Callable[..., Path]
FIXTURES = Path(__file__).parent / "fixtures"
SIMULATION: Data = {
    "exactness": {"pair": "graph=rtlsim", "images": 50, "streams": 12, "values": 900, "mismatches": 0},
    "differing": [],
    "cycles_per_frame": 6272,
    "latency_cycles": 9000,
    "fifo": {"a__b_0": {"depth": 16, "peak": 9}},
}


def test_parse_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "--json", str(FIXTURES / "yosys_070_xcup.json")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] is True and found["kind"] == "yosys_stat_json" and found["dsp"] == 0
    assert "wns_ns" not in found


@pytest.mark.parametrize("content", ["", "text", "{", '{"creator": "Yosys 0.70", "modules": {}}'])
def test_parse_of_unusable_files_is_two_and_json_all_the_same(
    content: str, save: Save, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", "--json", str(save(content))]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] is False and found["problems"][0]["text"] and "lut" not in found


def test_parse_of_a_report(data: Data, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "--json", str(save(data))]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == data
    assert main(["parse", str(save(data))]) == 0


def test_show_proves_zero_dsp(data: Data, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(save(data))]) == 0
    text = capsys.readouterr().out
    assert text.startswith("PASS: ern_small on kv260; xcup: 0 DSP, 1,000 LUT; ecp5: 0 DSP, 2,400 LUT\n")
    assert "DSP48E2 0" in text and "MULT18X18D 0" in text and "no DSP block" in text
    assert main(["show", "--format", "markdown", str(save(data))]) == 0
    markdown = capsys.readouterr().out
    assert markdown.startswith("# PASS: ern\\_small on kv260") and "| cell | count | counts as |" in markdown
    assert main(["show", "--json", str(save(data))]) == 0
    assert json.loads(capsys.readouterr().out) == data


def test_show_of_a_netlist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(FIXTURES / "yosys_070_ecp5_multiply.json")]) == 0
    assert "36 DSP blocks" in capsys.readouterr().out


def test_summary_file(data: Data, tmp_path: Path) -> None:
    render.write_summary(tmp_path / "summary.md", report_of(data))
    assert "vitis\\_hls not found" in (tmp_path / "summary.md").read_text()


def test_names_cannot_drive_terminal_or_page(data: Data) -> None:
    data["layers"][0]["name"] = "\x1b[2J<script>|"
    report = report_of(data)
    assert "\x1b" not in render.text(report) and "\x1b" not in render.markdown(report)
    assert "<script>" not in render.markdown(report).replace("\\<script\\>", "")


def test_diff(data: Data, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    old = save(data, "old.json")
    data["performance"]["fps"] = 63775.51
    data["layers"][0].update(lut=350, ff=9)
    new = save(data, "new.json")
    assert main(["diff", str(old), str(new)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[5:]] == [
        ["ern_small/conv1", "ff"],
        ["ern_small/conv1", "lut"],
        ["-", "fps"],
    ]
    assert "-50.00 %" in lines[6] and "+100.00 %" in lines[7]
    assert main(["diff", "--json", str(old), str(new)]) == 0
    assert len(json.loads(capsys.readouterr().out)["changes"]) == 3
    assert main(["diff", str(old), str(old)]) == 0
    assert "Nothing changed" in capsys.readouterr().out
    assert main(["diff", str(old), "absent.json"]) == 2


def test_simulation(save: Save) -> None:
    found = read_simulation(save(SIMULATION))
    assert found.exactness.pair == "graph=rtlsim" and found.cycles_per_frame == 6272
    assert found.fifos[0].depth == 16
    csim = simulation_of({key: SIMULATION[key] for key in ("exactness", "differing")})
    assert csim.cycles_per_frame is None and csim.fifos == ()


@pytest.mark.parametrize(
    "change",
    [
        {"exactness": None},
        {"exactness": {**SIMULATION["exactness"], "values": 0}},
        {"exactness": {**SIMULATION["exactness"], "mismatches": 901}},
        {"cycles_per_frame": 0},
        {"fifo": {"a": {"depth": 4}}},
        {"fifo": {"a": {"depth": 4, "peak": -1}}},
        {"passed": True},
    ],
)
def test_broken_simulation_is_refused(change: Data) -> None:
    with pytest.raises(ReportError):
        simulation_of({**SIMULATION, **change})


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["parse"], ["nothing"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 2
    assert "usage" in capsys.readouterr().err
