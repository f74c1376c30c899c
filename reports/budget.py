# SPDX-License-Identifier: Apache-2.0
"""Budgets: what a design may cost and how fast it must be (docs/reports.md has the reference of budget.yaml)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from reports import devices
from reports.errors import ReportError
from reports.subject import ACCURACY, IMPLEMENTATION, NAMES
from reports.text import read_text

SHARED = ("lut", "lut_all", "lutram", "ff", "bram18", "uram", "dsp")
"""Figures that a share of the device can limit."""
EVERY = "*"
_WHOLE = ("lut", "lut_all", "lutram", "ff", "uram", "dsp", "carry", "latency_min", "latency_max", "ii_min", "ii_max")
_SIGNED = ("wns_ns", "tns_ns", "whs_ns", "ths_ns")


@dataclass(frozen=True)
class Share:
    """A share of what the device has, 0 to 1."""

    fraction: float


Amount = float | Share


@dataclass(frozen=True)
class Growth:
    """How much worse than its baseline a figure may be: the larger of a share of it, and a count.

    >>> Growth(0.02, 100).allowed(1000)
    100
    """

    fraction: float = 0.0
    absolute: float = 0.0

    def allowed(self, before: float) -> float:
        """In the unit of the figure."""
        return max(self.fraction * abs(before), self.absolute)


@dataclass(frozen=True)
class ModuleBudget:
    """Limits of each module whose path matches a pattern: `*` within a name, `**` for any number of names."""

    pattern: str
    limits: Mapping[str, Amount] = field(default_factory=dict)
    growth: Mapping[str, Growth] = field(default_factory=dict)


@dataclass(frozen=True)
class Budget:
    """What reports must keep; what is left out is not asked.

    Attributes:
        limits: by figure: the most allowed, or the least of fps, fmax, slack, accuracy and transactions.
        stage: how far the design must be for its resources and timing to count (`csynth` to `route`).
        device: name of a part, for reports that do not say what the device has.
        family: of the row of a report.json that counts against the device; the device's own if None.
        modules: limits of modules.
        baseline: file of figures to compare with.
        growth: how much worse than the baseline figures may be, by figure; `*` for those not named.
        exactness: fewest images by pair, for example {"graph=rtlsim": 50}; each pair must have no mismatch.
        cycles_within: most relative distance of predicted from simulated cycles.
        lut_within, bram18_within: most relative distance of the `estimate` row from the `synth` row of `family`.
        fifo: whether no FIFO may have held more than its depth.
    """

    limits: Mapping[str, Amount] = field(default_factory=dict)
    stage: str | None = None
    device: str | None = None
    family: str | None = None
    modules: tuple[ModuleBudget, ...] = ()
    baseline: Path | None = None
    growth: Mapping[str, Growth] = field(default_factory=dict)
    exactness: Mapping[str, int] = field(default_factory=dict)
    cycles_within: float | None = None
    lut_within: float | None = None
    bram18_within: float | None = None
    fifo: bool = False

    @property
    def asks(self) -> bool:
        """Whether it asks for anything."""
        within = (self.cycles_within, self.lut_within, self.bram18_within)
        held = (self.limits, self.modules, self.baseline, self.exactness, self.fifo)
        return any(held) or any(value is not None for value in within)


_SETTINGS = tuple(entry.name for entry in fields(Budget) if entry.name != "limits")


def read_budget(path: Path) -> Budget:
    """The budget of a yaml file; a `baseline` in it is meant from the folder of the file.

    Raises:
        ReportError: not such a file, an unknown field, or a value of another type.
    """
    return budget_of(read_fields(path), str(path), path.parent)


def read_fields(path: Path) -> dict[str, Any]:
    """The fields of a yaml file, not looked at yet.

    Raises:
        ReportError: not yaml, or no fields.
    """
    try:
        data = yaml.safe_load(read_text(path))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ReportError(str(path), f"is not yaml ({' '.join(str(error).split())[:300]})") from error
    if not isinstance(data, dict):
        raise ReportError(str(path), f"expected fields with limits: {', '.join((*NAMES, *_SETTINGS))}")
    return data


def budget_of(data: Mapping[str, Any], file: str = "budget", folder: Path = Path()) -> Budget:
    """The budget of plain values; see `read_budget` for errors.

    >>> budget_of({"dsp": 0, "lut": "70 %"}).limits
    {'dsp': 0, 'lut': Share(fraction=0.7)}
    """
    settings: dict[str, Any] = {}
    for name, value in data.items():
        if name not in (*NAMES, *_SETTINGS):
            raise ReportError(file, f"is unknown; known: {', '.join((*NAMES, *_SETTINGS))}", str(name)[:60])
        if name in _SETTINGS and value is not None:
            settings[name] = _setting(file, name, value, folder)
    budget = Budget(limits=_limits(file, data), **settings)
    wants_growth = budget.growth or any(module.growth for module in budget.modules)
    if wants_growth and budget.baseline is None:
        raise ReportError(file, "needs a baseline to grow from; name one (`baseline:` or --baseline)", "growth")
    return budget


def amount(file: str, name: str, value: Any) -> Amount:
    """A limit: a number, or a share of the device such as `33 %`.

    Raises:
        ReportError: neither.
    """
    if isinstance(value, str) and name in SHARED and (share := _percent(value)) is not None and share <= 1:
        return Share(share)
    if type(value) in (int, float) and math.isfinite(value) and (value >= 0 or name in _SIGNED):
        whole = name not in _WHOLE or type(value) is int
        if whole and not (name == ACCURACY and value > 1):
            number: float = value
            return number
    what = "a count or a share such as 33 %" if name in SHARED else "a number"
    raise ReportError(file, f"expected {what}, found {value!r}", name)


def growth(file: str, name: str, value: Any) -> Growth:
    """Allowed growth: `100`, `2 %`, or `2 % or 100` for the larger of both.

    Raises:
        ReportError: none of these.

    >>> growth("budget", "lut", "2 % or 100")
    Growth(fraction=0.02, absolute=100.0)
    """
    parts = value.split(" or ") if isinstance(value, str) else [value]
    fractions = [_percent(part) for part in parts if isinstance(part, str) and "%" in part]
    counts = [_count(part) for part in parts if not (isinstance(part, str) and "%" in part)]
    if len(fractions) > 1 or len(counts) > 1 or None in fractions or None in counts:
        raise ReportError(file, f"expected growth such as `100`, `2 %` or `2 % or 100`, found {value!r}", name)
    return Growth(sum(filter(None, fractions)), sum(filter(None, counts)))


def _percent(text: str) -> float | None:
    number = text.strip()
    return None if not number.endswith("%") or (found := _count(number[:-1])) is None else found / 100


def _count(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def _limits(file: str, data: Mapping[str, Any]) -> dict[str, Amount]:
    return {name: amount(file, name, data[name]) for name in data if name in NAMES and data[name] is not None}


def growths(file: str, value: Any) -> dict[str, Growth]:
    """Growth by figure; a value alone is meant for every figure."""
    table = value if isinstance(value, dict) else {EVERY: value}
    for name in table:
        if name != EVERY and (name not in NAMES):
            raise ReportError(file, f"{name!r} is no figure; known: {', '.join(NAMES)}", "growth")
    return {name: growth(file, "growth" if name == EVERY else f"growth.{name}", item) for name, item in table.items()}


def _modules(file: str, value: Any) -> tuple[ModuleBudget, ...]:
    if not isinstance(value, dict) or not value:
        raise ReportError(file, "expected patterns with limits, such as {'**': {dsp: 0}}", "modules")
    found = []
    for pattern, limits in value.items():
        place = f"modules.{pattern}"
        if not isinstance(pattern, str) or not isinstance(limits, dict) or not limits:
            raise ReportError(file, f"expected limits by figure, found {limits!r}", place)
        unknown = [name for name in limits if name not in (*NAMES, "growth")]
        if unknown:
            raise ReportError(file, f"{unknown[0]!r} is no figure; known: {', '.join(NAMES)}", place)
        grown = growths(file, limits["growth"]) if "growth" in limits else {}
        found.append(ModuleBudget(pattern, _limits(file, limits), grown))
    return tuple(found)


def _setting(file: str, name: str, value: Any, folder: Path) -> Any:
    if name == "modules":
        return _modules(file, value)
    if name == "growth":
        return growths(file, value)
    if name == "exactness":
        if isinstance(value, dict) and all(isinstance(k, str) and type(v) is int and v > 0 for k, v in value.items()):
            return value
    elif name == "fifo":
        if isinstance(value, bool):
            return value
    elif name == "stage":
        if value in IMPLEMENTATION[1:]:
            return value
        raise ReportError(file, f"expected one of {', '.join(IMPLEMENTATION[1:])}; found {value!r}", name)
    elif name in ("device", "family", "baseline"):
        return _word(file, name, value, folder)
    elif (number := _count(value)) is not None and not isinstance(value, str):
        return number
    raise ReportError(file, f"{value!r} is no limit of this kind", name)


def _word(file: str, name: str, value: Any, folder: Path) -> Any:
    if not isinstance(value, str) or not value:
        raise ReportError(file, f"expected a name, found {value!r}", name)
    if name == "device" and devices.device(value) is None:
        raise ReportError(file, f"{value!r} is no device of the table; known: {', '.join(devices.known())}", name)
    return folder / value if name == "baseline" else value
