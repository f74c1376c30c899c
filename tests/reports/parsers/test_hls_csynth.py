# SPDX-License-Identifier: Apache-2.0
"""`_csynth.rpt` of Vivado HLS and Vitis HLS: layouts of all versions, and what must not become a number."""

from __future__ import annotations

from collections.abc import Callable

import hls_samples as samples
import pytest
from reading import Read, spoilt_lines

from reports.parsers.hls_text import title

FIGURES = samples.FIGURES


@pytest.mark.parametrize(
    ("tool", "version", "dsp", "uram", "slr"),
    [
        ("Vivado HLS", "2014.1", "DSP48E", False, False),
        ("Vivado HLS", "2018.2", "DSP48E", True, False),
        ("Vivado HLS", "2019.2", "DSP48E", True, True),
        ("Vitis HLS", "2020.1", "DSP", True, True),
        ("Vitis HLS", "2025.1", "DSP", True, False),
    ],
)
def test_every_layout_gives_the_same_figures(
    read: Read, tool: str, version: str, dsp: str, uram: bool, slr: bool
) -> None:
    parsed = read(samples.csynth(tool, version, dsp=dsp, uram=uram, slr=slr))
    assert parsed.kind == ("vivado_hls_csynth_rpt" if tool == "Vivado HLS" else "vitis_hls_csynth_rpt")
    assert (parsed.tool, parsed.version, parsed.device, parsed.top) == (tool, version, samples.PART, "top")
    assert parsed.figures.known() == {name: value for name, value in FIGURES.items() if uram or name != "uram"}
    assert parsed.available["lut"] == 53200
    assert parsed.details["product_family"] == samples.FAMILY
    assert parsed.usable
    assert parsed.stage == "csynth"


def test_instances_are_modules_below_the_top(read: Read) -> None:
    parsed = read(samples.csynth())
    paths = {module.path: module for module in parsed.modules}
    assert list(paths) == ["top", "top/first_U0", "top/second_U0"]
    assert paths["top/first_U0"].module == "first"
    assert paths["top/first_U0"].figures.known() == {
        "lut": 150, "ff": 40, "bram18": 1, "uram": 0, "dsp": 3,
        "latency_min": 10, "latency_max": 15, "ii_min": 10, "ii_max": 15,
    }  # fmt: skip
    assert "latency_min" not in paths["top/second_U0"].figures.known()


def test_an_unknown_latency_is_kept_apart(read: Read) -> None:
    parsed = read(samples.csynth(cycles=("?", "?", "?", "?")))
    assert set(parsed.unknown) == {"latency_min", "latency_max", "ii_min", "ii_max"}
    assert set(parsed.unknown.values()) == {"?"}
    assert parsed.usable


@pytest.mark.parametrize(
    "times", [("100.000 ns", "0.150 us"), ("100 ns", "1.500e+02 ns"), ("0.0001 ms", "1.5e-07 sec")]
)
def test_units_of_the_absolute_latency(read: Read, times: tuple[str, str]) -> None:
    assert read(samples.csynth("Vitis HLS", "2023.1", dsp="DSP", times=times)).usable


def test_cycles_beyond_32_bits(read: Read) -> None:
    cycles = ("4823536001", "4823536001", "4823536002", "4823536002")
    parsed = read(samples.csynth("Vitis HLS", "2023.1", cycles=cycles, dsp="DSP", times=("24.118 sec", "24.118 sec")))
    assert parsed.figures.latency_max == 4823536001
    assert parsed.usable


def test_no_estimate_is_zero_nanoseconds(read: Read) -> None:
    text = samples.csynth("Vitis HLS", "2023.1", dsp="DSP").replace("4.100 ns", "    0 ns")
    assert read(text).figures.clock_estimated_ns == 0


