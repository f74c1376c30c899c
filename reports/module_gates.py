# SPDX-License-Identifier: Apache-2.0
"""Gates of modules: every row of a hierarchy whose path matches a pattern is held; one finding a pattern and figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reports.baseline import Baseline
from reports.bounds import excess, limit_after, resolve, rule_of
from reports.budget import EVERY, Budget, Growth, ModuleBudget
from reports.errors import ReportError
from reports.growth import UPDATE
from reports.parse import parse
from reports.parsed import Module, Parsed
from reports.schema import FAIL, Gate
from reports.subject import NAMES, RESOURCES, STAGED, Subject, counted
from reports.verdict import Finding, gate_of, held, impossible

NAMED = 3
"""Modules that a message names."""

DEEPEST = 1000
"""Levels of a path whose wholes are looked for."""

Bound = Callable[[Module], float | None]


def matches(pattern: str, path: str) -> bool:
    """Whether a path matches: `*` and `?` within a name, `**` for any number of names; brackets are plain.

    >>> matches("top/**", "top/a/b[1]"), matches("top/*", "top/a/b"), matches("**/b[?]", "top/a/b[1]")
    (True, False, True)
    """
    if pattern == "**":
        return True
    names = pattern.split("/")

    def closed(places: set[int]) -> set[int]:
        more = set(places)
        for place in sorted(places):
            while place < len(names) and names[place] == "**":
                place += 1
                more.add(place)
        return more

    reach = closed({0})  # how many names of the pattern may be used up
    for part in path.split("/"):
        moved = {i for i in reach if i < len(names) and names[i] == "**"}
        moved |= {i + 1 for i in reach if i < len(names) and names[i] != "**" and _name_matches(names[i], part)}
        reach = closed(moved)
    return len(names) in reach


def _name_matches(pattern: str, name: str) -> bool:
    """The greedy match of `*` and `?`, linear but for the last `*`."""
    at = there = 0
    star, mark = -1, 0
    while there < len(name):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, there
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", name[there]):
            at, there = at + 1, there + 1
        elif star >= 0:
            mark += 1
            at, there = star + 1, mark
        else:
            return False
    return all(c == "*" for c in pattern[at:])


@dataclass
class Tally:
    """What the rows of one hierarchy come to under one limit.

    Attributes:
        pattern, figure, bound: the limit; `bound` is None for a module that has none (not in the baseline).
        matched: rows whose path matches.
        worst: the row furthest beyond its limit, or nearest to it.
        over: how many are beyond, and the first of them.
        unknown: rows with a literal in place of the figure, and their limits.
        absent: the first rows without it.
        unbound: rows without a limit.
    """

    pattern: str
    figure: str
    bound: Bound
    matched: int = 0
    worst: tuple[float, float, Module] | None = None
    over: int = 0
    named: list[str] = field(default_factory=list)
    unknown: list[tuple[Module, float | None]] = field(default_factory=list)
    absent: list[Module] = field(default_factory=list)
    unbound: list[Module] = field(default_factory=list)

    def add(self, module: Module) -> None:
        """Count a row."""
        if not matches(self.pattern, module.path):
            return
        self.matched += 1
        value = counted(module.figures).get(self.figure)
        if value is None and self.figure in module.unknown:
            self.unknown.append((module, self.bound(module)))
            return
        if value is None:
            self.absent += [module] if len(self.absent) < NAMED else []
            return
        bound = self.bound(module)
        if bound is None:
            self.unbound.append(module)
            return
        beyond = excess(self.figure, value, bound)
        if beyond > 0:
            self.over += 1
            self.named += [f"{module.path}: {value:,}"] if self.over <= NAMED else []
        if self.worst is None or beyond > excess(self.figure, *self.worst[:2]):
            self.worst = (value, bound, module)


def module_findings(
    reports: Sequence[Parsed], subjects: Sequence[Subject], budget: Budget, baseline: Baseline | None
) -> Iterator[Finding]:
    """Findings of every pattern of the budget."""
    jobs: list[tuple[ModuleBudget, str]] = []
    for wanted in budget.modules:
        grown = _spelt_out(wanted, baseline)
        if wanted.growth and not grown:
            text = f"the baseline has no such module; {UPDATE}"
            yield impossible(subjects[0].file, "growth", text, subject=wanted.pattern)
        spelt = replace(wanted, growth=grown)
        jobs += [(spelt, rule) for rule in [*spelt.limits, *(f"growth {name}" for name in grown)]]
    files = {parsed.file: parsed for parsed in reports}
    tallies = [(s, _tallies(jobs, s, files[s.file], budget, baseline)) for s in subjects if jobs and s.modules]
    for i, (wanted, rule) in enumerate(jobs):
        held_by = [(subject, found[i]) for subject, found in tallies if found[i] is not None]
        yield from _pattern_findings(wanted, rule, held_by, subjects)


def _tallies(
    jobs: Sequence[tuple[ModuleBudget, str]],
    subject: Subject,
    parsed: Parsed,
    budget: Budget,
    baseline: Baseline | None,
) -> list[Tally | ReportError | None]:
    """One tally a job, filled in one pass over the hierarchy; None where the stage does not count."""
    found: list[Tally | ReportError | None] = []
    for wanted, rule in jobs:
        figure = rule.removeprefix("growth ")
        if not subject.reaches(budget.stage if figure in STAGED else None):
            found.append(None)
            continue
        try:
            found.append(Tally(wanted.pattern, figure, _bound(wanted, rule, subject, budget, baseline)))
        except ReportError as error:
            found.append(error)
    counting = [tally for tally in found if isinstance(tally, Tally)]

    def add(module: Module) -> None:
        for tally in counting:
            tally.add(module)

    if subject.modules_left_out:  # more rows than a result holds: the file is read again, row by row
        parse(Path(parsed.file), parsed.family, watch=add)
    else:
        for module in subject.modules:
            add(module)
    return found


def _spelt_out(wanted: ModuleBudget, baseline: Baseline | None) -> dict[str, Growth]:
    """Growth by figure, with `*` as the figures that the baseline holds of matching modules."""
    named = {name: growth for name, growth in wanted.growth.items() if name != EVERY}
    if EVERY not in wanted.growth or baseline is None:
        return named
    rows = (modules for design in baseline.designs.values() for modules in design.modules.items())
    held = {name for path, figures in rows if matches(wanted.pattern, path) for name in figures}
    return {**{name: wanted.growth[EVERY] for name in NAMES if name in held}, **named}


def _pattern_findings(
    wanted: ModuleBudget,
    rule: str,
    held_by: Sequence[tuple[Subject, Tally | ReportError | None]],
    subjects: Sequence[Subject],
) -> Iterator[Finding]:
    matched = False
    for subject, tally in held_by:
        if isinstance(tally, ReportError):
            yield impossible(subject.file, rule, tally.text, subject=wanted.pattern)
            matched = True
        elif tally is not None and tally.matched:
            yield from _told(tally, rule, subject, subjects)
            matched = True
    if not matched:
        first = held_by[0][0] if held_by else None
        known = f"; {first.file} has {', '.join(m.path for m in first.modules[:NAMED])}, ..." if first else ""
        what = "no module matches" if first else "no report has a hierarchy at the stage that is asked"
        yield impossible(subjects[0].file, rule, f"{what}{known}", subject=wanted.pattern)


def _bound(wanted: ModuleBudget, rule: str, subject: Subject, budget: Budget, baseline: Baseline | None) -> Bound:
    if rule in wanted.limits:
        fixed = resolve(wanted.limits[rule], subject, rule, budget.device)
        return lambda module: fixed
    figure = rule.removeprefix("growth ")
    growth = wanted.growth[figure]
    if baseline is None or subject.name not in baseline.designs:
        raise ReportError(subject.file, f"{subject.name} is not in the baseline; {UPDATE}")
    before = baseline.designs[subject.name].modules

    def grown(module: Module) -> float | None:
        held = before.get(module.path, {}).get(figure)
        return None if held is None else limit_after(figure, held, growth)

    return grown


def _told(tally: Tally, rule: str, subject: Subject, subjects: Sequence[Subject]) -> Iterator[Finding]:
    """The findings of one tally; every row that matches is in one of them."""
    if tally.worst is not None:
        value, bound, module = tally.worst
        gate = _gate(tally, rule, bound, value, f"in {module.path}, worst of {tally.matched}")
        if gate.status == FAIL:
            gate = replace(gate, text=f"{tally.over} beyond: {'; '.join(tally.named)}"[:1000])
        yield held(subject.file, gate)
    elif tally.absent:
        text = f"the report does not give it by module ({_names(tally.absent)})"
        yield impossible(subject.file, f"module {rule}", text, subject=tally.pattern)
    if tally.unbound:
        text = f"{_names(tally.unbound)} not in the baseline; {UPDATE}"
        yield impossible(subject.file, f"module {rule}", text, subject=tally.pattern)
    if tally.unknown:
        yield from _literals(tally, rule, subject, Vouchers(subject, tally.figure, subjects))


def _literals(tally: Tally, rule: str, subject: Subject, told: Vouchers) -> Iterator[Finding]:
    """Rows with a literal: told by their own reports, cleared by what they are part of, or an error."""
    missing: list[Module] = []
    cleared: list[tuple[float, float, Module]] = []
    for module, bound in tally.unknown:
        own, whole = told.own(module), told.whole(module)
        if own is not None and bound is not None:
            yield held(subject.file, _gate(tally, rule, bound, own, f"in {module.path}, by its own report"))
        elif bound is not None and whole is not None and whole <= bound:
            cleared.append((whole, bound, module))
        else:
            missing.append(module)
    if cleared:
        value, limit, module = max(cleared, key=lambda row: row[0])
        yield held(subject.file, _gate(tally, rule, limit, value, f"or less in {module.path}, by what it is part of"))
    if missing:
        literal = missing[0].unknown[tally.figure]
        reports = ", ".join(f"{_module_name(m)}_csynth.rpt" for m in missing[:NAMED])
        remedy = f"; give their own reports too: {reports}" if subject.stage == "csynth" else ""
        text = f"is {literal!r}, which is no number, in {_names(missing)}{remedy}"
        yield impossible(subject.file, f"module {rule}", text, subject=tally.pattern)


def _gate(tally: Tally, rule: str, bound: float, value: float, where: str) -> Gate:
    return gate_of(f"module {rule}", bound, value, rule_of(tally.figure), subject=tally.pattern, unit=where[:1000])


class Vouchers:
    """What else is known of modules whose row has a literal: their own reports, and what holds them."""

    def __init__(self, subject: Subject, figure: str, subjects: Sequence[Subject]) -> None:
        others = [s for s in subjects if s.stage == subject.stage and s.top and figure in s.figures]
        self._reports = {s.top: s.figures[figure] for s in others}
        rows = ((m.path, counted(m.figures).get(figure)) for m in subject.modules)
        self._rows = {path: value for path, value in rows if value is not None}
        self._additive = figure in RESOURCES

    def own(self, module: Module) -> float | None:
        """The figure by the module's own report, where that is given."""
        return self._reports.get(_module_name(module))

    def whole(self, module: Module) -> float | None:
        """The least figure of what the module is part of: a part has no more than the whole."""
        names = module.path.split("/")
        if len(names) > DEEPEST:
            return None
        paths = ["/".join(names[:i]) for i in range(1, len(names))]
        wholes = [value for path, name in zip(paths, names, strict=False)
                  if (value := self._reports.get(name, self._rows.get(path))) is not None]  # fmt: skip
        return min(wholes, default=None) if self._additive else None


def _module_name(module: Module) -> str:
    return module.module or module.path.rpartition("/")[2]


def _names(modules: Sequence[Module]) -> str:
    more = f" and {len(modules) - NAMED} more" if len(modules) > NAMED else ""
    return ", ".join(m.path for m in modules[:NAMED]) + more
