# SPDX-License-Identifier: Apache-2.0
"""A report for people: terminal table and markdown, with the proof of zero DSP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reports.cells import count
from reports.schema import PASS, Gate, Report, Resource
from reports.table import NONE, Table, escape, to_markdown, to_text
from reports.table import clean as clean
from reports.table import number as number
from reports.text import write_atomic


def tables(report: Report) -> Iterator[Table]:
    """Everything a report holds, most important first."""
    yield gate_table(report.gates)
    if report.exactness:
        yield Table(
            "Exactness",
            ("pair", "images", "values", "mismatches"),
            tuple((e.pair, number(e.images), number(e.values), number(e.mismatches)) for e in report.exactness),
        )
    yield _performance(report)
    yield _resources(report)
    for row in report.resources:
        if row.stage != "estimate" and row.cells:
            yield _proof(row)
    if report.layers:
        yield _layers(report)
    if report.fifos:
        deepest = sorted(report.fifos, key=lambda f: -f.depth)
        rows = tuple((f.name, number(f.depth), number(f.peak)) for f in deepest)
        yield Table("FIFOs (beats)", ("fifo", "depth", "peak"), rows)
    if report.not_run:
        yield Table("Not run", ("stage", "reason"), tuple((n.stage, n.reason) for n in report.not_run))


def gate_table(gates: Sequence[Gate]) -> Table:
    """Gates with their limits."""
    rows = tuple(
        (
            gate.status if gate.status == PASS else gate.status.upper(),
            gate.name,
            gate.subject or NONE,
            f"{number(gate.value)} {gate.rule} {number(gate.limit)}",
            " ".join(part for part in (gate.unit, gate.text) if part) or NONE,
        )
        for gate in gates
    )
    return Table("Gates", ("status", "gate", "of", "value, limit", "remark"), rows)


def _performance(report: Report) -> Table:
    speed = report.performance
    rows = [
        ("cycles a frame, predicted", number(speed.cycles_per_frame.model)),
        ("cycles a frame, simulated", number(speed.cycles_per_frame.rtlsim)),
        ("latency, cycles", number(speed.latency_cycles)),
        ("clock", f"{number(report.clock_mhz)} MHz ({speed.clock_basis})"),
        ("frames a second", number(speed.fps)),
    ]
    if report.accuracy is not None:
        accuracy = report.accuracy
        on = f"{accuracy.dataset}, {number(accuracy.images)} images"
        rows.append((f"accuracy of the integer graph ({on})", f"{accuracy.graph:.2%}"))
        if accuracy.keras is not None:
            rows.append((f"accuracy of the Keras model ({on})", f"{accuracy.keras:.2%}"))
    return Table("Speed and accuracy", ("figure", "value"), tuple(rows))


def _resources(report: Report) -> Table:
    names = ("lut", "sites", "ff", "bram18", "uram", "dsp", "carry", "levels")
    rows = [
        (row.stage, row.source, f"{row.tool} {row.version}", row.family, *(number(getattr(row, n)) for n in names))
        for row in report.resources
    ]
    device = report.device
    if device is not None:
        has = [number(getattr(device, name, None)) for name in names]
        rows.append(("device", NONE, device.part, device.family, *has))
    return Table("Resources", ("stage", "source", "tool", "family", *names), tuple(rows))


def _proof(row: Resource) -> Table:
    """Which cells the design is made of, and that none is a DSP block."""
    title = f"Proof: every cell of {row.source} for {row.family}"
    return proof_table(title, row.cells, row.family, row.dsp_kinds, [f"{cell}." for cell in row.dsp_cells[:20]])


def proof_table(
    title: str, cells: Mapping[str, int], family: str, dsp_kinds: Sequence[str], places: Sequence[str] = ()
) -> Table:
    """Every cell of a mapped netlist, what it counts as, and which kinds of DSP blocks were looked for.

    Args:
        cells: leaf cells by kind.
        dsp_kinds: every kind that the family could have.
        places: where DSP blocks are, one line each.
    """
    kinds = [kind for kind, n in cells.items() if n]
    found = ", ".join(f"{kind} {cells.get(kind, 0)}" for kind in dsp_kinds)
    dsp = sum(cells.get(kind, 0) for kind in dsp_kinds)
    verdict = "no DSP block" if dsp == 0 else f"{dsp} DSP blocks"
    note = f"DSP-capable kinds looked for and found (inference on): {found}. In all: {verdict}."
    rows = tuple((kind, number(cells[kind]), _cost(kind, family)) for kind in kinds)
    return Table(title, ("cell", "count", "counts as"), rows, "\n".join([note, *places]))


def _cost(kind: str, family: str) -> str:
    cost = count({kind: 1}, family)
    names = [("lut", cost.lut), ("ff", cost.ff), ("bram18", cost.bram18), ("uram", cost.uram), ("DSP", cost.dsp)]
    names += [("carry", cost.carry)] + ([("lutram", cost.lutram)] if not cost.lut else [])
    return ", ".join(f"{n} {name}" for name, n in names if n) or "nothing"


def _layers(report: Report) -> Table:
    names = ("pe", "simd", "stream_channels", "cycles", "lut", "ff", "bram18", "uram", "macs")
    shown = [name for name in names if any(getattr(layer, name) is not None for layer in report.layers)]
    rows = tuple((x.name, x.op, *(number(getattr(x, name)) for name in shown)) for x in report.layers)
    return Table("Layers", ("name", "op", *shown), rows)


def headline(report: Report) -> str:
    """One line: whether it passes, and the figures that matter."""
    verdict = "PASS" if report.passed else "FAIL"
    rows = [f"{r.family}: {r.dsp} DSP, {number(r.lut)} LUT" for r in report.resources if r.stage != "estimate"]
    return clean(f"{verdict}: {report.model} on {report.board}; {'; '.join(rows) or 'nothing synthesised'}")


def text(report: Report) -> str:
    """The whole report for the terminal."""
    return "\n\n".join([headline(report), *map(to_text, tables(report))]) + "\n"


LONG = ("Proof", "Layers", "FIFOs")


def brief(report: Report) -> str:
    """The report for the end of a build: without cells, layers and FIFOs."""
    short = [table for table in tables(report) if not table.title.startswith(LONG)]
    return "\n\n".join([*map(to_text, short), headline(report)]) + "\n"


def markdown(report: Report) -> str:
    """The whole report in markdown."""
    parts = [f"# {escape(headline(report))}", f"Digest of the design: `{report.digest}`"]
    return "\n\n".join([*parts, *map(to_markdown, tables(report))]) + "\n"


def write_summary(path: Path, report: Report) -> None:
    """Write the markdown of a report (summary.md).

    Raises:
        ReportError: the file cannot be written.
    """
    write_atomic(path, markdown(report))
