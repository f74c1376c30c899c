# SPDX-License-Identifier: Apache-2.0
"""Vivado's reports: rows, sections and borders that are lost, doubled or spoilt, one by one, and what is left then."""

from __future__ import annotations

import pytest
import vivado_samples as samples
from reading import Read

from reports.grid import tables
from reports.parsed import Parsed
from reports.parsers.vivado_sections import sites
from reports.source import Line

UTIL, HIER = samples.util(), samples.hier()


def texts(parsed: Parsed) -> set[str]:
    return {problem.text for problem in parsed.problems}


def test_a_lost_title_takes_its_own_section_and_the_one_before(read: Read) -> None:
    at = UTIL.rindex("3. ARITHMETIC\n---")
    spoilt = UTIL[:at] + UTIL[at:].replace("3. ARITHMETIC\n", "", 1)
    parsed = read(spoilt)
    assert "lost: 3. ARITHMETIC" in parsed.problems[0].text
    assert parsed.problems[0].line == len(spoilt.splitlines()), "where the report ends"
    assert (parsed.figures.lut, parsed.figures.bram18, parsed.figures.dsp) == (800, None, None)


def test_a_head_without_a_command(read: Read) -> None:
    parsed = read(UTIL.replace("| Command      : report_utilization\n", ""))
    assert parsed.kind == "vivado_util"
    assert [(p.field, p.text) for p in parsed.problems] == [("command", "is missing in the head of the report")]


def test_a_head_that_is_cut_or_says_two_things(read: Read) -> None:
    cut = read("Utilization Design Information\n" + UTIL[: UTIL.index("| Device")])
    assert "ends within the head of the report (truncated)" in texts(cut)
    twice = read(UTIL.replace("| Device       : ", "| Device       : other\n| Device       : "))
    assert [(p.field, p.text) for p in twice.problems] == [("device", "is other and xcku5p-ffvb676-2-e")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("+--+--+\n| A| B|\n+--+--+\n| a| 1|\n+--+--+", [("a", 1)]),
        ("+--+--+\n| A| B|\n+--+--+\n| a| 1|", []),  # not closed
        ("+--+--+\n| A| B|\n+--+--+\n| a| 1|\n|  | 2\n+--+--+", []),  # a row is cut
        ("+--+--+\n| A| B|\n| C| D|\n+--+--+\n| a| 1|\n+--+--+", []),  # two lines of names
    ],
)
def test_rows_of_a_table_that_is_whole(rows: str, expected: list[tuple[str, float]]) -> None:
    (table,) = tables([Line(number, text) for number, text in enumerate(rows.split("\n"), 1)])
    assert [(site.name, site.number("B")) for site in sites(table)] == expected


@pytest.mark.parametrize(
    ("old", "new", "field", "text"),
    [
        ("| URAM           | 8 ", "  URAM           | 8 ", "BLOCKRAM", "row or border of a table is cut or shifted"),
        ("| FDRE     | 590 ", "| FDRE     | ?   ", "Primitives", "FDRE has no count, or two"),
        ("| FDRE     | 590 ", "| RAMB18E2 | 590 ", "Primitives", "RAMB18E2 has no count, or two"),
        ("| FDRE     | 590 ", "  FDRE     | 590 ", "Primitives", "row or border of a table is cut or shifted"),
        ("| 20000     | 4.00 ", "| 20000     | 4.01 ", "lut", "CLB LUTs: 800 of 20000 is not 4.01 %"),
    ],
)
def test_a_row_that_is_spoilt(read: Read, old: str, new: str, field: str, text: str) -> None:
    assert UTIL.count(old) == 1
    assert (field, text) in {(problem.field, problem.text) for problem in read(UTIL.replace(old, new)).problems}


def test_a_black_box_of_any_name_is_no_figure(read: Read) -> None:
    parsed = read(samples.util(boxes=[("DSPs", "7")]))
    assert parsed.figures.dsp == 2 and parsed.details["black_boxes"] == ["DSPs"]
    at = UTIL.index("| Ref Name | Used |", UTIL.index("5. Black Boxes\n---"))
    cut = read(UTIL[:at] + UTIL[at:].replace("| Ref Name | Used |", "  Ref Name | Used |", 1))
    assert "the table of black boxes is not whole" in texts(cut)


def test_parts_of_unknown_names_are_not_added_up(read: Read) -> None:
    text = UTIL.replace("DSP48E2 only", "DSP48E2 fast").replace("|   DSP48E2 fast | 2 ", "|   DSP48E2 fast | 1 ")
    assert text.count("DSP48E2 fast | 1") == 1
    assert read(text).usable and read(text).figures.dsp == 2


def test_registers_of_versal_stand_elsewhere_too(read: Read) -> None:
    assert read(samples.versal(("450", "Yes", "Reset", "-"))).usable


