# SPDX-License-Identifier: Apache-2.0
"""Arguments and printing that several commands share."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flow.types import Shape

if TYPE_CHECKING:
    from flow.graph import Graph

Commands = argparse._SubParsersAction


def image_size(text: str) -> Shape:
    """`HxW`, or `N` for N x N, as a shape of unknown channels (1).

    >>> image_size("28x32"), image_size("64")
    (Shape(height=28, width=32, channels=1), Shape(height=64, width=64, channels=1))
    """
    match = re.fullmatch(r"([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected HxW, for example 28x28, found {text!r}")
    return Shape(int(match[1]), int(match[2] or match[1]), 1)


def positive(text: str) -> float:
    """A positive number."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e12:
        raise argparse.ArgumentTypeError(f"expected a positive number, found {text!r}")
    return value


def count(text: str) -> int:
    """A whole number of at least 1."""
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    return int(text)


def limit(text: str) -> tuple[str, int]:
    """`KIND=COUNT`, the most that a design may take of a kind.

    >>> limit("lut=77572")
    ('lut', 77572)
    """
    match = re.fullmatch(r"(lut|bram18|uram)=(\d{1,9})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected lut=, bram18= or uram= and a count, found {text!r}")
    return match[1], int(match[2])


def add_json(parser: argparse.ArgumentParser) -> None:
    """The --json switch."""
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def show(arguments: argparse.Namespace, result: Mapping[str, Any], text: str) -> None:
    """Print the result as JSON or as text."""
    print(json.dumps(result, indent=1) if arguments.json else text)


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns aligned, numbers to the right.

    >>> print(table(["a", "n"], [["x", 10], ["yy", 2]]))
    a    n
    x   10
    yy   2
    """
    cells = [list(header), *[[_cell(v) for v in row] for row in rows]]
    right = [all(isinstance(row[i], (int, float)) or row[i] is None for row in rows) for i in range(len(header))]
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    pad = [str.rjust if r else str.ljust for r in right]
    return "\n".join("  ".join(pad[i](line[i], widths[i]) for i in range(len(header))).rstrip() for line in cells)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def add_weights(parser: argparse.ArgumentParser) -> None:
    """The --weights option of official networks."""
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="checkpoint of an official network (default: seeded random weights)",
    )


def load_graph(model: str, weights: Path | None = None) -> Graph:
    """The graph of a folder, of a network of the zoo (lowered now), or of an official network."""
    from flow import store
    from flow.pipeline.source import find_source

    if Path(model).is_dir() and weights is None:
        return store.load(Path(model))
    return find_source(model, weights=weights).graph()
