# SPDX-License-Identifier: Apache-2.0
"""Areas of the map: they add up, they do not overlap, and they say what they are."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from page_samples import many

from reports.page.tree import Tree, tree_of_modules
from reports.page.treemap import COLOURS, TILES, Box, boxes, palette, tiles, treemap
from reports.parsed import Figures, Module


def tree(**lut: float | None) -> Tree:
    found = tree_of_modules([Module(path.replace("__", "/"), Figures(lut=value)) for path, value in lut.items()])
    assert found is not None
    return found


def test_what_a_row_spends_itself_is_a_part_of_its_own() -> None:
    parts = tiles(tree(top=100, top__a=60, top__a__x=50, top__b=30), "lut")
    assert [(tile.name, tile.value) for tile in parts] == [
        ("x", 50), ("b", 30), ("top itself", 10), ("a itself", 10),
    ]  # fmt: skip


def test_a_row_that_does_not_tell_is_the_sum_of_those_below() -> None:
    parts = tiles(tree(top=None, top__a=60, top__b=None, top__b__c=5), "lut")
    assert {tile.name: tile.value for tile in parts} == {"a": 60, "c": 5}


def test_rows_that_exceed_their_parent_a_little_share_its_area() -> None:
    """Vivado counts a LUT that two modules share in both."""
    parts = tiles(tree(top=100, top__a=66, top__b=44), "lut")
    assert [(tile.name, tile.value) for tile in parts] == [("a", 66), ("b", 44)]
    assert [tile.area for tile in parts] == [pytest.approx(60), pytest.approx(40)]


def test_rows_that_exceed_their_parent_by_far_are_not_parted() -> None:
    assert [tile.name for tile in tiles(tree(top=10, top__a=8, top__b=8), "lut")] == ["top"]


def test_nothing_spent_is_no_map() -> None:
    empty = tree(top=0, top__a=0)
    assert tiles(empty, "lut") == [] and treemap(empty, "lut", {}) == ""


@pytest.mark.parametrize("rows", [2, 50, 500, 20_000])
def test_parts_add_up_and_stay_few(rows: int) -> None:
    found = tree_of_modules(many(rows))
    assert found is not None
    parts = tiles(found, "lut")
    assert len(parts) <= TILES + 5
    assert sum(tile.area for tile in parts) == pytest.approx(rows)


@pytest.mark.parametrize("seed", range(20))
def test_boxes_fill_the_map_by_value_without_overlap(seed: int) -> None:
    rng = random.Random(seed)
    values = sorted((rng.randint(1, 10 ** rng.randint(1, 6)) for _ in range(rng.randint(1, 60))), reverse=True)
    placed = boxes(values)
    for value, box in zip(values, placed, strict=True):
        assert box.width * box.height / 1e4 == pytest.approx(value / sum(values))
        assert box.x >= -1e-6 and box.y >= -1e-6
        assert box.x + box.width <= 100 + 1e-6 and box.y + box.height <= 100 + 1e-6
    assert not [pair for pair in combinations(placed, 2) if overlap(*pair)]


def overlap(a: Box, b: Box) -> bool:
    return (
        min(a.x + a.width, b.x + b.width) - max(a.x, b.x) > 1e-6
        and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > 1e-6
    )


def test_many_roots_stay_few() -> None:
    found = tree(**{f"root_{i:03}": 5 for i in range(300)})
    parts = tiles(found, "lut")
    assert len(parts) == TILES + 1 and sum(tile.area for tile in parts) == 1500
    assert set(palette(found).rows) <= {"gx", *(f"g{i}" for i in range(COLOURS))}


def test_the_map_says_its_parts() -> None:
    found = tree(top=100, top__a=60, top__b=40)
    drawn = treemap(found, "lut", palette(found))
    assert "LUT by module: 100 in all; most in a 60.0 %, b 40.0 %" in drawn
    assert "<title>a: 60 · 60.0 %</title>" in drawn


def test_colours_follow_the_largest_parts_down_the_tree() -> None:
    found = tree(top=100, top__wrap=99, top__wrap__a=60, top__wrap__a__x=59, top__wrap__b=38, top__wrap__c=1)
    colours = palette(found)
    assert colours.meaning == {"x": "g0", "b": "g1"}
    assert colours.rows == ("gx", "gx", "gx", "g0", "g1", "gx")
