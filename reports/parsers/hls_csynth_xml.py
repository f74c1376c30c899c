# SPDX-License-Identifier: Apache-2.0
"""`<top>_csynth.xml` and `csynth.xml` of Vivado HLS and Vitis HLS.

The design's figures stand directly under `<profile>`; a csynth.xml repeats the same tags for each module. The file is
read as a stream, so that its size and depth cannot matter. The tool does not name itself: Vivado HLS counts `DSP48E`,
Vitis HLS `DSP`.
"""

from __future__ import annotations

import re

from reports.errors import ReportError
from reports.parsed import CSYNTH, Draft
from reports.parsers import hls_values as values
from reports.parsers.hls_xml import AVAILABLE, LATENCY, PIPELINE, TIMING, USED, Found, read_xml
from reports.parsers.hls_xml_modules import CYCLES, TIMES, add_modules, resources
from reports.source import Source

VIVADO, VITIS = "vivado_hls_csynth_xml", "vitis_hls_csynth_xml"
FIRST_VITIS = (2020, 2)
INTERVAL_SINCE = (2017, 1)
_START = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<profile>", re.DOTALL)
_VERSION = re.compile(r"<Version>\s*([0-9]{4}\.[0-9.]{1,8})\s*</Version>")


def recognise(source: Source) -> str | None:
    """`vivado_hls_csynth_xml`, `vitis_hls_csynth_xml` or None; `read` decides between them by the DSP tag."""
    head = source.head
    if not _START.match(head) or ("<ReportVersion>" not in head and "<PerformanceEstimates>" not in head):
        return None
    match = _VERSION.search(head[:4096])
    return VITIS if values.version(match[1] if match else None) >= FIRST_VITIS else VIVADO


def read(source: Source, draft: Draft) -> None:
    """Figures of the design, and of the modules that a csynth.xml lists."""
    found = read_xml(source, draft)
    _identity(draft, found)
    for path, (_, line) in found.twice.items():
        draft.problem(f"<{path}> is there twice", line=line, field=path.rpartition("/")[2])
    _clock(draft, found)
    _latency(draft, found)
    _area(draft, found)
    add_modules(draft, found)


def texts(source: Source) -> dict[str, str]:
    """Texts of the design's elements by their path below `<profile>`, in the order of the file.

    Raises:
        ReportError: the file is no whole XML.
    """
    draft = Draft(source.name, VITIS)
    found = read_xml(source, draft)
    for problem in draft.problems:
        raise ReportError(source.name, problem.text, line=problem.line)
    return {path: text for path, (text, _) in found.texts.items()}


def _identity(draft: Draft, found: Found) -> None:
    draft.stage = CSYNTH
    draft.version = found.texts.get("ReportVersion/Version", ("", None))[0] or None
    user = {
        name: found.texts.get(f"UserAssignments/{name}", ("", None))[0] or None for name in ("Part", "TopModelName")
    }
    draft.device, draft.top = user["Part"], user["TopModelName"]
    for name, value in (("ReportVersion", draft.version), *user.items()):
        if value is None:
            draft.problem(f"<{name}> is missing", field=name)
    tags = {path.rpartition("/")[2] for path in found.texts if path.startswith(USED)}
    if "DSP48E" in tags or "DSP" in tags:
        draft.kind = VIVADO if "DSP48E" in tags else VITIS
    draft.tool = values.VIVADO_HLS if draft.kind == VIVADO else values.VITIS_HLS
    for name in ("ProductFamily", "FlowTarget"):
        if f"UserAssignments/{name}" in found.texts:
            draft.details[name] = found.texts[f"UserAssignments/{name}"][0]


def _clock(draft: Draft, found: Found) -> None:
    places = {
        "clock_target_ns": ("UserAssignments", "TargetClockPeriod"),
        "clock_uncertainty_ns": ("UserAssignments", "ClockUncertainty"),
        "clock_estimated_ns": (TIMING, "EstimatedClockPeriod"),
    }
    for name, (above, tag) in places.items():
        unit = found.texts.get(f"{above}/unit", ("", None))[0]
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


def _latency(draft: Draft, found: Found) -> None:
    below = {path.rpartition("/")[2]: value for path, value in found.texts.items() if path.startswith(f"{LATENCY}/")}
    unit = below.get("unit", ("", None))
    if unit[0] != "clock cycles":
        draft.withdraw(*values.CYCLES)
        draft.problem(f"latency has unit {values.shown(unit[0])}, not clock cycles", line=unit[1], field="latency_min")
    old = values.version(draft.version) < INTERVAL_SINCE and not {"Interval-min", "Interval-max"} & set(below)
    for name, tag in CYCLES.items():
        if not (old and name.startswith("ii")):
            text, line = below.get(tag, (None, None))
            values.put_count(draft, name, text, line, f"<{tag}>")
    values.check_order(draft)
    for name, tag in TIMES.items():
        if tag in below:
            values.check_time(draft, name, values.time(below[tag][0]), below[tag][1])
    known = {name: int(value) for name in values.CYCLES if (value := draft.value(name)) is not None}
    pipeline = found.texts.get(PIPELINE, ("", None))
    values.check_interval(draft, known, pipeline[0], pipeline[1])
    least, most = draft.value("latency_min"), draft.value("latency_max")
    average = values.whole(below.get("Average-caseLatency", ("", None))[0])
    if least is not None and most is not None and average is not None and not least <= average <= most:
        draft.withdraw("latency_min", "latency_max")
        draft.problem(f"average latency {average} is not between {least} and {most}", field="latency_min")


def _area(draft: Draft, found: Found) -> None:
    used, there = resources(found.texts, USED), resources(found.texts, AVAILABLE)
    for name in values.RESOURCES:
        if name in used or name in there or name in values.NEEDED:
            text, line = used.get(name, (None, None))
            values.put_count(draft, name, text, line, "<Resources>")
    for name in (*used, *values.NEEDED):
        if name not in there:
            draft.problem("<AvailableResources> lacks it", field=name)
    if not there:
        draft.withdraw(*values.RESOURCES)  # what is used may then be what is available
    draft.available = {
        name: float(value) for name, (text, _) in there.items() if (value := values.whole(text)) is not None
    }
    for name, (_, line) in used.items():
        if draft.value(name) and draft.available.get(name) == 0:
            draft.withdraw(name)
            draft.problem("is used, but the device has none", line=line, field=name)
    lut, ff = draft.available.get("lut"), draft.available.get("ff")
    # Every Xilinx family since Virtex-4 has one or two flip-flops for a LUT.
    if lut and ff is not None and not lut <= ff <= 4 * lut:
        draft.withdraw("lut", "ff")
        draft.problem(f"the device cannot have {lut:.0f} LUT and {ff:.0f} FF; lines were exchanged", field="ff")
