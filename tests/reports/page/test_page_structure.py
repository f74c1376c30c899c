# SPDX-License-Identifier: Apache-2.0
"""What the page holds, read without a browser and without its script."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from typing import Any

import pytest
from page_samples import Reader, broken, many, of_report, vivado

from reports.errors import ReportError
from reports.page import page, write_page
from reports.page.write import MOST_DESIGNS
from reports.parsed import Figures, Module


def test_one_build_of_ours(data: dict[str, Any]) -> None:
    read = Reader(page([of_report(data)]))
    text = read.visible()
    assert [e.text for e in read.find("h1")] == ["ern_small on kv260"]
    assert "All 1 gates hold." in text
    for said in ("vitis_hls not found on PATH", "1 stage did not run", "31,887.8", "keras=graph", "xck26"):
        assert said in text, said
    assert "No DSP block among 2,243 cells of 6 kinds (synth rtl xcup)" in text
    assert "DSP48E2 0" in text and "MULT18X18D 0" in text


def test_random_weights_are_told(data: dict[str, Any]) -> None:
    data["weights"] = {"source": "seeded random", "digest": "0" * 64}
    assert "Weightsseeded random" in Reader(page([of_report(data)])).find("dl", "facts")[0].text


def test_headings_never_skip_a_level(data: dict[str, Any]) -> None:
    for reports in ([of_report(data)], [of_report(data), vivado(), broken()]):
        levels = [int(e.tag[1]) for e in Reader(page(reports)).all if re.fullmatch("h[1-6]", e.tag)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_tables_have_captions_headers_and_equal_rows(data: dict[str, Any]) -> None:
    read = Reader(page([of_report(data), of_report(data), vivado()]))
    tables = read.find("table")
    assert len(tables) > 8
    for table in tables:
        caption, head, body = table.children
        assert (caption.tag, head.tag, body.tag) == ("caption", "thead", "tbody") and caption.text
        heads = head.children[0].children
        assert heads and all(e.tag == "th" and e.attributes["scope"] == "col" for e in heads)
        for row in body.children:
            assert len(row.children) == len(heads), caption.text
            assert any(e.attributes.get("scope") == "row" for e in row.children)


def test_every_drawing_has_a_name_or_is_hidden(data: dict[str, Any]) -> None:
    read = Reader(page([of_report(data), of_report(data)]))
    drawings = [e for e in read.find("svg") if e.attributes.get("class", "") in ("map", "chart", "bar")]
    assert {e.attributes["class"] for e in drawings} == {"map", "chart", "bar"}
    for drawing in drawings:
        assert drawing.attributes.get("aria-label") or drawing.attributes.get("aria-hidden") == "true"


def test_identities_are_unique(data: dict[str, Any]) -> None:
    read = Reader(page([of_report(data), of_report(data), vivado(), broken()]))
    found = [e.attributes["id"] for e in read.all if "id" in e.attributes]
    assert len(set(found)) == len(found)
    wanted = [e.attributes["href"] for e in read.find("a")] + [
        f"#{e.attributes['aria-labelledby']}" for e in read.find("section")
    ]
    assert {(link or "").removeprefix("#") for link in wanted} <= set(found)


def test_policy_names_the_hashes_of_the_only_style_and_script(data: dict[str, Any]) -> None:
    read = Reader(page([of_report(data)]))
    policy = next(e.attributes["content"] or "" for e in read.find("meta") if "http-equiv" in e.attributes)
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy and "http" not in policy
    code = [e for e in read.find("script") if "type" not in e.attributes]
    for name, (element,) in (("style-src", read.find("style")), ("script-src", code)):
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy


def test_nothing_is_fetched_and_nothing_is_inline(data: dict[str, Any]) -> None:
    for element in Reader(page([of_report(data), vivado()])).all:
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")]
        assert "src" not in element.attributes
        href = element.attributes.get("href")
        assert href is None or href == "data:," or href.startswith("#")


def test_the_tree_is_there_with_and_without_a_script() -> None:
    read = Reader(page([vivado()]))
    assert read.rows() == [
        [0, "top", "TOP", 1000, 10, 0],
        [1, "core", "CORE", 800, 8, 0],
        [2, "mac", "MAC", 700, 8, 0],
        [2, "ctl", "CTL", 60, 0, 0],
        [1, "io", "IO", 150, 2, 0],
    ]
    still = read.find("div", "tree")[0].text
    for row in read.rows():
        assert row[1] in still


def test_a_row_whose_parent_is_missing_hangs_below_the_nearest_one_above() -> None:
    paths = ("top", "top/a/b/c", "top/a", "top/a/d", "other/x", "top/a")
    modules = tuple(Module(path, Figures(lut=i)) for i, path in enumerate(paths))
    rows = Reader(page([vivado(modules=modules)])).rows()
    assert [(depth, label) for depth, label, *_ in rows] == [
        (0, "top"), (1, "a/b/c"), (1, "a"), (2, "d"), (1, "a"), (0, "other/x"),
    ]  # fmt: skip


def test_layers_and_what_lies_outside_them(data: dict[str, Any]) -> None:
    rows = Reader(page([of_report(data)])).rows()
    assert [row[:5] for row in rows] == [
        [0, "ern_small", "whole design", 1000, 6],
        [1, "conv1", "binary_conv", 700, 6],
        [1, "outside the layers (top, streams, FIFOs)", "", 300, 0],
    ]


def test_layers_larger_than_the_design_leave_no_rest(data: dict[str, Any]) -> None:
    data["layers"][0]["lut"] = 1001
    assert len(Reader(page([of_report(data)])).rows()) == 2


def test_large_trees_are_bounded_and_say_so() -> None:
    text = page([vivado(modules=many(20_000), modules_left_out=5)])
    read = Reader(text)
    assert len(text.encode()) < 2_000_000
    assert len(read.rows()) == 20_000
    assert len(read.find("table")[0].children[2].children) == 150
    assert "150 of 20,005 modules" in read.visible() and "5 rows far from the top are left out" in read.visible()


def test_rows_beyond_the_room_go_from_the_bottom_of_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.page.write._TREES", 4_000)
    read = Reader(page([vivado(modules=many(1_000))]))
    depths = [row[0] for row in read.rows()]
    assert (depths.count(0), depths.count(1)) == (1, 50) and depths.count(2) < 20
    assert f"{1_000 - len(depths):,} rows far from the top are left out" in read.visible()


def test_a_page_beyond_its_bound_is_refused(data: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.page.write.LARGEST_PAGE", 20_000)
    with pytest.raises(ReportError, match="larger than 20000 bytes; give fewer reports"):
        page([of_report(data)])


def test_many_designs_are_bounded_and_say_so() -> None:
    read = Reader(page([vivado(top=f"top{i}", modules=()) for i in range(MOST_DESIGNS + 3)]))
    assert len(read.find("article")) == MOST_DESIGNS
    assert "3 designs are left out of this page" in read.visible()
    assert f"top{MOST_DESIGNS + 2}" in read.visible()


def test_the_same_reports_give_the_same_bytes(data: dict[str, Any]) -> None:
    assert page([of_report(data), vivado()]) == page([of_report(data), vivado()])


def test_no_report_is_an_error() -> None:
    with pytest.raises(ReportError, match="no report is given"):
        page([])


def test_written_whole_or_not_at_all(tmp_path: Any) -> None:
    with pytest.raises(ReportError):
        write_page(tmp_path / "page.html", [])
    assert not list(tmp_path.iterdir())
    write_page(tmp_path / "page.html", [vivado()])
    assert (tmp_path / "page.html").read_text() == page([vivado()])
