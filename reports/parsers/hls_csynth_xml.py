# SPDX-License-Identifier: Apache-2.0
"""`<top>_csynth.xml` and `csynth.xml` of Vivado HLS and Vitis HLS.

The design's figures stand directly under `<profile>`; a csynth.xml repeats the same tags for each module. The file is
read as a stream, so that its size and depth cannot matter. The tool does not name itself: Vivado HLS counts `DSP48E`,
Vitis HLS `DSP`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import DefusedXMLParser

from reports.errors import ReportError
from reports.parsed import CSYNTH, Draft, Figures, Module
from reports.parsers import hls_values as values
from reports.source import Source

VIVADO, VITIS = "vivado_hls_csynth_xml", "vitis_hls_csynth_xml"
DEEPEST, LONGEST = 256, 4096
MOST_ELEMENTS, MOST_MODULES, MOST_TEXTS = 1_000_000, 50_000, 1000
FIRST_VITIS = (2020, 2)
INTERVAL_SINCE = (2017, 1)
_START = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<profile>", re.DOTALL)
_VERSION = re.compile(r"<Version>\s*([0-9]{4}\.[0-9.]{1,8})\s*</Version>")
_TIMING = "PerformanceEstimates/SummaryOfTimingAnalysis"
_LATENCY = "PerformanceEstimates/SummaryOfOverallLatency"
_USED, _AVAILABLE = "AreaEstimates/Resources", "AreaEstimates/AvailableResources"
_CYCLES = dict(
    zip(values.CYCLES, ("Best-caseLatency", "Worst-caseLatency", "Interval-min", "Interval-max"), strict=True)
)
_TIMES = {"latency_min": "Best-caseRealTimeLatency", "latency_max": "Worst-caseRealTimeLatency"}
_OF_MODULE = ("Name", _TIMING, _LATENCY, _USED)
_KEPT = ("ReportVersion", "UserAssignments", "PerformanceEstimates/PipelineType", _TIMING, _LATENCY, _USED, _AVAILABLE)

Values = dict[str, tuple[str, int]]


@dataclass
class _Found:
    """Texts by path below `<profile>`, with their lines; modules by name; instances with their module."""

    texts: Values = field(default_factory=dict)
    twice: Values = field(default_factory=dict)
    modules: dict[str, Values] = field(default_factory=dict)
    instances: list[tuple[str, str]] = field(default_factory=list)


class _Reader:
    """What the XML parser calls."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found = _Found()
        self.line = 0
        self._elements = 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._module: Values = {}
        self._instances: list[list[str]] = []  # name and module of each instance that is open

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._path.append(tag)
        self._text, self._length = [], 0
        self._elements += 1
        self._limit(len(self._path), DEEPEST, "nested elements")
        self._limit(self._elements, MOST_ELEMENTS, "elements")
        if tag == "Instance" and self._path[1:2] == ["RTLDesignHierarchy"]:
            self._instances.append(["", ""])
        elif self._path[1:] == ["ModuleInformation", "Module"]:
            self._module = {}

    def data(self, text: str) -> None:
        if self._length < LONGEST:
            self._text.append(text)
            self._length += len(text)

    def end(self, tag: str) -> None:
        path = "/".join(self._path[1:])
        text, self._text, self._length = "".join(self._text).strip(), [], 0
        self._path.pop()
        if self._path[1:3] == ["ModuleInformation", "Module"]:
            inner = "/".join((*self._path[3:], tag))
            if inner.startswith(_OF_MODULE):
                self._module.setdefault(inner, (text, self.line))
        elif path == "ModuleInformation/Module":
            self.found.modules[self._module.get("Name", ("", 0))[0]] = self._module
            self._limit(len(self.found.modules), MOST_MODULES, "modules")
        elif self._instances and self._path[-1:] == ["Instance"] and tag in ("InstName", "ModuleName"):
            self._instances[-1][tag == "ModuleName"] = text
            if tag == "ModuleName":
                self.found.instances.append(("/".join(name for name, _ in self._instances), text))
                self._limit(len(self.found.instances), MOST_MODULES, "instances")
        elif tag == "Instance" and self._instances:
            self._instances.pop()
        elif path.startswith(_KEPT):
            (self.found.twice if path in self.found.texts else self.found.texts)[path] = (text, self.line)
            self._limit(len(self.found.texts), MOST_TEXTS, "figures")

    def close(self) -> None:
        """The parser asks for it."""

    def _limit(self, number: int, most: int, what: str) -> None:
        if number > most:
            raise ReportError(
                self.source.name, f"has more than {most} {what}; not a report of C synthesis", line=self.line
            )


