# SPDX-License-Identifier: Apache-2.0
"""Which official network an imported graph is, and what is different where it is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flow.errors import ModelError
from flow.graph import Graph

if TYPE_CHECKING:
    from qmodels.config import ErnConfig

FREE = ("classes",)
"""What a network may have of its own: it is fine-tuned for other classes."""


def topology(config: ErnConfig) -> dict[str, Any]:
    """What a checkpoint shows of a configuration, as the importer labels a graph."""
    return {
        "block": config.block,
        "stages": [{"blocks": stage.blocks, "width": stage.width} for stage in config.stages],
        "stem": config.stem[0].filters,
        "classes": config.classes,
        "expansion": config.expansion,
        "colours": config.in_shape[2],
    }


def network_of(graph: Graph) -> str | None:
    """Name of the official network that an imported graph is (with any number of classes), or None."""
    from qmodels.config import NETWORKS

    return next((name for name, config in NETWORKS.items() if not _differences(graph, config)), None)


def expect_network(graph: Graph, name: str, file: Path) -> None:
    """Raise ModelError unless an imported graph is the network `name`; the message names what is different.

    Raises:
        UsageError: an unknown name.
    """
    from qmodels.config import network

    different = _differences(graph, network(name))
    if different:
        found = network_of(graph)
        remedy = f"it is {found}" if found else "leave --network out to take it as it is"
        raise ModelError(f"{file}: is not {name}: {'; '.join(different)}; {remedy}")


def _differences(graph: Graph, config: ErnConfig) -> list[str]:
    found, expected = graph.labels.get("topology", {}), topology(config)
    return [
        f"{key} must be {_text(value)}, found {_text(found.get(key))}"
        for key, value in expected.items()
        if key not in FREE and found.get(key) != value
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(f"{stage['blocks']}x{stage['width']}" for stage in value)
    return str(value)


def described(graph: Graph) -> str:
    """One line on an imported graph: `erns18_075x: preact 2x64+2x128+2x256+2x384, K 10, 1000 classes`."""
    found = graph.labels["topology"]
    head = f"{found['block']} {_text(found['stages'])}, K {found['expansion']}, {found['classes']} classes"
    return f"{network_of(graph) or 'no official network'}: {head}"


def type_note(graph: Graph) -> dict[str, str]:
    """What to tell of numbers that were not stored as float32; empty where all were."""
    kinds = [kind for kind in graph.labels["types"] if kind != "float32"]
    if not kinds:
        return {}
    key = graph.labels["types"][kinds[0]]
    how = "exactly float32 values" if kinds == ["float64"] else "widened to float32, which holds them exactly"
    return {"types": f"stored as {', '.join(kinds)} (first {key!r}): {how}"}
