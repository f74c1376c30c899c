# SPDX-License-Identifier: Apache-2.0
"""What a report proves and measures: cells by kind with their DSP blocks, resource rows, exactness, FIFOs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reports.cells import count, dsp_kinds
from reports.errors import ReportError
from reports.page.collect import Build
from reports.page.figures import label, percent
from reports.page.markup import Html, element, join, name, shown
from reports.page.sections import MOST_ROWS, bar, figure_cell, table
from reports.schema import Report, Resource
from reports.table import number

_COLUMNS = ("lut", "ff", "bram18", "uram", "dsp", "carry", "lutram", "sites", "levels")


class Proof(NamedTuple):
    """Cells of a whole design, and what of them is a DSP block."""

    title: str
    family: str
    dsp: float
    cells: Mapping[str, int]
    kinds: tuple[str, ...]
    row: Resource | None = None


def proofs(build: Build) -> Iterator[Proof]:
    """Of every mapped netlist in a report."""
    if build.report is not None:
        for row in build.report.resources:
            if row.stage != "estimate" and row.cells:
                kinds = row.dsp_kinds or _kinds(row.family)
                yield Proof(f"{row.stage} {row.source} {row.family}", row.family, row.dsp, row.cells, kinds, row)
    elif build.parsed.usable and build.parsed.cells and build.parsed.figures.dsp is not None:
        family = build.parsed.family or ""
        title = f"{build.parsed.stage or ''} {family}".strip()
        yield Proof(title, family, build.parsed.figures.dsp, build.parsed.cells, _kinds(family))


def proof_section(build: Build) -> Html:
    """The proof of zero DSP blocks, or that there is none."""
    found = [_proof(proof) for proof in proofs(build)]
    if found:
        return join(found)
    given = build.figures().get("dsp")
    if given is None:
        return element("p", "The report gives no DSP figure, and no cells that would prove one.", class_="muted")
    text = f"The report counts {number(given)} DSP blocks; it lists no cells that would prove the count."
    return element("p", text, class_="muted")


def _proof(proof: Proof) -> Html:
    total = sum(proof.cells.values())
    verdict = "No DSP block" if proof.dsp == 0 else f"{number(proof.dsp)} DSP blocks"
    told = f" among {number(total)} cells of {sum(n > 0 for n in proof.cells.values())} kinds"
    title = element("p", element("strong", verdict), told, f" ({shown(proof.title)}).", class_="proof-line")
    chips = [
        element("li", element("code", shown(kind, 40)), f" {number(proof.cells.get(kind, 0))}", class_="chip")
        for kind in proof.kinds[:MOST_ROWS]
    ]
    looked = element("p", "DSP kinds looked for, and how many of each were found:", class_="muted")
    parts = [title, looked, element("ul", *chips, class_="chips"), _places(proof), _cells(proof, total)]
    if proof.row is not None and proof.row.modules:
        parts.append(_modules(proof.row))
    return element("div", *parts, class_="proof good" if proof.dsp == 0 else "proof bad")


def _places(proof: Proof) -> Html:
    cells = proof.row.dsp_cells if proof.row else ()
    items = [element("li", name(str(cell))) for cell in cells[:MOST_ROWS]]
    if len(cells) > MOST_ROWS:
        items.append(element("li", f"{len(cells) - MOST_ROWS:,} more", class_="muted"))
    return element("ul", *items) if items else Html("")


def _cells(proof: Proof, total: int) -> Html:
    ranked = sorted(((kind, n) for kind, n in proof.cells.items() if n), key=lambda item: -item[1])
    rows = [
        element(
            "tr",
            element("th", element("code", shown(kind, 60)), scope="row"),
            figure_cell(n, number(n), bar(n / total)),
            element("td", _counts_as(kind, proof.family)),
        )
        for kind, n in ranked[:MOST_ROWS]
    ]
    inner = table(f"Every cell by kind, {shown(proof.title)}", ("Cell", "Count", "Counts as"), rows, len(ranked), (1,))
    return _fold(f"Cells by kind ({len(ranked):,})", inner)


def _modules(row: Resource) -> Html:
    rows = []
    for module in row.modules[:MOST_ROWS]:
        spent = count({kind: n for kind, n in module.cells.items() if n}, row.family)
        cells = [
            figure_cell(module.instances),
            *(figure_cell(getattr(spent, n)) for n in ("lut", "ff", "bram18", "dsp")),
            *(figure_cell(value) for value in (module.sites, module.levels)),
        ]
        rows.append(element("tr", element("th", name(module.name), scope="row"), *cells))
    head = ("Module", "Instances", "LUT each", "FF each", "BRAM18 each", "DSP each", "Sites each", "Levels")
    inner = table("Cells of each distinct module, without its submodules", head, rows, len(row.modules), range(1, 8))
    return _fold(f"By distinct module ({len(row.modules):,})", inner)


def resources(report: Report) -> Html:
    """Every row of resources, and what the device has."""
    rows = []
    device = report.device
    for row in report.resources[:MOST_ROWS]:
        ours = device is not None and device.family == row.family
        cells = [_amount(getattr(row, n), getattr(device, n, None) if ours else None) for n in _COLUMNS]
        texts = (row.stage, row.source, f"{row.tool} {row.version}", row.family)
        first, *others = map(name, texts)
        rows.append(element("tr", element("th", first, scope="row"), *(element("td", x) for x in others), *cells))
    if device is not None:
        cells = [_amount(getattr(device, n, None), None) for n in _COLUMNS]
        part = [element("th", "device", scope="row"), element("td"), element("td", name(device.part))]
        rows.append(element("tr", *part, element("td", name(device.family)), *cells, class_="device"))
    head = ("Stage", "Source", "Tool", "Family", *map(label, _COLUMNS))
    return table("Resources by stage, tool and family", head, rows, None, range(4, 4 + len(_COLUMNS)))


def _amount(value: float | None, has: float | None) -> Html:
    parts: list[str] = [number(value)]
    if value is not None and has:
        parts.append(element("span", percent(value / has), class_="step"))
    return figure_cell(value, *parts)


def exactness(report: Report) -> Html:
    """Comparisons integer by integer."""
    rows = [
        element(
            "tr",
            element("th", name(row.pair), scope="row"),
            *(figure_cell(value) for value in (row.images, row.streams, row.values)),
            figure_cell(row.mismatches, state="bad" if row.mismatches else "good"),
        )
        for row in report.exactness[:MOST_ROWS]
    ]  # fmt: skip
    head = ("Pair", "Images", "Streams", "Integers compared", "Mismatches")
    return table("Two forms of the network, integer by integer", head, rows, len(report.exactness), range(1, 5))


def fifos(report: Report) -> Html:
    """Depth and highest occupancy, the deepest first."""
    ranked = sorted(report.fifos, key=lambda fifo: -fifo.depth)
    rows = [
        element(
            "tr",
            element("th", name(fifo.name), scope="row"),
            figure_cell(fifo.depth),
            figure_cell(fifo.peak, number(fifo.peak), bar(fifo.peak / fifo.depth if fifo.depth else 2.0)),
        )
        for fifo in ranked[:MOST_ROWS]
    ]  # fmt: skip
    inner = table("FIFOs, in beats", ("FIFO", "Depth", "Highest occupancy"), rows, len(ranked), (1, 2))
    return _fold(f"FIFOs ({len(ranked):,})", inner)


def _fold(title: str, inner: Html) -> Html:
    return element("details", element("summary", title), inner)


def _kinds(family: str) -> tuple[str, ...]:
    try:
        return dsp_kinds(family)
    except (ReportError, KeyError):
        return ()


def _counts_as(kind: str, family: str) -> str:
    """What one cell counts as; nothing is told of a kind or family without a table."""
    try:
        cost = count({kind: 1}, family)
    except (ReportError, KeyError):
        return "not told"
    names = ("lut", "ff", "bram18", "uram", "dsp", "carry")
    return ", ".join(f"{getattr(cost, n)} {label(n)}" for n in names if getattr(cost, n)) or "nothing"
