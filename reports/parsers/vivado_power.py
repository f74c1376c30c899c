# SPDX-License-Identifier: Apache-2.0
"""Vivado `report_power`: total, dynamic and static power on chip, with the confidence of the estimate."""

from __future__ import annotations

import re
from itertools import islice

from reports.parsed import SYNTH, Draft, Figures, Module
from reports.parsers.vivado_sections import Section, sections, sites_of
from reports.parsers.vivado_text import TOOL, lines_after_head
from reports.source import Source

KIND = "vivado_power"
_FIGURES = {
    "Total On-Chip Power (W)": "power_w",
    "Dynamic (W)": "power_dynamic_w",
    "Device Static (W)": "power_static_w",
}
_DETAILS = {
    "Confidence Level": "confidence",
    "Junction Temperature (C)": "junction_c",
    "Simulation Activity File": "activity_file",
    "Setting File": "setting_file",
    "Design Power Budget (W)": "budget_w",
    "Power Budget Margin (W)": "margin_w",
}
_ROUNDING = 0.0021  # three decimals each in a sum of two
_VALUE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(?: \(([^()]*)\))?")
_MOST_LINES = 2_000_000


def recognise(source: Source) -> str | None:
    """`vivado_power` or None."""
    head = source.head
    return KIND if TOOL.search(head) and re.search(r"^Power Report\s*$", head, re.MULTILINE) else None


def read(source: Source, draft: Draft) -> None:
    """Figures of the summary; power by hierarchy as modules."""
    needed = ("Design", "Device", "Command", "Design State")
    parts = sections(list(islice(lines_after_head(source, draft, needed), _MOST_LINES)), draft)
    by_title = {part.title: part for part in parts}
    summary = _pairs(by_title.get("Summary"), draft)
    for key, name in _FIGURES.items():
        _figure(name, summary.get(key), draft)
    for key, detail in _DETAILS.items():
        if key in summary:
            draft.details[detail] = summary[key][0]
    if summary.get("Confidence Level", ("",))[0] not in ("Low", "Medium", "High"):
        draft.problem("is missing or not known", field="Confidence Level")
    _sum(draft)
    _compare_components(by_title.get("On-Chip Components"), draft)
    _hierarchy(by_title.get("By Hierarchy"), draft)
    if draft.stage == SYNTH:
        draft.details["basis"] = "a design that is not placed"


def _pairs(part: Section | None, draft: Draft) -> dict[str, tuple[str, int]]:
    """Rows `| key | value |` of a table without a header."""
    found: dict[str, tuple[str, int]] = {}
    if part is None:
        draft.problem("the section is missing", field="Summary")
        return found
    for table in part.tables():
        if table.broken or not table.closed:
            draft.problem("the table is not whole", line=table.first, field=part.title)
            continue
        for row in (row for block in table.blocks for row in block if len(row.cells) == 2):
            key, value = row.cells
            if key in found:
                draft.problem("stands twice", line=row.number, field=key)
            found[key] = value, row.number
    return found


def _figure(name: str, cell: tuple[str, int] | None, draft: Draft) -> None:
    if cell is None:
        draft.problem("its row is missing", field=name)
        return
    text, line = cell
    match = _VALUE.fullmatch(text)
    if match:
        draft.figure(name, float(match.group(1)), line)
        if match.group(2):
            draft.details["remark"] = match.group(2)
    elif text.startswith("<") or text in ("NA", "---", "-"):
        draft.unknown(name, text, line)
    else:
        draft.problem(f"is {text[:40]!r}, not a power", line=line, field=name)


def _sum(draft: Draft) -> None:
    total, dynamic, static = (draft.value(name) for name in _FIGURES.values())
    if total is not None and dynamic is not None and static is not None and abs(total - dynamic - static) > _ROUNDING:
        draft.problem(f"is {total}, but dynamic {dynamic} and static {static} were added", field="power_w")
        draft.withdraw(*_FIGURES.values())


def _compare_components(part: Section | None, draft: Draft) -> None:
    """The table of components ends in static power and the total."""
    if part is None:
        draft.problem("the section is missing", field="On-Chip Components")
        return
    for site in sites_of(part, draft):
        name = {"Total": "power_w", "Static Power": "power_static_w"}.get(site.name, "")
        said, value = draft.value(name), site.number("Power (W)")
        if said is not None and value is not None and abs(said - value) > 0.0011:
            draft.problem(f"is {said} in the summary and {value} here", line=site.line, field=name)
            draft.withdraw(name)


def _hierarchy(part: Section | None, draft: Draft) -> None:
    if part is None:
        return  # written with -no_hier or cut; the table of contents tells which
    stack: list[str] = []
    seen: set[str] = set()
    for site in sites_of(part, draft):
        del stack[site.depth :]
        stack.append(site.name)
        value = site.number("Power (W)")
        if "/".join(stack) in seen or not _VALUE.fullmatch(site.cells.get("Power (W)", "").removeprefix("<")):
            draft.problem("stands twice, or has no power", line=site.line, field=site.name)
            continue
        seen.add("/".join(stack))
        literal = {} if value is not None else {"power_dynamic_w": site.cells.get("Power (W)", "")}
        draft.module(Module("/".join(stack), Figures(power_dynamic_w=value), unknown=literal))
        dynamic = draft.value("power_dynamic_w")
        if len(stack) == 1 and value is not None and dynamic is not None and abs(value - dynamic) > 0.0011:
            draft.problem(f"is {dynamic} in the summary and {value} here", line=site.line, field="power_dynamic_w")
            draft.withdraw("power_dynamic_w")
    if not seen:
        draft.problem("has no whole table", line=part.line, field=part.title)
