# SPDX-License-Identifier: Apache-2.0
"""Figures over builds as small line charts: inline SVG that keeps its letters at any width."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from reports.page.figures import label, unit
from reports.page.markup import Html, element, join
from reports.table import number

_TOP, _BOTTOM = 12.0, 88.0
_LEFT, _RIGHT = 3.0, 97.0
MOST_DOTS = 60


def chart(figure: str, values: Sequence[float | None], builds: Sequence[str]) -> Html:
    """A chart of one figure over builds, oldest first; a build without the figure breaks the line.

    Args:
        figure: its name.
        values: one a build.
        builds: what each build is called.
    """
    points = _points(values)
    known = [value for value in values if value is not None]
    lines = [element("polyline", points=" ".join(f"{x:.2f},{y:.2f}" for x, y in run)) for run in _runs(points)]
    line = element("svg", *lines, viewBox="0 0 100 100", preserveAspectRatio="none", class_="run")
    dots = [
        element(
            "circle",
            element("title", f"{build}: {number(value)}"),
            cx=f"{point[0]:.2f}%", cy=f"{point[1]:.2f}%", r="4" if i == len(values) - 1 else "3",
            class_="last" if i == len(values) - 1 else None,
        )
        for i, (build, value, point) in enumerate(zip(builds, values, points, strict=True))
        if point is not None and (len(values) <= MOST_DOTS or i == len(values) - 1)
    ]  # fmt: skip
    grid = [_level(y) for y in (_TOP, _BOTTOM)]
    if min(known) < 0 < max(known):
        grid.append(_level(_height(0, min(known), max(known)), "zero"))
    told = f"{label(figure)} over {len(values)} builds: least {number(min(known))}, most {number(max(known))}"
    drawing = element("svg", *grid, line, *dots, class_="chart", role="img", aria_label=told)
    return element("figure", _caption(figure, values), drawing, _range(known))


def change(old: float | None, new: float | None) -> str:
    """The relative change between two figures, signed; empty where there is none to tell.

    >>> change(200, 190), change(0, 3), change(5, 5), change(None, 1)
    ('−5.0 %', '+3', '', '')
    """
    if old is None or new is None or old == new:
        return ""
    if old == 0:
        return f"{new - old:+,.6g}".replace("-", "−")
    step = 100 * (new - old) / abs(old)
    return f"{step:+,.1f} %".replace("-", "−") if abs(step) >= 0.05 else f"{step:+.1g} %".replace("-", "−")


def _caption(figure: str, values: Sequence[float | None]) -> Html:
    """Name, latest value, and the change from the build before."""
    last = values[-1]
    before = values[-2] if len(values) > 1 else None
    parts = [element("b", number(last) if last is not None else "not given")]
    if unit(figure) and last is not None:
        parts.append(element("small", f" {unit(figure)}"))
    step = change(before, last)
    if step:
        parts.append(element("span", step, class_="step"))
    return element("figcaption", element("span", label(figure)), join(parts))


def _range(known: Sequence[float]) -> Html:
    low, high = min(known), max(known)
    text = f"{number(low)} throughout" if low == high else f"between {number(low)} and {number(high)}"
    return element("p", text, class_="range")


def _points(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """Places in per cent of the drawing; a figure that never changes lies in the middle."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    step = (_RIGHT - _LEFT) / max(1, len(values) - 1)

    return [None if v is None else (_LEFT + i * step, _height(v, low, high)) for i, v in enumerate(values)]


def _height(value: float, low: float, high: float) -> float:
    return 50.0 if low == high else _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)


def _level(y: float, kind: str | None = None) -> Html:
    return element("line", x1="0", x2="100%", y1=f"{y:.2f}%", y2=f"{y:.2f}%", class_=kind)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Points that follow one another without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for before, point in pairwise([None, *points]):
        if point is None:
            continue
        if before is None:
            runs.append([])
        runs[-1].append(point)
    return [run for run in runs if len(run) > 1]