def test_an_estimate_above_the_target_is_a_figure_and_no_problem(read: Read) -> None:
    parsed = read(samples.csynth(estimated="5.163", clocks=("default",)))
    assert parsed.figures.clock_estimated_ns == 5.163
    assert parsed.details["clock"] == "default"
    assert parsed.usable


@pytest.mark.parametrize("pipeline", ["function", "dataflow", "yes", "loop rew."])
def test_a_pipelined_design_may_start_before_it_is_done(read: Read, pipeline: str) -> None:
    text = samples.csynth(cycles=("20", "30", "6", "6"), pipeline="x" * 10).replace("x" * 10, f"{pipeline[:10]:>10}")
    assert read(text).figures.ii_max == 6
    assert read(text).usable
    assert not read(samples.csynth(cycles=("20", "30", "6", "6"), pipeline="none")).usable


def test_more_than_the_device_has_is_a_figure(read: Read) -> None:
    text = samples.csynth().replace("|  106400|   53200|", "|     800|     200|", 1)
    over = text.replace("|      ~0|      ~0|", "|      12|     200|", 1)
    assert read(over).figures.lut == 400
    assert read(over).usable
    assert not read(text).usable


def test_of_several_clocks_the_tightest_counts(read: Read) -> None:
    text = samples.csynth(clocks=("fast", "slow")).replace("slow      |      5.00", "slow      |      9.00")
    parsed = read(text)
    assert parsed.details["clock"] == "fast"
    assert parsed.figures.clock_target_ns == 5
    assert set(parsed.details["clocks"]) == {"fast", "slow"}


def change(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    def apply(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return apply


def without(start: str) -> Callable[[str], str]:
    def apply(text: str) -> str:
        lines = text.split("\n")
        kept = [line for line in lines if not line.startswith(start)]
        assert len(kept) < len(lines)
        return "\n".join(kept)

    return apply


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (without("|Total "), "lut"),
        (without("|Available "), "lut"),
        (without("|Utilization (%)"), "lut"),
        (without("|Expression"), "lut"),
        (without("== Utilization"), "lut"),
        (without("== Interface"), "interface"),
        (without("+ Timing (ns)"), "clock_estimated_ns"),
        (without("+ Latency"), "latency_min"),
        (without("* Version"), "version"),
        (without("* Target device"), "target device"),
        (without("    |first_U0"), "bram18"),
        (without("    * Instance"), "modules"),
        (change("|Total            |        3|", "|Total            |        4|"), "bram18"),
        (change("|     400|", "|     4O0|"), "lut"),
        (change("|     400|", "|    -400|"), "lut"),
        (change("|     400|", "|99999999999999999999|"), "lut"),
        (change("|          20|", "|          40|"), "latency_min"),
        (change("|          30|", "|           ?|"), "latency_min"),
        (change("|          31|", "|          39|"), "ii_max"),
        (change("   Estimated|", "   Something|"), "clock_estimated_ns"),
        (change("| BRAM_18K|", "| BLOCKRAM|"), "bram18"),
        (change("DSP48E", "DSQ48E"), "dsp"),
        (change("+ Timing (ns)", "+ Timing (parsec)"), "clock_estimated_ns"),
    ],
)  # fmt: skip
def test_a_spoilt_report_is_not_taken_as_good(read: Read, spoil: Callable[[str], str], field: str) -> None:
    parsed = read(spoil(samples.csynth(version="2018.3")))
    assert not parsed.usable
    assert not parsed.complete
    assert field in {problem.field for problem in parsed.problems}
    assert all(problem.file for problem in parsed.problems)
    for name, value in parsed.figures.known().items():
        assert value == FIGURES[name] or name == field


def test_cycles_and_time_must_agree(read: Read) -> None:
    parsed = read(samples.csynth("Vitis HLS", "2023.1", dsp="DSP", times=("0.100 us", "0.170 us")))
    assert "latency_max" not in parsed.figures.known()
    assert "30 cycles are not 170 ns" in parsed.problems[0].text


