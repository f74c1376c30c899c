# SPDX-License-Identifier: Apache-2.0
"""What any tool's report comes to: one flat result, the same for every tool (docs/reports.md).

A figure that a report does not give is None here and absent in JSON; it is never zero. A figure whose cell holds a
literal (`?`, `undef`, `-`, `NA`) is null in JSON, with the literal in `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from reports.schema import Report

SCHEMA = 1
MODULES_KEPT = 20_000
"""Rows of a hierarchy that a result holds; further ones go to `watch` only and are counted."""

PROBLEMS_KEPT = 200
"""Problems that a result holds; one is enough for gates."""

LARGEST = 10**18
"""Beyond any figure of a report."""

SYNTH, OPT, PLACE, ROUTE = "synth", "opt", "place", "route"
CSYNTH, COSIM, ESTIMATE, RTLSIM = "csynth", "cosim", "estimate", "rtlsim"
STAGES = (ESTIMATE, CSYNTH, COSIM, RTLSIM, SYNTH, OPT, PLACE, ROUTE)


@dataclass(frozen=True)
class Figures:
    """Numbers of one design or module. Units stand in the names where they are not counts or clock cycles.

    Attributes:
        lut: LUTs as the tool counts them (iCE40: logic cells; Yosys: LUT cells alone).
        lut_all: Yosys only: with INV, shift registers and distributed RAM, the `lut` of report.json.
        lutram: LUTs of distributed RAM and shift registers.
        ff: flip-flops and latches.
        bram18: block RAM in 18 Kb units; a 36 Kb tile is two; may end in .5 only if the report says so.
        uram, dsp: blocks.
        carry: carry cells.
        latency_min, latency_max: clock cycles.
        ii_min, ii_max: initiation interval (time between starts), clock cycles.
        transactions: how many a simulation ran.
        clock_target_ns, clock_estimated_ns, clock_uncertainty_ns: clock period.
        fmax_mhz: highest frequency of the slowest clock.
        wns_ns, tns_ns, whs_ns, ths_ns: worst and total negative slack of setup, and of hold.
        power_w, power_dynamic_w, power_static_w: on chip.
        fps: frames a second.
    """

    lut: float | None = None
    lut_all: float | None = None
    lutram: float | None = None
    ff: float | None = None
    bram18: float | None = None
    uram: float | None = None
    dsp: float | None = None
    carry: float | None = None
    latency_min: int | None = None
    latency_max: int | None = None
    ii_min: int | None = None
    ii_max: int | None = None
    transactions: int | None = None
    clock_target_ns: float | None = None
    clock_estimated_ns: float | None = None
    clock_uncertainty_ns: float | None = None
    fmax_mhz: float | None = None
    wns_ns: float | None = None
    tns_ns: float | None = None
    whs_ns: float | None = None
    ths_ns: float | None = None
    power_w: float | None = None
    power_dynamic_w: float | None = None
    power_static_w: float | None = None
    fps: float | None = None

    def known(self) -> dict[str, float]:
        """The figures that are there, by name; whole numbers as int."""
        return {name: _plain(value) for name, value in asdict(self).items() if value is not None}


FIGURES = tuple(entry.name for entry in fields(Figures))


@dataclass(frozen=True)
class Problem:
    """What is wrong with a report.

    Attributes:
        file: the report.
        text: what is wrong, and what to do where that is known.
        line: where; None where no one line is meant.
        field: which figure is touched; empty where it is the whole report.
    """

    file: str
    text: str
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line is not None else ""
        return ": ".join(part for part in (self.file, place, self.field, self.text) if part)


@dataclass(frozen=True)
class Module:
    """One row of a report's hierarchy, with everything below it.

    Attributes:
        path: instance names from the top, joined by `/`; the top alone is its own name.
        figures: what the row gives.
        module: name of the module or cell type, where the report tells it apart from the instance.
        unknown: literals by field.
    """

    path: str
    figures: Figures
    module: str | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)


Watch = Callable[[Module], None]


@dataclass(frozen=True)
class Parsed:
    """A report that was read.

    Attributes:
        file: where it was.
        kind: what it is (docs/reports.md lists the kinds), or `unknown`.
        tool, version: who wrote it, where it says so.
        device: part as the report spells it.
        family: of mapped cells: given by the caller, or inferred (`xilinx` where xc7 and xcup look alike).
        stage: how far the design was: one of `STAGES`.
        state: the tool's own words for it (`Design State`, a cosim's `Pass`).
        top: name of the design.
        figures: of the whole design.
        available: what the device has, by the names of `Figures`.
        unknown: literals by field.
        modules: hierarchy, in the order of the report, at most `MODULES_KEPT` rows.
        modules_left_out: rows beyond.
        cells: leaf cells of the whole design by kind.
        details: what else a report says, by plain names (for people; no gate reads it).
        report: the whole report where it is a report.json.
        problems: empty in a report that gates accept.
        complete: whether the report is all there. A complete report may tell of a failed run, which is a problem too.
    """

    file: str
    kind: str
    tool: str | None = None
    version: str | None = None
    device: str | None = None
    family: str | None = None
    stage: str | None = None
    state: str | None = None
    top: str | None = None
    figures: Figures = field(default_factory=Figures)
    available: Mapping[str, float] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[Module, ...] = ()
    modules_left_out: int = 0
    cells: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    complete: bool = True

    @property
    def usable(self) -> bool:
        """Whether gates may use it."""
        return self.complete and not self.problems


class Draft:
    """A result in the making: a parser writes here what it finds.

    A second, other value for the same figure is a contradiction: a problem, and the figure is withdrawn.
    """

    def __init__(self, file: str, kind: str, watch: Watch | None = None) -> None:
        self.file = file
        self.kind = kind
        self.tool: str | None = None
        self.version: str | None = None
        self.device: str | None = None
        self.family: str | None = None
        self.stage: str | None = None
        self.state: str | None = None
        self.top: str | None = None
        self.report: Report | None = None
        self.cells: dict[str, int] = {}
        self.details: dict[str, Any] = {}
        self.available: dict[str, float] = {}
        self.modules: list[Module] = []
        self.modules_left_out = 0
        self.problems: list[Problem] = []
        self.complete = True
        self._figures: dict[str, float] = {}
        self._unknown: dict[str, str] = {}
        self._withdrawn: set[str] = set()
        self._watch = watch

    def figure(self, name: str, value: float, line: int | None = None) -> None:
        """Set a figure of the whole design."""
        if name not in FIGURES:
            raise ValueError(f"{name} is no figure")
        if name in self._withdrawn:
            return
        if not abs(value) < LARGEST:
            self.withdraw(name)
            self.problem(f"is {value:g}, which no report can mean", line=line, field=name)
            return
        if self._figures.get(name, value) != value or name in self._unknown:
            before = self._figures.pop(name, None)
            said = self._unknown.pop(name, before)
            self._withdrawn.add(name)
            self.problem(f"is {said} in one place and {value} in another", line=line, field=name)
            return
        self._figures[name] = value

    def unknown(self, name: str, literal: str, line: int | None = None) -> None:
        """Say that the report holds a literal where a figure belongs."""
        if name not in FIGURES:
            raise ValueError(f"{name} is no figure")
        if name in self._figures:
            self.problem(f"is {self._figures.pop(name)} in one place and {literal} in another", line=line, field=name)
            self._withdrawn.add(name)
        elif name not in self._withdrawn:
            self._unknown[name] = literal

    def has(self, name: str) -> bool:
        """Whether a figure, or a literal for it, is there."""
        return name in self._figures or name in self._unknown

    def value(self, name: str) -> float | None:
        """A figure set before."""
        return self._figures.get(name)

    def withdraw(self, *names: str) -> None:
        """Take figures back that cannot be vouched for."""
        for name in names:
            self._figures.pop(name, None)
            self._unknown.pop(name, None)
            self._withdrawn.add(name)

    def problem(self, text: str, *, line: int | None = None, field: str = "", incomplete: bool = True) -> None:
        """Add a problem; `incomplete` is False where the report is all there and tells of a failure."""
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(self.file, text, line, field))
        self.complete = self.complete and not incomplete

    def module(self, module: Module) -> None:
        """Add a row of the hierarchy."""
        if self._watch is not None:
            self._watch(module)
        if len(self.modules) < MODULES_KEPT:
            self.modules.append(module)
        else:
            self.modules_left_out += 1

    @property
    def keeps_modules(self) -> bool:
        """Whether anybody will see a further row of the hierarchy; if not, `leave_out` is enough."""
        return self._watch is not None or len(self.modules) < MODULES_KEPT

    def leave_out(self) -> None:
        """Count a row of the hierarchy that nobody will see."""
        self.modules_left_out += 1

    def finish(self) -> Parsed:
        """The result."""
        return Parsed(
            file=self.file,
            kind=self.kind,
            tool=self.tool,
            version=self.version,
            device=self.device,
            family=self.family,
            stage=self.stage,
            state=self.state,
            top=self.top,
            figures=Figures(**self._figures),  # type: ignore[arg-type]
            available=dict(self.available),
            unknown=dict(self._unknown),
            modules=tuple(self.modules),
            modules_left_out=self.modules_left_out,
            cells=dict(self.cells),
            details=dict(self.details),
            report=self.report,
            problems=tuple(self.problems),
            complete=self.complete,
        )


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value
