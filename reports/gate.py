# SPDX-License-Identifier: Apache-2.0
"""Gates: figures of a report held against limits. A gate whose figure is missing is an error, never a pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from reports.errors import GateInputError, ReportError
from reports.report import gate_status
from reports.schema import AT_LEAST, AT_MOST, PASS, Gate, Report, Resource
from reports.text import read_text

RESOURCES = ("lut", "ff", "bram18", "uram")


@dataclass(frozen=True)
class Share:
    """A share of what the device has, 0 to 1."""

    fraction: float


Amount = int | Share


@dataclass(frozen=True)
class Limits:
    """What a report must keep; None asks nothing.

    Attributes:
        dsp: most DSP blocks of every synthesised row (every family).
        lut, ff, bram18, uram: most of them, as a count or as a share of the device, in the rows of `family`.
        family: family of the row that counts against the device; the device's own if None.
        exactness: fewest images by pair, for example {"graph=rtlsim": 50}; each pair must have no mismatch.
        accuracy: least accuracy of the graph, 0 to 1.
        fps: fewest frames a second.
        cycles: most cycles a frame, simulated.
        cycles_within: most relative distance of predicted from simulated cycles.
        lut_within, bram18_within: most relative distance of the `estimate` row from the `synth` row of `family`.
        fifo: whether no FIFO may have held more than its depth.
    """

    dsp: int | None = 0
    lut: Amount | None = None
    ff: Amount | None = None
    bram18: Amount | None = None
    uram: Amount | None = None
    family: str | None = None
    exactness: Mapping[str, int] = field(default_factory=dict)
    accuracy: float | None = None
    fps: float | None = None
    cycles: int | None = None
    cycles_within: float | None = None
    lut_within: float | None = None
    bram18_within: float | None = None
    fifo: bool = False


def evaluate(report: Report, limits: Limits) -> tuple[Gate, ...]:
    """One gate a limit.

    Raises:
        GateInputError: the report lacks a figure that a limit asks for.
        ReportError: the limits ask for nothing at all.
    """
    gates = tuple(
        [
            *_dsp(report, limits),
            *_resources(report, limits),
            *_exactness(report, limits),
            *_speed(report, limits),
            *_predictions(report, limits),
            *_fifos(report, limits),
        ]
    )
    if not gates:
        raise ReportError("limits", "ask for nothing; a gate that checks nothing is no pass")
    return gates


def gated(report: Report, limits: Limits) -> Report:
    """The report with its gates evaluated; see `evaluate` for errors."""
    return replace(report, gates=evaluate(report, limits))


def failed(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """Gates that do not hold."""
    return tuple(gate for gate in gates if gate.status != PASS)


def read_limits(path: Path) -> Limits:
    """Limits of a yaml file: the fields of `Limits`; resources as a count or as text such as `33 %`.

    Raises:
        ReportError: not such a file, an unknown field, or a value of another type.
    """
    try:
        data = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise ReportError(str(path), f"is not yaml ({' '.join(str(error).split())})") from error
    if not isinstance(data, dict):
        raise ReportError(str(path), f"expected fields with limits: {', '.join(f.name for f in fields(Limits))}")
    return limits_of(data, str(path))


def limits_of(data: Mapping[str, Any], file: str = "limits") -> Limits:
    """Limits of plain values; see `read_limits` for errors."""
    known = {f.name for f in fields(Limits)}
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name not in known:
            raise ReportError(file, f"is unknown; known: {', '.join(sorted(known))}", str(name))
        values[name] = _limit(file, name, value)
    return Limits(**values)


def amount(file: str, name: str, value: Any) -> Amount:
    """A count, or a share such as `33 %`.

    Raises:
        ReportError: neither.
    """
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            share = float(value.strip()[:-1]) / 100
        except ValueError:
            share = -1.0
        if 0 <= share <= 1:
            return Share(share)
    elif isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    elif type(value) is int and value >= 0:
        return value
    raise ReportError(file, f"expected a count or a share such as 33 %, found {value!r}", name)


def _limit(file: str, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in RESOURCES:
        return amount(file, name, value)
    if name == "exactness":
        if isinstance(value, dict) and all(isinstance(k, str) and type(v) is int and v > 0 for k, v in value.items()):
            return value
    elif name == "family":
        if isinstance(value, str):
            return value
    elif name == "fifo":
        if isinstance(value, bool):
            return value
    elif name in ("dsp", "cycles"):
        if type(value) is int and value >= 0:
            return value
    elif type(value) in (int, float) and 0 <= value < float("inf"):
        return value
    raise ReportError(file, f"{value!r} is no limit of this kind", name)


def _gate(name: str, limit: float, value: float, rule: str = AT_MOST, **more: str | None) -> Gate:
    gate = Gate(name=name, limit=limit, value=value, status=PASS, rule=rule, **more)
    return replace(gate, status=gate_status(gate))


def _row_name(row: Resource) -> str:
    return f"{row.stage} {row.source} {row.family}"


def _dsp(report: Report, limits: Limits) -> Iterator[Gate]:
    if limits.dsp is None:
        return
    rows = [row for row in report.resources if row.stage != "estimate"]
    if not rows:
        raise GateInputError("gate dsp", "the report has no synthesised design; run the synthesis first", "resources")
    for row in rows:
        places = [str(cell) for cell in row.dsp_cells[:3]]
        text = "; ".join(places) if row.dsp > limits.dsp and places else None
        yield _gate("dsp", limits.dsp, row.dsp, subject=_row_name(row), unit="blocks", text=text)


def _row(report: Report, limits: Limits, stage: str, asked: str) -> Resource:
    family = limits.family or (report.device.family if report.device else None)
    rows = [row for row in report.rows(stage) if family is None or row.family == family]
    if len({row.family for row in rows}) != 1:
        what = f"no {stage} row of family {family}" if family else f"{len(rows)} {stage} rows and no family is named"
        raise GateInputError(f"gate {asked}", f"the report has {what}", "resources")
    return rows[0]


def _resources(report: Report, limits: Limits) -> Iterator[Gate]:
    for name in RESOURCES:
        limit = getattr(limits, name)
        if limit is None:
            continue
        row = _row(report, limits, "synth", name)
        value = getattr(row, name)
        if value is None:
            raise GateInputError(f"gate {name}", f"row {_row_name(row)} does not give it", "resources")
        if isinstance(limit, Share):
            if report.device is None or report.device.family != row.family:
                raise GateInputError(f"gate {name}", f"the report names no device of family {row.family}", "device")
            limit = limit.fraction * getattr(report.device, name)
        yield _gate(name, limit, value, subject=_row_name(row))


def _exactness(report: Report, limits: Limits) -> Iterator[Gate]:
    for pair, images in limits.exactness.items():
        row = report.pair(pair)
        if row is None:
            found = ", ".join(r.pair for r in report.exactness) or "none"
            raise GateInputError("gate exactness", f"{pair} was not compared; compared: {found}", "exactness")
        text = "; ".join(row.differing[:3]) or None
        yield _gate("exactness", 0, row.mismatches, subject=pair, unit="mismatches", text=text)
        yield _gate("images", images, row.images, AT_LEAST, subject=pair, unit="images")


def _speed(report: Report, limits: Limits) -> Iterator[Gate]:
    if limits.accuracy is not None:
        if report.accuracy is None:
            raise GateInputError("gate accuracy", "was not measured", "accuracy")
        yield _gate("accuracy", limits.accuracy, report.accuracy.graph, AT_LEAST, subject=report.accuracy.dataset)
    if limits.fps is not None:
        if report.performance.fps is None:
            raise GateInputError("gate fps", "no rate from simulated cycles is given", "performance.fps")
        yield _gate("fps", limits.fps, report.performance.fps, AT_LEAST, unit="frames a second")
    if limits.cycles is not None:
        yield _gate("cycles", limits.cycles, _simulated(report, "cycles"), unit="cycles a frame")


def _simulated(report: Report, asked: str) -> int:
    cycles = report.performance.cycles_per_frame.rtlsim
    if cycles is None:
        raise GateInputError(f"gate {asked}", "no simulated cycles are given", "performance.cycles_per_frame.rtlsim")
    return cycles


def _predictions(report: Report, limits: Limits) -> Iterator[Gate]:
    if limits.cycles_within is not None:
        found = _simulated(report, "cycles_within")
        value = _distance(report.performance.cycles_per_frame.model, found)
        yield _gate("cycles_within", limits.cycles_within, value, unit="relative")
    for name, limit in (("lut", limits.lut_within), ("bram18", limits.bram18_within)):
        if limit is not None:
            estimate, synth = (_row(report, limits, stage, f"{name}_within") for stage in ("estimate", "synth"))
            value = _distance(getattr(estimate, name), getattr(synth, name))
            yield _gate(f"{name}_within", limit, value, subject=synth.family, unit="relative")


def _distance(predicted: float, found: float) -> float:
    return round(abs(predicted - found) / max(found, 1), 6)


def _fifos(report: Report, limits: Limits) -> Iterator[Gate]:
    if not limits.fifo:
        return
    if not report.fifos:
        raise GateInputError("gate fifo", "no FIFO peaks are given", "fifos")
    over = [fifo for fifo in report.fifos if fifo.peak > fifo.depth]
    text = "; ".join(f"{f.name}: {f.peak} of {f.depth}" for f in over[:3]) or None
    yield _gate("fifo", 0, len(over), subject=f"{len(report.fifos)} FIFOs", unit="above their depth", text=text)