def test_sites_of_versal_without_their_total(read: Read) -> None:
    names = ("Site Type", "Used", "Fixed", "Prohibited", "Available", "Util%")

    def table(*rows: tuple[str, str, str]) -> Parsed:
        return read(samples.grid(names, *((name, used, "0", "0", has, "1.00") for name, used, has in rows)))

    whole = table(("RAMB36E5", "3", "300"), ("RAMB18E5", "6", "600"))
    assert whole.figures.bram18 == 12 and whole.available == {"bram18": 600}
    lost = "the total is missing, and the rows below it are not all that count, or not whole"
    for other in (("RAMB18E5", "?", "600"), ("RAMB36E5", "3", "300")):
        parsed = table(("RAMB36E5", "3", "300"), other)
        assert parsed.figures.bram18 is None and lost in texts(parsed)


def test_blanks_behind_the_rows_of_a_hierarchy(read: Read) -> None:
    parsed = read(HIER.replace("|\n", "|  \n"))
    assert parsed.usable and len(parsed.modules) == 5


@pytest.mark.parametrize("end", [0, 1])
def test_a_hierarchy_that_ends_at_its_head(read: Read, end: int) -> None:
    lines = HIER.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("| Instance"))
    assert texts(read("\n".join(lines[: at + 1 + end]) + "\n")) & {
        "the head of the table is cut or shifted", "the table of the hierarchy has no last border (truncated)",
    }  # fmt: skip


def test_a_hierarchy_without_the_head_of_its_report(read: Read) -> None:
    parsed = read(HIER[HIER.index("+--") :])
    assert (parsed.kind, parsed.complete, parsed.figures.lut) == ("vivado_util_hier_fragment", False, 99)


def test_a_hierarchy_without_its_first_border(read: Read) -> None:
    lost = HIER[HIER.index("| Instance") :]
    assert "has no table of the hierarchy (truncated?)" in texts(read(lost))


def test_a_hierarchy_whose_head_is_shifted(read: Read) -> None:
    parsed = read(HIER.replace("| Instance ", "| Instance  "))
    assert "the head of the table is cut or shifted" in texts(parsed)


SLACK = ("-0.200", "-1.500", "12", "90", "0.050", "0.000", "0", "90", "1.000", "0.000", "0", "40")
NOT_MET = "Timing constraints are not met."


@pytest.mark.parametrize(
    ("below", "usable"), [("-1.500", True), ("-1.498", True), ("-1.497", False), ("-0.500", False)]
)
def test_total_slack_is_at_most_the_sum_of_the_tables(read: Read, below: str, usable: bool) -> None:
    """Each is rounded to three digits."""
    parsed = read(samples.timing(SLACK, intra=(SLACK[0], below, *SLACK[2:]), sentence=NOT_MET))
    assert parsed.usable is usable
    assert parsed.figures.tns_ns == (-1.5 if usable else None)


def test_total_slack_above_zero_is_refused(read: Read) -> None:
    parsed = read(samples.timing((SLACK[0], "1.500", *SLACK[2:]), sentence=NOT_MET))
    assert not parsed.usable and parsed.figures.wns_ns is None and parsed.figures.tns_ns is None


def test_a_path_without_its_end(read: Read) -> None:
    text = samples.timing()
    end = f"{'slack':>30}                 0.100\n"
    assert text.count(end) == 1
    assert texts(read(text.replace(end, ""))) == {"a path has no slack at its end (truncated)"}


@pytest.mark.parametrize(
    ("period", "frequency", "usable"),
    [("5.000", "200.000", True), ("5.000", "200.100", False), ("5.000", "199.000", False), ("3.333", "300.000", True)],
)
def test_period_and_frequency_of_a_clock(read: Read, period: str, frequency: str, usable: bool) -> None:
    """3.333 ns may be 3.3333, which is 300 MHz."""
    text = samples.timing().replace("5.000           200.000", f"{period}           {frequency}")
    parsed = read(text)
    assert parsed.usable is usable and parsed.figures.clock_target_ns == (float(period) if usable else None)


def test_a_spoilt_slack_of_a_clock(read: Read) -> None:
    text = samples.timing()
    at = text.index("| Intra Clock Table")
    spoilt = text[:at] + text[at:].replace("  0.100", "  0.1O0", 1)
    assert "row is cut or shifted" in texts(read(spoilt))


@pytest.mark.parametrize(("state", "nets"), [("Routed", "unplaced"), ("Synthesized", "routed")])
def test_a_report_of_another_stage_is_whole_and_not_usable(read: Read, state: str, nets: str) -> None:
    parsed = read(samples.timing(state=state, nets=nets))
    assert parsed.complete and not parsed.usable