def recognise(source: Source) -> str | None:
    """`vivado_hls_csynth_xml`, `vitis_hls_csynth_xml` or None; `read` decides between them by the DSP tag."""
    head = source.head
    if not _START.match(head) or ("<ReportVersion>" not in head and "<PerformanceEstimates>" not in head):
        return None
    match = _VERSION.search(head[:4096])
    return VITIS if values.version(match[1] if match else None) >= FIRST_VITIS else VIVADO


def read(source: Source, draft: Draft) -> None:
    """Figures of the design, and of the modules that a csynth.xml lists."""
    found = _parse(source, draft)
    _identity(draft, found)
    for path, (_, line) in found.twice.items():
        draft.problem(f"<{path}> is there twice", line=line, field=path.rpartition("/")[2])
    _clock(draft, found)
    _latency(draft, found)
    _area(draft, found)
    _modules(draft, found)


def texts(source: Source) -> dict[str, str]:
    """Texts of the design's elements by their path below `<profile>`, in the order of the file.

    Raises:
        ReportError: the file is no whole XML.
    """
    draft = Draft(source.name, VITIS)
    found = _parse(source, draft)
    for problem in draft.problems:
        raise ReportError(source.name, problem.text, line=problem.line)
    return {path: text for path, (text, _) in found.texts.items()}


def _parse(source: Source, draft: Draft) -> _Found:
    reader = _Reader(source)
    parser: Any = DefusedXMLParser(target=reader, forbid_dtd=True)
    try:
        for line in source.lines():
            reader.line = line.number
            parser.feed(line.text + "\n")
        parser.close()
    except ParseError as error:
        draft.problem(f"is no whole XML, or truncated ({str(error)[:200]})", line=reader.line or None)
    except ValueError as error:  # a document type or an entity, which no report has
        raise ReportError(source.name, "holds a document type or an entity; not a report", line=reader.line) from error
    return reader.found


def _identity(draft: Draft, found: _Found) -> None:
    draft.stage = CSYNTH
    draft.version = found.texts.get("ReportVersion/Version", ("", 0))[0] or None
    user = {name: found.texts.get(f"UserAssignments/{name}", ("", 0))[0] or None for name in ("Part", "TopModelName")}
    draft.device, draft.top = user["Part"], user["TopModelName"]
    for name, value in (("ReportVersion", draft.version), *user.items()):
        if value is None:
            draft.problem(f"<{name}> is missing", field=name)
    tags = {path.rpartition("/")[2] for path in found.texts if path.startswith(_USED)}
    if "DSP48E" in tags or "DSP" in tags:
        draft.kind = VIVADO if "DSP48E" in tags else VITIS
    draft.tool = values.VIVADO_HLS if draft.kind == VIVADO else values.VITIS_HLS
    for name in ("ProductFamily", "FlowTarget"):
        if f"UserAssignments/{name}" in found.texts:
            draft.details[name] = found.texts[f"UserAssignments/{name}"][0]


def _clock(draft: Draft, found: _Found) -> None:
    places = {
        "clock_target_ns": ("UserAssignments", "TargetClockPeriod"),
        "clock_uncertainty_ns": ("UserAssignments", "ClockUncertainty"),
        "clock_estimated_ns": (_TIMING, "EstimatedClockPeriod"),
    }
    for name, (above, tag) in places.items():
        unit = found.texts.get(f"{above}/unit", ("", 0))[0]
        text, line = found.texts.get(f"{above}/{tag}", ("", None))
        duration = values.time(text, unit)
        if text in values.LITERALS:
            draft.unknown(name, text, line)
        elif duration is None:
            draft.problem(
                f"<{tag}> {values.shown(text)} with unit {values.shown(unit)} is no time", line=line, field=name
            )
        else:
            draft.figure(name, float(duration.ns), line)


