# SPDX-License-Identifier: Apache-2.0
"""What placing and routing a family takes: its programs, and what must be done to a mapped netlist before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Module = dict[str, Any]
"""A module of a netlist, as Yosys' write_json has it."""


@dataclass(frozen=True)
class Toolchain:
    """How a family is placed and routed.

    Attributes:
        nextpnr: program that places and routes; its PyPI package has the same name.
        pack: program that makes the bitstream, with the words before its two files.
        script: pass of Yosys that maps the design, without its top.
        config: option of nextpnr for the file that `pack` reads.
        parts: what `device` knows, for messages.
        device: options of nextpnr for a part number; none where it does not know the part.
        change: changes the modules of the mapped netlist, by name, in place.
        constraints: files beside the netlist, by name, and the options that name them: of its top module.
    """

    nextpnr: str
    pack: tuple[str, ...]
    script: str
    config: str
    parts: str
    device: Callable[[str], list[str]]
    change: Callable[[Mapping[str, Module]], object]
    constraints: Callable[[Module], tuple[Mapping[str, str], list[str]]]
