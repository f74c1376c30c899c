# SPDX-License-Identifier: Apache-2.0
"""Flip-flops behind ECP5 block RAM become its output registers, and only those that may."""

from __future__ import annotations

from typing import Any

import pytest

from flow.synthesise.output_registers import absorb

CLOCK, ENABLE = 1, 9


def cell(kind: str, ins: dict[str, Any], outs: dict[str, Any], **parameters: str) -> dict[str, Any]:
    """A cell as write_json has it, one net a pin."""
    directions = dict.fromkeys(ins, "input") | dict.fromkeys(outs, "output")
    nets = {pin: [net] for pin, net in {**ins, **outs}.items()}
    return {"type": kind, "port_directions": directions, "connections": nets, "parameters": parameters}


def flip_flop(source: int, target: int, **changed: Any) -> dict[str, Any]:
    """A flip-flop without reset that always moves; `changed` pins and parameters."""
    ins: dict[str, Any] = {"CLK": CLOCK, "DI": source, "LSR": "0"}
    ins |= {pin: net for pin, net in changed.items() if pin in ("CLK", "LSR", "CE")}
    parameters = {"CEMUX": "1 ", "CLKMUX": "CLK", "LSRMUX": "LSR", "REGSET": "RESET"}
    parameters |= {name: value for name, value in changed.items() if name not in ins}
    return cell("TRELLIS_FF", ins, {"Q": target}, **parameters)


def design(**others: Any) -> dict[str, Any]:
    """A memory with two outputs, and cells behind it."""
    modes = {"REGMODE_A": "NOREG", "REGMODE_B": "NOREG", "CLKBMUX": "CLKB"}
    memory = cell("DP16KD", {"CLKA": CLOCK, "CLKB": CLOCK, "OCEB": "1"}, {"DOB0": 10, "DOB1": 11, "DOA0": 12}, **modes)
    ports = {"y": {"direction": "output", "bits": [20, 21]}}
    return {"ports": ports, "cells": {"memory": memory, **others}}


def test_flip_flops_become_output_registers() -> None:
    found = design(a=flip_flop(10, 20), b=flip_flop(11, 21))
    assert absorb(found) == 2
    assert list(found["cells"]) == ["memory"]
    memory = found["cells"]["memory"]
    assert memory["parameters"]["REGMODE_B"] == "OUTREG"
    assert (memory["connections"]["DOB0"], memory["connections"]["DOB1"]) == ([20], [21])
    assert memory["connections"]["OCEB"] == ["1"]


def test_a_shared_enable_enables_the_outputs() -> None:
    enabled = {"CE": ENABLE, "CEMUX": "CE"}
    found = design(a=flip_flop(10, 20, **enabled), b=flip_flop(11, 21, **enabled))
    assert absorb(found) == 2
    assert found["cells"]["memory"]["connections"]["OCEB"] == [ENABLE]


@pytest.mark.parametrize(
    "behind",
    [
        {"a": flip_flop(10, 20), "b": cell("LUT4", {"A": 11}, {"Z": 21})},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21), "c": cell("LUT4", {"A": 11}, {"Z": 30})},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21, CE=ENABLE, CEMUX="CE")},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21, CLK=2)},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21, CLKMUX="INV")},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21, LSR=8)},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21, REGSET="SET")},
        {"a": flip_flop(10, 20), "b": flip_flop(11, 21), "c": cell("LUT4", {"A": 12}, {"Z": 30})},
        {"a": cell("LUT4", {"A": 20}, {"Z": 30})} | {"b": cell("TRELLIS_FF", {"CE": 10}, {"Q": 20})},
    ],
    ids=["a LUT", "two readers", "enables", "clocks", "inverted clock", "a reset", "starts at 1", "other port", "a CE"],
)
def test_what_must_stay_stays(behind: dict[str, Any]) -> None:
    found = design(**behind)
    assert absorb(found) == 0
    assert list(found["cells"]) == ["memory", *behind]
    assert found["cells"]["memory"]["parameters"]["REGMODE_B"] == "NOREG"


def test_an_output_of_the_design_is_no_flip_flop() -> None:
    found = design(a=flip_flop(10, 20), b=flip_flop(11, 21))
    found["ports"]["z"] = {"direction": "output", "bits": [11]}
    assert absorb(found) == 0
