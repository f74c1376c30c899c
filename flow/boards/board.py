# SPDX-License-Identifier: Apache-2.0
"""A board: part, resources, clock and the rate asked of it when the user names none."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib import resources

import yaml

from flow.errors import BoardError

ARITHMETIC = {"xcup": "carry8", "xc7": "carry4", "ecp5": "plain", "nexus": "plain"}
"""Form of the convolution lanes by family (docs/arithmetic.md)."""
FAMILIES = tuple(ARITHMETIC)
CHOICES = ("auto", "portable", "plain")
"""Forms that may be asked for: `auto` is the family's; the others name no primitive and map to every family."""


@dataclass(frozen=True)
class Limits:
    """Most that a design may take of each kind, by the user's word; None: what the board leaves to the asked rate."""

    lut: int | None = None
    bram18: int | None = None
    uram: int | None = None


@dataclass(frozen=True)
class Board:
    """Counts are whole devices.

    Attributes:
        name: file name without suffix.
        part: vendor part number.
        family: xcup, xc7, ecp5 or nexus.
        lut, ff, bram18, uram, dsp: what the device has (BRAM in 18 Kb units; ECP5: DP16KD; Nexus: EBR).
        clock_mhz: clock of the design; not timed unless a report says so.
        default_fps: rate asked when the user names none.
        lut_fraction: share of the LUTs that a default build may take.
        arithmetic: form of the convolution lanes, one of `CHOICES`.
        limits: of one build; no matter of board files.
    """

    name: str
    part: str
    family: str
    lut: int
    ff: int
    bram18: int
    uram: int
    dsp: int
    clock_mhz: float
    default_fps: int
    lut_fraction: float = 1 / 3
    arithmetic: str = "auto"
    limits: Limits = Limits()

    @property
    def form(self) -> str:
        """Form of the convolution lanes: the one asked for, else the family's."""
        return ARITHMETIC[self.family] if self.arithmetic == "auto" else self.arithmetic


def board_names() -> list[str]:
    """Names of the boards that travel with the package."""
    return sorted(p.name[:-5] for p in resources.files("flow.boards").iterdir() if p.name.endswith(".yaml"))


def load_board(name: str) -> Board:
    """The board of a name.

    Raises:
        BoardError: unknown name, or a file with missing, unknown or ill-typed fields.
    """
    if name not in board_names():
        raise BoardError(f"board {name!r}: unknown; known boards: {', '.join(board_names())}")
    return parse_board(name, (resources.files("flow.boards") / f"{name}.yaml").read_text())


def parse_board(name: str, text: str) -> Board:
    """The board that a yaml text describes; see `load_board` for errors."""
    try:
        entries = yaml.safe_load(text)
        board = Board(name=name, limits=Limits(), **entries)
    except (yaml.YAMLError, TypeError) as error:
        raise BoardError(f"board {name!r}: not a board file ({error}); expected {_field_names()}") from error
    for key in ("lut", "ff", "bram18", "uram", "dsp", "default_fps"):
        value = getattr(board, key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BoardError(f"board {name!r}: {key} must be a count, found {value!r}")
    if board.default_fps < 1:
        raise BoardError(f"board {name!r}: default_fps must be at least 1, found {board.default_fps!r}")
    if not _is_number(board.lut_fraction) or not 0 < board.lut_fraction <= 1:
        raise BoardError(
            f"board {name!r}: lut_fraction must lie above 0 and at most at 1, found {board.lut_fraction!r}"
        )
    if board.family not in FAMILIES:
        raise BoardError(f"board {name!r}: family {board.family!r} is none of {', '.join(FAMILIES)}")
    if board.arithmetic not in CHOICES:
        raise BoardError(f"board {name!r}: arithmetic {board.arithmetic!r} is none of {', '.join(CHOICES)}")
    if not _is_number(board.clock_mhz) or not board.clock_mhz > 0:
        raise BoardError(f"board {name!r}: clock_mhz must be positive, found {board.clock_mhz!r}")
    return board


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _field_names() -> str:
    return ", ".join(f.name for f in fields(Board) if f.name not in ("name", "limits"))
