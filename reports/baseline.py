# SPDX-License-Identifier: Apache-2.0
"""Baselines: the figures of a build in a small file that is committed, and that later builds are compared with.

    {"baseline": 1, "designs": {"top route": {"tool": "Vivado 2023.2", "device": "xck26-sfvc784-2LV-c",
     "figures": {"lut": 3537}, "modules": {"top/conv": {"lut": 700}}}}}

One line a module, names in order, no dates and no paths: the same reports give the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reports.errors import ReportError
from reports.subject import NAMES, Subject, counted
from reports.text import read_json, read_text, write_atomic
from reports.validate import problems

VERSION = 1
DEPTH = 3
"""Levels of a hierarchy that a baseline keeps; the top is one."""

_FIGURES = {"type": "object", "additionalProperties": False, "properties": {name: {"type": "number"} for name in NAMES}}
_DESIGN = {
    "type": "object",
    "required": ["figures"],
    "additionalProperties": False,
    "properties": {
        "tool": {"type": "string"},
        "device": {"type": "string"},
        "figures": _FIGURES,
        "modules": {"type": "object", "additionalProperties": _FIGURES},
    },
}
_SCHEMA = {
    "type": "object",
    "required": ["baseline", "designs"],
    "additionalProperties": False,
    "properties": {
        "baseline": {"type": "integer", "const": VERSION},
        "designs": {"type": "object", "additionalProperties": _DESIGN},
    },
}

FiguresByName = Mapping[str, float]


@dataclass(frozen=True)
class Design:
    """Figures of one design, and of its modules by path; tool and device for people."""

    figures: FiguresByName
    modules: Mapping[str, FiguresByName] = field(default_factory=dict)
    tool: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Baseline:
    """Designs by name; `file` is where they came from."""

    designs: Mapping[str, Design]
    file: str = "baseline"


def baseline_of(subjects: Iterable[Subject], depth: int | None = DEPTH, file: str = "reports") -> Baseline:
    """The baseline of designs; reports of one design (utilization and timing, say) come together under one name.

    Args:
        subjects: designs; where two give the same figure, the report whose kind is first in the alphabet counts.
        depth: levels of hierarchy to keep; None keeps all.
    """
    designs: dict[str, Design] = {}
    for subject in sorted(subjects, key=lambda s: (s.name, s.kind, s.file)):
        modules = {m.path: counted(m.figures) for m in subject.modules if depth is None or m.path.count("/") < depth}
        old = designs.get(subject.name, Design({}))
        designs[subject.name] = Design(
            figures={**subject.figures, **old.figures},
            modules={**modules, **old.modules},
            tool=old.tool or subject.tool,
            device=old.device or subject.device,
        )
    return Baseline(designs, file)


def looks_like(text: str) -> bool:
    """Whether a text is meant to be a baseline (JSON or yaml), from the content alone."""
    return text.lstrip("\ufeff \t\r\n{").startswith(('"baseline"', "baseline:"))


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        ReportError: missing, truncated, or of another shape; the field is named.
    """
    return parse_baseline(read_text(path), str(path))


def parse_baseline(text: str, file: str = "baseline") -> Baseline:
    """The baseline in a text, JSON or yaml; see `read_baseline` for errors."""
    data = read_json(text, file) if text.lstrip().startswith("{") else _read_yaml(text, file)
    found = problems(data, _SCHEMA)
    if found:
        raise ReportError(file, f"{found[0][1]}; is it a baseline? `reports baseline update` writes one", found[0][0])
    designs = {
        name: Design(entry["figures"], entry.get("modules", {}), entry.get("tool"), entry.get("device"))
        for name, entry in data["designs"].items()
    }
    if not designs:
        raise ReportError(file, "holds no design; `reports baseline update` writes them", "designs")
    return Baseline(designs, file)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline: yaml where the name ends so, else JSON.

    Raises:
        ReportError: the file cannot be written; an older one stays whole.
    """
    as_yaml = path.suffix.lower() in (".yaml", ".yml")
    write_atomic(path, to_yaml(baseline) if as_yaml else to_text(baseline))


def to_yaml(baseline: Baseline) -> str:
    """Yaml with one line a module; its last line tells a whole file from one that was cut."""
    plain = _plain(baseline)
    return str(yaml.safe_dump(plain, default_flow_style=None, sort_keys=False, width=math.inf, explicit_end=True))


def to_text(baseline: Baseline) -> str:
    """JSON with one line a module."""
    designs = []
    for name, entry in _plain(baseline)["designs"].items():
        held = [f"   {_json(key)}: {_json(value)}" for key, value in entry.items() if key != "modules"]
        rows = [f"    {_json(path)}: {_json(figures)}" for path, figures in entry.get("modules", {}).items()]
        if rows:
            held.append('   "modules": {\n' + ",\n".join(rows) + "\n   }")
        designs.append(f"  {_json(name)}: {{\n" + ",\n".join(held) + "\n  }")
    return f'{{\n "baseline": {VERSION},\n "designs": {{\n' + ",\n".join(designs) + "\n }\n}\n"


def _plain(baseline: Baseline) -> dict[str, Any]:
    def entry(design: Design) -> dict[str, Any]:
        named = {"tool": design.tool, "device": design.device}
        held: dict[str, Any] = {key: value for key, value in named.items() if value}
        held["figures"] = _ordered(design.figures)
        if design.modules:
            held["modules"] = {path: _ordered(design.modules[path]) for path in sorted(design.modules)}
        return held

    return {"baseline": VERSION, "designs": {name: entry(baseline.designs[name]) for name in sorted(baseline.designs)}}


def _ordered(figures: FiguresByName) -> dict[str, float]:
    return {name: figures[name] for name in NAMES if name in figures}


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _read_yaml(text: str, file: str) -> Any:
    if not text.rstrip().endswith("\n..."):
        raise ReportError(file, "is truncated, or no baseline: a yaml baseline ends with a line `...`")
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ReportError(file, f"is not yaml, or truncated ({' '.join(str(error).split())[:300]})") from error
