# SPDX-License-Identifier: Apache-2.0
"""The cost model: memories as synthesis makes them, coefficients of every part, sums, the fit itself."""

from dataclasses import replace

import numpy as np
import pytest

from flow.boards import load_board
from flow.design import Design
from flow.emit import rtl_modules
from flow.estimate import Resources, edge_cost, estimate, total
from flow.estimate.calibrate import designs, fit, others, samples, spread
from flow.estimate.memories import blocks, lutrams, rom_luts, row_memory, table_luts
from flow.estimate.model import coefficients, site
from flow.estimate.parts import PARTS
from flow.estimate.samples import network
from flow.ops import BinaryConv, Folding
from flow.types import Shape

FAMILIES = ("xcup", "xc7", "ecp5", "nexus")
GRAPH, IMAGE = network("tiny", stem=(8, 8, 12), stages=(12, 20), expansion=3, seed=2), Shape(12, 10, 1)


def built(board: str = "kv260", **conv: int | str) -> Design:
    foldings = {node.name: Folding() for node in GRAPH.nodes}
    foldings["layer2_0_conv2"] = Folding(**conv)  # type: ignore[arg-type]
    return Design(GRAPH, IMAGE, load_board(board), foldings, {})


@pytest.mark.parametrize(
    ("words", "bits", "luts"),
    [(16, 14, {"xcup": 8, "xc7": 12, "ecp5": 0}), (24, 28, {"xcup": 16, "xc7": 20, "ecp5": 28}),
     (48, 16, {"xcup": 24, "xc7": 24, "ecp5": 32}), (64, 36, {"xcup": 48, "xc7": 48, "ecp5": 144}),
     (100, 16, {"xcup": 64, "xc7": 64, "ecp5": 112})],
)  # fmt: skip
def test_luts_of_distributed_memories(words: int, bits: int, luts: dict[str, int]) -> None:
    """Yosys 0.70 made 8, 16, 24, 48, 66 (xcup), 12, 20, 24, 48, 66 (xc7), 0, 30, 35, 148, 103 (ecp5) of these."""
    assert {family: lutrams(family, words, bits) for family in FAMILIES} == {**luts, "nexus": luts["ecp5"]}


def test_blocks_follow_ports_and_capacity() -> None:
    assert blocks(16, 720) == 20
    assert blocks(513, 36) == 2
    assert blocks(1024, 18) == 1
    assert blocks(16384, 1) == 1
    assert blocks(4, 1) == 1


def test_constant_memories_need_a_table_a_bit() -> None:
    assert rom_luts("xcup", 64, 100) == 100
    assert rom_luts("xcup", 128, 100) == 200
    assert rom_luts("ecp5", 64, 100) == 400
    assert rom_luts("nexus", 64, 100) == 700, "three LUTs choose between four tables"
    assert rom_luts("nexus", 32, 100) == 200
    assert rom_luts("xcup", 1, 100) == 0
    assert rom_luts("xcup", 4, 100) <= 16


def test_a_constant_memory_by_its_contents() -> None:
    random = np.random.default_rng(3).integers(0, 1 << 20, 64).tolist()
    assert table_luts("xcup", random) == rom_luts("xcup", 64, 20) == 20
    assert table_luts("ecp5", random) == rom_luts("ecp5", 64, 20) == 80
    assert table_luts("xcup", [word | word << 20 | 5 << 40 for word in random]) == 20, "equal and constant columns"
    assert table_luts("ecp5", list(range(64))) == 0, "the address itself"
    assert table_luts("ecp5", [0] * 16 + random[:16]) == 20, "half of each column is constant"
    assert table_luts("nexus", [9]) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_every_part_has_coefficients(family: str) -> None:
    board = {"xcup": "kv260", "xc7": "pynq_z2", "ecp5": "ulx3s", "nexus": "crosslink_nx_evn"}[family]
    design = built(board)
    names = {part.name for node in GRAPH.nodes for part in PARTS[node.kind](node, site(design, node))}
    names |= {sample.parts[0].name for sample in others(family)} | {"top", "rom"}
    assert names <= set(coefficients(family))
    for table in coefficients(family).values():
        assert all(value >= 0 for kind in ("lut", "ff") for value in table[kind].values())


def test_an_estimate_names_every_node_and_adds_up() -> None:
    costs = estimate(built())
    assert list(costs) == [*(node.name for node in GRAPH.nodes), "fifos", "top"]
    whole = total(costs.values())
    assert whole.lut == pytest.approx(sum(cost.lut for cost in costs.values()))
    assert str(Resources(1.4, 2, 3, 4)) == "1 LUT, 2 FF, 3 BRAM18, 4 URAM"


def test_more_lanes_cost_more_and_block_memory_saves_luts() -> None:
    few, many = (estimate(built(pe=pe, depth=4))["layer2_0_conv2"] for pe in (2, 10))
    assert many.lut > few.lut and many.ff > few.ff
    block = estimate(built(pe=10, depth=4, memory="block"))["layer2_0_conv2"]
    assert block.lut < many.lut and block.bram18 > many.bram18


def test_deep_fifos_sit_in_block_memory() -> None:
    assert edge_cost("xcup", 64, 20).bram18 == 0
    assert edge_cost("xcup", 65, 20).bram18 == 1
    assert edge_cost("xcup", 600, 36).bram18 == 2
    deep = replace(built(), depths={"layer2_0_downsample__layer2_0_add_1": 500})
    assert estimate(deep)["fifos"].bram18 == 1


def test_the_emitter_places_memories_as_the_model_does() -> None:
    node = GRAPH.by_name["layer2_0_conv2"]
    assert isinstance(node, BinaryConv)
    for hold, depth, width in ((1, 4, 16), (2, 20, 16), (4, 10, 24)):
        folding = Folding(4, depth, 4, "block", hold)
        design = replace(built(), image=Shape(16, width, 1), foldings={**built().foldings, node.name: folding})
        made = rtl_modules.instance(design, node).parameters
        channels, source = made["row_channels"], design.shape(node.inputs[0])
        words = (source.width * node.in_channels // channels, node.window_words(folding), 2 * hold * 5)
        kinds = [rtl_modules.MEMORY[row_memory(count)] for count in words]
        assert [made[f"{name}_memory"] for name in ("row", "window", "order")] == kinds
        assert depth % channels == 0 and channels <= depth


def test_the_fit_finds_what_made_the_figures() -> None:
    rows = [{"a": a, "b": b, "one": 1} for a, b in ((1, 500), (20, 3), (300, 40), (4000, 9), (70, 7000))]
    found = fit(rows, [2.5 * row["a"] + 0.25 * row["b"] + 60 for row in rows])
    assert found == pytest.approx({"a": 2.5, "b": 0.25, "one": 60})


def test_a_coefficient_is_never_negative() -> None:
    rows = [{"a": a, "one": 1} for a in (1, 100, 1000)]
    assert fit(rows, [1000.0 - row["a"] / 2 for row in rows]).keys() == {"one"}


def test_calibration_samples_cover_every_part() -> None:
    made = list(designs(load_board("u250"), quick=True))
    chosen = [*spread(sample for design in made for sample in samples(design)), *others("xcup")]
    kinds = {sample.parts[0].name for sample in chosen}
    assert kinds >= {"unit", "rows", "pixels", "threshold", "add", "encode", "pool", "fifo", "block_fifo", "fork"}
    units = [sample for sample in chosen if sample.module == "conv_unit"]
    assert all(sample.parameters["pe"] % sample.parameters["stream_channels"] == 0 for sample in units)