def _latency(draft: Draft, found: _Found) -> None:
    below = {path.rpartition("/")[2]: value for path, value in found.texts.items() if path.startswith(f"{_LATENCY}/")}
    unit = below.get("unit", ("", None))
    if unit[0] != "clock cycles":
        draft.withdraw(*values.CYCLES)
        draft.problem(f"latency has unit {values.shown(unit[0])}, not clock cycles", line=unit[1], field="latency_min")
    old = values.version(draft.version) < INTERVAL_SINCE and not {"Interval-min", "Interval-max"} & set(below)
    for name, tag in _CYCLES.items():
        if not (old and name.startswith("ii")):
            text, line = below.get(tag, (None, None))
            values.put_count(draft, name, text, line, f"<{tag}>")
    values.check_order(draft)
    for name, tag in _TIMES.items():
        if tag in below:
            values.check_time(draft, name, values.time(below[tag][0]), below[tag][1])
    known = {name: int(value) for name in values.CYCLES if (value := draft.value(name)) is not None}
    pipeline = found.texts.get("PerformanceEstimates/PipelineType", ("", 0))
    values.check_interval(draft, known, pipeline[0], pipeline[1])
    least, most = draft.value("latency_min"), draft.value("latency_max")
    average = values.whole(below.get("Average-caseLatency", ("", 0))[0])
    if least is not None and most is not None and average is not None and not least <= average <= most:
        draft.withdraw("latency_min", "latency_max")
        draft.problem(f"average latency {average} is not between {least} and {most}", field="latency_min")


def _resources(texts: Mapping[str, tuple[str, int]], above: str) -> dict[str, tuple[str, int]]:
    below = {path: value for path, value in texts.items() if path.startswith(f"{above}/")}
    return {name: value for path, value in below.items() if (name := values.resource(path[len(above) + 1 :]))}


def _area(draft: Draft, found: _Found) -> None:
    used, there = _resources(found.texts, _USED), _resources(found.texts, _AVAILABLE)
    for name in values.RESOURCES:
        if name in used or name in there or name in values.NEEDED:
            text, line = used.get(name, (None, None))
            values.put_count(draft, name, text, line, "<Resources>")
    for name in (*used, *values.NEEDED):
        if name not in there:
            draft.problem("<AvailableResources> lacks it", field=name)
    draft.available = {
        name: float(value) for name, (text, _) in there.items() if (value := values.whole(text)) is not None
    }
    for name, (_, line) in used.items():
        if draft.value(name) and draft.available.get(name) == 0:
            draft.withdraw(name)
            draft.problem("is used, but the device has none", line=line, field=name)
    lut, ff = draft.available.get("lut"), draft.available.get("ff")
    # Every Xilinx family since Virtex-5 has one or two flip-flops for a LUT.
    if lut and ff is not None and ff not in (lut, 2 * lut):
        draft.withdraw("lut", "ff")
        draft.problem(f"the device cannot have {lut:.0f} LUT and {ff:.0f} FF; lines were exchanged", field="ff")


def _modules(draft: Draft, found: _Found) -> None:
    top = draft.top or ""
    whole = {name: draft.value(name) for name in (*values.RESOURCES, *values.CYCLES)}
    draft.module(Module(top, Figures(**whole)))  # type: ignore[arg-type]
    _check_top(draft, found.modules)
    listed = found.instances or [(name, name) for name in found.modules if name != top]
    for path, module in listed:
        figures, unknown = _figures(found.modules.get(module, {}))
        draft.module(Module(f"{top}/{path}", figures, module, unknown))


def _figures(texts: Mapping[str, tuple[str, int]]) -> tuple[Figures, dict[str, str]]:
    said = {name: text for name, (text, _) in _resources(texts, _USED).items()}
    said |= {name: texts[f"{_LATENCY}/{tag}"][0] for name, tag in _CYCLES.items() if f"{_LATENCY}/{tag}" in texts}
    interval = texts.get(f"{_LATENCY}/PipelineInitiationInterval", ("", 0))[0].split(" ~ ")
    said |= {"ii_min": interval[0], "ii_max": interval[-1]} if interval[0] else {}
    numbers = {name: number for name, text in said.items() if (number := values.whole(text)) is not None}
    unknown = {name: text for name, text in said.items() if text in values.LITERALS}
    return Figures(**numbers), unknown


def _check_top(draft: Draft, modules: Mapping[str, Mapping[str, tuple[str, int]]]) -> None:
    """A csynth.xml lists the top among the modules too; only its LUT may differ there, by a few."""
    again = modules.get(draft.top or "")
    if again is None:
        return
    figures, _ = _figures(again)
    for name, value in figures.known().items():
        before = draft.value(name)
        if name != "lut" and before is not None and before != value:
            draft.withdraw(name)
            line = again["Name"][1]
            draft.problem(
                f"is {before:.0f} for the design and {value} for the module {draft.top}", line=line, field=name
            )
