# SPDX-License-Identifier: Apache-2.0
"""Examples in docs/ and in docstrings of reports/ are run as they stand."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest

import reports

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if ">>>" in page.read_text())
MODULES = sorted(m.name for m in pkgutil.walk_packages(reports.__path__, "reports.") if not m.name.endswith("__main__"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_pages(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testfile(str(page), module_relative=False).failed == 0


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs").glob("report*/*.md")) + sorted((ROOT / "docs").glob("report*.md"))
)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_kind_is_in_the_index() -> None:
    text = (ROOT / "docs" / "reports.md").read_text()
    schema = json.loads((ROOT / "reports" / "parsed.schema.json").read_text())
    kinds = schema["properties"]["kind"].get("enum", [])
    assert kinds and [kind for kind in kinds if f"`{kind}`" not in text] == []


def test_the_index_has_examples() -> None:
    page = ROOT / "docs" / "reports.md"
    text = page.read_text()
    assert page in PAGES and len(doctest.DocTestParser().get_examples(text)) >= 8
