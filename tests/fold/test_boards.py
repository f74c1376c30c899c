# SPDX-License-Identifier: Apache-2.0
"""Board files: those that travel with the package, and broken ones."""

import pytest

from flow.boards import board_names, load_board
from flow.boards.board import parse_board
from flow.errors import BoardError

GOOD = """
part: xck26
family: xcup
lut: 1000
ff: 2000
bram18: 3
uram: 0
dsp: 4
clock_mhz: 100
default_fps: 10
"""


def test_known_boards() -> None:
    assert board_names() == ["arty_a7", "crosslink_nx_evn", "kv260", "pynq_z2", "u250", "ulx3s", "zcu104"]
    for name in board_names():
        board = load_board(name)
        assert board.name == name
        assert board.ff >= board.lut > 0
        assert 0 < board.lut_fraction <= 1
    assert (load_board("kv260").lut, load_board("kv260").bram18, load_board("kv260").uram) == (117120, 288, 64)
    nexus = load_board("crosslink_nx_evn")
    assert (nexus.family, nexus.form, nexus.lut, nexus.bram18, nexus.dsp) == ("nexus", "plain", 32256, 84, 56)
    assert (load_board("ulx3s").family, load_board("pynq_z2").family) == ("ecp5", "xc7")


def test_an_unknown_board_lists_the_known_ones() -> None:
    with pytest.raises(BoardError, match=r"board 'kv261': unknown; known boards: arty_a7, crosslink_nx_evn, kv260"):
        load_board("kv261")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a board file"),
        ("- 1\n- 2", "not a board file"),
        ("a: [", "not a board file"),
        (GOOD.replace("lut: 1000\n", ""), "lut"),
        (GOOD + "lutt: 3\n", "lutt"),
        (GOOD + "name: other\n", "name"),
        (GOOD.replace("lut: 1000", "lut: many"), "lut must be a count, found 'many'"),
        (GOOD.replace("lut: 1000", "lut: 10.5"), "lut must be a count, found 10.5"),
        (GOOD.replace("lut: 1000", "lut: true"), "lut must be a count, found True"),
        (GOOD.replace("dsp: 4", "dsp: -4"), "dsp must be a count, found -4"),
        (GOOD.replace("default_fps: 10", "default_fps: 0"), "default_fps must be at least 1"),
        (GOOD.replace("family: xcup", "family: spartan"), "family 'spartan' is none of xcup, xc7, ecp5, nexus"),
        (GOOD.replace("clock_mhz: 100", "clock_mhz: 0"), "clock_mhz must be positive, found 0"),
        (GOOD.replace("clock_mhz: 100", "clock_mhz: fast"), "clock_mhz must be positive, found 'fast'"),
        (GOOD + "lut_fraction: 2\n", "lut_fraction must lie above 0 and at most at 1, found 2"),
        (GOOD + "lut_fraction: half\n", "lut_fraction must lie above 0 and at most at 1, found 'half'"),
    ],
)
def test_broken_board_files(text: str, message: str) -> None:
    with pytest.raises(BoardError, match="board 'broken'") as raised:
        parse_board("broken", text)
    assert message in str(raised.value)


def test_a_good_board_file() -> None:
    board = parse_board("mine", GOOD)
    assert (board.lut, board.clock_mhz, board.lut_fraction) == (1000, 100, 1 / 3)
