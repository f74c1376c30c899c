# SPDX-License-Identifier: Apache-2.0
"""HLS reports: rows and lines that are lost, doubled or spoilt, one by one, and what is left of the report then."""

from __future__ import annotations

import hls_samples as samples
import pytest
from reading import Read
from test_hls_runs import BANNERS, ENDS, log

PASSED = samples.PASSED[1][2]
COSIM = samples.cosim(samples.PASSED)


def test_what_cosim_measured_on_average(read: Read) -> None:
    details = read(COSIM).details
    assert (details["latency_average"], details["ii_average"]) == (25, 26)
    assert (
        "ii_average" not in read(samples.cosim([("VHDL", "NA", samples.NA), ("Verilog", "Pass", samples.NA)])).details
    )


def test_a_language_that_stands_twice(read: Read) -> None:
    parsed = read(samples.cosim([*samples.PASSED, ("Verilog", "Pass", ("9", "9", "9", "9", "9", "9"))]))
    assert [problem.text for problem in parsed.problems] == ["'Verilog' is there twice"]


def test_a_cosim_without_the_names_above_the_interval(read: Read) -> None:
    lines = COSIM.split("\n")
    at = next(number for number, line in enumerate(lines) if "Interval" in line)
    lines[at] = lines[at][: lines[at].index("Interval")].rstrip()
    assert lines[at].endswith("|")
    assert "the table's header is broken" in {problem.text for problem in read("\n".join(lines)).problems}


def test_a_cosim_without_its_last_border_or_with_more_behind_it(read: Read) -> None:
    lines = COSIM.rstrip("\n").split("\n")
    assert "truncated" in read("\n".join(lines[:-1]) + "\n").problems[0].text
    longer = read(COSIM + "\n" * 300)
    assert [problem.text for problem in longer.problems] == ["the report goes on after its table"]
    assert (longer.state, longer.figures.latency_max) == ("Pass", 30)


LATENCY = samples.lat(25, 25, 25, (0, 0, 0))


def test_a_latency_of_zero_is_a_number_and_an_interval_of_zero_is_none(read: Read) -> None:
    parsed = read(samples.lat(0, 0, 0, (0, 0, 0)))
    assert parsed.figures.known() == {"latency_min": 0, "latency_max": 0}
    assert parsed.unknown == {"ii_min": "0", "ii_max": "0"}


@pytest.mark.parametrize("literal", ["x", "-2147483648"])
def test_what_the_simulator_prints_for_no_interval(read: Read, literal: str) -> None:
    text = LATENCY
    for end in ("MIN", "AVER", "MAX"):
        text = text.replace(f'{end}_THROUGHPUT = "0"', f'{end}_THROUGHPUT = "{literal}"')
    assert read(text).usable and read(text).unknown == {"ii_min": literal, "ii_max": literal}
    spoilt = read(LATENCY.replace('MAX_LATENCY = "25"', 'MAX_LATENCY = "2x5"'))
    assert [problem.text for problem in spoilt.problems] == [
        "the cell is '2x5', neither a number nor ?, undef, - or NA"
    ]


def test_a_line_of_a_lat_that_stands_twice(read: Read) -> None:
    assert read(samples.lat() + samples.lat()).usable, "it says the same"
    parsed = read(samples.lat() + '$MAX_LATENCY = "31"\n')
    assert parsed.problems[0].text == "MAX_LATENCY is there twice, with two values"


def test_two_transactions(read: Read) -> None:
    parsed = read(samples.transactions([(20, "21"), (30, "x")]))
    assert parsed.usable and (parsed.figures.transactions, parsed.figures.ii_max) == (2, 21)
    assert not read(samples.transactions([(20, "21"), (30, "0")])).usable


def test_a_second_log_of_an_old_tool_that_is_cut(read: Read) -> None:
    parsed = read(log("2014.1") + BANNERS["2014.1"][0])
    assert not parsed.complete and parsed.state == "cut"


def test_a_log_without_banner_or_end(read: Read) -> None:
    path = "/opt/Vitis_HLS/2021.1/bin/vitis_hls"
    text = log().replace(BANNERS["2023.1"][0], "").replace("Running made", f"Running '{path}'")
    assert read(text).usable and (read(text).tool, read(text).version) == ("Vitis HLS", "2021.1")
    cut = read(text.replace(ENDS["2023.1"], ""))
    assert [problem.field for problem in cut.problems] == ["state"]


def test_warnings_are_counted_and_twenty_errors_kept(read: Read) -> None:
    parsed = read(log(more="WARNING: [A 1-1] x\nCRITICAL WARNING: [A 1-1] x\n@W [A-1] x\n"))
    assert parsed.usable and (parsed.details["warnings"], parsed.details["errors"]) == (3, 0)
    assert len(read(log(more="ERROR: again\n" * 30)).problems) == 20


CSYNTH = samples.csynth("Vitis HLS", "2023.1", dsp="DSP")


