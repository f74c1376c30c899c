# SPDX-License-Identifier: Apache-2.0
"""A cell of a placed and routed netlist: its pins as Verilog expressions, with the multiplexers that are parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flow.errors import SimulationError

NETLIST = "routed netlist"


class Cell:
    """A cell of the netlist: pins as Verilog expressions."""

    def __init__(self, index: int, name: str, entry: Mapping[str, Any]) -> None:
        self.label = f"c{index}"
        self.name = name
        self.kind = str(entry["type"])
        self._parameters: Mapping[str, str] = entry["parameters"]
        self._attributes: Mapping[str, str] = entry.get("attributes", {})
        self._connections: Mapping[str, list[Any]] = entry["connections"]

    @property
    def nets(self) -> set[str]:
        """Every net at a pin."""
        return {f"n{bits[0]}" for bits in self._connections.values() if bits}

    def parameter(self, name: str, default: str = "") -> str:
        """A parameter; nextpnr marks texts of zeros and ones with a blank."""
        return str(self._parameters.get(name, default)).strip()

    def attribute(self, name: str) -> str:
        """An attribute; empty where it has none."""
        return str(self._attributes.get(name, "")).strip()

    def number(self, name: str) -> int:
        """A parameter that is a binary number."""
        return int(self.parameter(name, "0") or "0", 2)

    def net(self, pin: str) -> str:
        """The net at a pin; empty where nothing is connected."""
        bits = self._connections.get(pin) or []
        return f"n{int(bits[0])}" if bits else ""

    def input(self, pin: str) -> str:
        """What a pin sees, its multiplexer included; an open pin is 1 before the multiplexer, as in the device."""
        chosen, net = self.parameter(f"{pin}MUX", pin), self.net(pin) or "1'b1"
        if chosen in ("0", "1"):
            return f"1'b{chosen}"
        return f"~{net}" if chosen == "INV" else net

    def inputs(self, *pins: str) -> str:
        """Pins side by side, the highest bit first."""
        return "{" + ", ".join(map(self.input, pins)) + "}"

    def bus(self, name: str, width: int) -> str:
        """Numbered pins side by side."""
        return self.inputs(*(f"{name}{i}" for i in reversed(range(width))))

    def drive(self, pin: str, value: str) -> Iterator[str]:
        """An output, where it is connected."""
        if self.net(pin):
            yield f"assign {self.net(pin)} = {value};"

    def flip_flop(self, data: str) -> Iterator[str]:
        """A flip-flop whose synchronous reset goes before its enable, as both families have it."""
        value = int(self.parameter("REGSET") == "SET")
        reset = self.input("LSR") if self.net("LSR") else "1'b0"
        yield f"logic {self.label} = 1'b{value};"
        yield (
            f"always_ff @(posedge {self.input('CLK')}) if ({reset}) {self.label} <= 1'b{value}; "
            f"else if ({self.input('CE')}) {self.label} <= {data};"
        )
        yield from self.drive("Q", self.label)

    def refuse(self, what: str) -> SimulationError:
        """The error for what is not modelled."""
        return SimulationError(f"{NETLIST}: cell {self.name} ({self.kind}): {what} is not modelled")

    def expect(self, **allowed: str) -> None:
        """Refuse parameters that are set to anything but the one value that is modelled."""
        for name, value in allowed.items():
            if self.parameter(name, value) != value:
                raise self.refuse(f"{name} {self.parameter(name)}")


Writer = Callable[[Cell], Iterator[str]]
"""Verilog of a cell of one kind."""
