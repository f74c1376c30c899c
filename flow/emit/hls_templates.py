# SPDX-License-Identifier: Apache-2.0
"""The Jinja2 files of hls_templates/, with undefined names refused and user strings quoted for Tcl."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import flow

FOLDER = Path(flow.__file__).resolve().parent.parent / "hls_templates"

KERNELS = (
    "binary_conv.h",
    "digit_pool.h",
    "global_pool.h",
    "residual_add.h",
    "thermometer_encode.h",
    "threshold.h",
    "common/axis.h",
    "common/bits.h",
    "common/conv_unit.h",
    "common/lane_sum.h",
    "common/stream_fork.h",
    "common/stream_resize.h",
    "common/vendor.h",
    "common/window.h",
    "common/window_wide.h",
)
"""Synthesised headers, relative to hls_templates/."""

_TCL_SPECIAL = {character: "\\" + character for character in '\\"$[]{};# '} | {
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


def tcl_word(text: object) -> str:
    """One Tcl word that stands for exactly this text, whatever is in it.

    >>> print(tcl_word('a [exec rm] $b'))
    "a\\ \\[exec\\ rm\\]\\ \\$b"
    """
    return '"' + "".join(_TCL_SPECIAL.get(character, character) for character in str(text)) + '"'


@cache
def environment() -> Environment:
    """Jinja2 over hls_templates/."""
    found = Environment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    found.filters["tcl"] = tcl_word
    return found


def render(template: str, **values: Any) -> str:
    """Text of a template file, relative to hls_templates/."""
    return environment().get_template(template).render(**values)


def kernel_plan(folder: str) -> dict[str, str]:
    """The synthesised headers below `folder` of a project."""
    return {f"{folder}/{path}": (FOLDER / path).read_text() for path in KERNELS}
