# SPDX-License-Identifier: Apache-2.0
"""Real HLS reports of public projects: every figure that was written down by hand, none missing and none invented.

The reports are not part of this repository; where their folder is missing the tests say so and are skipped.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from report_samples import CORPUS

from reports.parse import parse

INDEX = CORPUS / "INDEX.tsv"
COLUMNS = {
    "LUT": "lut", "FF": "ff", "BRAM": "bram18", "URAM": "uram", "DSP": "dsp",
    "latency_min": "latency_min", "latency_max": "latency_max", "II_min": "ii_min", "II_max": "ii_max",
    "clock_estimated_ns": "clock_estimated_ns",
}  # fmt: skip
LITERALS = ("?", "undef", "NA", "-")


def rows() -> list[dict[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open(newline="") as file:
        found = [
            row for row in csv.DictReader(file, delimiter="\t") if "hls" in row["kind"] and "finn" not in row["kind"]
        ]
    return found


ROWS = rows()
needs_corpus = pytest.mark.skipif(not ROWS, reason=f"no reports in {CORPUS}")


@needs_corpus
@pytest.mark.parametrize("row", ROWS, ids=[row["file"][:60] for row in ROWS])
def test_every_figure_of_the_index(row: dict[str, str]) -> None:
    parsed = parse(CORPUS / row["file"])
    known = parsed.figures.known()
    tile = 2 if row["kind"] == "hls4ml_vivado_synth_rpt" else 1
    assert parsed.kind == row["kind"]
    assert parsed.complete
    assert parsed.version in (None, row["version"])
    for column, figure in COLUMNS.items():
        said = row[column]
        if said in LITERALS:
            assert figure in parsed.unknown, figure
            assert figure not in known, figure
        elif said:
            assert known[figure] == float(said) * (tile if figure == "bram18" else 1), figure
        elif column in ("LUT", "FF", "BRAM", "URAM", "DSP"):
            assert figure not in known, figure


@needs_corpus
def test_only_runs_that_failed_are_not_usable() -> None:
    failed = {row["file"] for row in ROWS if "=Fail" in row["notes"] or "FAILED run" in row["notes"]}
    assert {row["file"] for row in ROWS if not parse(CORPUS / row["file"]).usable} == failed


def corpus(pattern: str) -> Path:
    found = sorted(CORPUS.glob(pattern))
    if not found:
        pytest.skip(f"no report {pattern} in {CORPUS}")
    return found[0]


def test_a_design_s_xml_lists_its_modules() -> None:
    parsed = parse(corpus("vitis_hls_csynth_xml__2021.2__*"))
    inner = [module for module in parsed.modules if module.path.count("/") == 4]
    assert len(parsed.modules) == 21
    assert all(module.module for module in inner)


def test_a_summary_gives_its_tree() -> None:
    parsed = parse(corpus("vitis_hls_summary_rpt__2021.1__*"))
    paths = [module.path for module in parsed.modules]
    assert paths[:2] == ["preprocess", "preprocess/grp_dataflow_fu_662"]
    assert max(path.count("/") for path in paths) == 4
    assert len(paths) == len(set(paths))


def test_a_log_tells_device_and_speed() -> None:
    parsed = parse(corpus("hls_log__2021.1__*"))
    assert (parsed.device, parsed.version, parsed.state) == ("xcvu9p-flga2104-2L-e", "2021.1", "finished")
    assert parsed.figures.known() == {"clock_target_ns": 10, "fmax_mhz": 449.44}
