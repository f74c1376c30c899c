# SPDX-License-Identifier: Apache-2.0
"""Layouts of Yosys stat beyond the plain ones: areas, -hierarchy, logs, library cells counted as submodules."""

from __future__ import annotations

import pytest
from reading import Read

AREA = """
4. Printing statistics.

=== top ===

        +----------Local Count, excluding submodules.
        |        +-Local Area, excluding submodules.
        |        |
        6        - wires
        1        1 cells
        1        1   SB_LUT4
        2        - submodules
        2        -   sub

   Chip area for module '\\top': 1.000000

=== sub ===

        +----------Local Count, excluding submodules.
        |        +-Local Area, excluding submodules.
        |        |
        2        8 cells
        1 6.23e+02   SB_DFF
        1        2   SB_LUT4

=== design hierarchy ===

        +----------Count including submodules.
        |        +-Area including submodules.
        |        |
        5       17 top
        2        8 sub

        +----------Count including submodules.
        |        +-Area including submodules.
        |        |
        - 1.00e+00 memories
        5       17 cells
        2       12   SB_DFF
        3        1   SB_LUT4
        2       16 submodules
        2       16   sub

"""
# One column, as without -liberty.
PLAIN = """
4. Printing statistics.

=== top ===

        +----------Local Count, excluding submodules.
        |
        1 cells
        1   SB_LUT4
        2 submodules
        2   sub

=== sub ===

        +----------Local Count, excluding submodules.
        |
        2 cells
        1   SB_DFF
        1   SB_LUT4

=== design hierarchy ===

        +----------Count including submodules.
        |
        5 top
        2 sub

        +----------Count including submodules.
        |
        5 cells
        2   SB_DFF
        3   SB_LUT4
        2 submodules
        2   sub

"""
NESTED = """
5. Printing statistics.

=== top ===

        +----------------------------Count including submodules.
        |        +-------------------Area including submodules.
        |        |        +----------Local count, excluding submodules.
        |        |        |        +-Local area, excluding submodules.
        |        |        |        |
        5       17        1        1 cells
        2       12        -        -   SB_DFF
        3        5        1        1   SB_LUT4
        2       16        2        - submodules
        2       16        2        -   sub

=== sub ===

        +----------------------------Count including submodules.
        |        +-------------------Area including submodules.
        |        |        +----------Local count, excluding submodules.
        |        |        |        +-Local area, excluding submodules.
        |        |        |        |
        2        8        2        8 cells
        1        6        1        6   SB_DFF
        1        2        1        2   SB_LUT4

"""
# A script's own statistics: library cells are submodules, and the design has only those right below its top.
SCRIPT = """
41.55. Printing statistics.

=== sub ===

        +----------Local Count, excluding submodules.
        |
        4 cells
        4   INV
        8 submodules
        8   FDRE

=== top ===

        +----------Local Count, excluding submodules.
        |
        1 cells
        1   BUFG
       18 submodules
       16   FDRE
        2   sub

=== design hierarchy ===

        +----------Count including submodules.
        |
        9 top
        4 sub

        +----------Count including submodules.
        |
        9 cells
        1   BUFG
        8   INV
       18 submodules
       16   FDRE
        2   sub

"""
JSON_NESTED = """{"creator": "Yosys 0.70", "modules": {"\\\\top": {
 "num_cells": {"count": "5", "local_count": "1"}, "num_submodules": {"count": "2", "local_count": "0"},
 "num_cells_by_type": {"SB_DFF": {"count": "2", "local_count": "0"}, "SB_LUT4": {"count": "3", "local_count": "1"}}},
 "\\\\sub": {"num_cells": {"count": "2", "local_count": "2"},
 "num_cells_by_type": {"SB_DFF": {"count": "1", "local_count": "1"}, "SB_LUT4": {"count": "1", "local_count": "1"}}}},
 "design": {"num_cells": {"count": "5", "local_count": "1"},
 "num_cells_by_type": {"SB_DFF": {"count": "2", "local_count": "0"}, "SB_LUT4": {"count": "3", "local_count": "1"}}}}"""


@pytest.mark.parametrize("text", [AREA, NESTED, JSON_NESTED])
def test_areas_and_hierarchical_columns(read: Read, text: str) -> None:
    parsed = read(text)
    assert parsed.usable and parsed.family == "ice40"
    assert (parsed.figures.lut, parsed.figures.ff, parsed.top) == (3, 2, "top")


def test_modules_are_rows(read: Read) -> None:
    rows = {module.path: module.figures for module in read(AREA).modules}
    assert list(rows) == ["top", "top/sub"] and rows["top/sub"].ff == 2  # both instances


def test_library_cells_that_count_as_submodules(read: Read) -> None:
    parsed = read(SCRIPT)
    assert parsed.usable and (parsed.figures.ff, parsed.figures.lut_all) == (32, 8)
    assert not read(
        SCRIPT.replace("       16   FDRE\n        2   sub\n\n=== design", "       16   FDRE\n\n=== design")
    ).usable