def doubled(text: str, start: str, end: str) -> str:
    """The text with the part from one mark to another twice."""
    first, last = text.index(start), text.index(end, text.index(start))
    return text[:last] + text[first:last] + text[last:]


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("+ Timing: ", "+ Latency: ", "table 'Performance Estimates/Timing/Summary' is there 2 times"),
        ("    + Detail: ", "\n\n====", "'Performance Estimates/Latency/Detail/Instance' is missing, doubled or cut"),
        ("+ Detail: ", "    * Memory: ", "'Utilization Estimates/Detail/Instance' is missing, doubled or cut"),
    ],
)
def test_a_table_that_stands_twice(read: Read, start: str, end: str, message: str) -> None:
    at = CSYNTH.index("== Utilization") if start == "+ Detail: " else 0
    parsed = read(CSYNTH[:at] + doubled(CSYNTH[at:], start, end))
    assert message in {problem.text for problem in parsed.problems if problem.line is not None}


def test_a_table_of_instances_that_is_cut(read: Read) -> None:
    parsed = read(CSYNTH.replace("    |second_U0 ", "    second_U0  ", 1))
    assert "'Utilization Estimates/Detail/Instance' is missing, doubled or cut" in {p.text for p in parsed.problems}


def test_instances_that_need_other_resources_than_the_summary_says(read: Read) -> None:
    text = CSYNTH.replace("|    second|        2|      0|", "|    second|        2|      1|")
    parsed = read(
        text.replace(
            "    |Total       |          |        3|      3|", "    |Total       |          |        3|      4|"
        )
    )
    assert [problem.text for problem in parsed.problems] == ["instances need 4 here and 3 in the summary"]
    assert parsed.figures.dsp is None


def test_instances_of_which_only_the_latency_is_told(read: Read) -> None:
    at = CSYNTH.index("    * Instance: ", CSYNTH.index("+ Detail: ", CSYNTH.index("== Utilization")))
    text = CSYNTH[:at] + "    * Instance: \n    N/A\n\n" + CSYNTH[CSYNTH.index("    * Memory: ") :]
    parsed = read(text)
    assert parsed.usable and [module.path for module in parsed.modules] == ["top", "top/first_U0"]
    assert parsed.modules[1].figures.latency_max == 15


def test_clocks_are_listed_where_there_are_several(read: Read) -> None:
    assert "clocks" not in read(CSYNTH).details
    assert len(read(samples.csynth(clocks=("fast", "slow"))).details["clocks"]) == 2


def test_a_column_that_is_not_there_and_a_cell_that_is_spoilt(read: Read) -> None:
    spoilt = read(CSYNTH.replace("|          20|", "|          2O|", 1))
    assert "the cell is '2O', neither a number nor ?, undef, - or NA" in {p.text for p in spoilt.problems}
    lost = read(CSYNTH.replace("|min   ", "|mon   ", 1))
    assert "the column is missing" in {p.text for p in lost.problems}


SUMMARY = samples.summary("2020.2")


def test_a_word_for_the_interval_of_a_module(read: Read) -> None:
    end = "|        75.000|          -|          15|"
    assert SUMMARY.count(end) == 1
    word = read(SUMMARY.replace(end, end.replace("          15|", "      rewind|")))
    assert word.usable and word.modules[1].unknown["ii_max"] == "rewind"
    cut = read(SUMMARY.replace(end, end.replace("          15|", "          1S|")))
    assert [problem.text for problem in cut.problems] == ["'1S' is neither a number nor -"]


def test_a_share_of_another_device(read: Read) -> None:
    """5 at 2 per cent: of 166 to 333. 9 at 1 per cent: of 450 at least."""
    parsed = read(SUMMARY.replace("|  3 (1%)|", "|  9 (1%)|"))
    assert [problem.text for problem in parsed.problems] == ["'9 (1%)' is not of the same device as the rows above"]
    assert parsed.figures.dsp is None


def test_a_row_of_the_tree_that_is_spoilt_is_quoted(read: Read) -> None:
    parsed = read(SUMMARY.replace("|  + inner ", "|  * inner "))
    assert [problem.text for problem in parsed.problems] == ["'* inner' is no row of this table"]


def test_a_slack_of_a_hundredth_still_meets_its_clock(read: Read) -> None:
    row = "   0.20|          15|        75.000"
    assert not read(SUMMARY.replace(row, "  -0.01|          15|        90.000")).usable
    assert read(SUMMARY.replace(row, "  -0.02|          15|        90.000")).usable


XML = samples.csynth_xml(modules=samples.MODULES)


def test_a_module_with_two_names(read: Read) -> None:
    parsed = read(XML.replace("<Name>inner</Name>", "<Name>inner</Name><Name>other</Name>"))
    assert [problem.field for problem in parsed.problems] == ["modules"]
    same = read(XML.replace("<LUT>15</LUT>", "<LUT>15</LUT><LUT>15</LUT>"))
    assert same.usable


def test_a_module_without_a_name_has_no_line(read: Read) -> None:
    parsed = read(XML.replace("<Name>inner</Name>", "").replace("<LUT>15</LUT>", ""))
    assert (None, "module '' lacks lut") in {(problem.line, problem.text) for problem in parsed.problems}


def test_a_text_of_many_lines_is_not_kept_whole(read: Read) -> None:
    part = "\n".join(["x" * 99] * 1000)
    device = read(XML.replace(samples.PART, part)).device
    assert device is not None and len(device) < 5000
