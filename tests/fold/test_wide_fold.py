# SPDX-License-Identifier: Apache-2.0
"""Several pixels a beat: taken where a rate needs them and nowhere else, refused where they cannot be."""

from dataclasses import replace

import pytest

from flow.boards import load_board
from flow.design import Design
from flow.errors import FoldError
from flow.estimate.samples import network
from flow.fold import fold
from flow.fold.options import Space
from flow.ops import BinaryConv
from flow.ops.wide_row import WideRow
from flow.types import Shape

BOARD = load_board("u250")
IMAGE = Shape(16, 24, 1)
NET = network("wide", (6, 8), (2,), (8, 12), classes=4, expansion=3, seed=4)


def rate(cycles: int) -> float:
    """FPS of so many cycles a frame."""
    return BOARD.clock_mhz * 1e6 / cycles


@pytest.mark.parametrize(("cycles", "pixels"), [(2000, 1), (384, 1), (383, 2), (192, 2), (191, 4), (112, 4)])
def test_as_few_pixels_as_the_rate_needs(cycles: int, pixels: int) -> None:
    foldings = fold(NET, IMAGE, BOARD, rate(cycles))
    found = Design(NET, IMAGE, BOARD, foldings, {})
    assert found.pixels("image") == found.pixels("encode") == pixels
    assert foldings["stem_conv1"].pixels_in == pixels and found.cycles_per_frame <= cycles
    assert all(f.pixels == f.pixels_in == 1 for name, f in foldings.items() if name not in ("encode", "stem_conv1"))
    assert found.beats("image") * pixels == IMAGE.pixels
    assert found.beat_bits("encode") == pixels * 3 * 2 or pixels == 1


def test_one_pixel_a_beat_goes_unsaid() -> None:
    """A design without it is told as before, and has the choices that it had before."""
    one, two = (Design(NET, IMAGE, BOARD, fold(NET, IMAGE, BOARD, rate(cycles)), {}) for cycles in (384, 192))
    assert not any("pixels" in key for entry in one.to_json()["foldings"].values() for key in entry)
    assert two.to_json()["foldings"]["stem_conv1"]["pixels_in"] == 2
    space = Space(NET, IMAGE, BOARD)
    assert space.beats("image", 384) == [1] and space.beats("encode", 384) == [1, 3]
    assert space.beats("image", 383) == [2] and 6 in space.beats("encode", 383)
    options = [option for node in NET.nodes for option in space.options(node, 384)]
    assert all(option.folding.pixels_in == 1 for option in options)


def test_a_width_that_no_number_of_pixels_divides_is_named() -> None:
    odd = Shape(16, 21, 1)
    with pytest.raises(FoldError, match="the input binds: 336 pixels a frame enter 1 a cycle at most"):
        fold(NET, odd, BOARD, rate(300))


def refused(message: str, image: Shape = IMAGE, **changes: dict[str, int]) -> None:
    """A fold for two pixels with some entries changed."""
    foldings = fold(NET, IMAGE, BOARD, rate(192))
    foldings |= {name: replace(foldings[name], **values) for name, values in changes.items()}  # type: ignore[arg-type]
    with pytest.raises(FoldError, match=message):
        Design(NET, image, BOARD, foldings, {})


def test_designs_that_do_not_go_together_are_refused() -> None:
    refused("2 pixels a beat must divide the 23 pixels of a row of 'image'", Shape(16, 23, 1))
    refused("stem_conv1: takes 1 pixels a beat of 'encode', which has 2", stem_conv1={"pixels_in": 1})
    refused("encode: a beat of 2 pixels has all their channels, found .* 1 of 3", encode={"stream_channels": 1})
    refused("stem_conv1: cannot take 2 pixels a beat", stem_conv1={"depth": 1})
    refused("stem_conv1: cannot take 2 pixels a beat", stem_conv1={"hold": 2})
    refused("stem_act1: takes 2 pixels a beat of 'stem_conv1', which has 1", stem_act1={"pixels_in": 2})


@pytest.mark.parametrize("row", [
    WideRow(16, 8, 3, 2, 1, 4), WideRow(12, 12, 5, 1, 2, 2), WideRow(24, 6, 3, 4, 0, 2), WideRow(16, 3, 2, 5, 0, 2),
    WideRow(16, 11, 7, 2, 6, 2), WideRow(4, 2, 3, 2, 1, 4),
])  # fmt: skip
def test_a_row_beat_by_beat(row: WideRow) -> None:
    """Every window has its columns in the register, whose size and turns are counted one by one."""
    newest, cycles, waiting, places = -1, 0, row.unread, set()
    for window, shifts in enumerate(row.shifts()):
        newest += shifts
        last = row.last_column(window)
        assert newest == last // row.pixels
        places.add(last % row.pixels)
        first_kept = (newest + 1) * row.pixels - row.columns
        assert first_kept <= last - row.kernel + 1
        cycles += max(1, shifts + waiting)
        waiting = 0
    assert newest + 1 + row.unread == row.taken and row.taken >= row.groups
    assert len(places) <= row.offsets and row.cycles(1, 1) == cycles


def test_cycles_count_beats_windows_and_passes() -> None:
    foldings = fold(NET, IMAGE, BOARD, rate(112))
    conv = NET.by_name["stem_conv1"]
    assert isinstance(conv, BinaryConv)
    assert conv.cycles(foldings["stem_conv1"], Shape(16, 24, 3)) == 96 == 8 * 12
    assert conv.cycles(replace(foldings["stem_conv1"], pe=3, stream_channels=3), Shape(16, 24, 3)) == 192
    assert conv.cycles(replace(foldings["stem_conv1"], pixels_in=2), Shape(16, 24, 3)) == 192
