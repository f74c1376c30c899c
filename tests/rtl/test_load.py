# SPDX-License-Identifier: Apache-2.0
"""Weights in UltraRAM, simulated: loaded in time and late, too short, too long, loaded anew between frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flow.design import Design
from flow.emit.rtl import load_words, rtl_plan
from flow.errors import SimulationError
from flow.graph import Graph
from flow.ops import BinaryConv
from flow.ops.base import Array
from flow.simulate.compare import compare
from flow.simulate.job import Load
from flow.simulate.rtlsim import rtlsim_many
from flow.types import Shape
from tests.rtl.designs import residual_design

FRAMES = 5
LOADED, TOO_FEW, TOO_MANY = 1, 2, 4
WORD = 9


def ultra_design(seed: int) -> Design:
    """Three layers in UltraRAM (one, two and one rows of 72 bits a word; one word, many words), one in LUTs."""
    case = residual_design(Shape(5, 8, 3), 6, 2)
    rng = np.random.default_rng(seed)
    nodes = [
        replace(node, weights=rng.integers(0, 2, node.weights.shape, np.uint8))
        if isinstance(node, BinaryConv)
        else node
        for node in case.graph.nodes
    ]
    chosen = {
        "conv1": replace(case.foldings["conv1"], memory="ultra"),
        "conv2": replace(case.foldings["conv2"], pe=6, depth=2, memory="ultra"),
        "classifier": replace(case.foldings["classifier"], memory="ultra"),
    }
    graph = Graph("ultra", 3, tuple(nodes))
    return Design(graph, case.image, case.board, {**case.foldings, **chosen}, case.depths)


FIRST = ultra_design(1)
WORDS, OTHER = load_words(FIRST), load_words(ultra_design(2))
CASES: dict[str, tuple[Load, ...] | None] = {
    "plain": None,
    "late": (Load(WORDS, after_cycles=900),),
    "broken": (Load(WORDS[:-WORD]), Load(WORDS + WORD * b"\0"), Load(WORDS[:WORD]), Load(WORDS)),
    "anew": (Load(OTHER), Load(WORDS, after_frames=2)),
}
STATES = {
    "plain": (0, LOADED),
    "late": (0, LOADED),
    "broken": (0, TOO_FEW, 0, TOO_MANY, 0, TOO_FEW, 0, LOADED),
    "anew": (0, LOADED, 0, LOADED),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("load")


@pytest.fixture(scope="module")
def images() -> Array:
    return np.random.default_rng(7).integers(0, 256, (FRAMES, 5, 8, 3), np.uint8)


def test_the_file_holds_every_word_once_in_order() -> None:
    plan = rtl_plan(FIRST)
    assert plan["weights/load.bin"] == WORDS and not [path for path in plan if path.endswith("conv2.weight.hex")]
    words = [FIRST.graph.by_name[name] for name in ("conv1", "conv2", "classifier")]
    beats = [3 * 3 * 1, 1 * 3 * 2, 1]  # groups, steps, rows of 72 bits: 2 x 18, 6 x 18, 5 x 6 bits a word
    assert len(words) == 3 and len(WORDS) == WORD * sum(beats)
    lowest = int.from_bytes(WORDS[WORD * beats[0] :][: 2 * WORD], "little")
    weights = FIRST.graph.by_name["conv2"].arrays()["weights"]
    lanes = weights[:, :, :, :2].reshape(6, 18).T.reshape(-1)
    assert lowest == sum(int(bit) << i for i, bit in enumerate(lanes))


@pytest.mark.parametrize("stalls", [None, 0.3])
def test_frames_pass_only_with_whole_weights(folder: Path, images: Array, stalls: float | None) -> None:
    """Every case in one model: the streams equal the graph whatever was loaded before, and no frame came too early."""
    designs = [FIRST] * len(CASES)
    found = rtlsim_many(designs, [images] * len(CASES), folder, stalls, 3, loads=list(CASES.values()))
    results = dict(zip(CASES, found, strict=True))
    expected = FIRST.graph.run(images, taps=True)
    for name, result in results.items():
        assert result.load_states == STATES[name], name
        if name != "anew":
            streams = {**result.streams, "classifier_sum": result.classifier_sum}
            assert [str(c) for c in compare(expected, streams) if c.mismatches] == [], name
    # Frames that began with the weights of another design end with them, all later ones have the right ones.
    right = (results["anew"].classifier_sum == expected["classifier_sum"]).all(axis=1).tolist()
    assert right == sorted(right) and FRAMES - 3 <= sum(right) <= FRAMES - 2
    assert results["late"].frame_ends[0] > 900
    if stalls is None:
        assert results["plain"].load_cycles == len(WORDS) // WORD + 3
        assert results["plain"].cycles_per_frame == results["late"].cycles_per_frame


@pytest.mark.parametrize(
    ("loads", "why"),
    [((), "no load has ended"), ((Load(WORDS[:-WORD]),), "too few words"), ((Load(WORDS + WORDS),), "too many words")],
)
def test_without_whole_weights_nothing_moves(folder: Path, images: Array, loads: tuple[Load, ...], why: str) -> None:
    designs = [FIRST] * len(CASES)
    with pytest.raises(SimulationError, match="hangs") as found:
        rtlsim_many(designs, [images] * len(CASES), folder, loads=[loads, *[None] * (len(CASES) - 1)])
    assert "weights are not complete" in str(found.value) and why in str(found.value)
    assert f"image: 0 of {FIRST.beats('image') * FRAMES}" in str(found.value)


def test_a_design_without_load_port_takes_no_load(tmp_path: Path, images: Array) -> None:
    plain = residual_design(Shape(5, 8, 3), 6, 2)
    assert load_words(plain) == b"" and "load.bin" not in " ".join(rtl_plan(plain))
    with pytest.raises(SimulationError, match="no load port"):
        rtlsim_many([plain], [images], tmp_path, loads=[(Load(WORDS),)])
