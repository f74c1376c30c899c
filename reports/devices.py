# SPDX-License-Identifier: Apache-2.0
"""What a part has, for reports that do not say it.

>>> amounts("xc7z020-clg400-1")["lut"]
53200
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml


def amounts(part: str) -> Mapping[str, float] | None:
    """LUTs, flip-flops, BRAM18, URAM and DSP of a part; None where no table holds it.

    Args:
        part: as a report or a person spells it (`xc7z020clg400-1`, `7z020`, `xck26-sfvc784-2LV-c`).
    """
    return _table().get(device(part) or "")


def device(part: str) -> str | None:
    """The device that a part is a package of: the longest name of devices.yaml that the part starts with.

    >>> device("XC7Z020clg400-1"), device("7z0201"), device("unheard-of")
    ('7z020', None, None)
    """
    plain = part.strip().lower().removeprefix("xc")
    held = [name for name in _table() if plain.startswith(name) and not plain[len(name) :][:1].isdigit()]
    return max(held, key=len, default=None)


def known() -> tuple[str, ...]:
    """Names of devices, for messages."""
    return tuple(_table())


@cache
def _table() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = yaml.safe_load((resources.files("reports") / "devices.yaml").read_text())
    return table
