# SPDX-License-Identifier: Apache-2.0
"""Results of our own simulations (JSON written by the flow) as rows of report.json.

    {"exactness": {"pair": "graph=rtlsim", "images": 50, "streams": 12, "values": 100000, "mismatches": 0},
     "differing": [], "cycles_per_frame": 6272, "latency_cycles": 9000, "fifo": {"NAME": {"depth": 16, "peak": 9}}}

The first two keys are always there; a run with a clock has the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.convert import from_json
from reports.errors import SchemaError
from reports.schema import Exactness, Fifo
from reports.text import read_json, read_text
from reports.validate import problems, report_schema

_POSITIVE = {"type": "integer", "minimum": 1}


@dataclass(frozen=True)
class Simulation:
    """One simulation.

    Attributes:
        exactness: the comparison with the graph.
        cycles_per_frame, latency_cycles: of a run without stalls; None where there is no clock (csim).
        fifos: depths and peaks in beats.
    """

    exactness: Exactness
    cycles_per_frame: int | None = None
    latency_cycles: int | None = None
    fifos: tuple[Fifo, ...] = ()


def read_simulation(path: Path) -> Simulation:
    """The simulation in a JSON file.

    Raises:
        ReportError: missing, empty, truncated, or of another shape.
    """
    return simulation_of(read_json(read_text(path), str(path)), str(path))


def simulation_of(data: Any, file: str = "simulation") -> Simulation:
    """The simulation in a JSON value.

    Raises:
        SchemaError: of another shape, or a comparison of nothing.
    """
    found = problems(data, _schema())
    if found:
        raise SchemaError(file, found[0][1], found[0][0])
    exactness = from_json(Exactness, {**data["exactness"], "differing": data["differing"]})
    if exactness.mismatches > exactness.values:
        raise SchemaError(file, f"{exactness.mismatches} of {exactness.values} values cannot differ", "exactness")
    fifos: Mapping[str, Any] = data.get("fifo", {})
    return Simulation(
        exactness=exactness,
        cycles_per_frame=data.get("cycles_per_frame"),
        latency_cycles=data.get("latency_cycles"),
        fifos=tuple(Fifo(name, entry["depth"], entry["peak"]) for name, entry in fifos.items()),
    )


def _schema() -> dict[str, Any]:
    definitions = report_schema()["$defs"]
    fifo = definitions["fifo"]["properties"]
    return {
        "type": "object",
        "required": ["exactness", "differing"],
        "additionalProperties": False,
        "properties": {
            "exactness": {"$ref": "#/$defs/exactness"},
            "differing": definitions["exactness"]["properties"]["differing"],
            "cycles_per_frame": _POSITIVE,
            "latency_cycles": _POSITIVE,
            "fifo": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["depth", "peak"],
                    "additionalProperties": False,
                    "properties": {"depth": fifo["depth"], "peak": fifo["peak"]},
                },
            },
        },
        "$defs": definitions,
    }
