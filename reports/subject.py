# SPDX-License-Identifier: Apache-2.0
"""What gates, baselines and diffs look at: one design at one stage, from whatever report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of

from reports.parsed import FIGURES, OPT, PLACE, ROUTE, RTLSIM, SYNTH, Figures, Module, Parsed
from reports.schema import Device, Report, Resource

REPORT = "ern_report"
ACCURACY = "accuracy"
NAMES = (*FIGURES, ACCURACY)
"""Everything that can be limited: the figures of any report, and the accuracy of a report.json."""
AT_LEAST_NAMES = frozenset(("fps", "fmax_mhz", "wns_ns", "tns_ns", "whs_ns", "ths_ns", "transactions", ACCURACY))
"""Figures of which more is better; of all others less is better."""
NEUTRAL = ("clock_target_ns", "clock_uncertainty_ns", "transactions")
"""Settings of a run: neither more nor less of them is better, unless somebody says so."""
RESOURCES = ("lut", "lut_all", "lutram", "ff", "bram18", "uram", "dsp", "carry")
_TIMING = ("fmax_mhz", "wns_ns", "tns_ns", "whs_ns", "ths_ns")
STAGED = (*RESOURCES, *_TIMING, "power_w", "power_dynamic_w", "power_static_w")
"""Figures that implementation changes: a budget's `stage` is about them."""
IMPLEMENTATION = ("estimate", "csynth", SYNTH, OPT, PLACE, ROUTE)
_IMPL = "impl"  # report.json's word for placed and routed


@dataclass(frozen=True)
class Subject:
    """One design at one stage.

    Attributes:
        file, kind: the report.
        label: which of the designs of the report: its stage, and what else tells it from its neighbours.
        figures: by the names of `NAMES`.
        unknown: literals by figure.
        available: what the device has.
        stage, top, device, family, tool: as in `Parsed`; `tool` with its version.
        modules: hierarchy.
        modules_left_out: rows that `modules` lacks.
        places: where DSP blocks are.
        main: whether its resources are those that count against the device (report.json holds several designs).
    """

    file: str
    kind: str
    label: str
    figures: Mapping[str, float]
    unknown: Mapping[str, str] = field(default_factory=dict)
    available: Mapping[str, float] = field(default_factory=dict)
    stage: str | None = None
    top: str | None = None
    device: str | None = None
    family: str | None = None
    tool: str | None = None
    modules: tuple[Module, ...] = ()
    modules_left_out: int = 0
    places: tuple[str, ...] = ()
    main: bool = True

    @property
    def name(self) -> str:
        """Name of the design in a baseline: top and label."""
        return " ".join(part for part in (self.top, self.label) if part)

    @property
    def shown(self) -> str:
        """Name in messages: a report.json is of one design, and its rows are told apart by their label."""
        return self.label if self.kind == REPORT else self.name

    def reaches(self, stage: str | None) -> bool:
        """Whether the design was at least at a stage of implementation."""
        if stage is None:
            return True
        return self.stage in IMPLEMENTATION and IMPLEMENTATION.index(self.stage) >= IMPLEMENTATION.index(stage)

    def largest(self, figure: str, most: int = 3) -> str:
        """The modules that hold most of a figure, for messages: those without a part that holds some too."""
        rows = {m.path: value for m in self.modules if (value := counted(m.figures).get(figure))}
        order = sorted(rows, key=lambda path: path.replace("/", "\0"))  # a module right before what it holds
        pairs = zip(order, [*order[1:], ""], strict=False)
        leaves = [path for path, behind in pairs if not behind.startswith(f"{path}/")]
        leaves.sort(key=lambda path: (-rows[path], path))
        return "; ".join(f"{path}: {rows[path]:,}" for path in leaves[:most])


def subjects_of(parsed: Parsed, family: str | None = None) -> tuple[Subject, ...]:
    """The designs of a report: one, or those of a report.json.

    Args:
        family: of the row of a report.json whose resources count; the device's own if None.
    """
    return tuple(_of_report(parsed, parsed.report, family)) if parsed.report else (_of_tool(parsed),)


def counted(figures: Figures) -> dict[str, float]:
    """Figures by name, `lut` as what occupies LUTs of the device: a netlist's `lut_all`, as every other tool counts.

    >>> counted(Figures(lut=90, lut_all=110))
    {'lut': 110, 'lut_all': 110}
    """
    known = figures.known()
    return {**known, "lut": known["lut_all"]} if "lut_all" in known else known


def _of_tool(parsed: Parsed) -> Subject:
    return Subject(
        file=parsed.file, kind=parsed.kind, label=parsed.stage or parsed.kind, figures=counted(parsed.figures),
        unknown=parsed.unknown, available=parsed.available, stage=parsed.stage, top=parsed.top, device=parsed.device,
        family=parsed.family, tool=" ".join(filter(None, (parsed.tool, parsed.version))) or None,
        modules=parsed.modules, modules_left_out=parsed.modules_left_out,
    )  # fmt: skip


def _of_report(parsed: Parsed, report: Report, family: str | None) -> Iterator[Subject]:
    """The build as a whole, and every row but predictions."""
    family = family or (report.device.family if report.device else None)
    top = report.model
    yield Subject(parsed.file, parsed.kind, "build", _build_figures(report), stage=RTLSIM, top=top)
    for row in report.resources:
        if row.stage == "estimate":
            continue
        stage = ROUTE if row.stage == _IMPL else row.stage
        own = report.device is not None and report.device.family == row.family
        yield Subject(
            file=parsed.file, kind=parsed.kind, label=row_name(row), figures=_row_figures(row).known(),
            available=_available(report.device) if own else {}, stage=stage, top=top,
            device=report.device.part if report.device and own else None, family=row.family,
            tool=f"{row.tool} {row.version}",
            modules=tuple(_layers(report, row)) if own and row.stage == SYNTH else (),
            places=tuple(str(cell) for cell in row.dsp_cells[:3]),
            main=stage in (SYNTH, ROUTE) and family in (None, row.family),
        )  # fmt: skip


def row_name(row: Resource) -> str:
    """How messages call a row of a report.json."""
    return f"{row.stage} {row.source} {row.family}"


def _build_figures(report: Report) -> dict[str, float]:
    speed = report.performance
    figures = Figures(
        latency_max=speed.latency_cycles,
        ii_max=speed.cycles_per_frame.rtlsim,
        fps=speed.fps,
        clock_target_ns=1000 / report.clock_mhz,
    )
    accuracy = {} if report.accuracy is None else {ACCURACY: report.accuracy.graph}
    return {**figures.known(), **accuracy}


def _row_figures(row: Resource) -> Figures:
    return Figures(**{name: getattr(row, name) for name in RESOURCES if hasattr(row, name)})


def _layers(report: Report, row: Resource) -> Iterator[Module]:
    yield Module(report.model, _row_figures(row))
    for layer in report.layers:
        held = Figures(
            lut=layer.lut, ff=layer.ff, bram18=layer.bram18, uram=layer.uram, dsp=layer.dsp, ii_max=layer.cycles
        )
        yield Module(f"{report.model}/{layer.name}", held, module=layer.op)


def _available(device: Device | None) -> dict[str, float]:
    if device is None:
        return {}
    return {entry.name: getattr(device, entry.name) for entry in fields_of(device) if entry.name in RESOURCES}


def all_subjects(reports: Iterable[Parsed], family: str | None = None) -> tuple[Subject, ...]:
    """The designs of all usable reports."""
    return tuple(subject for parsed in reports if parsed.usable for subject in subjects_of(parsed, family))
