# SPDX-License-Identifier: Apache-2.0
"""Elaborated text: canonical names, stubs, partition."""

from __future__ import annotations

import pytest

from flow.errors import ToolError
from flow.synthesise import rtlil
from flow.synthesise.units import LARGE, Unit, batch_text, batches, partition

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


def test_small_child_stays_with_the_top_as_a_module() -> None:
    units = partition(rtlil.parse(TEXT), "\\top")
    assert [unit.root for unit in units] == ["\\top"]
    assert batch_text(units).count("attribute \\keep_hierarchy 1\n") == 2


def test_large_child_is_a_unit_behind_a_stub() -> None:
    extra = "".join(f"  cell $and $and$a.sv:1${100 + i}\n  end\n" for i in range(60))
    modules = rtlil.parse(TEXT.replace("  process", extra + "  process"))
    units = partition(modules, "\\top")
    assert [unit.root for unit in units] == ["\\top", LANE]
    assert list(units[0].stubs) == [LANE]
    assert "attribute \\blackbox" not in batch_text(units), "both are in the run"
    assert "attribute \\blackbox" in batch_text(units[:1])
    assert len(partition(modules, "\\top", flat=True)) == 1


def test_groups_depend_on_the_units_alone() -> None:
    def unit(name: str, size: int, ultra: bool = False) -> Unit:
        return Unit(f"\\{name}", {}, {}, size, ultra)

    units = [unit("a", LARGE + 1), unit("b", 10), unit("c", LARGE - 1), unit("d", 20), unit("e", 5, ultra=True)]
    groups = batches(units)
    assert batches(units[::-1]) == groups
    assert sorted(u.root for group in groups for u in group) == ["\\a", "\\b", "\\c", "\\d", "\\e"]
    assert ["\\a"] in [[u.root for u in group] for group in groups]
    assert all(len({u.ultra for u in group}) == 1 for group in groups)
