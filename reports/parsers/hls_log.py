# SPDX-License-Identifier: Apache-2.0
"""`vivado_hls.log`, `vitis_hls.log` and the log of `vitis-run`: which device and clock, how fast, which errors.

A log holds no resources. An error line is a problem even if the tool went on; a log without the line by which the
tool ends was cut, or the tool died.
"""

from __future__ import annotations

import re

from reports.parsed import CSYNTH, Draft
from reports.parsers import hls_values as values
from reports.source import Line, Source

KIND = "hls_log"
ERRORS_KEPT = 20
FINISHED, FAILED, CUT = "finished", "failed", "cut"

_BANNER = re.compile(
    r"\s{0,8}(?:\*{2,8} )?(?P<tool>Vivado(?:\(TM\))? HLS|Vitis HLS) - High-Level Synthesis from [A-Za-z+, ]{1,60}?"
    r"(?: v(?P<version>[0-9][0-9.]{3,11})\b.*)?\Z"
)
_RUNNER = re.compile(r"\s{0,8}\*{2,8} (?:vitis-run|vitis_hls) v(?P<version>[0-9][0-9.]{3,11})\b")
_OLD_VERSION = re.compile(r"Version (?P<version>[0-9]{4}\.[0-9.]{1,6})\b")
_MESSAGE = re.compile(r"INFO: \[HLS 200-|@I \[HLS-")
_INFO = re.compile(r"(?:INFO: |@I )\[[A-Za-z0-9_ -]{1,30}\] (?=Sett|\*\*\*\*|Running|Exiting |Total )")
_KNOWN = {
    "device": re.compile(r"Setting target device to '([A-Za-z0-9_-]{1,60})'"),
    "clock": re.compile(r"Setting up clock '([^']{1,80})' with a period of ([0-9.]{1,20}) ?ns\b"),
    "fmax": re.compile(r"\*\*\*\* Estimated Fmax: ([0-9.]{1,20}) MHz\s*\Z"),
    "cut": re.compile(r"\*\*\*\* Estimated Fmax"),
    "loops": re.compile(r"\*\*\*\* Loop Constraint Status: (.{1,200})"),
    "top": re.compile(r"(?:Running: set_top|Setting top function to) '?([A-Za-z0-9_:]{1,200})"),
    "program": re.compile(r"Running '(?P<path>[^']{1,500})'"),
    "end": re.compile(r"(?:Exiting (?:vivado_hls|vitis_hls|vitis-run)|Total (?:elapsed|CPU user) time)\b"),
}
_IN_PATH = re.compile(r"[/\\](20[0-9]{2}\.[0-9](?:\.[0-9])?)[/\\]")
_ERROR = ("ERROR: ", "@E ", "FATAL", "Abnormal program termination")
_WARNING = ("WARNING: ", "CRITICAL WARNING: ", "@W ")


def recognise(source: Source) -> str | None:
    """`hls_log` or None."""
    lines = source.head.split("\n")
    found = any(_BANNER.match(text) or _RUNNER.match(text) for text in lines[:200])
    # Generated code carries the banner in a comment; a log has the tool's messages.
    return KIND if (found or _message(lines[:40])) and _message(lines) else None


def _message(lines: list[str]) -> bool:
    return any(_MESSAGE.match(text) for text in lines)


def read(source: Source, draft: Draft) -> None:
    """Device, clock target and estimated frequency; each error is a problem."""
    draft.stage = CSYNTH
    errors = warnings = 0
    ended = False
    clocks: dict[str, tuple[int, str]] = {}
    for line in source.lines():
        values.check_length(source.name, line.number)
        if (match := _INFO.match(line.text)) is not None:
            ended = _message_of(draft, line, line.text[match.end() :], clocks) or ended
        elif line.text.startswith(_ERROR):
            errors += 1
            if errors <= ERRORS_KEPT:
                said = values.shown(line.text.strip(), 200)
                draft.problem(f"the tool reports an error: {said}", line=line.number, incomplete=False)
        elif line.text.startswith(_WARNING):
            warnings += 1
        elif ("HLS" in line.text or "****" in line.text or draft.version is None) and _begins(draft, line.text):
            ended = False
    for name, (number, period) in clocks.items():
        value = values.decimal(period)
        if value is None:
            draft.problem(f"period {period} of clock {values.shown(name)} is no number", line=number)
        elif len(clocks) == 1:
            draft.figure("clock_target_ns", float(value), number)
        draft.details.setdefault("clocks", {})[name] = period
    if draft.version is None:
        draft.problem("neither banner nor path tells the tool's version; the log is cut", field="version")
    if not ended:
        draft.problem("has no line by which the tool ends; the log is cut, or the tool died", field="state")
    draft.details |= {"errors": errors, "warnings": warnings}
    draft.state = FAILED if errors else FINISHED if ended else CUT


def _begins(draft: Draft, text: str) -> bool:
    """Whether a session begins here; sets tool and version."""
    match = _BANNER.match(text) or _RUNNER.match(text)
    if match is None:
        if draft.tool and draft.version is None and (old := _OLD_VERSION.match(text)) is not None:
            draft.version = old["version"]
        return False
    tool = match.groupdict().get("tool") or values.VITIS_HLS
    draft.tool = values.VIVADO_HLS if tool.startswith("Vivado") else values.VITIS_HLS
    draft.version = match["version"] or draft.version
    return True


def _message_of(draft: Draft, line: Line, text: str, clocks: dict[str, tuple[int, str]]) -> bool:
    """Take what a message says; true where it is the tool's last."""
    found = ((what, match) for what, pattern in _KNOWN.items() if (match := pattern.match(text)) is not None)
    what, match = next(found, ("", None))
    if match is None:
        return False
    if what == "device":
        if draft.device not in (None, match[1]):
            draft.problem(f"device is {draft.device}, then {match[1]}", line=line.number, field="device")
        draft.device = match[1]
    elif what == "clock":
        clocks[match[1]] = (line.number, match[2])  # the last setting of a clock counts
    elif what == "fmax" and (value := values.decimal(match[1])) is not None:
        draft.figure("fmax_mhz", float(value), line.number)
    elif what == "loops":
        draft.details["loop_constraints"] = match[1].strip()
    elif what == "top":
        draft.top = match[1]
    elif what == "program":
        _program(draft, match[1])
    elif what in ("cut", "fmax"):
        draft.problem("the estimated Fmax is cut", line=line.number, field="fmax_mhz")
    return what == "end"


def _program(draft: Draft, path: str) -> None:
    """A log of the graphical interface has no banner; the program's path tells tool and version."""
    name = re.split(r"[/\\]", path)[-1]
    if draft.tool is None and name.startswith(("vivado_hls", "vitis_hls")):
        draft.tool = values.VIVADO_HLS if name.startswith("vivado") else values.VITIS_HLS
        draft.version = match[1] if (match := _IN_PATH.search(path)) is not None else None
