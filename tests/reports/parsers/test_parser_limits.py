# SPDX-License-Identifier: Apache-2.0
"""Files at the limit of what a parser takes are read, and one beyond is refused."""

from __future__ import annotations

import json

import pytest
import test_finn
import test_nextpnr
import vivado_samples
from reading import Read
from test_yosys_layouts import AREA, JSON_NESTED

ESTIMATE = json.dumps(test_finn.ESTIMATE)
XML = test_finn.xml(test_finn.TOP, test_finn.CHILD)
PNR, LOG = test_nextpnr.report(test_nextpnr.ECP5), test_nextpnr.log(test_nextpnr.ECP5)
UTIL = vivado_samples.util()


@pytest.mark.parametrize(
    ("limit", "text", "size"),
    [
        ("finn_json.LARGEST", ESTIMATE, len(ESTIMATE)),
        ("finn_xml.LARGEST", XML, len(XML)),
        ("nextpnr.LARGEST", PNR, len(PNR)),
        ("nextpnr._MOST_KINDS", LOG, len(test_nextpnr.ECP5)),
        ("yosys_stat.LARGEST", JSON_NESTED.strip(), len(JSON_NESTED.strip())),
    ],
)
def test_a_limit(read: Read, limit: str, text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"reports.parsers.{limit}", size)
    assert read(text).usable
    monkeypatch.setattr(f"reports.parsers.{limit}", size - 1)
    parsed = read(text)
    assert not parsed.complete and not parsed.figures.known()
    assert any(word in parsed.problems[0].text for word in ("larger than", "more than"))


def test_text_of_any_size_is_read_by_lines(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.parsers.yosys_stat.LARGEST", 1)
    assert read(AREA).usable
    monkeypatch.setattr("reports.parsers.yosys_layout.MOST_LINES", 10)
    assert "more than 10 lines" in read(AREA).problems[0].text
