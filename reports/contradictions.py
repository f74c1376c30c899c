# SPDX-License-Identifier: Apache-2.0
"""Numbers of two reports of one build that cannot both be true.

Reports are of the same design where stage and top are the same; a report that does not name its top (a nextpnr log, a
`lat.rpt`) is held against those of other kinds by the same tool. Reports of different stages may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.subject import Subject
from reports.verdict import NOTE, Finding, impossible

RULE = "contradiction"
_SUMMARY = "vitis_hls_summary_rpt"
_MODULE = ("vitis_hls_csynth_rpt", "vitis_hls_csynth_xml")
SUMMARY_LUT = 8
"""LUTs by which summary and module report of one Vitis HLS run differ: 2 and 4 were seen (2025.1, 2021.2)."""


def contradictions(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """An error for each figure that two reports disagree about; a note where the vendor's own reports always do."""
    for i, second in enumerate(subjects):
        for first in subjects[:i]:
            if _same_design(first, second):
                for name in sorted(first.figures.keys() & second.figures.keys()):
                    yield from _compare(first, second, name)


def _same_design(first: Subject, second: Subject) -> bool:
    if first.stage is None or (first.stage, first.label) != (second.stage, second.label):
        return False
    if first.top and second.top:
        return first.top == second.top
    return first.kind != second.kind and _maker(first) is not None and _maker(first) == _maker(second)


def _maker(subject: Subject) -> str | None:
    return subject.tool.split()[0] if subject.tool else None


def _compare(first: Subject, second: Subject, name: str) -> Iterator[Finding]:
    before, now = first.figures[name], second.figures[name]
    if agree(before, now):
        return
    text = f"{name} is {now} here and {before} in {first.file}, at the same stage ({first.stage})"
    if name == "lut" and _differ_by_custom(first, second) and abs(now - before) <= SUMMARY_LUT:
        why = f"summary and module report of one Vitis HLS run differ by up to {SUMMARY_LUT} LUTs; both are held"
        yield Finding(NOTE, second.file, RULE, f"{text}; {why}", subject=name)
    else:
        why = "they are not of one build, or one of them is stale"
        yield impossible(second.file, RULE, f"{text}; {why}", subject=name)


def _differ_by_custom(first: Subject, second: Subject) -> bool:
    kinds = {first.kind, second.kind}
    return _SUMMARY in kinds and bool(kinds & set(_MODULE))


def agree(first: float, second: float) -> bool:
    """Whether two prints may be of one number: integers equal, decimals equal when rounded to the shorter of them.

    >>> agree(4.89, 4.894), agree(154950, 154948), agree(4.8, 4.9)
    (True, False, False)
    """
    if first == second:
        return True
    places = min(_places(first), _places(second))
    return places > 0 and round(first, places) == round(second, places)


def _places(value: float) -> int:
    text = repr(value)
    return 0 if "e" in text or "." not in text or text.endswith(".0") else len(text.partition(".")[2])
