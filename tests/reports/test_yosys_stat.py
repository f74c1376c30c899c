# SPDX-License-Identifier: Apache-2.0
"""Yosys stat of every layout: figures equal, everything else refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from report_samples import CORPUS

from reports.errors import ReportError
from reports.parse import parse
from reports.parsers.yosys_stat import looks_like, read_stat

FIXTURES = Path(__file__).parent / "fixtures"
# As Yosys 0.33 to 0.5x print it: name before count, submodules among the cells.
OLD = """ Yosys 0.33 (git sha1 2584903a060)

6. Printing statistics.

=== acc ===

   Number of wires:                 11
   Number of cells:                  3
     CCU2C                           2
     TRELLIS_FF                      1

=== top ===

   Number of wires:                 11
   Number of cells:                  7
     LUT4                            5
     acc                             2

=== design hierarchy ===

   top                               1
     acc                             2

   Number of wires:                 33
   Number of cells:                 11
     CCU2C                           4
     LUT4                            5
     TRELLIS_FF                      2

7. Executing CHECK pass (checking for obvious problems).
"""


@pytest.mark.parametrize("name", ["yosys_070_xcup", "yosys_070_ecp5_multiply"])
def test_json_and_text_of_one_netlist_agree(name: str) -> None:
    as_json, as_text = parse(FIXTURES / f"{name}.json"), parse(FIXTURES / f"{name}.txt")
    assert as_json.complete and as_text.complete
    assert as_json.figures == as_text.figures and as_json.cells == as_text.cells


def test_figures_of_real_reports() -> None:
    figures = parse(FIXTURES / "yosys_070_xcup.json").figures.known()
    assert figures == {
        "lut": 252, "lut_all": 325, "ff": 39, "bram18": 2, "uram": 0, "dsp": 0, "carry": 102, "lutram": 0,
    }  # fmt: skip
    assert parse(FIXTURES / "yosys_070_ecp5_multiply.txt").figures.dsp == 36


def test_old_layout() -> None:
    stat = read_stat(OLD)
    assert (stat.kind, stat.version, stat.top) == ("yosys_stat_text", "0.33", "top")
    assert stat.total == {"CCU2C": 4, "LUT4": 5, "TRELLIS_FF": 2}


def test_last_statistics_of_a_log_count() -> None:
    later = OLD.replace("6. Printing", "8. Printing")
    assert read_stat(OLD + later).total == read_stat(OLD).total
    later = later.replace("     LUT4                            5", "     LUT4                            6")
    later = later.replace("cells:                  7", "cells:                  8").replace(
        "cells:                 11", "cells:                 12"
    )
    assert read_stat(OLD + later).total["LUT4"] == 6
    for other in (OLD, OLD.replace("6. Printing", "5.9. Printing")):  # steps of one log have growing numbers
        with pytest.raises(ReportError, match="two designs"):
            read_stat(OLD + other)


def test_crlf_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode())
    assert parse(path).figures.lut == 5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("     CCU2C                           2\n", "", "add up"),
        ("     LUT4                            5\n", "     LUT4                            5\n" * 2, "twice"),
        ("Number of cells:                  7", "", "number of cells is missing"),
        ("=== top ===", "=== acc ===", "twice"),
        (
            "   acc                             2\n\n=== d",
            "   abc                             2\n\n=== d",
            "design total of",
        ),
        ("Printing statistics.", "", "no statistics"),
        ("     CCU2C                           4\n     LUT4                            5\n",
         "     CCU2C                           5\n     LUT4                            4\n", "not the sum"),
    ],
)  # fmt: skip
def test_damaged_text_is_refused(old: str, new: str, message: str) -> None:
    assert old in OLD
    with pytest.raises(ReportError, match=message):
        read_stat(OLD.replace(old, new, 1), "stat.txt")


@pytest.mark.parametrize("size", range(0, 4200, 60))
def test_truncated_json_is_refused(size: int, tmp_path: Path) -> None:
    text = (FIXTURES / "yosys_070_xcup.json").read_text()
    path = tmp_path / "stat.json"
    path.write_text(text[:size])
    parsed = parse(path)
    assert not parsed.complete and not parsed.figures.known()


@pytest.mark.parametrize(
    ("key", "value"), [("LUT2", 12), ("LUT2", "many"), ("LUT2", -1), ("LUT2", True), ("LUT2", 1.5), ("LUT2", None)]
)
def test_damaged_json_is_refused(key: str, value: object) -> None:
    data = json.loads((FIXTURES / "yosys_070_xcup.json").read_text())
    module = next(m for m in data["modules"].values() if key in m["num_cells_by_type"])
    module["num_cells_by_type"][key] = value
    with pytest.raises(ReportError):
        read_stat(json.dumps(data))


@pytest.mark.parametrize(
    ("what", "drop"), [("modules", None), ("modules", "num_cells"), ("design", "num_cells_by_type")]
)
def test_missing_fields_are_refused(what: str, drop: str | None) -> None:
    data = json.loads((FIXTURES / "yosys_070_xcup.json").read_text())
    if drop is None:
        data[what] = {}
    else:
        for entry in [data[what]] if what == "design" else data[what].values():
            del entry[drop]
    with pytest.raises(ReportError):
        read_stat(json.dumps(data))


def test_counts_of_liberty_reports_are_objects_and_quoted() -> None:
    cells = {"num_cells": 2, "num_cells_by_type": {"LUT6": {"count": "2", "area": "1.0"}}}
    stat = read_stat(json.dumps({"creator": "Yosys 0.60", "modules": {"\\top": cells}}))
    assert stat.total == {"LUT6": 2}


def test_unknown_cell_gives_no_figure(tmp_path: Path) -> None:
    path = tmp_path / "stat.txt"
    path.write_text(OLD.replace("LUT4", "MYIP"))
    parsed = parse(path)
    assert not parsed.usable and not parsed.figures.known() and "MYIP" in parsed.problems[0].text


def test_modules_that_hold_each_other_are_refused() -> None:
    def module(child: str) -> dict[str, object]:
        return {"num_cells": 1, "num_cells_by_type": {child: 1}}

    data = {"creator": "Yosys 0.70", "modules": {"\\top": module("a"), "\\a": module("b"), "\\b": module("a")}}
    with pytest.raises(ReportError, match="itself"):
        read_stat(json.dumps(data))


def test_recognised_from_the_content() -> None:
    assert looks_like(OLD) == "yosys_stat_text"
    assert looks_like("{}") is None and looks_like("hello") is None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of reports is not beside the checkout")
def test_corpus() -> None:
    with open(CORPUS / "INDEX.tsv") as index:
        rows = [row for row in csv.DictReader(index, delimiter="\t") if row["kind"].startswith("yosys")]
    assert rows
    for row in rows:
        parsed = parse(CORPUS / row["file"])
        for column, name in (("LUT", "lut"), ("FF", "ff"), ("BRAM", "bram18"), ("DSP", "dsp")):
            if row[column]:
                assert parsed.figures.known()[name] == int(row[column]), row["file"]
