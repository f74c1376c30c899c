# SPDX-License-Identifier: Apache-2.0
"""Rows of a hierarchy that Yosys' few lines make: any number of them, and none is lost to a gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import reports.parsed
import reports.parsers.yosys_stat
from reports.budget import budget_of
from reports.gate import judge
from reports.parse import parse
from reports.parsed import Module


def test_of_more_rows_than_are_kept_the_rest_is_counted_and_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve levels of two modules, each below both of the level above: 8191 places."""
    kinds = [{f"l{i}": 1, f"r{i}": 1} for i in range(1, 13)] + [{"LUT6": 1, "FDRE": 1}]
    names = [["top"], *(list(held) for held in kinds[:-1])]
    entries = {
        f"\\{name}": {"num_cells": 2, "num_cells_by_type": held}
        for level, held in zip(names, kinds, strict=True) for name in level
    }  # fmt: skip
    path = tmp_path / "stat.json"
    path.write_text(json.dumps({"creator": "Yosys 0.70", "modules": entries}))
    seen: list[Module] = []
    whole = parse(path, watch=seen.append)
    assert whole.usable and len(whole.modules) == len(seen) == 8191 and not whole.modules_left_out
    assert (seen[0].figures.lut, seen[-1].path.count("/"), seen[-1].figures.ff) == (4096, 12, 1)

    monkeypatch.setattr(reports.parsed, "MODULES_KEPT", 100)
    few = parse(path)
    assert few.usable and (len(few.modules), few.modules_left_out) == (100, 8091)
    last = "/".join(["top", *(f"r{i}" for i in range(1, 13))])
    for limit, code in ((1, 0), (0, 1)):
        assert judge([few], budget_of({"modules": {last: {"lut": limit}}})).exit_code == code

    monkeypatch.setattr(reports.parsers.yosys_stat, "MOST_ROWS", 8191)
    assert parse(path).usable
    monkeypatch.setattr(reports.parsers.yosys_stat, "MOST_ROWS", 8190)
    assert not parse(path).usable and parse(path).complete
