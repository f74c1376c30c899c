# SPDX-License-Identifier: Apache-2.0
"""Names of a report are data: whatever they hold, the page keeps its structure, its size and its meaning."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from page_samples import HOSTILE, Reader, broken, of_report, vivado

from reports.convert import from_json
from reports.page import LARGEST_PAGE, page
from reports.page.markup import data_block, element, name, shown
from reports.parsed import Figures, Module, Parsed, Problem
from reports.schema import Report


def everywhere(text: str, data: dict[str, Any]) -> list[Parsed]:
    """Reports with a text in every field that a report can fill."""
    data["model"] = data["board"] = data["digest"] = text
    data["performance"]["clock_basis"] = text
    for key, fields in {
        "exactness": ["pair"], "layers": ["name", "op"], "fifos": ["name"], "not_run": ["stage", "reason"],
        "gates": ["name"], "resources": ["tool", "version"],
    }.items():  # fmt: skip
        data[key] = [{**data[key][0], **dict.fromkeys(fields, text)}, *(data[key][1:] if key == "resources" else [])]
    data["gates"][0] |= {"subject": text, "unit": text, "text": text}
    data["resources"][1]["modules"][0]["name"] = text
    data["device"]["part"] = text
    modules = (Module(text, Figures(lut=2), text, {"ff": text}), Module(f"{text}/{text}", Figures(lut=1), text))
    words: dict[str, Any] = dict.fromkeys(("tool", "version", "device", "stage", "state", "top", "family"), text)
    other = vivado(file=text, **words, modules=modules, cells={text: 3}, unknown={"latency_max": text})
    problem = Problem(text, text, 3, text)
    unchecked = Parsed(text, "ern_report", report=from_json(Report, data))
    return [unchecked, other, vivado(file="b" + text, **words), Parsed(text, text, problems=(problem,), complete=False)]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_change_nothing_of_the_structure(text: str, data: dict[str, Any]) -> None:
    plain = Reader(page(everywhere("plain", {**data})))
    made = page(everywhere(text, data))
    read = Reader(made)
    assert [e.tag for e in read.find("script") if "type" not in e.attributes] == ["script"]
    assert not read.find("img") and not read.find("b", "x")
    assert {e.tag for e in read.all} <= {e.tag for e in plain.all}
    assert {name for e in read.all for name in e.attributes} <= {name for e in plain.all for name in e.attributes}
    assert len(made.encode()) < 400_000
    body = made[made.index("<body>") :].replace("\n", "")
    assert not [
        c for c in body[: body.index('"use strict"')] if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


def test_the_hostile_text_is_still_read_by_people() -> None:
    read = Reader(page([vivado(top=HOSTILE[0], modules=())]))
    assert read.find("h1")[0].text == HOSTILE[0]
    assert read.find("title")[0].text.startswith(HOSTILE[0])


def test_data_for_the_script_cannot_end_its_element() -> None:
    modules = tuple(Module(text, Figures(lut=1), text) for text in HOSTILE)
    rows = Reader(page([vivado(modules=modules)])).rows()
    assert [row[1] for row in rows] == [shown(text) for text in HOSTILE]
    block = data_block("x", ["</script><!--", "\u2028&"])
    assert (
        "<" not in block[len('<script type="application/json" id="x">') : -len("</script>")] and "\u2028" not in block
    )


def test_escaping_is_what_protects() -> None:
    """The reader of these tests would see markup that came through."""
    with pytest.raises(AssertionError):
        Reader(page([vivado(top="top")]).replace("<bdi>top</bdi>", f"<bdi>{HOSTILE[2]}</bdi>"))
    assert element("td", HOSTILE[0]) == "<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>"
    assert element("td", title='"><x') == '<td title="&quot;&gt;&lt;x"></td>'
    assert name("<") == "<bdi>&lt;</bdi>"


def test_many_problems_gates_and_long_lists_are_bounded(data: dict[str, Any]) -> None:
    data["gates"] = [{"name": "x" * 500, "limit": 1, "value": 0, "status": "pass", "rule": "<="}] * 5_000
    data["not_run"] = [{"stage": "s" * 500, "reason": "r" * 500}] * 5_000
    data["fifos"] = [{"name": f"{i:0300}", "depth": 2, "peak": 1} for i in range(5_000)]
    problems = tuple(Problem("f" * 500, "t" * 5_000) for _ in range(5_000))
    text = page([of_report(data), Parsed("x", "unknown", problems=problems, complete=False)])
    assert len(text.encode()) < 1_500_000
    assert text.count("4,700 more") >= 4


def test_the_largest_hierarchies_stay_below_the_bound_of_a_page() -> None:
    modules = tuple(Module(f"top/{i:05}{'<&' * 80}", Figures(lut=1, ff=i, dsp=i), '"' * 200) for i in range(20_000))
    text = page([vivado(top=f"t{k}", modules=modules) for k in range(3)] + [broken()])
    assert len(text.encode()) < LARGEST_PAGE
    assert "rows far from the top are left out" in text
