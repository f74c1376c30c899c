# SPDX-License-Identifier: Apache-2.0
"""The parts of the page that every design has: verdict, what is wrong, figures, gates, history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.page import history
from reports.page.collect import FAIL, PASS, UNGATED, UNUSABLE, Build, Design
from reports.page.figures import label, order, percent, unit, value_text
from reports.page.markup import Html, element, join, name, shown
from reports.parsed import Problem
from reports.schema import AT_MOST, Gate
from reports.schema import PASS as HOLDS
from reports.table import number
from reports.verdict import ERROR, INPUT, Finding

MOST_ROWS = 300
MOST_BUILDS = 100
NEARLY_FULL = 0.9
_LONGEST_TEXT = 400
_WORDS = {PASS: "Pass", FAIL: "Fail", UNUSABLE: "Unusable", UNGATED: "No gate"}
_MARKS = {PASS: "✓", FAIL: "✗", UNUSABLE: "!", UNGATED: "–"}
_CHARTED = (
    "lut", "ff", "bram18", "uram", "dsp", "cycles", "fps", "latency_cycles", "latency_max", "ii_max", "wns_ns",
    "clock_estimated_ns", "fmax_mhz", "power_w", "accuracy",
)  # fmt: skip


def badge(verdict: str, *, large: bool = False) -> Html:
    """The verdict as a word and a sign, so that it never rests on colour."""
    sign = element("span", _MARKS[verdict], aria_hidden="true")
    size = " large" if large else ""
    return element("span", sign, f" {_WORDS[verdict]}", class_=f"badge {verdict.replace(' ', '-')}{size}")


def sentence(design: Design, verdict: str) -> str:
    """Why the verdict is what it is."""
    build = design.last
    bad = sum(not one.parsed.usable for one in design.builds)
    if bad:
        which = "This report" if len(design.builds) == 1 else f"{bad} of {len(design.builds)} reports"
        return f"{which} cannot be vouched for: nothing here counts as passed."
    if verdict == UNUSABLE:
        return "Not every gate can be told: nothing here counts as passed."
    lost = [gate for gate in build.gates if gate.status != HOLDS]
    if lost:
        names = ", ".join(sorted({shown(gate.name, 40) for gate in lost})[:6])
        return f"{len(lost)} of {len(build.gates)} gates fail: {names}."
    if not build.gates:
        return "Read whole and without problems, but held against no limit: this is no pass."
    return f"All {len(build.gates)} gates hold."


def problems(designs: Iterable[Design], judged: Iterable[Finding] = ()) -> Html:
    """Problems of every build, and gates that cannot be told."""
    read = [build.parsed for design in designs for build in design.builds]
    found = [problem for parsed in read for problem in parsed.problems]
    found += [Problem(p.file, "is not complete") for p in read if not p.complete and not p.problems]
    seen = {(problem.file, problem.line) for problem in found}
    for finding in judged:
        if finding.status == ERROR and not (finding.rule == INPUT and (finding.file, finding.line) in seen):
            found.append(Problem(finding.file, finding.text, finding.line, finding.rule))
    if not found:
        return Html("")
    items = []
    for problem in found[:MOST_ROWS]:
        line = f"line {problem.line}" if problem.line is not None else ""
        where = ", ".join(part for part in (shown(problem.file), line, shown(problem.field)) if part)
        items.append(element("li", element("code", where), " ", name(problem.text, _LONGEST_TEXT)))
    items += _more(len(found) - MOST_ROWS, "problems", "li")
    title = element("strong", plural(len(found), "problem"))
    return element("div", title, element("ul", *items), class_="alert bad", role="alert")


def not_run(build: Build) -> Html:
    """Stages that did not run, and why."""
    left = build.not_run
    if not left:
        return Html("")
    items = [
        element("li", element("code", shown(entry.stage)), " ", name(entry.reason, _LONGEST_TEXT))
        for entry in left[:MOST_ROWS]
    ]
    items += _more(len(left) - MOST_ROWS, "stages", "li")
    title = element("strong", f"{plural(len(left), 'stage')} did not run; nothing is claimed for what did not run")
    return element("div", title, element("ul", *items), class_="alert warn", role="note")


def tiles(build: Build) -> Html:
    """The figures of the whole design, with the share of the device where it is known."""
    known: dict[str, float | str] = {**build.figures(), **build.parsed.unknown}
    if not build.parsed.usable:
        known = {**build.parsed.figures.known(), **known}
    entries = [_tile(build, figure, known[figure]) for figure in sorted(known, key=order)]
    if not entries:
        return element("p", "The report gives no figure of the whole design.", class_="muted")
    return element("dl", *entries, class_="tiles" if build.parsed.usable else "tiles doubtful")


def _tile(build: Build, figure: str, value: float | str) -> Html:
    parts = [element("b", value_text(value if not isinstance(value, str) else shown(value, 12)))]
    if isinstance(value, str):
        parts.append(element("span", "as the report says it", class_="of"))
    elif unit(figure):
        parts.append(element("small", f" {unit(figure)}"))
    has = build.available.get(figure)
    if has is not None and not isinstance(value, str):
        parts += [bar(value / has if has else float(value > 0))]
        share = f"{percent(value / has)} of {number(has)}" if has else "the device has none"
        parts.append(element("span", share, class_="of"))
    return element("div", element("dt", label(figure)), element("dd", *parts), class_=_grade(figure, value))


def _grade(figure: str, value: float | str) -> str | None:
    if figure == "dsp" and value == 0:
        return "good"
    return "bad" if figure in ("wns_ns", "whs_ns") and isinstance(value, (int, float)) and value < 0 else None


def bar(share: float) -> Html:
    """A share as a bar; nearly full and over full look different."""
    state = "over" if share > 1 else "near" if share > NEARLY_FULL else None
    width = f"{100 * min(max(share, 0), 1):.2f}%"
    full = element("rect", width="100%", height="100%", class_="full")
    part = element("rect", width=width, height="100%", class_=state)
    return element("svg", full, part, class_="bar", aria_hidden="true")


def gates(build: Build) -> Html:
    """Every gate with its limit, failed ones first."""
    ranked = sorted(build.gates, key=lambda gate: gate.status == HOLDS)
    rows = [_gate_row(gate) for gate in ranked[:MOST_ROWS]]
    head = ("Status", "Gate", "Found", "Limit", "Of the limit", "Remark")
    return table("Gates and their limits", head, rows, len(ranked), numbers=(2, 3, 4))


def _gate_row(gate: Gate) -> Html:
    holds = gate.status == HOLDS
    rule = "≤ " if gate.rule == AT_MOST else "≥ "
    share = gate.value / gate.limit if gate.limit > 0 <= gate.value and gate.rule == AT_MOST else None
    remark = " ".join(part for part in (gate.unit, gate.text) if part)
    return element(
        "tr",
        element("td", badge(PASS if holds else FAIL)),
        element("th", name(gate.name), " ", element("small", name(gate.subject or "whole build")), scope="row"),
        figure_cell(gate.value),
        figure_cell(gate.limit, f"{rule}{number(gate.limit)}"),
        figure_cell(share, *([percent(share), bar(share)] if share is not None else [""])),
        element("td", name(remark, _LONGEST_TEXT)),
    )


def over_builds(design: Design) -> Html:
    """Charts and a table of the figures over builds."""
    builds = design.builds[-MOST_BUILDS:]
    basis = design.last.basis
    figures = [build.figures(basis) for build in builds]
    names = [figure for figure in _CHARTED if any(figure in found for found in figures)]
    labels = [build.label for build in builds]
    charts = [history.chart(figure, [found.get(figure) for found in figures], labels) for figure in names]
    rows = []
    for i, (build, found) in enumerate(zip(builds, figures, strict=True)):
        before = figures[i - 1] if i else {}
        cells = [_step_cell(before.get(figure), found.get(figure)) for figure in names]
        title = element("th", name(build.label), scope="row")
        rows.append(element("tr", title, element("td", badge(build.verdict)), *cells))
    head = ("Build, oldest first", "Verdict", *(label(figure) for figure in names))
    shown_table = table("Figures of every build", head, rows, len(design.builds), numbers=range(2, len(head)))
    return join([element("div", *charts, class_="charts"), shown_table])


def _step_cell(before: float | None, value: float | None) -> Html:
    step = history.change(before, value)
    return figure_cell(value, number(value), *([element("span", step, class_="step")] if step else []))


def figure_cell(value: float | None, *content: str, state: str = "") -> Html:
    """A cell of a figure, which the page's script sorts by its value; the number alone if there is no content."""
    return element("td", *(content or (number(value),)), class_=f"n {state}".strip(), data_value=value)


def table(
    caption: str, head: Sequence[str], rows: Sequence[Html], whole: int | None = None, numbers: Iterable[int] = ()
) -> Html:
    """A table that scrolls by itself on a narrow page; says how many rows are left out."""
    right = set(numbers)
    titles = [element("th", text, scope="col", class_="n" if i in right else None) for i, text in enumerate(head)]
    left = _more((whole or len(rows)) - len(rows), "rows", "p")
    inner = element(
        "table",
        element("caption", caption, class_="quiet"),
        element("thead", element("tr", *titles)),
        element("tbody", *rows),
        class_="sortable",
    )
    return join([element("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption), *left])


def _more(count: int, noun: str, tag: str) -> list[Html]:
    return [element(tag, f"{count:,} more {noun} are left out of this page.", class_="muted")] if count > 0 else []


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
