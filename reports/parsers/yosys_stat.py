# SPDX-License-Identifier: Apache-2.0
"""Yosys `stat`, as JSON and as text, of old (0.33) and new (0.70) layout, alone or in a log; of several, the last.

Counts come from the modules, and must agree with the design hierarchy where the report has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from reports.cells import count, infer_family
from reports.errors import ReportError, UnknownCellError
from reports.parsed import SYNTH, Draft, Figures
from reports.parsed import Module as Row
from reports.parsers.yosys_layout import START, Layout, Module, json_layout, text_layout
from reports.source import Line, Source

JSON, TEXT = "yosys_stat_json", "yosys_stat_text"
LARGEST = 16 * 2**20
MOST_ROWS = 250_000
"""Places of modules in a hierarchy; a few lines can make any number of them."""

_VERSION = re.compile(r"^\s*Yosys [0-9]", re.MULTILINE)
_DEEPEST = 200


@dataclass(frozen=True)
class Stat:
    """One `stat` report.

    Attributes:
        kind: `yosys_stat_json` or `yosys_stat_text`.
        version: of Yosys, where the report says it.
        modules: by name, without Yosys' leading backslash.
        top: the module that no other holds, or that the report names.
        total: leaf cells of the whole design by kind.
    """

    kind: str
    version: str | None
    modules: Mapping[str, Module]
    top: str
    total: Mapping[str, int] = field(default_factory=dict)


def recognise(source: Source) -> str | None:
    """`yosys_stat_json`, `yosys_stat_text` or None; a log may bring its statistics late."""
    found = looks_like(source.head)
    if found is None and not source.head.lstrip().startswith(("{", "<")):
        return TEXT if any(START in line.text for line in source.lines()) else None
    return found


def read(source: Source, draft: Draft) -> None:
    """Figures of the mapped netlist: a cell kind that is not listed is zero."""
    draft.tool, draft.stage = "Yosys", SYNTH
    if draft.kind == JSON and len(source.text) > LARGEST:
        raise ReportError(source.name, f"is larger than {LARGEST} characters; not a report of `stat -json`")
    found = json_layout(source.text, source.name) if draft.kind == JSON else text_layout(source.lines(), source.name)
    stat = _finish(draft.kind, found, source.name)
    draft.version, draft.top = stat.version, stat.top
    if not found.ended:
        draft.problem("does not end in an empty line, as statistics do: further modules may be lost (truncated?)")
    draft.cells = dict(stat.total)
    draft.family = draft.family or infer_family(stat.total)
    if draft.family is None:
        kinds = ", ".join(sorted(stat.total)[:8])
        text = f"cell kinds of no known family, or of several ({kinds}); nothing is counted: name the family"
        draft.problem(text, incomplete=False)
        return
    try:
        figures = _figures(stat.total, draft.family, source.name)
    except UnknownCellError as error:
        draft.problem(error.text, incomplete=False)
        return
    for name, value in figures.known().items():
        draft.figure(name, value)
    _rows(stat, draft, source.name)


def _figures(cells: Mapping[str, int], family: str, file: str) -> Figures:
    counts = count(cells, family, file=file)
    shared = {name: getattr(counts, name) for name in ("ff", "bram18", "uram", "dsp", "carry", "lutram")}
    return Figures(lut=counts.logic_lut, lut_all=counts.lut, **shared)


def _rows(stat: Stat, draft: Draft, file: str) -> None:
    """Each module below the top by its path; instances of one module in one parent stand in one row together."""
    family = draft.family
    assert family is not None

    @cache
    def figures(name: str, times: int) -> Figures:
        total = flatten(stat.modules, name, file)
        return _figures({kind: number * times for kind, number in total.items()}, family, file)

    pending = [(stat.top, stat.top, 1)]
    rows = 0
    while pending:
        path, name, times = pending.pop()
        rows += 1
        if rows > MOST_ROWS:
            text = f"its modules stand at more than {MOST_ROWS} places; what is further down is not told apart"
            draft.problem(text, incomplete=False)
            return
        if draft.keeps_modules:
            draft.module(Row(path, figures(name, times), name))
        else:
            draft.leave_out()
        held = [(kind, number) for kind, number in stat.modules[name].cells.items() if kind in stat.modules]
        pending += [(f"{path}/{kind}", kind, times * number) for kind, number in reversed(held) if number]


def looks_like(text: str) -> str | None:
    """`yosys_stat_json`, `yosys_stat_text`, or None, from the content alone."""
    head = text.lstrip()[:4096]
    if head.startswith("{"):
        return JSON if '"creator"' in head and "Yosys" in head and '"modules"' in head else None
    return TEXT if START in text or _VERSION.search(text) else None


def read_stat(text: str, file: str = "stat") -> Stat:
    """A `stat` report of either form; of a log with several, the last.

    Raises:
        ReportError: not such a report, truncated, empty, or contradictory.
    """
    kind = looks_like(text)
    if kind is None:
        raise ReportError(file, "is no Yosys stat report")
    if kind == JSON:
        return _finish(kind, json_layout(text, file), file)
    lines = (Line(number, line) for number, line in enumerate(text.splitlines(), 1))
    return _finish(kind, text_layout(lines, file), file)


def _finish(kind: str, found: Layout, file: str) -> Stat:
    modules = found.modules
    held = {child for module in modules.values() for child in module.cells if child in modules}
    tops = [name for name in modules if name not in held]
    if found.top in tops:
        tops = [found.top]  # modules that nothing instantiates may stand beside the design
    if len(tops) != 1 or tops[0] is None:
        names = ", ".join(str(name) for name in tops) or "none"
        raise ReportError(file, f"expected one top module, found {names}; two designs in one file?")
    total = flatten(modules, tops[0], file)
    if found.stated is not None and found.whole is None:
        _compare(found, tops[0], total, file)
    return Stat(kind, found.version, modules, tops[0], total)


def _compare(found: Layout, top: str, total: Mapping[str, int], file: str) -> None:
    """The design against the sum over its modules.

    Inside a synthesis script library cells are modules too: Yosys then counts them as submodules of each module, and
    in the design only those right below the top. Nothing else may differ.
    """
    assert found.stated is not None
    for kind in {*total, *found.stated} - set(found.modules):
        stated, summed = found.stated.get(kind, 0), total.get(kind, 0)
        boxed = all(kind in module.below for module in found.modules.values() if module.cells.get(kind))
        if stated != summed and not (boxed and stated == found.modules[top].cells.get(kind, 0)):
            text = f"design total of {kind} is {stated}, not the sum over the modules ({summed})"
            raise ReportError(file, text, "design")


def flatten(modules: Mapping[str, Module], top: str, file: str = "stat") -> dict[str, int]:
    """Leaf cells of a module and everything below it.

    Raises:
        ReportError: modules hold each other.
    """
    open_modules: set[str] = set()

    @cache
    def below(name: str) -> dict[str, int]:
        if name in open_modules or len(open_modules) > _DEEPEST:
            raise ReportError(file, f"module {name} holds itself, or modules are nested too deeply")
        open_modules.add(name)
        total: dict[str, int] = {}
        for kind, number in modules[name].cells.items():
            inner = below(kind) if kind in modules else {kind: 1}
            for leaf, times in inner.items():
                total[leaf] = total.get(leaf, 0) + times * number
        open_modules.discard(name)
        return total

    return dict(sorted(below(top).items()))
