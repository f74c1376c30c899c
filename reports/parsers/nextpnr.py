# SPDX-License-Identifier: Apache-2.0
"""nextpnr: the report of `--report` (apio calls it hardware.pnr), and the log."""

from __future__ import annotations

import re
from typing import Any

from reports.errors import ReportError
from reports.parsed import FIGURES, PLACE, ROUTE, Draft
from reports.parsers.nextpnr_cells import Use, fill, lost_beside
from reports.source import Source
from reports.text import read_json

JSON, LOG = "nextpnr_report_json", "nextpnr_log"
LARGEST = 16 * 2**20
_JSON = re.compile(r'\{\s*"(critical_paths|detailed_net_timings|fmax|utilization)"\s*:')
_LOG = re.compile(
    r"^Info: (?:Device utilisation:|Logic utilisation before packing:|Packing constants\.\.|Checksum: 0x[0-9a-f]+|"
    r"constrained '|constraining clock net|Program finished normally\.|Max frequency for clock|"
    r"Using uarch '|Pack(?:ing)? IOs?\b)",
    re.MULTILINE,
)
_YOSYS = re.compile(r"^ *Yosys [0-9]|Printing statistics\.", re.MULTILINE)
_USE = re.compile(r"Info:\s+([A-Za-z]\w{0,60}):\s{0,30}([0-9]{1,12})/\s{0,12}([0-9]{1,12})\s{1,12}([0-9]{1,12})%\s*")
_FMAX = re.compile(
    r"(Info|Warning|ERROR): Max frequency for clock\s+'(.{1,400})':\s+([0-9]{1,9}\.[0-9]{1,4}) MHz"
    r" \((PASS|FAIL) at ([0-9]{1,9}\.[0-9]{1,4}) MHz\)\s*"
)
_TOTAL = re.compile(r"Info:\s+Total (LUT4s|DFFs):\s+([0-9]{1,12})/\s*([0-9]{1,12})\s+([0-9]{1,12})%\s*")
_CELLS = re.compile(r"Info:\s+([0-9]{1,12}) LCs used as (LUT4 only|LUT4 and DFF|DFF only|CARRY only)\s*")
_VERSION = re.compile(r"Next Generation Place and Route \(Version ([^()\s]{1,80})")
_MOST_KINDS, _MOST_ERRORS, _MOST_CLOCKS = 10_000, 5, 10_000
_BEGIN, _END = "Info: Device utilisation:", "Info: Program finished normally."


def recognise(source: Source) -> str | None:
    """`nextpnr_report_json`, `nextpnr_log` or None; a log that begins with Yosys is Yosys'."""
    head = source.head
    if _JSON.match(head.lstrip()):
        return JSON
    found = _LOG.search(head)
    return LOG if found and not _YOSYS.search(head, 0, found.start()) else None


def read(source: Source, draft: Draft) -> None:
    """Cells by kind; the frequency of each clock, and the slowest as `fmax_mhz`."""
    draft.tool = "nextpnr"
    if draft.kind == JSON:
        _read_json(source, draft)
    else:
        _Log(draft).read(source)


def _read_json(source: Source, draft: Draft) -> None:
    if len(source.text) > LARGEST:
        raise ReportError(source.name, f"is larger than {LARGEST} characters; write it without detailed net timings")
    data = read_json(source.text, source.name)
    utilization = data.get("utilization")
    if not isinstance(utilization, dict) or not utilization:
        raise ReportError(source.name, "is missing", "utilization")
    draft.stage = ROUTE
    uses = {}
    for kind, entry in utilization.items():
        used, available = (entry.get(key) if isinstance(entry, dict) else None for key in ("used", "available"))
        if type(used) is not int or type(available) is not int or not 0 <= used < 10**15 or not 0 <= available < 10**15:
            draft.problem(f"{kind} has no counts of what is used and available", field="utilization")
            continue
        uses[kind] = Use(used, available)
    fill(uses, draft)
    lost = lost_beside(uses, draft)
    if lost:
        draft.withdraw("lut", "ff", "bram18", "uram", "dsp", "lutram")
        draft.problem(f"{', '.join(lost)} are not listed, and every device has them (lines lost?)", field="utilization")
    clocks = data.get("fmax")
    if not isinstance(clocks, dict):
        draft.problem("is missing", field="fmax")
        return
    found: dict[str, tuple[float, float]] = {}
    for name, entry in clocks.items():
        values = [entry.get(key) if isinstance(entry, dict) else None for key in ("achieved", "constraint")]
        if not all(_frequency(value) for value in values):
            draft.problem(f"{name} has no frequencies", field="fmax_mhz")
            return
        found[name] = float(values[0]), float(values[1])  # type: ignore[arg-type]
    _clocks(found, draft)


