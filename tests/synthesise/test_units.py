# SPDX-License-Identifier: Apache-2.0
"""Elaborated text: canonical names, stubs, partition."""

from __future__ import annotations

import pytest

from flow.errors import ToolError
from flow.synthesise import rtlil
from flow.synthesise.units import LARGE, TOP_PART, Unit, batch_text, batches, partition

TEXT = """# Generated
autoidx 73
attribute \\src "a.sv:1.1-5.10"
attribute \\keep_hierarchy 1
module $paramod\\lane\\N=s32'00000000000000000000000000001000
  attribute \\src "a.sv:2.1-2.3"
  wire width 8 input 1 \\x
  wire output 2 \\y$7
  wire $0\\y[0:0]
  wire $add$a.sv:8$48_Y
  memory width 8 size 256 \\m
  cell $meminit_v2 $meminit$\\m$a.sv:3$25
    parameter \\PRIORITY 25
  end
  attribute \\src "a.sv:9.1-9.9"
  cell $add $add$a.sv:8$48
    connect \\Y $add$a.sv:8$48_Y
  end
  attribute \\src "a.sv:9.1-9.9"
  cell $mul $mul$a.sv:8$49
  end
  process $proc$a.sv:4$23
  end
end
attribute \\top 1
module \\top
  cell $paramod\\lane\\N=s32'00000000000000000000000000001000 \\u0
  end
  cell $paramod\\lane\\N=s32'00000000000000000000000000001000 \\u1
  end
end
"""
LANE = "$paramod\\lane\\N=s32'00000000000000000000000000001000"


def test_modules_cells_sizes() -> None:
    modules = rtlil.parse(TEXT)
    assert list(modules) == [LANE, "\\top"]
    lane = modules[LANE]
    assert (lane.title, lane.size, lane.memory_bits, lane.cells) == ("lane", 4, 2048, ())
    assert modules["\\top"].cells == ((LANE, "\\u0"), (LANE, "\\u1"))
    assert rtlil.is_kept(lane.text) and not rtlil.is_kept(modules["\\top"].text)


def test_counters_of_the_whole_design_do_not_matter() -> None:
    shifted = TEXT
    for number in ("23", "25", "48", "49"):
        shifted = shifted.replace(f"${number}", f"${int(number) + 500}").replace("PRIORITY 25", "PRIORITY 525")
    assert shifted != TEXT
    assert rtlil.parse(shifted)[LANE].text == rtlil.parse(TEXT)[LANE].text


def test_public_names_and_places_of_products_stay() -> None:
    text = rtlil.parse(TEXT)[LANE].text
    assert "\\y$7" in text, "a name that the user gave is not touched"
    assert text.count("attribute \\src") == 1 and text.index("attribute \\src") < text.index("cell $mul")


def test_stub_has_ports_alone() -> None:
    stub = rtlil.parse(TEXT)[LANE].stub
    assert stub == f"attribute \\blackbox 1\nmodule {LANE}\n  wire width 8 input 1 \\x\n  wire output 2 \\y$7\nend\n"


@pytest.mark.parametrize("text", ["", "# nothing\n", TEXT[: TEXT.index("module \\top") + 20]])
def test_truncated_elaboration_is_an_error(text: str) -> None:
    with pytest.raises(ToolError):
        rtlil.parse(text)


def test_children_of_the_top_are_units_behind_stubs() -> None:
    modules = rtlil.parse(TEXT)
    units = partition(modules, "\\top")
    assert [unit.root for unit in units] == ["\\top", LANE]
    assert [unit.part for unit in units] == [TOP_PART, 0]
    assert list(units[0].stubs) == [LANE]
    assert "attribute \\blackbox" not in batch_text(units), "both are in the run"
    assert "attribute \\blackbox" in batch_text(units[:1])
    assert len(partition(modules, "\\top", flat=True)) == 1


def test_a_unit_is_of_the_first_part_that_uses_it() -> None:
    modules = rtlil.parse(TEXT)
    names = [cell.removeprefix("\\") for kind, cell in modules["\\top"].cells if kind == LANE]
    assert len(names) == 2
    assert partition(modules, "\\top", parts={names[0]: 5, names[1]: 3})[1].part == 3


def test_names_of_unrolled_functions_do_not_tell_the_rest_of_the_design() -> None:
    wire = "  wire \\after$func$lane.sv:9$%d.$result\n  memory width"
    one, other = (rtlil.parse(TEXT.replace("  memory width", wire % number, 1)) for number in (52, 77))
    assert [module.text for module in one.values()] == [module.text for module in other.values()]
    assert any("$func$" in module.text for module in one.values())


def test_groups_depend_on_the_units_alone() -> None:
    def unit(name: str, size: int, ultra: bool = False) -> Unit:
        return Unit(f"\\{name}", {}, {}, size, ultra)

    units = [unit("a", LARGE + 1), unit("b", 10), unit("c", LARGE - 1), unit("d", 20), unit("e", 5, ultra=True)]
    groups = batches(units)
    assert batches(units[::-1]) == groups
    assert sorted(u.root for group in groups for u in group) == ["\\a", "\\b", "\\c", "\\d", "\\e"]
    assert ["\\a"] in [[u.root for u in group] for group in groups]
    assert all(len({u.ultra for u in group}) == 1 for group in groups)


def test_a_change_in_one_part_leaves_the_groups_of_the_others() -> None:
    def groups(sizes: tuple[int, ...]) -> list[list[tuple[int, str]]]:
        units = [Unit(f"\\{part}_{i}", {}, {}, s, False, part) for part in range(3) for i, s in enumerate(sizes[:3])]
        units += [Unit(f"\\extra_{i}", {}, {}, size, False, 1) for i, size in enumerate(sizes[3:])]
        return [[(u.part, u.root) for u in group] for group in batches(units)]

    one, other = groups((400, 500, 300)), groups((400, 500, 300, 200, 900))
    changed = [group for group in other if group not in one]
    assert changed and all(part == 1 for group in changed for part, _ in group)
    assert [group for group in one if group[0][0] != 1] == [group for group in other if group[0][0] != 1]
