# SPDX-License-Identifier: Apache-2.0
"""Folding: legal, within the target and the budgets, the same every time; impossible requests say what binds."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from flow.boards import Board, Limits, load_board
from flow.design import Design
from flow.errors import FoldError
from flow.estimate import estimate, total
from flow.estimate.samples import network
from flow.fold import design, explain, fold, plan
from flow.fold.folding import FILL, TOP_LUTS, allowed, best_fold
from flow.fold.options import Space
from flow.graph import IMAGE, Graph
from flow.ops import BinaryConv, Folding
from flow.random_graph import random_graph
from flow.types import Shape

SMALL, DIGITS = network(), Shape(28, 28, 1)
TINY, LITTLE = network("tiny", stem=(8, 8, 12), stages=(12, 20), expansion=3, seed=2), Shape(12, 10, 1)


def board(name: str = "kv260", **changes: float | Limits) -> Board:
    return replace(load_board(name), **changes)  # type: ignore[arg-type]


def macs(graph: Graph, foldings: dict[str, Folding]) -> int:
    convs = [node for node in graph.nodes if isinstance(node, BinaryConv)]
    return sum(foldings[node.name].pe * node.simd(foldings[node.name]) for node in convs)


def quick(graph: Graph, image: Shape, on: Board, fps: float | None) -> tuple[dict[str, Folding], Design]:
    """A fold by cycle counts alone: no schedule, fast."""
    found = best_fold(Space(graph, image, on), fps)
    return found.foldings, Design(graph, image, on, found.foldings, {})


@pytest.mark.parametrize("seed", range(12))
def test_foldings_of_random_graphs_are_legal_and_fast_enough(seed: int) -> None:
    graph, image = random_graph(seed)
    on = board()
    foldings, draft = quick(graph, image, on, None)
    beats = {IMAGE: image.channels, **{name: f.stream_channels for name, f in foldings.items()}}
    for node in graph.nodes:
        plain = replace(foldings[node.name], hold=1, memory="lut")
        assert plain in list(node.foldings()), f"seed {seed}: {node.name}"
        assert foldings[node.name] in list(node.forms(plain, *(draft.shape(s) for s in node.inputs)))
        assert node.accepts(foldings[node.name], *(beats[s] for s in node.inputs)), f"seed {seed}: {node.name}"
        assert draft.cycles(node) <= on.clock_mhz * 1e6 / on.default_fps, f"seed {seed}: {node.name}"


@pytest.mark.parametrize(
    ("name", "fps", "least", "share"),
    [("kv260", None, 30000, 1 / 3), ("kv260", 62000, 62000, 0.5), ("pynq_z2", None, 10000, 0.5)],
)
def test_ern_small_reaches_its_rates(name: str, fps: int | None, least: int, share: float) -> None:
    on = board(name)
    built, found, schedule = plan(SMALL, DIGITS, on, fps)
    assert on.clock_mhz * 1e6 / schedule.cycles_per_frame >= least
    assert built.cycles_per_frame <= schedule.cycles_per_frame <= found.target
    spent = total(estimate(built).values())
    assert spent.lut <= share * on.lut
    assert spent.bram18 <= on.bram18
    assert f"{schedule.cycles_per_frame} cycles a frame" in explain(built, found, schedule)
    assert all(schedule.peaks[edge.name] <= edge.depth for edge in built.edges)


def test_a_default_that_is_out_of_reach_becomes_the_best_that_fits() -> None:
    on = board(default_fps=10**7)
    _, draft = quick(TINY, LITTLE, on, None)
    assert draft.fps < 10**7
    with pytest.raises(FoldError):
        quick(TINY, LITTLE, on, draft.fps * 1.2)


def test_an_impossible_rate_names_the_op_and_the_best_rate() -> None:
    with pytest.raises(FoldError, match=r"stem_conv\d binds.*the best that can be had is FPS=\d+") as raised:
        fold(TINY, LITTLE, board(), 1_500_000)
    found = re.search(r"FPS=(\d+)$", str(raised.value))
    assert found
    best = int(found.group(1))
    assert design(TINY, LITTLE, board(), best).fps >= best
    with pytest.raises(FoldError):
        fold(TINY, LITTLE, board(), best * 1.25)


def test_more_frames_than_pixels_can_enter() -> None:
    with pytest.raises(FoldError, match="the input binds: 120 pixels a frame enter 2 a cycle at most"):
        quick(TINY, LITTLE, board(), 5e6)


@pytest.mark.parametrize("fps", [0, -3, float("nan")])
def test_a_rate_must_be_positive(fps: float) -> None:
    with pytest.raises(FoldError, match="must be a positive number"):
        quick(TINY, LITTLE, board(), fps)


def test_luts_bind() -> None:
    with pytest.raises(FoldError, match=r"LUT binds: \d+ needed, \d+ allowed, most of them .* by \w+.*FPS=\d+"):
        quick(SMALL, DIGITS, board(lut=30000), 62000)


def test_limits_of_the_user_take_the_place_of_the_board_s_own() -> None:
    free = design(TINY, LITTLE, board(), 200_000)
    lut, bram18 = (getattr(total(estimate(free).values()), kind) for kind in ("lut", "bram18"))
    assert bram18 > 3
    spent = total(estimate(design(TINY, LITTLE, board(limits=Limits(bram18=3)), 200_000)).values())
    assert spent.bram18 <= 3 and spent.lut > lut
    with pytest.raises(FoldError, match=rf"LUT binds: \d+ needed, {int(lut) // 2 - TOP_LUTS} allowed"):
        fold(TINY, LITTLE, board(limits=Limits(lut=int(lut) // 2)), 200_000)
    with pytest.raises(FoldError, match=r"deep FIFOs take .* BRAM18.*; allow more"):
        design(TINY, LITTLE, board(limits=Limits(bram18=1)), 200_000)
    # More than the share that a rate may fill by itself, never more than the device.
    small = board(lut=int(lut) + TOP_LUTS)
    with pytest.raises(FoldError, match="LUT binds"):
        fold(TINY, LITTLE, small, 200_000)
    assert allowed(replace(small, limits=Limits(lut=10**6)), FILL).lut == small.lut
    fold(TINY, LITTLE, replace(small, limits=Limits(lut=10**6)), 200_000)


def test_nothing_fits() -> None:
    with pytest.raises(FoldError, match="no rate fits; take a larger board"):
        quick(SMALL, DIGITS, board(lut=3000), 10)


def test_without_block_memory_weights_are_in_luts() -> None:
    foldings, draft = quick(TINY, LITTLE, board(bram18=0, lut=10**6), None)
    convs = [node.name for node in TINY.nodes if isinstance(node, BinaryConv)]
    assert {foldings[name].memory for name in convs} == {"lut"}
    assert total(estimate(draft).values()).bram18 == 0


def test_weights_go_to_block_memory_where_that_saves_luts() -> None:
    foldings, _ = quick(SMALL, DIGITS, board(), 10000)
    assert foldings["layer2_0_conv2"].memory == "block"
    tight, loose = (quick(SMALL, DIGITS, board(bram18=n), 10000)[1] for n in (60, 288))
    spent = [total(estimate(draft).values()) for draft in (tight, loose)]
    assert spent[0].bram18 <= 60 < spent[1].bram18
    assert spent[0].lut > spent[1].lut


def test_a_higher_rate_never_costs_less() -> None:
    costs, products = [], []
    for fps in (2000, 4000, 8000, 16000, 32000, 64000):
        foldings, draft = quick(SMALL, DIGITS, board(lut=10**6, bram18=10**4), fps)
        spent = total(estimate(draft).values())
        costs.append(spent.lut + 12 * spent.bram18)
        products.append(macs(SMALL, foldings))
        assert draft.fps >= fps * 0.999
    assert products == sorted(products)
    assert all(b >= a * 0.999 for a, b in pairwise(costs))


def test_equal_requests_give_equal_designs() -> None:
    first, second = (design(TINY, LITTLE, board(), 50000) for _ in range(2))
    assert first.digest == second.digest
    assert first.foldings == fold(TINY, LITTLE, board(), 50000)


def test_residual_streams_have_one_width() -> None:
    foldings = fold(TINY, LITTLE, board(), 50000)
    for node in TINY.nodes:
        if node.kind == "residual_add":
            widths = {foldings[stream].stream_channels for stream in (*node.inputs, node.name)}
            assert len(widths) == 1


def test_a_strided_pointwise_convolution_keeps_up() -> None:
    """It sees only every other row, so its own cycle count would promise too much."""
    built = design(SMALL, DIGITS, board(), 62000)
    node = SMALL.by_name["layer2_0_downsample"]
    assert Space(SMALL, DIGITS, board()).alone(built, node) <= 200e6 / 62000
