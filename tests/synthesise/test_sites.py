# SPDX-License-Identifier: Apache-2.0
"""Which LUTs may share a site."""

from __future__ import annotations

from typing import Any

import pytest

from flow.synthesise.sites import shared


def luts(*inputs: list[int], selects: tuple[int, ...] = ()) -> dict[str, Any]:
    """A module of LUTs with these nets at their inputs; outputs are nets 100, 101, ...; some drive a carry chain."""
    cells: dict[str, Any] = {}
    for i, nets in enumerate(inputs):
        pins = {f"I{k}": [net] for k, net in enumerate(nets)}
        cells[f"l{i}"] = {"type": f"LUT{len(nets)}", "connections": {**pins, "O": [100 + i]}}
    if selects:
        cells["carry"] = {"type": "CARRY4", "connections": {"S": [100 + i for i in selects]}}
    return {"cells": cells}


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (luts([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 1),
        (luts([1, 2, 3, 4, 5], [6]), 0),
        (luts([1, 2, 3], [4, 5]), 1),
        (luts([1, 2, 3], [4, 5, 6]), 0),
        (luts([1, 2, 3, 4, 5, 6], [1, 2]), 0),
        (luts([1, 2], [1, 3], [2, 4], [5, 6]), 2),
        (luts([1, 2], [3, 4], selects=(0, 1)), 0),
        (luts([1, 2], [3, 4], selects=(0,)), 1),
    ],
)
def test_small_luts_share_a_site(module: dict[str, Any], expected: int) -> None:
    assert shared(module, "xcup") == expected


@pytest.mark.parametrize(("family", "kind"), [("ecp5", "CCU2C"), ("nexus", "CCU2")])
def test_a_carry_cell_of_lattice_takes_two_luts(family: str, kind: str) -> None:
    assert shared({"cells": {"c": {"type": kind}, "l": {"type": "LUT4"}}}, family) == -2
