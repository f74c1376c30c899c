# SPDX-License-Identifier: Apache-2.0
"""The page as a whole: parts into the template, with a policy that lets nothing but its own style and script run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

from reports.errors import ReportError
from reports.page import report_sections, sections
from reports.page.collect import Build, Design, designs_of, verdict_of
from reports.page.figures import RESOURCES, label
from reports.page.markup import Html, element, join, name, shown
from reports.page.tree import cut
from reports.page.tree_section import tree_section
from reports.parsed import Parsed
from reports.table import number
from reports.text import write_atomic
from reports.verdict import Verdict

LARGEST_PAGE = 8 * 2**20
"""Bytes of a page; a page beyond is refused."""
_TREES = 5 * 2**20
"""Bytes for the rows of all trees of a page; rows far from the top are left out, and counted."""
MOST_DESIGNS = 40


def page(reports: Iterable[Parsed], judged: Verdict | None = None) -> str:
    """The page of reports; several builds of one design, oldest first, become its history.

    Args:
        reports: what was read, usable or not.
        judged: what a budget says of the last build of each design.

    Raises:
        ReportError: no report at all, or a page beyond `LARGEST_PAGE`.
    """
    designs = designs_of(reports, judged)
    if not designs:
        raise ReportError("page", "no report is given; name at least one file")
    shown_designs = designs[:MOST_DESIGNS]
    room = _TREES // len(shown_designs)
    parts = [_design(design, i, room, len(designs) == 1) for i, design in enumerate(shown_designs)]
    style, script = _asset("page.css"), _asset("page.js")
    verdict = verdict_of(designs, judged)
    title = designs[0].title if len(designs) == 1 else f"{len(designs)} designs"
    text = Template(_asset("page.html")).substitute(
        policy=_policy(style, script),
        title=element("title", f"{title}: {verdict}"),
        style=style,
        script=script,
        header=_header(title, verdict, designs, judged),
        body=join(parts),
        footer=_footer(designs, len(designs) - len(shown_designs)),
    )
    if len(text.encode()) > LARGEST_PAGE:
        raise ReportError("page", f"would be larger than {LARGEST_PAGE} bytes; give fewer reports")
    return text


def write_page(path: Path, reports: Iterable[Parsed], judged: Verdict | None = None) -> None:
    """Write the page; it is there whole or not at all. See `page` for errors.

    Raises:
        ReportError: the file cannot be written.
    """
    write_atomic(path, page(reports, judged))


def _header(title: str, verdict: str, designs: Sequence[Design], judged: Verdict | None) -> Html:
    line = element("div", element("h1", element("bdi", title)), sections.badge(verdict, large=True), class_="headline")
    wrong = sections.problems(designs, judged.findings if judged else ())
    if len(designs) == 1:
        told = element("p", sections.sentence(designs[0], verdict), class_="sentence")
        return join([line, _facts(designs[0].last), told, wrong])
    return join([line, wrong, _overview(designs)])


def _facts(build: Build) -> Html:
    """Where the figures come from."""
    parsed, report, row = build.parsed, build.report, build.row
    facts = [("Kind", parsed.kind)]
    if report is not None:
        facts += [("Clock", f"{number(report.clock_mhz)} MHz, {report.performance.clock_basis}")]
        facts += [("Device", report.device.part)] if report.device else []
        facts += [("Figures from", f"{row.tool} {row.version}, {row.stage} {row.source}")] if row else []
        facts += [("Weights", report.weights.source)] if report.weights else []
        facts += [("Digest", report.digest[:16])] if report.digest else []
    given = {"Tool": parsed.tool, "Version": parsed.version, "Device": parsed.device, "Stage": parsed.stage}
    if report is None:
        facts += [(key, value) for key, value in {**given, "State": parsed.state}.items() if value]
    items = [element("div", element("dt", key), element("dd", name(value))) for key, value in facts]
    return element("dl", *items, class_="facts")


def _overview(designs: Sequence[Design]) -> Html:
    """One row a design."""
    rows = []
    for i, design in enumerate(designs[: sections.MOST_ROWS]):
        figures = design.last.figures()
        link = element("a", element("bdi", design.title), href=f"#design-{i}") if i < MOST_DESIGNS else design.title
        cells = [sections.figure_cell(figures.get(figure)) for figure in RESOURCES]
        parsed = design.last.parsed
        where = element("td", name(parsed.stage or parsed.kind))
        badge = element("td", sections.badge(design.verdict))
        rows.append(element("tr", element("th", link, scope="row"), badge, where, *cells))
    head = ("Design", "Verdict", "Stage", *map(label, RESOURCES))
    return sections.table("Designs of this page", head, rows, len(designs), range(3, 3 + len(RESOURCES)))


def _design(design: Design, i: int, room: int, alone: bool) -> Html:
    """Everything about one design; its headings are one level deeper where there are several."""
    level = "h2" if alone else "h3"
    build = design.last
    parts: list[Html] = []
    if not alone:
        top = element("h2", element("bdi", design.title))
        headline = element("div", top, sections.badge(design.verdict), class_="headline")
        parts += [headline, _facts(build), element("p", sections.sentence(design, design.verdict), class_="sentence")]
        parts.append(sections.problems([design], build.findings))
    parts += [sections.not_run(build), sections.tiles(build)]
    for anchor, title, inner in _parts(design, f"rows-{i}", room):
        heading = element(level, title, id=f"{anchor}-{i}")
        parts.append(element("section", heading, inner, aria_labelledby=f"{anchor}-{i}"))
    return element("article", *parts, id=f"design-{i}")


def _parts(design: Design, identity: str, room: int) -> Iterable[tuple[str, str, Html]]:
    build, report = design.last, design.last.report
    if build.gates:
        yield "gates", "Gates", sections.gates(build)
    if len(design.builds) > 1:
        yield "history", f"History of {len(design.builds)} builds", sections.over_builds(design)
    tree = build.tree()
    if tree is not None:
        tree = cut(tree, room)
        yield "tree", f"Where it goes: {tree.noun}s", tree_section(tree, identity)
    if build.parsed.usable:
        yield "proof", "DSP blocks, cell by cell", report_sections.proof_section(build)
    if report is not None and report.resources:
        yield "resources", "Resources", report_sections.resources(report)
    if report is not None and report.exactness:
        yield "exactness", "Exactness", report_sections.exactness(report)
    if report is not None and report.fifos:
        yield "fifos", "Streams", report_sections.fifos(report)


def _footer(designs: Sequence[Design], left_out: int) -> Html:
    builds = [build for design in designs for build in design.builds]
    items = [element("li", element("code", shown(build.parsed.file))) for build in builds[: sections.MOST_ROWS]]
    more = len(builds) - len(items)
    items += [element("li", f"{more:,} more")] if more > 0 else []
    parts = [element("p", f"{left_out} designs are left out of this page.")] if left_out > 0 else []
    told = f"Made from {sections.plural(len(builds), 'report')}; this file loads nothing."
    summary = element("summary", told)
    return join([*parts, element("details", summary, element("ol", *items))])


def _policy(style: str, script: str) -> str:
    """A Content-Security-Policy: nothing is fetched, and only this style and this script count."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(file: str) -> str:
    return files("reports.page").joinpath(file).read_text(encoding="utf-8")
