# SPDX-License-Identifier: Apache-2.0
"""Cells and checks that all HLS reports share.

Numbers are bounded (18 digits), literals are kept apart from numbers, and a text that is neither is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from reports.errors import ReportError
from reports.parsed import Draft

VIVADO_HLS, VITIS_HLS = "Vivado HLS", "Vitis HLS"
MOST_LINES = 3_000_000
LITERALS = frozenset({"?", "undef", "-", "NA", "N/A"})
RESOURCES = ("lut", "ff", "bram18", "uram", "dsp")
NEEDED = ("lut", "ff", "bram18", "dsp")
CYCLES = ("latency_min", "latency_max", "ii_min", "ii_max")

_WHOLE = re.compile(r"[0-9]{1,18}\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?(e[+-][0-9]{1,3})?\Z")
_DSP = re.compile(r"DSP(48[A-Z]?[0-9]?|58)?\Z")
_COLUMNS = {"BRAM_18K": "bram18", "BRAM": "bram18", "FF": "ff", "LUT": "lut", "URAM": "uram"}
_UNITS = {"ns": Decimal(1), "us": Decimal(10) ** 3, "ms": Decimal(10) ** 6, "sec": Decimal(10) ** 9}
_UNITS |= {"ps": Decimal("0.001"), "s": Decimal(10) ** 9}
_VERSION = re.compile(r"([0-9]{4})\.([0-9]{1,2})")


@dataclass(frozen=True)
class Time:
    """A duration as printed.

    Attributes:
        ns: nanoseconds.
        step: nanoseconds that the last digit stands for.
    """

    ns: Decimal
    step: Decimal


def whole(text: str) -> int | None:
    """A count, or None."""
    return int(text) if _WHOLE.match(text) else None


def decimal(text: str) -> Decimal | None:
    """A number with or without a fraction and exponent, or None."""
    return Decimal(text) if _DECIMAL.match(text) else None


def time(text: str, unit: str | None = None) -> Time | None:
    """`4.280 us`, or a plain number of the unit given; None for anything else.

    >>> time("4.280 us").ns
    Decimal('4280.000')
    """
    number, _, own = text.strip().partition(" ")
    value, unit = decimal(number), own.strip() or unit
    if value is None or value < 0 or unit not in _UNITS:
        return None
    exponent = value.as_tuple().exponent
    return Time(value * _UNITS[unit], Decimal(10) ** int(exponent) * _UNITS[unit])


@lru_cache(256)
def resource(column: str) -> str | None:
    """The figure that a column or tag stands for: `DSP48E` and `DSP` are both `dsp`; None for any other."""
    return "dsp" if _DSP.match(column) else _COLUMNS.get(column)


def version(text: str | None) -> tuple[int, int]:
    """Year and number of a tool's version; zeros where there is none."""
    match = _VERSION.match(text or "")
    return (int(match[1]), int(match[2])) if match else (0, 0)


def put_count(draft: Draft, name: str, text: str | None, line: int | None, what: str = "") -> None:
    """Set a figure from a cell; a literal is unknown, an absent or spoiled cell a problem."""
    value = None if text is None else whole(text)
    if value is not None:
        draft.figure(name, value, line)
    elif text in LITERALS:
        draft.unknown(name, text, line)
    else:
        found = "is missing" if text is None else f"is {shown(text)}, neither a number nor ?, undef, - or NA"
        draft.withdraw(name)
        draft.problem(f"{what or 'the cell'} {found}", line=line, field=name)


def check_length(file: str, line: int) -> None:
    """Refuse a file that is longer than any report of an HLS tool, before it takes longer than a person waits.

    Raises:
        ReportError: it is.
    """
    if line > MOST_LINES:
        raise ReportError(file, f"has more than {MOST_LINES} lines; not a report of an HLS tool", line=line)


def shown(text: str, most: int = 60) -> str:
    """Foreign text for a message: quoted, escape codes made visible, not too long."""
    return repr(text if len(text) <= most else text[:most] + "...")


