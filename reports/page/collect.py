# SPDX-License-Identifier: Apache-2.0
"""Reports to designs: builds of the same design in the order they were given, each with its verdict."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from reports.page.markup import shown
from reports.page.tree import Tree, tree_of_layers, tree_of_modules
from reports.parsed import Parsed
from reports.schema import PASS as HOLDS
from reports.schema import Gate, NotRun, Report, Resource
from reports.verdict import ERROR, Finding, Verdict

PASS, UNGATED, FAIL, UNUSABLE = "pass", "no gate", "fail", "unusable"
_WORST = (PASS, UNGATED, FAIL, UNUSABLE)
_BEST_ROW = ("impl", "synth", "csynth", "estimate")
Basis = tuple[str, ...]


@dataclass(frozen=True)
class Build:
    """One report.

    Attributes:
        parsed: what was read.
        label: what the page calls it.
        findings: of a budget that it was held against.
    """

    parsed: Parsed
    label: str
    findings: tuple[Finding, ...] = ()

    @property
    def report(self) -> Report | None:
        """The report.json, where it is one that can be used."""
        return self.parsed.report if self.parsed.usable else None

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Gates of a budget, and those that a report.json recorded and the budget does not ask again."""
        held = tuple(finding.gate for finding in self.findings if finding.gate is not None)
        known = {(gate.name, gate.subject) for gate in held}
        recorded = self.report.gates if self.report else ()
        return held + tuple(gate for gate in recorded if (gate.name, gate.subject) not in known)

    @property
    def not_run(self) -> tuple[NotRun, ...]:
        """Stages that did not run."""
        return self.report.not_run if self.report else ()

    @property
    def verdict(self) -> str:
        """`unusable`, `fail`, `no gate` or `pass`; only gates that ran and hold make a pass."""
        if not self.parsed.usable or any(finding.status == ERROR for finding in self.findings):
            return UNUSABLE
        if any(gate.status != HOLDS for gate in self.gates):
            return FAIL
        return PASS if self.gates else UNGATED

    @property
    def design(self) -> tuple[str, ...]:
        """What it is a build of; a file that nothing is known of stands alone."""
        if self.parsed.report is not None:
            return (self.parsed.kind, self.parsed.report.model, self.parsed.report.board)
        if self.parsed.top is None and self.parsed.device is None and not self.parsed.usable:
            return (self.parsed.kind, self.parsed.file)
        return (self.parsed.kind, self.parsed.top or "", self.parsed.device or "")

    @property
    def row(self) -> Resource | None:
        """The row that counts: of the board's own family, of the stage nearest to the hardware."""
        if self.report is None:
            return None
        device = self.report.device
        rows = [row for row in self.report.resources if device is None or row.family == device.family]
        return min(rows, key=lambda row: _rank(row.stage), default=None)

    @property
    def basis(self) -> Basis:
        """What its resources rest on; figures of another basis are not compared."""
        row = self.row
        if row is not None:
            return (row.stage, row.source, row.family)
        return (self.parsed.stage or "",)

    def figures(self, basis: Basis | None = None) -> dict[str, float]:
        """Figures of the whole design on a basis; its own if None. An unusable report has none."""
        if not self.parsed.usable:
            return {}
        if self.report is None:
            return self.parsed.figures.known() if basis in (None, self.basis) else {}
        rows = [row for row in self.report.resources if (row.stage, row.source, row.family) == (basis or self.basis)]
        return {**(_resources(rows[0]) if rows else {}), **_speed(self.report)}

    @property
    def available(self) -> dict[str, float]:
        """What the device has."""
        device = self.report.device if self.report else None
        if device is None:
            return dict(self.parsed.available)
        return {name: getattr(device, name) for name in ("lut", "ff", "bram18", "uram", "dsp")}

    def tree(self) -> Tree | None:
        """Its hierarchy; layers where it is a report.json."""
        if self.report is not None:
            return tree_of_layers(self.report, self._mapped())
        return tree_of_modules(self.parsed.modules, self.parsed.modules_left_out)

    def _mapped(self) -> Resource | None:
        """The row whose cells the layers share out: the only mapped netlist of the board's family."""
        report = self.report
        if report is None or report.device is None:
            return None
        rows = [row for row in report.resources if row.stage == "synth" and row.family == report.device.family]
        return rows[0] if len(rows) == 1 else None


@dataclass(frozen=True)
class Design:
    """Builds of one design, oldest first."""

    builds: tuple[Build, ...]

    @property
    def last(self) -> Build:
        """The build that the page is about."""
        return self.builds[-1]

    @property
    def title(self) -> str:
        """Its name."""
        parsed = self.last.parsed
        if parsed.report is not None:
            return f"{shown(parsed.report.model)} on {shown(parsed.report.board)}"
        return shown(parsed.top) if parsed.top else self.last.label

    @property
    def verdict(self) -> str:
        """Of the last build; a file of its history that cannot be used makes it unusable too."""
        if any(build.verdict == UNUSABLE for build in self.builds):
            return UNUSABLE
        return self.last.verdict


def designs_of(reports: Iterable[Parsed], judged: Verdict | None = None) -> tuple[Design, ...]:
    """Designs in the order of their first builds; the builds of each in the order they were given.

    Args:
        reports: oldest build first.
        judged: what a budget says of the last builds; each finding goes to the build whose file it names.
    """
    given = list(reports)
    found = judged.findings if judged else ()
    grouped: dict[tuple[str, ...], list[Build]] = {}
    for parsed, text in zip(given, labels([parsed.file for parsed in given]), strict=True):
        build = Build(parsed, text, tuple(finding for finding in found if finding.file == parsed.file))
        grouped.setdefault(build.design, []).append(build)
    return tuple(Design(tuple(builds)) for builds in grouped.values())


def verdict_of(designs: Sequence[Design], judged: Verdict | None = None) -> str:
    """The worst of all designs; no design at all, or a budget that cannot be told, is unusable."""
    if judged is not None and judged.of(ERROR):
        return UNUSABLE
    return max((design.verdict for design in designs), key=_WORST.index, default=UNUSABLE)


def labels(files: Sequence[str]) -> list[str]:
    """What tells the files apart: their paths without the folders, and the name, that all share.

    >>> labels(["runs/1/report.json", "runs/2/report.json"]), labels(["a/x.rpt", "a/y.rpt"]), labels(["a/x.rpt"])
    (['1', '2'], ['x.rpt', 'y.rpt'], ['x.rpt'])
    """
    paths = [PurePath(file) for file in files]
    if len(set(paths)) == 1:
        return [shown(path.name or str(path)) for path in paths]
    if len({path.name for path in paths}) == 1:
        paths = [path.parent for path in paths]
    try:
        common = os.path.commonpath([path.parent for path in paths])
    except ValueError:
        common = ""
    return [shown(os.path.relpath(path, common) if common else str(path)) for path in paths]


def _rank(stage: str) -> int:
    return _BEST_ROW.index(stage) if stage in _BEST_ROW else len(_BEST_ROW)


def _resources(row: Resource) -> dict[str, float]:
    names = ("lut", "ff", "bram18", "uram", "dsp", "lutram", "carry")
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _speed(report: Report) -> dict[str, float]:
    speed = report.performance
    given = {
        "fps": speed.fps,
        "cycles": speed.cycles_per_frame.rtlsim,
        "cycles_model": speed.cycles_per_frame.model,
        "latency_cycles": speed.latency_cycles,
        "accuracy": round(100 * report.accuracy.graph, 6) if report.accuracy else None,
        "clock_mhz": report.clock_mhz,
    }
    return {name: value for name, value in given.items() if value is not None}
