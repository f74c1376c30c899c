# SPDX-License-Identifier: Apache-2.0
"""Vivado `report_utilization`, flat: a whole report, hls4ml's `vivado_synth.rpt`, or a table that somebody quoted.

The report says most numbers twice (a total and its parts, a count and its share, sites and primitives): what does not
agree is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from reports.errors import ReportError
from reports.parsed import Draft, Figures, Module
from reports.parsers.vivado_sections import Section, Site, sections, sites, sites_of, unsound
from reports.parsers.vivado_text import TOOL, command_of, lines_after_head, number
from reports.source import Source

WHOLE, HLS4ML, FRAGMENT = "vivado_util", "hls4ml_vivado_synth_rpt", "vivado_util_fragment"
TITLE = "Utilization Design Information"
MOST_LINES = 200_000
_TABLE = re.compile(r"^\| +Site Type +\| +Used +\|.*\| *Util% *\| *$", re.MULTILINE)
_ROWS = {
    "lut": ("Slice LUTs", "CLB LUTs"),
    "ff": ("Slice Registers", "CLB Registers", "Registers"),
    "lutram": ("LUT as Memory",),
    "bram18": ("Block RAM Tile",),
    "uram": ("URAM",),
    "dsp": ("DSPs", "DSP Slices"),
}
# Versal's sites, where no total stands above them. Their order matters: the first tells what is available.
_PARTS = {"bram18": {"RAMB36E5": 2, "RAMB18E5": 1}, "dsp": {"DSP58": 1}}
# Sections that use the names of figures for something else.
_ASIDE = ("SLR", "CLB Distribution", "CLB Logic Distribution", "Slice Logic Distribution")
_FIGURE_OF = {name: figure for figure, names in _ROWS.items() for name in names}
_NEEDED = ("lut", "ff", "bram18", "dsp")
_PRIMITIVES = {
    "RAMB36/FIFO": re.compile(r"(RAMB|FIFO)36E[12]"),
    "RAMB18": re.compile(r"(RAMB|FIFO)18E[12]"),
    "DSPs": re.compile(r"DSP48E[12]"),
}


def recognise(source: Source) -> str | None:
    """Which of the three kinds, or None."""
    head = source.head
    if not TOOL.search(head):
        return FRAGMENT if _TABLE.search(head) else None
    if not re.search(rf"^{TITLE}\s*$", head, re.MULTILINE) or "Utilization by Hierarchy" in head:
        return None
    return HLS4ML if "vivado_synth.rpt" in (command_of(head) or "") else WHOLE


def read(source: Source, draft: Draft) -> None:
    """Figures of the first table that has them; SLR tables repeat the names and do not count."""
    if draft.kind == FRAGMENT:
        _read_fragment(source, draft)
        return
    lines = list(islice(lines_after_head(source, draft, ("Design", "Device", "Command", "Design State")), MOST_LINES))
    if len(lines) == MOST_LINES:
        raise ReportError(source.name, f"has more than {MOST_LINES} lines; not a flat utilization report")
    parts = sections(lines, draft)
    rows = list(_rows([part for part in parts if not part.title.startswith(_ASIDE)], draft))
    _fill(rows, draft)
    _compare_sections(rows, parts, draft)
    _primitives(rows, parts, draft)
    _black_boxes(parts, draft)
    for name in _NEEDED:
        if draft.value(name) is None:
            draft.problem("its row is missing or not whole", field=name)
    if draft.complete and not any(draft.value(name) for name in ("lut", "ff", "bram18", "dsp")):
        draft.problem("counts nothing at all; is the logic in black boxes?", field="lut", incomplete=False)
    _set_part_aside(source, draft)


def _read_fragment(source: Source, draft: Draft) -> None:
    draft.tool = "Vivado"
    part = Section("", 1, list(islice(source.lines(), MOST_LINES)))
    rows = list(_rows([part], draft))
    _fill(rows, draft)
    draft.problem("is a table out of a report: no tool version, device or design state; not a whole report")


def _add_parts(rows: list[Site], draft: Draft) -> None:
    """Versal reports without a row of block RAM tiles, and tables that somebody shortened."""
    for figure, weights in _PARTS.items():
        found = [row for row in rows if row.name in weights]
        used = [row.number("Used") for row in found]
        if not found or draft.has(figure) or any(row.name in _ROWS[figure] for row in rows):
            continue
        more = figure == "dsp" and any(row.name.startswith("DSP") and row.name not in weights for row in rows)
        if more or any(count is None or count < 0 for count in used) or len({row.name for row in found}) < len(found):
            draft.problem(
                "the total is missing, and the rows below it are not all that count, or not whole",
                line=found[0].line,
                field=figure,
            )
            continue
        draft.figure(figure, sum(weights[row.name] * (count or 0) for row, count in zip(found, used, strict=True)))
        available = found[0].number("Available")
        if available is not None:
            draft.available[figure] = weights[found[0].name] * int(available)


def _rows(parts: Iterable[Section], draft: Draft) -> Iterator[Site]:
    for part in parts:
        for table in part.tables():
            wrong = unsound(table)
            if wrong:
                draft.problem(wrong[0], line=wrong[1], field=part.title)
                continue
            names = [(site.name, site.depth, site.line) for site in sites(table)]
            if "Used" in table.blocks[0][0].cells and table.blocks[0][0].cells[0] == "Site Type":
                for (name, depth, _), (other, beside, line) in pairwise(names):
                    if (name, depth) == (other, beside):
                        draft.problem(f"{name} stands twice", line=line, field=part.title)
                yield from sites(table)


def _fill(rows: list[Site], draft: Draft) -> None:
    first: dict[str, str] = {}
    for at, row in enumerate(rows):
        figure = _FIGURE_OF.get(row.name)
        if figure and first.setdefault(figure, row.name) != row.name:
            continue  # another measure: `Registers` of all kinds, and `CLB Registers` further down
        _compare_share(row, draft, figure)
        if figure is None:
            continue
        used = row.number("Used")
        if used is None or used < 0:
            draft.problem(f"is {row.cells.get('Used')!r}, not a count", line=row.line, field=figure)
            continue
        weight = 2 if figure == "bram18" else 1
        draft.figure(figure, weight * used, row.line)
        available = row.number("Available")
        if available is not None:
            draft.available.setdefault(figure, weight * int(available))
        _compare_parts(row, rows[at + 1 : at + 40], used, draft, figure)
    _add_parts(rows, draft)


def _compare_share(row: Site, draft: Draft, figure: str | None) -> None:
    used, available, share = row.number("Used"), row.number("Available"), row.number("Util%")
    if used is None or not available:
        return
    if row.cells.get("Util%", "").startswith("<"):
        agrees = 100 * used / available < 0.0101
    elif share is None:
        return
    else:
        agrees = abs(100 * used / available - share) < 0.0051
    if not agrees:
        text = f"{row.name}: {used:g} of {available:g} is not {row.cells['Util%']} %"
        draft.problem(text, line=row.line, field=figure or "")
        if figure:
            draft.withdraw(figure)


def _compare_parts(row: Site, below: list[Site], used: float, draft: Draft, figure: str) -> None:
    """A total against the rows indented below it, where the report lists all of them."""
    parts: list[Site] = []
    for other in below:
        if other.depth <= row.depth:
            break
        if other.depth == row.depth + 1:
            parts.append(other)
    values = [part.number("Used") for part in parts]
    if figure == "bram18":
        weights = [1 if part.name.startswith("RAMB36") else 0.5 for part in parts]
        parts_known = all(part.name.startswith(("RAMB36", "RAMB18")) for part in parts)
    elif figure in ("lut", "ff"):
        weights = [1.0] * len(parts)
        parts_known = all(part.name.startswith(("LUT ", "Register ")) for part in parts)
    elif figure == "dsp":
        weights = [1.0] * len(parts)
        parts_known = row.name == "DSPs" and all(part.name.endswith(" only") for part in parts)
    else:
        return
    if not parts or not parts_known or None in values or any("driven from" in part.name for part in parts):
        return
    total = sum(weight * (value or 0) for weight, value in zip(weights, values, strict=True))
    if total != used:
        draft.problem(f"is {used:g}, but its parts add up to {total:g}", line=row.line, field=figure)
        draft.withdraw(figure)


def _compare_sections(rows: list[Site], parts: list[Section], draft: Draft) -> None:
    """Flip-flops and latches against the table that sorts them by control signals."""
    registers = [row.number("Used") for row in rows if row.name in ("Register as Flip Flop", "Register as Latch")]
    summary = [part for part in parts if part.title.startswith("Summary of Registers")]
    counts = [number(site.name) for part in summary for table in part.tables() for site in sites(table)]
    known = any(row.name in ("Slice Registers", "CLB Registers") for row in rows)  # Versal has registers elsewhere too
    if known and counts and registers and None not in registers and None not in counts:
        by_type, total = sum(count or 0 for count in counts), sum(count or 0 for count in registers)
        if by_type != total:
            text = f"registers are {total:g} by site and {by_type:g} by type"
            draft.problem(text, line=summary[0].line, field="ff")
            draft.withdraw("ff")


def _primitives(rows: list[Site], parts: list[Section], draft: Draft) -> None:
    for part in (part for part in parts if part.title == "Primitives"):
        for site in sites_of(part, draft):
            used = site.number("Used")
            if used is None or site.name in draft.cells:
                draft.problem(f"{site.name} has no count, or two", line=site.line, field=part.title)
            else:
                draft.cells[site.name] = int(used)
    for row in rows:
        pattern = _PRIMITIVES.get(row.name)
        if pattern and draft.cells:
            listed = sum(count for kind, count in draft.cells.items() if pattern.fullmatch(kind))
            if listed != row.number("Used"):
                text = f"{row.name} are {row.cells.get('Used')} by site and {listed} by primitive"
                draft.problem(text, line=row.line, field=_FIGURE_OF.get(row.name, "bram18"))


def _black_boxes(parts: list[Section], draft: Draft) -> None:
    boxes = [part for part in parts if part.title == "Black Boxes"]
    for part in boxes:
        found = part.tables()
        names = [site.name for table in found for site in sites(table)]
        wrong = next((why for table in found if (why := unsound(table))), None)
        if not found or wrong or (not names and part.borders != 2):
            draft.problem("the table of black boxes is not whole", line=part.line, field=part.title)
        elif names:
            text = f"{len(names)} black boxes ({', '.join(names[:5])}); what is in them is not counted"
            draft.problem(text, line=part.line, field=part.title, incomplete=False)
            draft.details["black_boxes"] = names
    if not boxes:
        draft.problem("the section is missing", field="Black Boxes")


def _set_part_aside(source: Source, draft: Draft) -> None:
    """`-cells` and `-pblocks` report a part of the design: its figures are those of a module."""
    words = (command_of(source.head) or "").split()
    option = next((word for word in words if word in ("-cells", "-pblocks")), None)
    if option is None:
        return
    after = words[words.index(option) + 1 :]
    path = after[0].strip("{}[]") if after else option
    known = {name: value for name in _ROWS if (value := draft.value(name)) is not None}
    draft.module(Module(path, Figures(**known)))  # type: ignore[arg-type]
    draft.withdraw(*_ROWS)
    draft.available.clear()
    text = f"reports a part of the design ({option} {path}), not all of it; its figures are those of a module"
    draft.problem(text, incomplete=False)
