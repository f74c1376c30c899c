# SPDX-License-Identifier: Apache-2.0
"""Real reports of Vivado, v++, FINN, nextpnr and Yosys out of public projects; every result keeps the JSON Schema.

The reports are not part of this repository; where their folder is missing the tests say so and are skipped.
"""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from report_samples import CORPUS

from reports.parse import parse, parsed_json
from reports.validate import parsed_schema, problems

INDEX = CORPUS / "INDEX.tsv"
ROWS = list(csv.DictReader(INDEX.read_text().splitlines(), delimiter="\t")) if INDEX.is_file() else []
MINE = [row for row in ROWS if row["kind"].startswith(("vivado_util", "vivado_timing", "vivado_power", "vivado_accel",
                                                       "finn", "nextpnr", "yosys"))]  # fmt: skip
FIGURES = {"LUT": "lut", "FF": "ff", "BRAM": "bram18", "URAM": "uram", "DSP": "dsp", "latency_min": "latency_min",
           "latency_max": "latency_max", "II_min": "ii_min", "II_max": "ii_max", "WNS": "wns_ns"}  # fmt: skip
TILES = ("vivado_util", "vivado_accel_util", "hls4ml_vivado_synth_rpt", "finn_post_synth_resources")
UNUSABLE = ("FRAGMENT", "asic-nangate45", "TPU-Cores__2.rpt")
needs_corpus = pytest.mark.skipif(not ROWS, reason=f"no reports in {CORPUS}")


@needs_corpus
@pytest.mark.parametrize("row", MINE, ids=[row["file"][:60] for row in MINE])
def test_every_figure_of_the_index(row: dict[str, str]) -> None:
    parsed = parse(CORPUS / row["file"])
    known = parsed.figures.known()
    assert parsed.kind == row["kind"]
    assert parsed.usable != any(word in row["file"] for word in UNUSABLE)
    for column, figure in FIGURES.items():
        said = row[column]
        unlisted_is_zero = column in ("BRAM", "URAM", "DSP") and row["kind"].startswith(("yosys", "nextpnr"))
        if said == "NA":
            assert figure not in known and parsed.unknown[figure] == "NA"
        elif said:
            assert known[figure] == float(said) * (2 if figure == "bram18" and row["kind"].startswith(TILES) else 1)
        elif column in ("LUT", "FF", "BRAM", "URAM", "DSP") and not unlisted_is_zero:
            assert figure not in known, figure


@needs_corpus
def test_every_result_keeps_the_schema() -> None:
    assert ROWS
    for row in ROWS:
        data = json.loads(json.dumps(parsed_json(parse(CORPUS / row["file"])), allow_nan=False))
        assert problems(data, parsed_schema()) == [], row["file"]


@needs_corpus
def test_whole_corpus_parses_fast() -> None:
    start = time.process_time()
    for row in ROWS:
        parse(CORPUS / row["file"])
    assert time.process_time() - start < 3


def test_schema_refuses() -> None:
    good = parsed_json(parse(Path("no-such-file")))
    assert problems(good, parsed_schema()) == []
    for change in ({"lut": "9"}, {"lut": -1}, {"kind": "other"}, {"surprise": 1}, {"stage": "later"}, {"complete": 1}):
        assert problems({**good, **change}, parsed_schema()), change
    assert problems({key: value for key, value in good.items() if key != "unknown"}, parsed_schema())
    assert problems({**good, "lut": None}, parsed_schema()) == []
