# SPDX-License-Identifier: Apache-2.0
"""Vivado's utilization reports, flat, hierarchical and of accelerators: versions, devices, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import vivado_samples as samples
from reading import Read

from reports.parse import parse
from reports.parsed import Module

FLAT = {"lut": 800, "ff": 600, "lutram": 100, "bram18": 9, "uram": 8, "dsp": 2}


@pytest.mark.parametrize("clb", ["CLB", "Slice"])
@pytest.mark.parametrize("star", ["", "*"])
@pytest.mark.parametrize("prohibited", [True, False])
def test_flat_report_of_every_layout(read: Read, clb: str, star: str, prohibited: bool) -> None:
    parsed = read(samples.util(clb=clb, star=star, prohibited=prohibited))
    assert parsed.usable and parsed.kind == "vivado_util" and parsed.version == "2023.2"
    assert (parsed.device, parsed.top, parsed.state, parsed.stage) == ("xcku5p-ffvb676-2-e", "top", "Routed", "route")
    assert parsed.figures.known() == FLAT
    assert parsed.available == {"lut": 20000, "lutram": 10000, "ff": 40000, "bram18": 200, "uram": 80, "dsp": 200}
    assert parsed.cells["RAMB36E2"] == 4


def test_part_without_uram_and_design_without_dsp(read: Read) -> None:
    figures = read(samples.util(uram=False, dsp="0")).figures
    assert figures.uram is None and figures.dsp == 0


def test_slr_tables_do_not_count(read: Read) -> None:
    parsed = read(samples.util(slr=True))
    assert parsed.usable and parsed.figures.lut == 800


@pytest.mark.parametrize(
    ("state", "stage"),
    [("Synthesized", "synth"), ("Optimized", "opt"), ("Fully Placed", "place"), ("Physopt postRoute", "route")],
)
def test_design_state(read: Read, state: str, stage: str) -> None:
    parsed = read(samples.util(state=state))
    assert (parsed.state, parsed.stage, parsed.usable) == (state, stage, True)


def test_versal_rows(read: Read) -> None:
    parsed = read(samples.versal())
    assert parsed.usable
    assert parsed.figures.known() == {"lut": 300, "lutram": 20, "ff": 500, "bram18": 5, "uram": 4, "dsp": 7}


def test_report_that_hls4ml_writes_has_its_own_kind(read: Read) -> None:
    text = samples.util(state="Synthesized").replace(
        ": report_utilization", ": report_utilization -file vivado_synth.rpt"
    )
    parsed = read(text)
    assert parsed.usable and parsed.kind == "hls4ml_vivado_synth_rpt"


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("  LUT as Logic", "700", "701", "lut"),
        ("CLB LUTs", "800", "900", "lut"),
        ("CLB LUTs", "800", "8??", "lut"),
        ("  Register as Latch", "10 ", "20 ", "ff"),
        ("590", "590", "580", "ff"),
        ("  RAMB18", "1  ", "3  ", "bram18"),
        ("Block RAM Tile", "4.5", "5.5", "bram18"),
        ("  DSP48E2 only", "2   ", "3   ", "dsp"),
    ],
)
def test_numbers_that_contradict_each_other(read: Read, name: str, old: str, new: str, field: str) -> None:
    text = samples.util()
    line = next(line for line in text.splitlines() if line.startswith(f"| {name}") and f"| {old} " in line)
    assert len(old) == len(new)
    parsed = read(text.replace(line, line.replace(f"| {old} ", f"| {new} ", 1)))
    assert not parsed.usable
    assert field in {problem.field for problem in parsed.problems}


def test_primitives_of_another_count(read: Read) -> None:
    text = samples.util(dsp="0").replace("| FDRE     | 590 ", "| DSP48E2  | 590 ")
    parsed = read(text)
    assert any(problem.field == "dsp" and "primitive" in problem.text for problem in parsed.problems)


@pytest.mark.parametrize("title", ["2. BLOCKRAM", "3. ARITHMETIC", "5. Black Boxes"])
def test_lost_section(read: Read, title: str) -> None:
    text = samples.util()
    at = text.rindex(f"{title}\n---")
    end = text.index("\n\n\n", at)
    parsed = read(text[:at] + text[end:].lstrip("\n"))
    assert not parsed.complete and any(title in problem.text for problem in parsed.problems)


def test_black_boxes_and_an_all_zero_design(read: Read) -> None:
    parsed = read(samples.util(boxes=[("ip_0", "1"), ("ip_1", "1")]))
    assert parsed.complete and not parsed.usable and parsed.details["black_boxes"] == ["ip_0", "ip_1"]
    zero = samples.util(dsp="0", uram=False)
    for count in ("800", "700", "600", "590", "4.5"):
        zero = zero.replace(f"| {count} ", "| 0".ljust(len(count) + 3))
    zero = zero.replace("| 100 | 0 ", "| 0   | 0 ").replace("| 10  | 0 ", "| 0   | 0 ")
    assert not read(zero).usable


def test_two_designs_in_one_file(read: Read) -> None:
    parsed = read(samples.util() + samples.util())
    assert not parsed.complete and not parsed.figures.known() and "two designs" in parsed.problems[-1].text


def test_report_of_cells_is_not_the_design(read: Read) -> None:
    text = samples.util().replace(": report_utilization", ": report_utilization -cells top/a -file x.rpt")
    parsed = read(text)
    assert not parsed.usable and not parsed.figures.known()
    assert parsed.modules[0].path == "top/a" and parsed.modules[0].figures.lut == 800


@pytest.mark.parametrize(("file", "state"), [("top_routed.rpt", "Synthesized"), ("x_synth.rpt", "Fully Placed")])
def test_stage_that_the_file_name_contradicts(read: Read, file: str, state: str) -> None:
    text = samples.util(state=state).replace(": report_utilization", f": report_utilization -file out/{file}")
    parsed = read(text)
    assert [problem.field for problem in parsed.problems] == ["design state"]
    assert parsed.complete and not parsed.usable


def test_the_name_of_the_design_in_a_file_name_claims_nothing(read: Read) -> None:
    text = samples.util().replace(": report_utilization", ": report_utilization -file synth_core.rpt")
    assert read(text.replace(": top\n", ": synth_core\n")).usable
    assert not read(text).usable


def test_quoted_table_is_a_fragment(read: Read) -> None:
    text = samples.util()
    start = text.index("+--")
    table = text[start : text.index("\n\n", start)]
    parsed = read(f"Results\n\n{table}\n\nthanks\n")
    assert (parsed.kind, parsed.complete, parsed.figures.lut) == ("vivado_util_fragment", False, 800)
    sites = samples.grid(
        ("Site Type", "Used", "Fixed", "Prohibited", "Available", "Util%"),
        ("RAMB36E5", "3", "0", "0", "300", "1.00"), ("DSP58", "6", "0", "0", "600", "1.00"),
    )  # fmt: skip
    assert read(sites).figures.known() == {"bram18": 6, "dsp": 6}


@pytest.mark.parametrize("dsp", ["DSP Blocks", "DSP48 Blocks"])
@pytest.mark.parametrize("percent", [True, False])
@pytest.mark.parametrize("uram", [True, False])
def test_hierarchy(read: Read, dsp: str, percent: bool, uram: bool) -> None:
    parsed = read(samples.hier(dsp=dsp, percent=percent, uram=uram))
    assert parsed.usable and parsed.kind == "vivado_util_hier"
    expected = {"lut": 99, "lutram": 9, "ff": 50, "bram18": 7, "dsp": 6, **({"uram": 1} if uram else {})}
    assert parsed.figures.known() == expected
    rows = {module.path: module for module in parsed.modules}
    assert list(rows) == ["top", "top/(top)", "top/a", "top/a/leaf", "top/b"]
    assert rows["top/a/leaf"].module == "gamma" and rows["top/b"].figures.bram18 == 2


def test_every_row_reaches_watch(tmp_path: Path) -> None:
    path = tmp_path / "h.rpt"
    path.write_text(samples.hier())
    seen: list[Module] = []
    parse(path, watch=seen.append)
    assert [module.path.rpartition("/")[2] for module in seen] == ["top", "(top)", "a", "leaf", "b"]


# Row 3 is an only child: without it its parent looks like a leaf, and every figure stays true.
@pytest.mark.parametrize(
    ("at", "change"), [(at, change) for at in range(5) for change in ("drop", "double") if (at, change) != (3, "drop")]
)
def test_row_lost_or_doubled_in_a_hierarchy(read: Read, at: int, change: str) -> None:
    lines = samples.hier().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("| top"))
    here = first + at
    kept = lines[:here] + lines[here + 1 :] if change == "drop" else lines[: here + 1] + lines[here:]
    assert not read("".join(kept)).usable


def test_cut_hierarchy_is_a_fragment(read: Read) -> None:
    text = samples.hier()
    parsed = read(text[: text.index("|   b ")])
    assert (parsed.kind, parsed.complete, parsed.figures.lut) == ("vivado_util_hier_fragment", False, 99)
    assert not parsed.usable


def test_accelerators(read: Read) -> None:
    parsed = read(samples.accel())
    assert parsed.usable and (parsed.kind, parsed.stage) == ("vivado_accel_util", "place")
    assert parsed.figures.known() == {"lut": 200, "lutram": 9, "ff": 300, "bram18": 12, "uram": 0, "dsp": 8}
    assert [module.path for module in parsed.modules] == ["one", "one/one_1", "two", "Platform"]
    assert parsed.available["dsp"] == 80


@pytest.mark.parametrize(("old", "new"), [("200 [ 40", "201 [ 40"), ("150 [ 30", "151 [ 30"), ("9 [ 10", "8 [ 10")])
def test_accelerators_that_do_not_add_up(read: Read, old: str, new: str) -> None:
    text = samples.accel()
    assert old in text
    assert not read(text.replace(old, new, 1)).usable


@pytest.mark.parametrize(
    ("old", "new", "field", "text"),
    [
        ("300 [ 60.00%]", "301 [ 60.00%]", "lut", "used 200 and unused 301 do not make 500"),
        ("150 [ 30.00%]", "151 [ 30.00%]", "lut", "kernels add up to 201, used is 200"),
        ("150 [ 30.00%]", "150 [ 3 of 9]", "lut", "two: '150 [ 3 of 9]' is not a count with its share"),
        (
            "|    Used Resources",
            "     Used Resources",
            "System Utilization",
            "row or border of a table is cut or shifted",
        ),
        ("   Unused Resources", "   Used Resources  ", "", "Used Resources stands twice"),
        ("   one_1", "two     ", "", "two stands twice"),
    ],
)
def test_what_is_wrong_with_accelerators_is_told(read: Read, old: str, new: str, field: str, text: str) -> None:
    assert samples.accel().count(old) == 1
    parsed = read(samples.accel().replace(old, new))
    problem = next(problem for problem in parsed.problems if problem.text == text)
    assert problem.field == field and problem.line is not None
    if field == "lut" and "make" in text:
        rows = [line.startswith("| Platform ") for line in samples.accel().splitlines()]
        assert problem.line == rows.index(True) + 1, "where the table begins"


def test_accelerators_of_a_part_without_uram(read: Read) -> None:
    without = samples.accel().replace("URAM", "ZRAM")
    assert read(without).usable and read(without).figures.dsp == 8
    assert read(without).figures.uram is None


def test_another_table_beside_the_kernels_is_left_alone(read: Read) -> None:
    other = samples.grid(("Name", "Frequency"), ("clk", "300"))
    text = samples.accel()
    at = text.rindex("+\n") + 2
    parsed = read(f"{text[:at]}\n{other}\n{text[at:]}")
    assert parsed.usable and [module.path for module in parsed.modules] == ["one", "one/one_1", "two", "Platform"]


@pytest.mark.parametrize("sample", ["util", "versal", "hier", "accel"])
def test_no_cut_gives_a_usable_report(read: Read, sample: str) -> None:
    text = getattr(samples, sample)().rstrip()
    whole = read(text).figures.known()
    for end in range(0, len(text), 7):
        parsed = read(text[:end])
        assert not parsed.usable or parsed.figures.known() == whole, end
