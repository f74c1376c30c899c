# SPDX-License-Identifier: Apache-2.0
"""The modules of a design's csynth.xml, as a tree where the file has their instances."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from reports.parsed import Draft, Figures, Module
from reports.parsers import hls_values as values
from reports.parsers.hls_xml import LATENCY, TIMING, USED, Found

CYCLES = {
    "latency_min": "Best-caseLatency", "latency_max": "Worst-caseLatency",
    "ii_min": "Interval-min", "ii_max": "Interval-max",
}  # fmt: skip
TIMES = {"latency_min": "Best-caseRealTimeLatency", "latency_max": "Worst-caseRealTimeLatency"}
_INTERVAL, _PIPELINE = "PipelineInitiationInterval", "PipelineType"
_SHARES = {"lut": "LUT", "ff": "FF", "bram18": "BRAM", "dsp": "DSP", "uram": "URAM"}

Texts = Mapping[str, tuple[str, int]]
Row = tuple[dict[str, int], dict[str, str]]


def resources(texts: Texts, above: str) -> dict[str, tuple[str, int]]:
    """Texts and lines of the resources directly below a path, by figure."""
    below = {path[len(above) + 1 :]: value for path, value in texts.items() if path.startswith(f"{above}/")}
    return {name: value for tag, value in below.items() if (name := values.resource(tag))}


def add_modules(draft: Draft, found: Found) -> None:
    """Add the top and every instance; what a module says twice must agree."""
    top = draft.top or ""
    whole = {name: draft.value(name) for name in (*values.RESOURCES, *values.CYCLES)}
    draft.module(Module(top, Figures(**whole)))  # type: ignore[arg-type]
    for line in found.spoilt:
        draft.problem("an instance or a module has no name, or one that is there already", line=line, field="modules")
    rows = {name: _row(draft, name, texts) for name, texts in found.modules.items()}
    _check_top(draft, found, rows)
    instances = found.instances or [(name, name) for name in rows if name != top]
    for path, module in instances:
        figures, unknown = rows.get(module, ({}, {}))  # a black box is an instance without a module
        draft.module(Module(f"{top}/{path}", Figures(**figures), module, unknown))


def _row(draft: Draft, name: str, texts: Texts) -> Row:
    area = resources(texts, USED)
    line = texts.get("Name", ("", None))[1]
    said = {figure: text for figure, (text, _) in area.items()}
    said |= {figure: texts[f"{LATENCY}/{tag}"][0] for figure, tag in CYCLES.items() if f"{LATENCY}/{tag}" in texts}
    interval = texts.get(f"{LATENCY}/{_INTERVAL}", ("", None))[0].split(" ~ ")
    said |= {"ii_min": interval[0], "ii_max": interval[-1]} if interval[0] else {}
    needed = [*values.NEEDED, "latency_min", "latency_max"]
    needed += [figure for figure, tag in _SHARES.items() if f"{USED}/AVAIL_{tag}" in texts]
    needed += ["ii_min"] if f"{LATENCY}/{_PIPELINE}" in texts else []
    lacking = [figure for figure in needed if figure not in said]
    spoilt = [text for text in said.values() if values.whole(text) is None and text not in values.LITERALS]
    if lacking or spoilt:
        what = f"lacks {lacking[0]}" if lacking else f"has {values.shown(spoilt[0])} for a number"
        draft.problem(f"module {values.shown(name)} {what}", line=line, field="modules")
    numbers = {figure: number for figure, text in said.items() if (number := values.whole(text)) is not None}
    _check_shares(draft, name, texts, numbers)
    _check_cycles(draft, texts, numbers)
    return numbers, {figure: text for figure, text in said.items() if text in values.LITERALS}


def _check_shares(draft: Draft, name: str, texts: Texts, numbers: Mapping[str, int]) -> None:
    for figure, tag in _SHARES.items():
        available, line = texts.get(f"{USED}/AVAIL_{tag}", ("", None))
        share = texts.get(f"{USED}/UTIL_{tag}", ("", None))[0]
        there = values.whole(available)
        if figure not in numbers or there is None:
            continue
        other_device = draft.available.get(figure, there) != there
        if other_device or (share and not values.check_share(numbers[figure], there, share)):
            said = f"module {values.shown(name)}: {numbers[figure]} of {there} is not {values.shown(share)} per cent"
            draft.problem(said + " of this device" * other_device, line=line, field=figure)


def _check_cycles(draft: Draft, texts: Texts, numbers: Mapping[str, int]) -> None:
    pipeline, line = texts.get(f"{LATENCY}/{_PIPELINE}", ("", None))
    times = {figure: values.time(texts.get(f"{LATENCY}/{tag}", ("", None))[0]) for figure, tag in TIMES.items()}
    values.check_below(draft, numbers, times, line)
    values.check_interval(draft, numbers, pipeline, line, "modules")
    if (least := numbers.get("latency_min")) is not None and least > numbers.get("latency_max", least):
        draft.problem("the least latency of a module is above its most", line=line, field="modules")


def _check_top(draft: Draft, found: Found, rows: Mapping[str, Row]) -> None:
    """A csynth.xml lists the top among the modules too; only its LUT may differ there, by a few."""
    again = found.modules.get(draft.top or "")
    if again is None:
        return
    line = again.get("Name", ("", None))[1]
    said: dict[str, float | Decimal] = dict(rows[draft.top or ""][0])
    clock = values.decimal(again.get(f"{TIMING}/EstimatedClockPeriod", ("", None))[0])
    if clock is not None:
        said["clock_estimated_ns"] = clock
    for name, value in said.items():
        before = draft.value(name)
        if name != "lut" and before is not None and float(value) != before:
            draft.withdraw(name)
            draft.problem(f"is {before:g} for the design and {value} for its module", line=line, field=name)
