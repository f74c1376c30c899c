# SPDX-License-Identifier: Apache-2.0
"""Limits as numbers: shares of a device, and what a baseline and its allowed growth make."""

from __future__ import annotations

from reports import devices
from reports.budget import Amount, Growth, Share
from reports.errors import ReportError
from reports.schema import AT_LEAST, AT_MOST
from reports.subject import AT_LEAST_NAMES, Subject


def rule_of(name: str) -> str:
    """Which way a figure is held: `<=`, or `>=` where more is better."""
    return AT_LEAST if name in AT_LEAST_NAMES else AT_MOST


def excess(name: str, value: float, bound: float) -> float:
    """How far a figure is beyond its limit; negative where it holds."""
    return bound - value if name in AT_LEAST_NAMES else value - bound


def resolve(limit: Amount, subject: Subject, name: str, device: str | None) -> float:
    """A limit as a number.

    Args:
        limit: a number, or a share of what the report says that the device has.
        device: what the budget names; it counts where the report does not say.

    Raises:
        ReportError: a share of a device that is not known, or that is another than the report's.
    """
    if not isinstance(limit, Share):
        return limit
    if device and subject.device and devices.device(subject.device) != devices.device(device):
        raise ReportError(subject.file, f"is for {subject.device}, the budget for {device}")
    has = "lut" if name in ("lut_all", "lutram") else name
    amounts = {**(devices.amounts(device or subject.device or "") or {}), **subject.available}
    if has not in amounts:
        what = f"does not say how much {subject.device} has" if subject.device else "names no device"
        raise ReportError(subject.file, f"{what}; name one (`device:` or --device), or give {name} as a count")
    return limit.fraction * amounts[has]


def limit_after(name: str, before: float, growth: Growth) -> float:
    """The limit that a baseline figure and its allowed growth make.

    >>> limit_after("lut", 1000, Growth(0.02)), limit_after("fps", 1000, Growth(0.02))
    (1020.0, 980.0)
    """
    allowed = growth.allowed(before)
    return round(before - allowed if name in AT_LEAST_NAMES else before + allowed, 9)
