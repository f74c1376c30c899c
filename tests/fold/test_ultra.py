# SPDX-License-Identifier: Apache-2.0
"""Weights in UltraRAM: taken where a design does not fit without, counted as synthesis counts, named where missing."""

from dataclasses import replace

import numpy as np
import pytest

from flow.boards import Board, load_board
from flow.emit.rtl import load_words
from flow.errors import FoldError
from flow.estimate import estimate, total
from flow.estimate.memories import ultras
from flow.fold import explain, plan
from flow.fold.folding import FILL
from flow.graph import Graph
from flow.ops import GlobalPool, Threshold
from flow.types import Shape
from tests.rtl.designs import conv, encode

CHANNELS = 192
WEIGHTS = 8 * CHANNELS + 2 * CHANNELS * CHANNELS
IMAGE = Shape(4, 4, 1)
KV260 = load_board("kv260")
FPS = 2_000


def heavy() -> Graph:
    """A net of many weights and little else."""
    steps = np.tile(np.array([-9, 0, 9]), (CHANNELS, 1))
    nodes = (
        encode(1, 8),
        conv("first", "encode", (8, CHANNELS), (1, 1)),
        Threshold("act", ("first",), steps, np.zeros(CHANNELS, np.uint8)),
        conv("second", "act", (CHANNELS, CHANNELS), (1, 1)),
        Threshold("act2", ("second",), steps, np.zeros(CHANNELS, np.uint8)),
        conv("third", "act2", (CHANNELS, CHANNELS), (1, 1)),
        GlobalPool("pool", ("third",), np.ones(CHANNELS, np.float32)),
    )
    return Graph("heavy", 1, nodes)


@pytest.fixture(scope="module")
def tight() -> Board:
    """A board with too few LUTs for the weights, and no block RAM."""
    roomy = replace(KV260, bram18=0, uram=0)
    needed = total(estimate(plan(heavy(), IMAGE, roomy, FPS)[0]).values()).lut
    return replace(KV260, bram18=0, lut=int(0.85 * needed / FILL))


def test_a_design_that_fits_without_has_no_load_port() -> None:
    made, _, _ = plan(heavy(), IMAGE, KV260, FPS)
    assert "ultra" not in {folding.memory for folding in made.foldings.values()} and load_words(made) == b""


def test_a_design_that_does_not_fit_without_has_one(tight: Board) -> None:
    made, found, schedule = plan(heavy(), IMAGE, tight, FPS)
    spent = total(estimate(made).values())
    assert "ultra" in {folding.memory for folding in made.foldings.values()} and load_words(made)
    assert 0 < spent.uram <= tight.uram and spent.bram18 == 0
    assert f"URAM: {spent.uram} of {tight.uram}" in explain(made, found, schedule)


def test_a_board_without_ultraram_says_what_is_missing(tight: Board) -> None:
    with pytest.raises(FoldError) as found:
        plan(heavy(), IMAGE, replace(tight, uram=0), FPS)
    text = str(found.value)
    assert f"take {WEIGHTS} bits" in text and f"{WEIGHTS} bits are missing" in text and "has no UltraRAM" in text
    assert "LUT binds" in text


def test_counts_by_shape() -> None:
    assert [ultras(words, bits) for words, bits in ((1, 1), (4096, 72), (4097, 72), (2048, 144), (2049, 144))] == [
        1, 1, 2, 1, 2,
    ]  # fmt: skip
    assert ultras(2048, 145) == 2 and ultras(9000, 145) == 5 + 3
