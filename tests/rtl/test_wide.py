# SPDX-License-Identifier: Apache-2.0
"""Several pixels a beat: windows at every place in a beat, and folded nets, in Verilator against graph and schedule."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from flow.boards import load_board
from flow.buffer import alone, schedule
from flow.design import Design
from flow.estimate.samples import network
from flow.fold import design as folded
from flow.ops import Folding
from flow.ops.base import Array
from flow.simulate.compare import compare
from flow.simulate.rtlsim import RtlsimResult, rtlsim_many
from flow.types import Shape
from tests.rtl.designs import conv_design

FRAMES = 4


def wide(
    image: Shape,
    channels: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    pixels: int,
    lanes: tuple[int, int] | None = None,
) -> Design:
    """A convolution of all input channels at once; `lanes` are pe and stream_channels, all channels by default."""
    pe, beat = lanes or (channels[1], channels[1])
    folding = Folding(pe, channels[0], beat, pixels_in=pixels)
    return conv_design(image, channels, kernel, stride, padding, folding, channels[0])


# Strides below, equal to and above the pixels of a beat; kernels of one beat and of several; beats of padding at the
# right, beats that no window reads; passes, a slow read-out.
CONVS = {
    "stem": wide(Shape(12, 16, 3), (6, 8), (3, 3), (2, 2), (1, 1), 4),
    "every_place": wide(Shape(7, 12, 1), (2, 4), (3, 3), (1, 1), (1, 1), 4),
    "beyond": wide(Shape(9, 10, 1), (2, 4), (5, 5), (1, 1), (2, 2), 2),
    "pointwise": wide(Shape(6, 16, 1), (2, 4), (1, 1), (2, 2), (0, 0), 4),
    "passes": wide(Shape(8, 16, 1), (4, 6), (3, 3), (2, 2), (1, 1), 4, (2, 2)),
    "slow_read": wide(Shape(8, 16, 1), (4, 6), (3, 3), (2, 2), (1, 1), 4, (6, 2)),
    "gaps": wide(Shape(9, 24, 1), (2, 4), (3, 3), (4, 4), (1, 1), 8),
    "unread": wide(Shape(8, 16, 1), (2, 5), (2, 2), (3, 5), (0, 0), 2),
    "uneven": wide(Shape(8, 16, 2), (4, 4), (3, 7), (1, 2), (2, 6), 2),
}
NET = network("wide_net", (4, 4), (2,), (4,), classes=3, colours=3, expansion=2, seed=4)
NETS = {
    "net_two": folded(NET, Shape(8, 16, 3), load_board("u250"), 200e6 / 64),
    "net_four": folded(NET, Shape(8, 16, 3), load_board("u250"), 200e6 / 40),
}
# Lanes of any form give the same sums (test_forms.py); portable ones compile the quickest.
DESIGNS = {
    name: replace(case, board=replace(case.board, arithmetic="portable")) for name, case in {**CONVS, **NETS}.items()
}


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
    folder = tmp_path_factory.mktemp("wide")
    designs, rng = list(DESIGNS.values()), np.random.default_rng(6)
    images = [
        rng.integers(0, 256, (FRAMES, d.image.height, d.image.width, d.image.channels), np.uint8) for d in designs
    ]
    stalled = rtlsim_many(designs, images, folder, stalls=0.3, seed=12)
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
def test_the_schedule_model_is_exact(simulated: dict[str, Simulated], name: str) -> None:
    case = simulated[name]
    model = schedule(case.design, frames=FRAMES)
    assert np.diff(case.free.frame_ends).tolist() == np.diff(model.ends).tolist()
    assert case.free.latency_cycles is not None and abs(case.free.latency_cycles - model.latency_cycles) <= 4
    for edge in case.design.edges:
        assert 0 < case.free.fifo_peaks[edge.name] <= edge.depth


@pytest.mark.parametrize(("name", "pixels"), [("net_two", 2), ("net_four", 4)])
def test_a_folded_net_is_faster_than_a_pixel_a_cycle(simulated: dict[str, Simulated], name: str, pixels: int) -> None:
    case = simulated[name]
    assert case.design.pixels("image") == case.design.pixels("encode") == pixels
    assert case.free.cycles_per_frame is not None and case.free.cycles_per_frame <= {2: 64, 4: 40}[pixels]


@pytest.mark.parametrize("name", CONVS)
def test_a_large_frame_takes_what_the_op_says(name: str) -> None:
    """Rows and frames leave no gap: only what follows the last window of a frame may be lost."""
    small = CONVS[name]
    large = Shape(16 * small.image.height, 16 * small.image.width, small.image.channels)
    case = Design(small.graph, large, small.board, small.foldings, {})
    node = case.graph.by_name["conv"]
    assert case.cycles(node) <= alone(case, node) <= 1.005 * case.cycles(node)
