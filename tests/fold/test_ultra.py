# SPDX-License-Identifier: Apache-2.0
"""Weights in UltraRAM: taken where a design does not fit without, counted as synthesis counts, named where missing."""

from dataclasses import replace

import numpy as np
import pytest

from flow.boards import load_board
from flow.errors import FoldError
from flow.estimate import estimate, total
from flow.estimate.memories import ultras
from flow.fold import explain, plan
from flow.graph import Graph
from flow.ops import BinaryConv, GlobalPool, Threshold
from flow.types import Shape
from tests.rtl.designs import conv, encode

CHANNELS = 64
IMAGE = Shape(8, 8, 1)
KV260 = load_board("kv260")


def heavy() -> Graph:
    """A net of 74 kbit of weights."""
    steps = np.tile(np.array([-9, 0, 9]), (CHANNELS, 1))
    nodes = (
        encode(1, 8),
        conv("first", "encode", (8, CHANNELS), (1, 1)),
        Threshold("act", ("first",), steps, np.zeros(CHANNELS, np.uint8)),
        conv("second", "act", (CHANNELS, CHANNELS), (3, 3), padding=(1, 1)),
        Threshold("act2", ("second",), steps, np.zeros(CHANNELS, np.uint8)),
        conv("third", "act2", (CHANNELS, CHANNELS), (3, 3), padding=(1, 1)),
        GlobalPool("pool", ("third",), np.ones(CHANNELS, np.float32)),
    )
    return Graph("heavy", 1, nodes)


def memories(board: str = "kv260", **counts: int) -> dict[str, str]:
    """Where the weights of each convolution sit on a board with other counts."""
    made, _, _ = plan(heavy(), IMAGE, replace(load_board(board), **counts), 20_000)
    return {name: f.memory for name, f in made.foldings.items() if isinstance(made.graph.by_name[name], BinaryConv)}


def test_a_design_that_fits_without_has_no_load_port() -> None:
    assert "ultra" not in memories().values()


def test_a_design_that_does_not_fit_without_has_one() -> None:
    board = replace(KV260, bram18=2, lut=18_000)
    made, found, schedule = plan(heavy(), IMAGE, board, 20_000)
    spent = total(estimate(made).values())
    assert "ultra" in {folding.memory for folding in made.foldings.values()}
    assert 0 < spent.uram <= board.uram and spent.bram18 <= 2
    assert f"URAM: {spent.uram} of {board.uram}" in explain(made, found, schedule)


def test_a_board_without_ultraram_says_what_is_missing() -> None:
    board = replace(KV260, bram18=2, lut=18_000, uram=0)
    with pytest.raises(FoldError) as found:
        plan(heavy(), IMAGE, board, 20_000)
    text = str(found.value)
    assert "74240 bits" in text and f"{74240 - 2 * 18432} bits are missing" in text and "has no UltraRAM" in text
    assert "LUT binds" in text


def test_counts_by_shape() -> None:
    assert [ultras(words, bits) for words, bits in ((1, 1), (4096, 72), (4097, 72), (2048, 144), (2049, 144))] == [
        1, 1, 2, 1, 2,
    ]  # fmt: skip
    assert ultras(2048, 145) == 2 and ultras(9000, 145) == 5 + 3
