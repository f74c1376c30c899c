# SPDX-License-Identifier: Apache-2.0
"""Reports of every tool as the page gets them, and a reader of the page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from reports.parsed import Figures, Module, Parsed, Problem
from reports.report import report_of

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "<!--<script>",
    "]]>&lt;${title}$header",
    "\x1b[31mred\x1b[0m\x07",
    "top\u202egnp.elif\u2066\u2069",
    "line\u2028and\u2029paragraph\nand feed",
    "x" * 10_000,
    "<b>" * 3_000,
    "javascript:alert(4)",
    "\ud800 alone",
)


def of_report(data: dict[str, Any], file: str = "report.json") -> Parsed:
    """A report.json that was read."""
    return Parsed(file, "ern_report", tool="ern", top=data["model"], report=report_of(data, file))


def vivado(**changes: Any) -> Parsed:
    """A hierarchical utilization report of a routed design."""
    rows = {
        "top": (1000, 10),
        "top/core": (800, 8),
        "top/core/mac": (700, 8),
        "top/core/ctl": (60, 0),
        "top/io": (150, 2),
    }
    modules = tuple(
        Module(path, Figures(lut=lut, bram18=bram, dsp=0), path.rpartition("/")[2].upper())
        for path, (lut, bram) in rows.items()
    )
    given: dict[str, Any] = {
        "file": "top_utilization.rpt", "kind": "vivado_utilization", "tool": "Vivado", "version": "2023.1",
        "device": "xck26", "stage": "route", "top": "top", "figures": Figures(lut=1000, ff=2000, bram18=10, dsp=0),
        "available": {"lut": 117120, "ff": 234240, "bram18": 288, "dsp": 1248}, "modules": modules,
    }  # fmt: skip
    return Parsed(**{**given, **changes})


def broken(file: str = "cut.rpt") -> Parsed:
    """A report of which nothing is known but that it cannot be used."""
    return Parsed(file, "unknown", problems=(Problem(file, "is cut off", 7, "lut"),), complete=False)


def many(rows: int) -> tuple[Module, ...]:
    """A hierarchy of so many rows, 3 levels deep, 20 rows below each."""
    found = [Module("top", Figures(lut=rows, ff=rows))]
    for i in range(rows - 1):
        middle, leaf = divmod(i, 20)
        path = f"top/block_{middle:05}" if leaf == 0 else f"top/block_{middle:05}/leaf_{leaf}"
        found.append(Module(path, Figures(lut=20 if leaf == 0 else 1, ff=1), "BLOCK" if leaf == 0 else "LEAF"))
    return tuple(found)


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element] = field(default_factory=list)
    text: str = ""


_EMPTY = frozenset({"meta", "link", "input"})
_SVG_EMPTY = frozenset({"rect", "circle", "line", "polyline"})


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {[element.tag for element in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"{tag} repeats an attribute"
        element = Element(tag, dict(attrs))
        self.all.append(element)
        if self.open:
            self.open[-1].children.append(element)
        if tag not in _EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _SVG_EMPTY | _EMPTY, f"{tag} closes itself, which HTML does not know"
        self.all.append(Element(tag, dict(attrs)))
        if self.open:
            self.open[-1].children.append(self.all[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].tag == tag, f"{tag} closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def find(self, tag: str, class_: str = "") -> list[Element]:
        """Elements of a name and class."""
        return [
            e for e in self.all if e.tag == tag and (not class_ or class_ in (e.attributes.get("class") or "").split())
        ]

    def visible(self) -> str:
        """What a person reads without a script."""
        body = self.find("body")[0].text
        for element in self.find("script"):
            body = body.replace(element.text, "")
        return re.sub(r"\s+", " ", body)

    def rows(self, identity: str = "rows-0") -> list[list[Any]]:
        """The rows of a tree that the script reads."""
        blocks = [e for e in self.find("script") if e.attributes.get("id") == identity]
        rows: list[list[Any]] = json.loads(blocks[0].text)["rows"]
        return rows
