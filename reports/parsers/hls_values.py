# SPDX-License-Identifier: Apache-2.0
"""Cells and checks that all HLS reports share.

Numbers are bounded (18 digits), literals are kept apart from numbers, and a text that is neither is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

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


def check_time(draft: Draft, name: str, absolute: Time | None, line: int | None = None) -> None:
    """A latency in cycles must agree with the same latency in seconds.

    The tools multiply by the target period, or by the estimate where that is longer.
    """
    cycles = draft.value(name)
    clocks = [draft.value(clock) for clock in ("clock_target_ns", "clock_estimated_ns")]
    known = [Decimal(str(clock)) for clock in clocks if clock is not None]
    if cycles is None or absolute is None or not known:
        return
    if not any(_agree(int(cycles), clock, absolute) for clock in known):
        draft.withdraw(name, "clock_target_ns", "clock_estimated_ns")
        draft.problem(
            f"{int(cycles)} cycles of {' or '.join(f'{clock.normalize():f}' for clock in known)} ns are not "
            f"{absolute.ns.normalize():f} ns, which the report says too",
            line=line,
            field=name,
        )


def _agree(cycles: int, clock: Decimal, absolute: Time) -> bool:
    # A clock is printed with two digits where it may have more (3.33 for 3.333), a time with three.
    slack = cycles * Decimal("0.005") + absolute.step
    return abs(cycles * clock - absolute.ns) <= slack


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
