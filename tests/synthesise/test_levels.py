# SPDX-License-Identifier: Apache-2.0
"""LUT levels of netlists: by hand where the answer is plain, and of what Yosys makes of a known depth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flow.errors import ToolError
from flow.synthesise.levels import longest, reduce
from flow.synthesise.result import SynthResult

TERNARY = 0x69966996_E8E8E8E8
"""O6 is the parity of I0 to I3, O5 the majority of I0 to I2."""


def cell(kind: str, ins: dict[str, Any], outs: dict[str, Any], **parameters: str) -> dict[str, Any]:
    """A cell as write_json has it."""
    directions = dict.fromkeys(ins, "input") | dict.fromkeys(outs, "output")
    nets = {port: net if isinstance(net, list) else [net] for port, net in {**ins, **outs}.items()}
    return {"type": kind, "port_directions": directions, "connections": nets, "parameters": parameters}


def module(ins: dict[str, int], outs: dict[str, int], **cells: dict[str, Any]) -> dict[str, Any]:
    """A module of one-bit ports."""
    ports = {port: {"direction": "input", "bits": [net]} for port, net in ins.items()}
    return {"ports": ports | {p: {"direction": "output", "bits": [net]} for p, net in outs.items()}, "cells": cells}


def lut(source: int, target: int) -> dict[str, Any]:
    """A LUT of one input."""
    return cell("LUT1", {"I0": source}, {"O": target})


def register(source: int, target: int) -> dict[str, Any]:
    """A flip-flop."""
    return cell("FDRE", {"D": source, "C": 1}, {"Q": target})


def levels(found: dict[str, Any], *children: str) -> int:
    """Levels of a single module."""
    return longest({"m": reduce(found, children)}, {})["m"]


def test_registers_end_paths_and_carries_are_free() -> None:
    chain = {"a": lut(2, 3), "b": lut(3, 4), "r": register(4, 5), "c": lut(5, 6), "s": register(6, 7)}
    assert levels(module({"clk": 1, "x": 2}, {"y": 7}, **chain)) == 2
    carry = cell("CARRY4", {"S": [3, "0"]}, {"O": [4, 9]})
    longer = {**chain, "b": carry, "d": lut(4, 8), "e": lut(8, 10), "t": register(10, 11)}
    assert levels(module({"clk": 1, "x": 2}, {"y": 7}, **longer)) == 3


def test_distributed_ram_is_a_level_from_its_address() -> None:
    ram = cell("RAM32M16", {"ADDRA": 3, "DIA": 2}, {"DOA": 4})
    assert levels(module({"x": 2, "address": 3}, {"y": 5}, ram=ram, a=lut(4, 5))) == 2
    assert levels(module({"x": 2}, {"y": 4}, a=lut(2, 6), ram=ram, b=lut(6, 3))) == 3


def test_an_output_of_a_lut6_2_that_ignores_an_input_is_no_path() -> None:
    def position(below: Any, parity: int, majority: int) -> dict[str, Any]:
        ins = {"I0": 2, "I1": 3, "I2": 4, "I3": below, "I4": "0", "I5": "1"}
        return cell("LUT6_2", ins, {"O6": parity, "O5": majority}, INIT=f"{TERNARY:064b}")

    adder = {f"p{i}": position("0" if i == 0 else 20 + i - 1, 10 + i, 20 + i) for i in range(5)}
    ports = {"a": 2, "b": 3, "c": 4}
    assert levels(module(ports, {"sum": 14}, **adder)) == 2
    worse = {name: {**found, "parameters": {"INIT": "01" * 32}} for name, found in adder.items()}
    assert levels(module(ports, {"sum": 14}, **worse)) == 1
    deep = {name: {**found, "parameters": {"INIT": f"{0x6996_6996_6996_6996:064b}"}} for name, found in adder.items()}
    assert levels(module(ports, {"sum": 14}, **deep)) == 5


def test_paths_through_several_modules_count_as_a_whole() -> None:
    inner = module({"x": 2}, {"y": 4}, a=lut(2, 3), b=lut(3, 4))
    child = cell("inner", {"x": 3}, {"y": 4})
    outer = module({"x": 2}, {"y": 5}, a=lut(2, 3), u=child, b=lut(4, 5))
    arcs = {"inner": reduce(inner, ()), "outer": reduce(outer, ("inner",))}
    assert longest(arcs, {"outer": {"u": "inner"}}) == {"inner": 2, "outer": 4}


def test_loops_and_unknown_cells_are_refused() -> None:
    with pytest.raises(ToolError, match="loop"):
        reduce(module({"x": 2}, {"y": 4}, a=cell("LUT2", {"I0": 2, "I1": 4}, {"O": 3}), b=lut(3, 4)), ())
    with pytest.raises(ToolError, match="levels of a WIZARD"):
        reduce(module({"x": 2}, {"y": 3}, a=cell("WIZARD", {"I": 2}, {"O": 3})), ())


def test_selects_and_carry_inputs_of_nexus_are_free() -> None:
    wide = cell("WIDEFN9", {"A0": 2, "B1": 3, "SEL": 4}, {"Z": 5})
    assert levels(module({"x": 2}, {"y": 6}, first=lut(2, 7), w={**wide, "connections": {"A0": [7], "Z": [6]}})) == 2
    assert levels(module({"x": 2}, {"y": 6}, first=lut(2, 7), w={**wide, "connections": {"SEL": [7], "Z": [6]}})) == 1
    carry = cell("CCU2", {"A0": 8, "CIN": 7}, {"S0": 6})
    assert levels(module({"x": 2}, {"y": 6}, first=lut(2, 7), c=carry)) == 1
    assert levels(module({"x": 2}, {"y": 6}, first=lut(2, 8), c=carry)) == 2
    ram = cell("DPR16X4", {"RAD": 2, "DI": 3}, {"DO": 4})
    assert levels(module({"address": 2, "x": 3}, {"y": 4}, ram=ram)) == 1
    for kind in ("FD1P3IX", "PDPSC16K"):
        end = cell(kind, {"D": 3}, {"Q": 4})
        assert levels(module({"x": 2}, {"y": 5}, a=lut(2, 3), end=end, b=lut(4, 5))) == 1


@pytest.mark.parametrize(
    ("family", "inputs", "expected"),
    [("ecp5", 1, 0), ("ecp5", 4, 1), ("ecp5", 36, 2), ("nexus", 1, 0), ("nexus", 36, 3)],
)
def test_levels_of_what_yosys_makes(
    run: Callable[..., SynthResult], tmp_path: Path, family: str, inputs: int, expected: int
) -> None:
    (tmp_path / "top.sv").write_text(
        f"module top (input wire c, input wire [{inputs - 1}:0] x, output reg y);\n"
        "  always @(posedge c) y <= &x;\nendmodule\n"
    )
    for name in ("rom.sv", "lane.sv"):
        (tmp_path / name).write_text(f"module {name[:-3]}; endmodule\n")
    found = run(family, tmp_path)
    assert found.levels == found.modules[0].levels == expected
