# SPDX-License-Identifier: Apache-2.0
"""What Nexus needs before nextpnr: carry chains with an open beginning, a pin for every port."""

from __future__ import annotations

from typing import Any

import pytest

from flow.errors import BoardError, ToolError
from flow.synthesise.nexus import CLOCK_PIN, PDC, PINS, constraints, device, open_carry_chains


def _carry(out: int, carry_in: int, upper: int | str, init1: str) -> dict[str, Any]:
    pins = {"CIN": [carry_in], "D1": [upper], "COUT": [out]}
    directions = dict.fromkeys(("CIN", "D1"), "input") | {"COUT": "output"}
    parameters = {"INIT0": "0xFFFF", "INIT1": init1}
    return {"type": "CCU2", "parameters": parameters, "connections": pins, "port_directions": directions}


def _module(upper: int | str = 3, init1: str = "0x00AA") -> dict[str, Any]:
    high = {"type": "VHI", "parameters": {}, "connections": {"Z": [3]}, "port_directions": {"Z": "output"}}
    low = {"type": "VLO", "parameters": {}, "connections": {"Z": [2]}, "port_directions": {"Z": "output"}}
    cells = {"first": _carry(4, 2, upper, init1), "next": _carry(5, 4, 3, "0x96AA"), "high": high, "low": low}
    return {"cells": cells, "ports": {}}


def test_the_first_carry_of_a_chain_is_open() -> None:
    module = _module()
    assert open_carry_chains(module) == 1
    assert "CIN" not in module["cells"]["first"]["connections"]
    assert "CIN" not in module["cells"]["first"]["port_directions"]
    assert module["cells"]["next"]["connections"]["CIN"] == [4]


@pytest.mark.parametrize("module", [_module(init1="0x96AA"), _module(upper=2)])
def test_a_carry_that_would_change_is_refused(module: dict[str, Any]) -> None:
    with pytest.raises(ToolError, match="first: a carry chain that begins with a constant"):
        open_carry_chains(module)


def test_every_port_has_a_pin_of_its_own() -> None:
    ports = {"s_axis_tdata": {"bits": list(range(8))}, "aclk": {"bits": [9]}, "m_axis_tdata": {"bits": list(range(32))}}
    texts, options = constraints({"ports": ports, "cells": {}})
    assert options == ["--pdc", PDC]
    sites = [line.split()[2] for line in texts[PDC].splitlines() if "-site" in line]
    assert len(sites) == len(set(sites)) == 41 and f"{{{CLOCK_PIN}}} [get_ports {{aclk}}]" in texts[PDC]
    assert texts[PDC].count("IO_TYPE=LVCMOS33") == 41 and "{s_axis_tdata[7]}" in texts[PDC]
    pins = [CLOCK_PIN, *PINS.split()]
    assert len(set(pins)) == len(pins) == 92
    ports["m_axis_tdata"]["bits"] = list(range(84))
    with pytest.raises(BoardError, match="93 ports, 92 pins"):
        constraints({"ports": ports, "cells": {}})


def test_parts_of_which_pins_are_known() -> None:
    assert device("LIFCL-40-9BG400C")[:2] == ["--device", "LIFCL-40-9BG400C"]
    assert [device(part) for part in ("LIFCL-40-9MG289C", "LIFCL-17-9BG400C", "LIFCL-40-9BG400CX")] == [[], [], []]
