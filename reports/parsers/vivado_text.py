# SPDX-License-Identifier: Apache-2.0
"""What every text report of Vivado begins with: tool, command, design, device and state of the design."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.errors import ReportError
from reports.parsed import FIGURES, OPT, PLACE, ROUTE, SYNTH, Draft
from reports.source import Line, Source

TOOL = re.compile(r"^\| Tool Version +: Vivado v\.(\S+)", re.MULTILINE)
_FIELD = re.compile(r"^\| ([A-Z][A-Za-z ]{0,30}?) *: (.*)$")
_COMMAND = re.compile(r"^\| Command +: (.*)$", re.MULTILINE)
_STAGES = {
    "synthesized": SYNTH,
    "optimized": OPT,
    "power optimized": OPT,
    "partially placed": OPT,
    "fully placed": PLACE,
    "placed": PLACE,
    "physopt": PLACE,
    "physopt postplace": PLACE,
    "post place power optimized": PLACE,
    "partially routed": PLACE,
    "fully routed": ROUTE,
    "routed": ROUTE,
    "physopt postroute": ROUTE,
}
_NAMED = re.compile(r"(?<![a-z])(synth|synthed|placed?|routed?|postroute|postplace|impl)(?![a-z])")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")


def stage_of(state: str) -> str | None:
    """The stage that a `Design State` stands for; None for words not known here.

    >>> stage_of("Physopt postRoute"), stage_of("Optimized"), stage_of("Initial")
    ('route', 'opt', None)
    """
    return _STAGES.get(state.strip().lower())


def number(text: str) -> float | None:
    """A plain number of at most 18 digits, or None.

    >>> number("29.5"), number("-0.150"), number("<0.01"), number("1e9")
    (29.5, -0.15, None, None)
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def command_of(head: str) -> str | None:
    """The `Command` line of a report's head."""
    found = _COMMAND.search(head)
    return found.group(1).strip() if found else None


def lines_after_head(source: Source, draft: Draft, needed: tuple[str, ...]) -> Iterator[Line]:
    """Each line below the head; the head itself goes into the draft.

    Args:
        needed: keys of the head that such a report always has.

    Raises:
        ReportError: a second report begins in the file; every figure is withdrawn by then.
    """
    head: dict[str, str] = {}
    first: int | None = None
    inside = False
    for line in source.lines():
        if tool := TOOL.match(line.text):
            if first is not None:
                _refuse_second(source, draft, line.number)
            first, inside = line.number, True
            draft.tool, draft.version = "Vivado", tool.group(1)
        if inside and (field := _FIELD.match(line.text)):
            key, value = field.group(1), field.group(2).strip()
            if head.setdefault(key, value) != value:
                draft.problem(f"is {head[key]} and {value}", line=line.number, field=key.lower())
        elif inside:
            inside = False
            if set(line.text.strip()) != {"-"}:
                draft.problem("the head of the report does not end in a rule", line=line.number)
            _fill(draft, head, first, needed)
        elif first is not None:
            yield line
    if first is None or inside:
        raise ReportError(source.name, "ends within the head of the report (truncated)")


def _refuse_second(source: Source, draft: Draft, line: int) -> None:
    draft.withdraw(*FIGURES)
    draft.modules.clear()
    draft.cells.clear()
    draft.available.clear()
    raise ReportError(source.name, "a second report begins here: two designs in one file", line=line)


def _fill(draft: Draft, head: dict[str, str], first: int | None, needed: tuple[str, ...]) -> None:
    draft.device, draft.top, draft.state = head.get("Device"), head.get("Design"), head.get("Design State")
    draft.stage = stage_of(draft.state) if draft.state else None
    for key in needed:
        if not head.get(key):
            draft.problem("is missing in the head of the report", line=first, field=key.lower())
    if draft.state and draft.stage is None:
        draft.problem(f"is {draft.state!r}, which is not known", line=first, field="design state")
    _compare_name(draft, head.get("Command", ""), first)


def _compare_name(draft: Draft, command: str, line: int | None) -> None:
    """A report whose file name claims another stage than its state is not to be trusted with either."""
    words = command.split()
    if "-file" not in words[:-1] or draft.stage is None:
        return
    name = re.split(r"[/\\]", words[words.index("-file") + 1])[-1].lower()
    if draft.top:
        name = name.replace(draft.top.lower(), "")
    claims = set(_NAMED.findall(name))
    synthesised = claims & {"synth", "synthed"}
    if claims and not synthesised and draft.stage in (SYNTH, OPT):
        text = (
            f"is {draft.state!r}, but the report was written as {name}: a design that is not placed passed off as such"
        )
    elif claims and claims == synthesised and draft.stage in (PLACE, ROUTE):
        text = f"is {draft.state!r}, but the report was written as {name}"
    else:
        return
    draft.problem(text, line=line, field="design state", incomplete=False)
