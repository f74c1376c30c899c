# SPDX-License-Identifier: Apache-2.0
"""The benchmark of reports/ measures reports that are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.bench import hierarchy, main, measure, measure_apart
from reports.parse import parse
from reports.parsed import MODULES_KEPT


def test_hierarchy_of_the_benchmark_is_a_usable_report(tmp_path: Path) -> None:
    path = tmp_path / "h.rpt"
    path.write_text("".join(hierarchy(8)))
    assert 7 < path.stat().st_size / 2**20 < 9
    parsed = parse(path)
    assert parsed.usable and len(parsed.modules) == MODULES_KEPT and parsed.modules_left_out > 0
    run = measure_apart(8)
    assert run.modules == len(parsed.modules) + parsed.modules_left_out
    assert run.peak_mib < 300


def test_report_that_is_not_usable_measures_nothing(tmp_path: Path) -> None:
    path = tmp_path / "h.rpt"
    path.write_text("".join(hierarchy(1))[:-40])
    with pytest.raises(RuntimeError, match="no last border"):
        measure(path)


def test_page(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a__b__c.rpt").write_text("".join(hierarchy(1)))
    page = tmp_path / "page.md"
    assert main(["--corpus", str(corpus), "--sizes", "1", "2", "--write", str(page)]) == 0
    assert "2 MiB take" in page.read_text()
