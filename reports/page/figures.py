# SPDX-License-Identifier: Apache-2.0
"""What the page calls each figure, its unit, and which way is better."""

from __future__ import annotations

from typing import NamedTuple

from reports.table import number


class Meaning(NamedTuple):
    """A figure for people."""

    label: str
    unit: str = ""


FIGURES = {
    "lut": Meaning("LUT"),
    "ff": Meaning("FF"),
    "bram18": Meaning("BRAM18"),
    "uram": Meaning("URAM"),
    "dsp": Meaning("DSP"),
    "fps": Meaning("Frames a second"),
    "cycles": Meaning("Cycles, simulated", "a frame"),
    "cycles_model": Meaning("Cycles, predicted", "a frame"),
    "latency_cycles": Meaning("Latency", "cycles"),
    "latency_min": Meaning("Latency, least", "cycles"),
    "latency_max": Meaning("Latency, most", "cycles"),
    "ii_min": Meaning("Interval, least", "cycles"),
    "ii_max": Meaning("Interval, most", "cycles"),
    "accuracy": Meaning("Accuracy", "%"),
    "clock_mhz": Meaning("Clock", "MHz"),
    "clock_target_ns": Meaning("Clock, target", "ns"),
    "clock_estimated_ns": Meaning("Clock, estimated", "ns"),
    "clock_uncertainty_ns": Meaning("Clock, uncertainty", "ns"),
    "fmax_mhz": Meaning("Highest clock", "MHz"),
    "wns_ns": Meaning("WNS, worst setup slack", "ns"),
    "tns_ns": Meaning("TNS, total setup slack", "ns"),
    "whs_ns": Meaning("WHS, worst hold slack", "ns"),
    "ths_ns": Meaning("THS, total hold slack", "ns"),
    "power_w": Meaning("Power", "W"),
    "power_dynamic_w": Meaning("Power, dynamic", "W"),
    "power_static_w": Meaning("Power, static", "W"),
    "lut_all": Meaning("LUT, all kinds"),
    "lutram": Meaning("LUTRAM"),
    "sites": Meaning("LUT sites, estimated"),
    "levels": Meaning("LUT levels"),
    "carry": Meaning("Carry"),
    "transactions": Meaning("Transactions"),
    "pe": Meaning("pe"),
    "simd": Meaning("simd"),
    "macs": Meaning("MAC"),
    "memory": Meaning("Memory"),
}
RESOURCES = ("lut", "ff", "bram18", "uram", "dsp")


def label(figure: str) -> str:
    """What the page calls a figure; its own name where it is none of ours."""
    return FIGURES[figure].label if figure in FIGURES else figure


def unit(figure: str) -> str:
    """The unit, or nothing for a count."""
    return FIGURES[figure].unit if figure in FIGURES else ""


def order(figure: str) -> int:
    """Place among the figures of a page."""
    return list(FIGURES).index(figure) if figure in FIGURES else len(FIGURES)


def value_text(value: float | str | None) -> str:
    """A figure, a literal that stood in its place, or a dash where the report does not give it."""
    return value if isinstance(value, str) else number(value)


def percent(fraction: float) -> str:
    """A share for people: never 0 % or 100 % unless it is.

    >>> percent(0.00001), percent(0.2335), percent(0.9999), percent(1.0), percent(0.0)
    ('<0.1 %', '23.4 %', '99.9 %', '100 %', '0 %')
    """
    if fraction in (0, 1):
        return f"{fraction:.0%}".replace("%", " %")
    if 0 < fraction < 0.001:
        return "<0.1 %"
    rounded = round(100 * fraction, 1)
    return "99.9 %" if fraction < 1 and rounded >= 100 else f"{rounded:,.1f} %"
