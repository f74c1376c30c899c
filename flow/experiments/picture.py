# SPDX-License-Identifier: Apache-2.0
"""SVG pictures: the same bytes for the same figures, text as text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from flow.emit.plan import write_atomic

COLOURS = ("#0b5fa5", "#d1495b", "#2e8b57", "#8d6a9f", "#b8860b", "#5b6770")
STYLE: Any = {
    "svg.hashsalt": "ern",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e6e8",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
}


def figure(rows: int, columns: int, width: float, height: float) -> tuple[Any, Any]:
    """A figure of rows x columns axes (always a 2-D array), `width` x `height` inches."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        made = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(made)
        return made, made.subplots(rows, columns, squeeze=False)


def save(made: Any, path: Path) -> None:
    """Write a figure as SVG, whole or not at all.

    Raises:
        BuildError: the folder cannot be written.
    """
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(STYLE):
        made.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    lines = buffer.getvalue().decode().splitlines()
    write_atomic(path, "\n".join(line.rstrip() for line in lines) + "\n")