@pytest.mark.parametrize("title", ["=== top ===", "=== design hierarchy ===", "=== sub ==="])
@pytest.mark.parametrize("text", [AREA, SCRIPT])
def test_lost_title(read: Read, text: str, title: str) -> None:
    assert not read(text.replace(title + "\n", "", 1)).usable


def test_log_must_come_to_its_end(read: Read) -> None:
    log = f" |  yosys -- Yosys Open SYnthesis Suite  |\n{AREA}5. Executing CHECK pass.\n"
    assert not read(log).complete
    assert read(log + "\nEnd of script. Logfile hash: x\n").usable


def test_statistics_late_in_a_log(read: Read) -> None:
    parsed = read("1. Executing a pass.\n" * 4000 + AREA)
    assert (parsed.kind, parsed.figures.lut) == ("yosys_stat_text", 3)
    assert read(f"<html>{'x' * 80 * 1024}{AREA}").kind == "unknown"


def test_blanks_before_json_and_json_of_others(read: Read) -> None:
    assert read("\n" + " " * 5000 + JSON_NESTED.strip()).kind == "yosys_stat_json"
    assert read('{"modules": {}}').kind == read('{"creator": "x", "modules": {}}').kind == "unknown"
    assert read('\n {"text": "1. Printing statistics."}').kind == "unknown"
    assert [p.text for p in read('{"creator": "Yosys 0.7", "modules": [1]}').problems] == ["holds no module"]


def test_markdown_around_a_log(read: Read) -> None:
    parsed = read(f"# Results\n\n```\n{AREA}```\n\nThat was it.\n")
    assert parsed.usable and parsed.figures.lut == 3


def test_ends_without_an_empty_line(read: Read) -> None:
    assert read(AREA.rstrip("\n")).usable, "the design is there"
    alone = PLAIN[: PLAIN.index("=== top")] + PLAIN[PLAIN.index("=== sub") : PLAIN.index("=== design")].rstrip("\n")
    assert not read(alone).usable
    assert read(f"{alone}\n```\n").usable, "what follows at the margin ends it too"


def test_cut_before_the_design(read: Read) -> None:
    first = SCRIPT[: SCRIPT.index("=== top")]
    assert not read(first.rstrip("\n")).usable
    assert not read(first + "=== to").usable


def test_netlist_of_standard_cells_has_no_luts(read: Read) -> None:
    text = AREA.replace("SB_LUT4", "NAND2_X1").replace("SB_DFF", "DFF_X1")
    parsed = read(text)
    assert parsed.complete and not parsed.usable and not parsed.figures.known()
    assert parsed.cells == {"NAND2_X1": 3, "DFF_X1": 2}


@pytest.mark.parametrize("text", [AREA, PLAIN])
def test_modules_beside_the_design(read: Read, text: str) -> None:
    """A module that nothing instantiates: the design is what the report names as its top."""
    spare = text[text.index("=== sub") : text.index("=== design")].replace("=== sub", "=== spare")
    parsed = read(text.replace("=== design", f"{spare}=== design"))
    assert parsed.usable and (parsed.top, parsed.figures.lut) == ("top", 3)


def test_several_tops_are_named(read: Read) -> None:
    spare = AREA[AREA.index("=== sub") : AREA.index("=== design")].replace("=== sub", "=== spare")
    alone = AREA[: AREA.index("=== design")].replace("=== design", spare)
    (problem,) = read(alone + spare).problems
    assert problem.text == "expected one top module, found top, spare; two designs in one file?"


def test_a_count_of_eight_digits_stands_near_the_margin(read: Read) -> None:
    text = PLAIN.replace("        1 cells\n        1   SB_LUT4", " 12345678 cells\n 12345678   SB_LUT4")
    text = text.replace("        5 ", " 12345682 ").replace("        3   SB_LUT4", " 12345680   SB_LUT4")
    parsed = read(text)
    assert parsed.usable and parsed.figures.lut == 12345680


def test_blanks_behind_the_title_of_a_log(read: Read) -> None:
    assert read(PLAIN.replace("Printing statistics.", "Printing statistics.  ")).figures.lut == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("       16   FDRE\n        2   sub\n\n\n", "       15   FDRE\n        3   sub\n\n\n"),  # not those of the top
        # Not counted as a submodule anywhere, so the design must have all of them, not only those of the top.
        ("        9 cells\n        1   BUFG\n        8   INV\n", "        1 cells\n        1   BUFG\n"),
        ("        9 cells\n        1   BUFG\n", "        8 cells\n"),
        # In no module at all.
        ("        9 cells\n        1   BUFG", "       10 cells\n        1   BUFG\n        1   SRL16E"),
    ],
)
def test_a_design_that_is_not_the_sum_of_its_modules(read: Read, old: str, new: str) -> None:
    text = SCRIPT + "\n"
    assert text.count(old) == 1 and read(text).usable
    (problem,) = read(text.replace(old, new)).problems
    assert "not the sum over the modules" in problem.text
