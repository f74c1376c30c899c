# SPDX-License-Identifier: Apache-2.0
"""Gates against a baseline: how much worse a figure may be than the committed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reports.baseline import Baseline, Design
from reports.bounds import limit_after, rule_of
from reports.budget import EVERY, Growth
from reports.subject import NEUTRAL, Subject
from reports.table import number, percent
from reports.verdict import Finding, gate_of, held, impossible

UPDATE = "`reports baseline update` writes it anew"


def growth_findings(
    subjects: Sequence[Subject], allowed: Mapping[str, Growth], baseline: Baseline
) -> Iterator[Finding]:
    """A gate for each figure that the baseline holds of the designs given; nothing may grow that is not allowed to."""
    allowed = allowed or {EVERY: Growth()}
    for name in allowed:
        if name != EVERY and not any(name in design.figures for design in baseline.designs.values()):
            yield impossible(baseline.file, f"growth {name}", f"no design of the baseline has it; {UPDATE}")
    given: dict[str, list[Subject]] = {}
    for subject in subjects:
        given.setdefault(subject.name, []).append(subject)
    for name, members in given.items():
        if name not in baseline.designs:
            known = ", ".join(baseline.designs)
            text = f"{name} is not in {baseline.file} (it holds {known}); {UPDATE}"
            yield impossible(members[0].file, "baseline", text)
    for name, design in baseline.designs.items():
        if name in given:
            yield from _design_findings(given[name], design, allowed, baseline.file)
        else:
            yield impossible(baseline.file, "baseline", f"no report of {name} is given; {UPDATE}")


def _design_findings(
    subjects: Sequence[Subject], design: Design, allowed: Mapping[str, Growth], file: str
) -> Iterator[Finding]:
    for name in (name for name in allowed if name != EVERY and name not in design.figures):
        if any(name in subject.figures for subject in subjects):
            yield impossible(file, "baseline", f"holds no {name} of {subjects[0].name}; {UPDATE}")
    for name, before in design.figures.items():
        growth = allowed.get(name, None if name in NEUTRAL else allowed.get(EVERY))
        if growth is None:
            continue
        holders = [subject for subject in subjects if name in subject.figures]
        for subject in holders:
            yield _grown(subject, name, before, growth, design)
        if not holders:
            yield impossible(subjects[0].file, f"growth {name}", f"no report of {subjects[0].name} gives it any more")


def _grown(subject: Subject, name: str, before: float, growth: Growth, design: Design) -> Finding:
    value = subject.figures[name]
    bound = limit_after(name, before, growth)
    text = f"was {number(before)}, {percent(before, value)}"
    if subject.tool and design.tool and subject.tool != design.tool:
        text += f"; by {design.tool}, now {subject.tool}"
    return held(subject.file, gate_of(f"growth {name}", bound, value, rule_of(name), subject=subject.name, text=text))
