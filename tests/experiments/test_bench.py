# SPDX-License-Identifier: Apache-2.0
"""The benchmark page: every stage, growth within one run, no paths; unknown names are refused."""

from pathlib import Path

import pytest

from flow import bench

ROWS = [
    {
        "network": name,
        "products": 1000 * factor,
        "fold, s": 0.5 * factor,
        "graph": {"images a second": 800.0 / factor},
        "csim": {"emit and compile, s": 2.0, "frames a second": 100.0 / factor},
        "rtlsim": {"emit and compile, s": 3.0, "frames a second": 10.0, "cycles a second": 1e4, "cycles a frame": 99},
        "synth": {"synthesis, s": 4.0 * factor, "again from the cache, s": 0.1, "LUT": 500 * factor, "DSP": 0},
    }
    for name, factor in (("8", 1), ("16-32", 4), ("32-64", 9), ("64-128", 16))
]


def test_the_page_has_every_stage_and_ratios_of_one_run() -> None:
    text = bench.document(ROWS, [stage.name for stage in bench.STAGES], ["- processor: x"], 90)
    for stage in bench.STAGES:
        assert f"## {stage.name}" in text and f"python -m flow.bench --only {stage.name}" in text
    growth = text.split("## Cost as the network grows")[1].splitlines()
    last = [cell.strip() for cell in growth[-1].strip("|").split("|")]
    assert last[0] == "64-128" and float(last[1]) == 16 and float(last[2]) == 16
    assert len(ROWS) >= 4 and "1.5 minutes" in text


def test_graph_and_machine_are_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert bench.main(["--only", "graph", "--sizes", "8", "--output", str(tmp_path / "b.md")]) == 0
    text = (tmp_path / "b.md").read_text()
    assert text.strip() == capsys.readouterr().out.strip()
    assert "g++" in text and "Yosys" in text and "/" + "tmp" not in text and "/" + "home" not in text


def test_an_unknown_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "graph", "--sizes", "9000"]) == 2
    assert "8-16" in capsys.readouterr().err


def test_a_full_run_shows_four_known_sizes() -> None:
    assert len(bench.SHOWN) >= 4 and set(bench.SHOWN) <= {size.name for size in bench.SIZES}
