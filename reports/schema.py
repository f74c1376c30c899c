# SPDX-License-Identifier: Apache-2.0
"""The types of report.json, schema 1. docs/report.md tells every field; report.schema.json holds the same rules.

A figure that is not known is None here and absent in the file; it is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA = 1
PASS, FAIL = "pass", "fail"
NOT_TIMED, POST_ROUTE = "board file, not timed", "post-route"
AT_MOST, AT_LEAST = "<=", ">="


@dataclass(frozen=True)
class Exactness:
    """Two forms of the same network compared, integer by integer.

    Attributes:
        pair: what was compared: `keras=graph`, `graph=csim`, `graph=rtlsim`.
        images: images that went through both.
        values: integers compared.
        mismatches: integers that differ.
        streams: how many streams were compared.
        differing: what differs, for people.
    """

    pair: str
    images: int
    values: int
    mismatches: int
    streams: int | None = None
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accuracy:
    """Share of images classified right, 0 to 1, by the integer graph and by the Keras model."""

    dataset: str
    images: int
    graph: float
    keras: float | None = None


@dataclass(frozen=True)
class Cycles:
    """Clock cycles between the ends of successive frames without stalls: predicted, and simulated."""

    model: int
    rtlsim: int | None = None


@dataclass(frozen=True)
class Performance:
    """Speed.

    Attributes:
        cycles_per_frame: clock cycles a frame.
        latency_cycles: from the first beat in to the last beat out of one frame in an empty pipeline, simulated.
        fps: frames a second: clock over simulated cycles.
        clock_basis: where the clock comes from.
        load_cycles: from the first word on the load port to complete weights, simulated.
    """

    cycles_per_frame: Cycles
    latency_cycles: int | None = None
    fps: float | None = None
    clock_basis: str = NOT_TIMED
    load_cycles: int | None = None


@dataclass(frozen=True)
class ModuleProof:
    """Cells of one distinct module, by kind, without those of its submodules.

    Attributes:
        levels: most LUTs between registers (or its ports), with what is below it.
        sites: estimate of the LUT sites that its cells take when small LUTs share them.
    """

    name: str
    instances: int
    cells: Mapping[str, int]
    levels: int | None = None
    sites: int | None = None


@dataclass(frozen=True)
class DspLocation:
    """A DSP block: module, name in the netlist, kind, and the source line of the product where it is known."""

    module: str
    cell: str
    kind: str
    place: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.cell} in module {self.module}" + (f" ({self.place})" if self.place else "")


@dataclass(frozen=True)
class Resource:
    """What a whole design costs, by one tool for one family.

    Attributes:
        stage: `estimate` for predicted figures, `synth` for a mapped netlist, `csynth` for a vendor's HLS, `impl` after
            place and route.
        source: `rtl` or `hls`.
        tool, version: who says so.
        family: xcup, xc7, ecp5 or nexus.
        lut: LUTs by the rule of docs/report.md.
        dsp: DSP blocks and multipliers of every kind.
        bram18: block RAMs of 18 Kb.
        ff, uram: flip-flops, UltraRAMs.
        carry: CARRY4 or CCU2C.
        lutram: LUTs (ECP5: cells) of distributed RAM.
        levels: most LUTs on a path between registers.
        sites: estimate of the LUT sites taken when small LUTs share them.
        cells: cells of the netlist by kind.
        modules: the same by distinct module; times instances they add up to `cells`.
        dsp_kinds: the kinds looked for and counted as DSP.
        dsp_cells: where each DSP block is.
    """

    stage: str
    source: str
    tool: str
    version: str
    family: str
    lut: int
    dsp: int
    bram18: int
    ff: int | None = None
    uram: int | None = None
    carry: int | None = None
    lutram: int | None = None
    levels: int | None = None
    sites: int | None = None
    cells: Mapping[str, int] = field(default_factory=dict)
    modules: tuple[ModuleProof, ...] = ()
    dsp_kinds: tuple[str, ...] = ()
    dsp_cells: tuple[DspLocation, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One op of the graph as it was built; cycles a frame, cells with everything that belongs to it."""

    name: str
    op: str
    cycles: int
    pe: int | None = None
    simd: int | None = None
    stream_channels: int | None = None
    memory: str | None = None
    lut: int | None = None
    ff: int | None = None
    bram18: int | None = None
    uram: int | None = None
    dsp: int | None = None
    macs: int | None = None


@dataclass(frozen=True)
class Fifo:
    """A FIFO: depth in beats, and the highest occupancy seen in simulation."""

    name: str
    depth: int
    peak: int


@dataclass(frozen=True)
class Gate:
    """A limit, what was found, and whether it holds.

    Attributes:
        name: what is limited.
        limit, value: in `unit`.
        status: pass or fail.
        rule: `<=` (value at most limit) or `>=`.
        subject: which row or pair, where there are several.
        unit: of limit and value.
        text: what to look at, where it failed.
    """

    name: str
    limit: float
    value: float
    status: str
    rule: str = AT_MOST
    subject: str | None = None
    unit: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Weights:
    """Where the weights come from: a file's name and its sha256, or `seeded random` and the digest of the graph."""

    source: str
    digest: str


@dataclass(frozen=True)
class NotRun:
    """A stage that did not run, and why. It is never a pass."""

    stage: str
    reason: str


@dataclass(frozen=True)
class Device:
    """What the part of a board has; BRAM in 18 Kb units."""

    part: str
    family: str
    lut: int
    ff: int
    bram18: int
    uram: int
    dsp: int


@dataclass(frozen=True)
class Report:
    """report.json."""

    model: str
    board: str
    digest: str
    clock_mhz: float
    exactness: tuple[Exactness, ...]
    performance: Performance
    resources: tuple[Resource, ...]
    layers: tuple[Layer, ...]
    gates: tuple[Gate, ...]
    not_run: tuple[NotRun, ...]
    accuracy: Accuracy | None = None
    weights: Weights | None = None
    device: Device | None = None
    fifos: tuple[Fifo, ...] = ()
    rewrites: tuple[str, ...] = ()
    schema: int = SCHEMA

    @property
    def passed(self) -> bool:
        """Whether gates ran and all of them hold."""
        return bool(self.gates) and all(gate.status == PASS for gate in self.gates)

    def rows(self, stage: str) -> tuple[Resource, ...]:
        """Resource rows of a stage."""
        return tuple(row for row in self.resources if row.stage == stage)

    def pair(self, name: str) -> Exactness | None:
        """The comparison of a name such as `graph=rtlsim`."""
        return next((row for row in self.exactness if row.pair == name), None)