def test_only_the_module_s_own_total_counts(read: Read) -> None:
    text = samples.csynth().replace(
        "    |Total       |          |        3|", "    |Total       |          |       33|"
    )
    parsed = read(text)
    assert not parsed.usable
    assert parsed.figures.known().get("bram18", 3) == 3


def test_two_reports_in_one_file_give_no_figure(read: Read) -> None:
    parsed = read(samples.csynth() + samples.csynth())
    assert parsed.figures.known() == {}
    assert any("second report" in problem.text for problem in parsed.problems)


def test_a_report_of_the_scheduler_has_the_title_but_no_utilization(read: Read) -> None:
    text = samples.csynth().split("\n== Utilization")[0]
    parsed = read(text)
    assert parsed.kind == "vivado_hls_csynth_rpt"
    assert parsed.figures.lut is None
    assert not parsed.complete


def test_every_cut_is_noticed(read: Read) -> None:
    text = samples.csynth("Vitis HLS", "2023.1", dsp="DSP", slr=True)
    for end in range(0, len(text.rstrip()), 13):
        parsed = read(text[:end])
        assert not parsed.complete, end
        for name, value in parsed.figures.known().items():
            assert value == FIGURES[name], end


def test_every_lost_doubled_or_exchanged_line_leaves_true_figures(read: Read) -> None:
    for at, line, spoilt in spoilt_lines(samples.csynth("Vitis HLS", "2023.1", dsp="DSP")):
        parsed = read(spoilt)
        for name, value in parsed.figures.known().items():
            assert value == FIGURES[name], (at, line)


def test_the_order_of_columns_does_not_matter(read: Read) -> None:
    text = samples.csynth()
    lines = text.split("\n")
    start = lines.index("* Summary: ", lines.index("== Utilization Estimates"))
    for number in range(start + 1, lines.index("+ Detail: ")):
        cells = lines[number].split("|")
        if len(cells) > 4:
            cells[4], cells[5] = cells[5], cells[4]  # FF and LUT are equally wide
            lines[number] = "|".join(cells)
    parsed = read("\n".join(lines))
    assert (parsed.figures.lut, parsed.figures.ff) == (400, 100)


def test_a_row_of_the_summary_with_two_values_is_noticed(read: Read) -> None:
    lines = samples.csynth().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("|Expression"))
    spoilt = [*lines[: at + 1], lines[at].replace("100", "101"), *lines[at + 1 :]]
    assert any("there twice" in problem.text for problem in read("\n".join(spoilt)).problems)


def test_the_title_is_one_of_the_first_eight_lines_that_are_not_blank() -> None:
    text = "== Vivado HLS Report for 'top'\n"
    assert title("\n" * 20 + "words\n\n" * 7 + text) is not None
    assert title("words\n" * 8 + text) is None


def test_tables_and_files_are_bounded(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    text = samples.csynth()
    longest = samples.area().index("") - 1
    for most in (longest, longest - 1):
        monkeypatch.setattr("reports.parsers.hls_text.LARGEST_TABLE", most)
        assert read(text).usable is (most == longest), read(text).problems
    assert f"more than {most} lines" in read(text).problems[0].text
    monkeypatch.setattr("reports.parsers.hls_text.LARGEST_TABLE", longest)
    loops = "        * Loop: \n"
    assert read(text.replace(f"{loops}        N/A\n", loops + "        | x |\n" * 50)).usable, "nobody reads it"
    monkeypatch.setattr("reports.parsers.hls_values.MOST_LINES", 10)
    assert "more than 10 lines" in read(samples.csynth()).problems[0].text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\x1b[31mred", "a" * 5000])
def test_names_of_strangers_do_no_harm(read: Read, name: str) -> None:
    text = samples.csynth().replace("== Vivado HLS Report for 'top'", f"== Vivado HLS Report for '{name}'")
    parsed = read(text)
    assert parsed.top == name
    assert all("\x1b" not in problem.text for problem in parsed.problems)