def _frequency(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9


def _clocks(clocks: dict[str, tuple[float, float]], draft: Draft) -> None:
    if not clocks:
        return
    draft.details["clocks"] = {
        name: {"fmax_mhz": achieved, "constraint_mhz": wanted} for name, (achieved, wanted) in clocks.items()
    }
    draft.figure("fmax_mhz", min(achieved for achieved, _ in clocks.values()))
    targets = {wanted for _, wanted in clocks.values()}
    if len(targets) == 1 and 0 not in targets:
        draft.figure("clock_target_ns", round(1000 / targets.pop(), 6))


class _Log:
    """Goes through a log once; the utilization is printed after packing, the frequencies twice or more."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.uses: dict[str, Use] = {}
        self.blocks = 0
        self.inside = False
        self.clocks: dict[str, tuple[float, float]] = {}
        self.totals: dict[str, int] = {}
        self.lcs: dict[str, int] = {}
        self.finished = 0
        self.routed = False
        self.before: dict[str, tuple[float, float]] = {}
        self.errors: list[tuple[int, str]] = []

    def read(self, source: Source) -> None:
        """Every line; then the figures."""
        draft = self.draft
        number = 0
        for number, text in source.lines():
            self._line(number, text)
        if self.finished > 1 or self.blocks > 1:
            draft.withdraw(*FIGURES)
            draft.problem("holds several runs: two designs in one file", line=number)
            return
        if not self.blocks:
            raise ReportError(source.name, "has no `Device utilisation` (truncated?)", line=number)
        fill(self.uses, draft)
        if "TRELLIS_SLICE" in self.uses:
            for name, key in (("lut", "LUT4s"), ("ff", "DFFs")):
                if key in self.totals and not draft.has(name):
                    draft.figure(name, self.totals[key])
        draft.stage = ROUTE if self.routed else PLACE
        if self.lcs:
            draft.details["logic_cells"] = dict(self.lcs)
        _clocks(self.clocks, draft)
        before, after = ({clock: wanted for clock, (_, wanted) in at.items()} for at in (self.before, self.clocks))
        if before and before != after:
            text = f"clocks and what is wanted of them are {before} before routing and {after} after"
            draft.problem(text, field="fmax_mhz")
            draft.withdraw("fmax_mhz", "clock_target_ns")
        for line, text in self.errors:
            draft.problem(text, line=line, incomplete=False)
        if not self.finished:
            draft.problem(f"does not end in `{_END}` (truncated, or nextpnr failed)", line=number)
            draft.withdraw("fmax_mhz", "clock_target_ns")

    def _line(self, number: int, text: str) -> None:
        if text.startswith(_BEGIN):
            self.blocks += 1
            self.inside = True
        elif self.inside:
            self._use(number, text)
        elif text.startswith("Info: Max freq") or "Max frequency for clock" in text[:40]:
            self._fmax(number, text)
        elif text.startswith("ERROR: "):
            self._error(number, text)
        elif text.startswith(_END):
            self.finished += 1
        elif text.startswith(("Info: Routing complete", "Info: Router1 time", "Info: Router2 time")):
            self.routed = True
            if self.clocks:
                self.before, self.clocks = self.clocks, {}  # frequencies before routing are estimates
        elif match := _TOTAL.fullmatch(text):
            self.totals[match.group(1)] = int(match.group(2))
        elif match := _CELLS.fullmatch(text):
            self.lcs[match.group(2)] = int(match.group(1))
        elif self.draft.version is None and (match := _VERSION.search(text)):
            self.draft.version = match.group(1).removeprefix("nextpnr-")

    def _use(self, number: int, text: str) -> None:
        match = _USE.fullmatch(text)
        if match is None:
            self.inside = False
            if text.strip():
                self.draft.problem("line of the utilization is cut", line=number, field="utilization")
            return
        if len(self.uses) >= _MOST_KINDS:
            raise ReportError(self.draft.file, f"lists more than {_MOST_KINDS} kinds of cells", "utilization", number)
        kind, used, available, share = match.group(1), *(int(match.group(at)) for at in (2, 3, 4))
        if kind in self.uses:
            self.draft.problem(f"{kind} stands twice", line=number, field="utilization")
        if available and 100 * used // available != share:
            self.draft.problem(f"{kind}: {used} of {available} is not {share} %", line=number, field="utilization")
        self.uses[kind] = Use(used, available, number)

    def _fmax(self, number: int, text: str) -> None:
        match = _FMAX.fullmatch(text)
        if match is None:
            self.draft.problem("line is cut", line=number, field="fmax_mhz")
            return
        achieved, wanted = float(match.group(3)), float(match.group(5))
        if (achieved >= wanted) != (match.group(4) == "PASS") and abs(achieved - wanted) > 0.011:
            text = f"{achieved} MHz at {wanted} MHz is no {match.group(4)}"
            self.draft.problem(text, line=number, field="fmax_mhz")
        if len(self.clocks) < _MOST_CLOCKS:
            self.clocks[match.group(2)] = achieved, wanted
        if match.group(1) == "ERROR":
            self._error(number, text)

    def _error(self, number: int, text: str) -> None:
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append((number, text[7:207]))
