# SPDX-License-Identifier: Apache-2.0
"""Synthesis of a design: its SystemVerilog project, written to a folder that goes away, through Yosys."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flow.design import Design
from flow.emit.rtl import FILE_LIST, TOP, load_words, rtl_plan
from flow.ops import BinaryConv, Op
from flow.synthesise.result import SynthResult
from flow.synthesise.yosys import Progress, synthesise

ULTRA_FAMILIES = ("xcup",)
"""Families with UltraRAM; the others synthesise the same memory, load port and all, as block RAM."""
CONVOLUTIONS_A_PART = 2


def synthesise_design(
    design: Design,
    family: str,
    cache: Path | None = None,
    *,
    flat: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Synthesise a design for one family; `SynthResult.from_json` reads what this returns.

    Args:
        design: folded design.
        family: xcup, xc7, ecp5 or nexus; if not the board's, lanes take the form of this family.
        cache: folder of the cache, or None for the user's own.
        flat: a single flat run, to compare with.
        jobs: processes at a time; the number of cores if None.
        progress: called with units done, units in all, and the module just done.

    Raises:
        ToolError, BuildError: see `flow.synthesise.yosys.synthesise`.
    """
    plan = rtl_plan(design.for_family(family))
    replaced = family not in ULTRA_FAMILIES and bool(load_words(design))
    defines = {"ERN_NO_ULTRARAM": "1"} if replaced else {}
    with tempfile.TemporaryDirectory(prefix="ern-synth-") as name:
        plan.write(Path(name))
        files = str(plan[FILE_LIST]).split()
        found = synthesise(
            Path(name), files, TOP, family, cache=cache, defines=defines, flat=flat, parts=_parts(design), jobs=jobs,
            progress=progress,
        )  # fmt: skip
    return found.to_json()


def _parts(design: Design) -> dict[str, int]:
    """Part of each instance in the top: two convolutions and what follows them; a new fold leaves other parts alone."""
    convolutions, parts = 0, dict[str, int]()
    for node in design.graph.nodes:
        convolutions += isinstance(node, BinaryConv)
        parts |= dict.fromkeys(_instances(node, design), convolutions // CONVOLUTIONS_A_PART)
    return parts


def _instances(node: Op, design: Design) -> tuple[str, ...]:
    """Names in the top: the op module, the fork of its stream, the FIFOs it reads."""
    return (f"u_{node.name}", f"k_{node.name}", *(f"f_{edge.name}" for edge in design.inputs(node)))


def layer_instances(result: SynthResult, design: Design) -> dict[str, tuple[str, ...]]:
    """Paths of the instances that belong to each node: its op module, the FIFOs it reads, the fork of its stream."""
    paths = {instance.path for instance in result.instances}
    return {node.name: tuple(path for path in _instances(node, design) if path in paths) for node in design.graph.nodes}
