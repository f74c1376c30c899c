# SPDX-License-Identifier: Apache-2.0
"""Every op and whole nets in one Verilator model, against the NumPy graph: every stream, with and without stalls."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from flow.buffer import schedule
from flow.design import Design
from flow.errors import SimulationError
from flow.ops import BinaryConv, Folding
from flow.ops.base import Array
from flow.simulate.compare import compare
from flow.simulate.job import Finished
from flow.simulate.rtlsim import RtlsimResult, rtlsim_many
from flow.types import Shape
from tests.rtl.designs import conv_design, residual_design

FRAMES = 4
TOLERANCE = 0.02

# Image, channels (in, out), kernel, stride, padding, folding: odd shapes, kh != kw, sh != sw, gaps between windows,
# rows and columns that no window reads, one-pixel images, 1x1 kernels, OG above and below kw, pe past out_channels,
# a read-out that is slower than the steps.
CONVS = {
    "plain": conv_design(Shape(7, 5, 1), (4, 6), (3, 3), (1, 1), (1, 1), Folding(3, 2, 3), 2),
    "tall_kernel": conv_design(Shape(6, 9, 1), (2, 3), (3, 2), (2, 1), (1, 0), Folding(1, 2, 1)),
    "wide_kernel": conv_design(Shape(5, 11, 1), (3, 4), (1, 5), (1, 2), (0, 2), Folding(2, 1, 2)),
    "gaps": conv_design(Shape(11, 10, 1), (2, 2), (2, 2), (3, 4), (1, 1), Folding(2, 2, 2), 2),
    "unread": conv_design(Shape(8, 8, 1), (2, 5), (3, 3), (3, 3), (0, 0), Folding(2, 1, 1), 2),
    "one_pixel": conv_design(Shape(1, 1, 3), (3, 4), (3, 3), (1, 1), (1, 1), Folding(2, 3, 1), 3),
    "one_row": conv_design(Shape(1, 9, 1), (2, 4), (3, 3), (1, 1), (1, 1), Folding(2, 2, 1), 2),
    "pointwise": conv_design(Shape(5, 6, 1), (6, 8), (1, 1), (1, 1), (0, 0), Folding(8, 6, 8), 6),
    "pointwise_stride": conv_design(Shape(7, 5, 1), (6, 4), (1, 1), (2, 3), (0, 0), Folding(2, 3, 2), 3),
    "last_group": conv_design(Shape(4, 5, 1), (4, 7), (2, 3), (1, 1), (0, 1), Folding(3, 4, 1), 4),
    "slow_read": conv_design(Shape(4, 4, 1), (2, 8), (2, 2), (1, 1), (0, 0), Folding(8, 2, 1), 2),
    "block": conv_design(Shape(5, 7, 1), (4, 4), (3, 3), (1, 1), (1, 1), Folding(2, 1, 1, "block"), 1),
    "wide_words": conv_design(Shape(5, 70, 1), (2, 2), (3, 3), (1, 1), (1, 1), Folding(1, 1, 1), 1),
    "columns": conv_design(Shape(7, 5, 1), (4, 6), (3, 2), (1, 1), (1, 0), Folding(3, 2, 3, by_column=True), 2),
    "held": conv_design(Shape(5, 8, 1), (4, 6), (3, 3), (1, 1), (1, 1), Folding(3, 2, 3, "block", 4), 2),
    "held_once": conv_design(Shape(8, 8, 1), (2, 24), (3, 3), (1, 1), (1, 1), Folding(2, 2, 2, "lut", 4), 2),
    "held_columns": conv_design(Shape(6, 8, 1), (4, 6), (3, 3), (1, 1), (1, 1), Folding(2, 4, 2, "lut", 8, True), 4),
    "held_stride": conv_design(Shape(6, 16, 1), (4, 5), (3, 3), (2, 2), (1, 1), Folding(2, 2, 1, "block", 2, True), 2),
    "held_gaps": conv_design(Shape(13, 17, 1), (2, 16), (2, 2), (1, 4), (1, 0), Folding(2, 2, 2, "lut", 4), 2),
    "held_pixels": conv_design(Shape(4, 8, 1), (6, 8), (1, 1), (1, 1), (0, 0), Folding(4, 2, 4, "ultra", 4), 6),
    "held_last_group": conv_design(Shape(4, 8, 1), (4, 7), (3, 3), (1, 1), (1, 1), Folding(3, 1, 1, "block", 4), 4),
    "order_in_block": conv_design(Shape(3, 4, 1), (4, 20), (3, 3), (1, 1), (1, 1), Folding(1, 4, 1, "block", 2), 4),
}
NETS = {
    "net_one_lane": residual_design(Shape(6, 7, 1), 4, 1),
    "net_two_lanes": residual_design(Shape(5, 8, 3), 6, 2),
}
DESIGNS = {**CONVS, **NETS}


@dataclass(frozen=True)
class Simulated:
    """One design: expected streams, results with stalls and without."""

    design: Design
    expected: dict[str, Array]
    stalled: RtlsimResult
    free: RtlsimResult


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Simulated]:
    """All designs in one model; one build, two runs."""
    folder = tmp_path_factory.mktemp("rtlsim")
    designs, rng = list(DESIGNS.values()), np.random.default_rng(5)
    images = [
        rng.integers(0, 256, (FRAMES, d.image.height, d.image.width, d.image.channels), np.uint8) for d in designs
    ]
    stalled = rtlsim_many(designs, images, folder, stalls=0.3, seed=11)
    free = rtlsim_many(designs, images, folder)
    expected = [d.graph.run(x, taps=True) for d, x in zip(designs, images, strict=True)]
    return {name: Simulated(*parts) for name, *parts in zip(DESIGNS, designs, expected, stalled, free, strict=True)}


@pytest.mark.parametrize("name", DESIGNS)
def test_every_stream_equals_the_graph(simulated: dict[str, Simulated], name: str) -> None:
    case = simulated[name]
    for result in (case.stalled, case.free):
        found = compare(case.expected, {**result.streams, "classifier_sum": result.classifier_sum})
        assert len(found) == len(case.design.graph.nodes) + 2
        assert [str(c) for c in found if c.mismatches] == []


@pytest.mark.parametrize("name", DESIGNS)
def test_fifos_never_pass_their_depth(simulated: dict[str, Simulated], name: str) -> None:
    case = simulated[name]
    for edge in case.design.edges:
        for result in (case.stalled, case.free):
            assert 0 < result.fifo_peaks[edge.name] <= edge.depth


@pytest.mark.parametrize("name", [name for name in CONVS if name not in ("one_pixel", "one_row", "pointwise")])
def test_no_bubble_between_pixels_rows_and_frames(simulated: dict[str, Simulated], name: str) -> None:
    """Frames of one pixel or one row are shorter than the way through the pipeline; all others run as predicted."""
    case = simulated[name]
    cycles, predicted = case.free.cycles_per_frame, case.design.cycles_per_frame
    conv = case.design.graph.by_name["conv"]
    assert isinstance(conv, BinaryConv) and cycles is not None
    assert abs(cycles - predicted) <= TOLERANCE * predicted, f"{cycles} cycles, {predicted} predicted"


@pytest.mark.parametrize("name", DESIGNS)
def test_the_schedule_model_is_exact(simulated: dict[str, Simulated], name: str) -> None:
    case = simulated[name]
    model = schedule(case.design, frames=FRAMES)
    assert np.diff(case.free.frame_ends).tolist() == np.diff(model.ends).tolist()


def test_a_pixel_a_cycle(simulated: dict[str, Simulated]) -> None:
    """A 1x1 convolution of one step; the pool hands on one class a cycle while the last pixel waits."""
    case = simulated["pointwise"]
    cycles, classes = case.free.cycles_per_frame, case.design.graph.output.channels
    assert cycles is not None and case.design.cycles_per_frame <= cycles < case.design.cycles_per_frame + classes


def test_a_short_path_without_room_hangs_and_says_where(tmp_path: Path) -> None:
    """A residual whose short path holds two beats cannot run: the message names streams and FIFOs."""
    case = residual_design(Shape(3, 60, 1), 2, 1)
    starved = Design(case.graph, case.image, case.board, case.foldings, {})
    images = np.zeros((2, 3, 60, 1), np.uint8)
    with pytest.raises(SimulationError, match=r"hangs in cycle") as found:
        rtlsim_many([starved], [images], tmp_path)
    assert "short__add_1: 2 of 2 beats in the FIFO" in str(found.value)


def test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="built for images of 7x5x1"):
        rtlsim_many([CONVS["plain"]], [np.zeros((1, 5, 7, 1), np.uint8)], tmp_path)


@pytest.mark.parametrize("count", [5, 7])
def test_sums_that_are_too_few_or_too_many_are_named(count: int, tmp_path: Path) -> None:
    np.arange(count, dtype="<i4").tofile(tmp_path / "sums_1.bin")
    with pytest.raises(SimulationError, match=rf"design 1: {count} or more sums left it, 6 expected for 2 images"):
        Finished(tmp_path, {}, hung=False).sums(1, 2, 3)