def check_order(draft: Draft, line: int | None = None) -> None:
    """The least is not above the most, or both are withdrawn."""
    for low, high in (("latency_min", "latency_max"), ("ii_min", "ii_max")):
        least, most = draft.value(low), draft.value(high)
        if least is not None and most is not None and least > most:
            draft.withdraw(low, high)
            draft.problem(f"least {least} is above the most, {most}", line=line, field=low)
        elif (least is None) != (most is None) and draft.has(low) and draft.has(high):
            draft.withdraw(low, high)
            draft.problem("one end is a number and the other is not", line=line, field=low)


def check_average(draft: Draft, figure: str, average: str, line: int | None = None) -> None:
    """The average of a simulation lies between its ends; that of a single transaction is both of them."""
    least, most = draft.value(f"{figure}_min"), draft.value(f"{figure}_max")
    mean = whole(average)
    if least is None or most is None:
        return
    text = f"average {shown(average)} does not fit {least:.0f} to {most:.0f}"
    if mean is None or not least <= mean <= most:
        draft.withdraw(f"{figure}_min", f"{figure}_max")
        draft.problem(text, line=line, field=f"{figure}_min")
    elif figure == "latency" and draft.has("ii_max") and draft.value("ii_max") is None and least != most:
        draft.problem(
            f"{text} of the one transaction that an unknown interval stands for", line=line, field="latency_min"
        )


def check_time(draft: Draft, name: str, absolute: Time | None, line: int | None = None) -> None:
    """A latency in cycles must agree with the same latency in seconds."""
    cycles = draft.value(name)
    if cycles is not None and absolute is not None and not _agree(draft, int(cycles), absolute):
        draft.withdraw(name, "clock_target_ns", "clock_estimated_ns")
        said = f"{int(cycles)} cycles are not {absolute.ns.normalize():f} ns, which the report says too"
        draft.problem(said, line=line, field=name)


def check_below(draft: Draft, cycles: Mapping[str, int], absolute: Mapping[str, Time | None], line: int | None) -> None:
    """The same for an instance."""
    for name, duration in absolute.items():
        if name in cycles and duration is not None and not _agree(draft, cycles[name], duration):
            said = f"{cycles[name]} cycles of an instance are not {duration.ns.normalize():f} ns"
            draft.problem(said, line=line, field="modules")


def _agree(draft: Draft, cycles: int, absolute: Time) -> bool:
    """The tools multiply by the target period, or by the module's estimate where that is longer."""
    target, estimate = draft.value("clock_target_ns"), draft.value("clock_estimated_ns")
    if target is None or estimate is None:
        return True
    low, high = Decimal(str(target)), Decimal(str(max(target, estimate)))
    # A clock is printed with two digits where it may have more (3.33 for 3.333), a time with three.
    slack = cycles * Decimal("0.005") + absolute.step
    return cycles * low - slack <= absolute.ns <= cycles * high + slack


def check_interval(draft: Draft, cycles: Mapping[str, int], pipeline: str, line: int | None, field: str = "") -> None:
    """What is not pipelined starts again when it is done: after its latency, or one cycle later."""
    if pipeline not in ("no", "none"):
        return
    for latency, interval in (("latency_min", "ii_min"), ("latency_max", "ii_max")):
        least, next_start = cycles.get(latency), cycles.get(interval)
        if least is not None and next_start is not None and next_start - least not in (0, 1):
            said = f"not pipelined, but a latency of {least} and an interval of {next_start}"
            draft.problem(said, line=line, field=field or interval)


def check_share(used: int, available: int, share: str) -> bool:
    """Whether a `Utilization (%)` cell is that of used and available: `~0` is below one per cent, but not none.

    >>> check_share(190, 288, "65"), check_share(1, 288, "~0"), check_share(0, 288, "0"), check_share(19, 288, "65")
    (True, True, True, False)
    """
    if available == 0:
        return True
    if share == "~0":
        return 0 < 100 * used < available
    return share in {str(100 * used // available), str((200 * used + available) // (2 * available))}


def check_sum(draft: Draft, parts: Sequence[Mapping[str, int]], total: Mapping[str, int], what: str, line: int) -> None:
    """Parts must add up to the total that the report gives; figures that do not are withdrawn."""
    for name, value in total.items():
        added = sum(part.get(name, 0) for part in parts)
        if added != value:
            draft.withdraw(name)
            draft.problem(f"{what} add up to {added}, the report's total is {value}", line=line, field=name)
