# SPDX-License-Identifier: Apache-2.0
"""What a simulation or a run of the tool left behind: `_cosim.rpt`, `lat.rpt`, `result.transaction.rpt` and logs."""

from __future__ import annotations

import hls_samples as samples
import pytest
from reading import Read, spoilt_lines

CYCLES = {"latency_min": 20, "latency_max": 30, "ii_min": 21, "ii_max": 31}
ONE = ("25", "25", "25", "NA", "NA", "NA")


@pytest.mark.parametrize("vitis", [False, True])
def test_cosim_of_both_headers(read: Read, vitis: bool) -> None:
    parsed = read(samples.cosim(samples.PASSED, vitis))
    assert (parsed.kind, parsed.stage, parsed.state) == ("hls_cosim_rpt", "cosim", "Pass")
    assert parsed.figures.known() == CYCLES
    assert parsed.details["simulation_tool"] == "xsim"
    assert parsed.details.get("total_execution_cycles") == (90 if vitis else None)
    assert parsed.usable


def test_the_result_may_be_the_vhdl_row(read: Read) -> None:
    rows = [("VHDL", "Pass", samples.PASSED[1][2]), ("Verilog", "NA", samples.NA)]
    assert read(samples.cosim(rows, vitis=True)).figures.known() == CYCLES


def test_the_old_report_has_a_row_for_systemc(read: Read) -> None:
    parsed = read(samples.cosim([*samples.PASSED, ("SystemC", "NA", samples.NA)]))
    assert parsed.usable
    assert parsed.details["status"] == {"VHDL": "NA", "Verilog": "Pass", "SystemC": "NA"}


def test_solution_and_simulator_may_be_missing(read: Read) -> None:
    text = "\n".join(
        line for line in samples.cosim(samples.PASSED).split("\n") if not line.startswith(("Solution", "Simulation"))
    )
    assert read(text).usable


def test_one_transaction_has_no_interval(read: Read) -> None:
    parsed = read(samples.cosim([samples.PASSED[0], ("Verilog", "Pass", ONE)]))
    assert parsed.figures.known() == {"latency_min": 25, "latency_max": 25}
    assert parsed.unknown == {"ii_min": "NA", "ii_max": "NA"}
    assert parsed.usable


def test_an_interval_of_zero_was_not_measured(read: Read) -> None:
    parsed = read(samples.cosim([samples.PASSED[0], ("Verilog", "Pass", ("25", "25", "25", "0", "0", "0"))]))
    assert parsed.unknown == {"ii_min": "0", "ii_max": "0"}
    assert parsed.usable


def test_a_pass_without_any_number_is_a_pass_and_all_unknown(read: Read) -> None:
    parsed = read(samples.cosim([samples.PASSED[0], ("Verilog", "Pass", samples.NA)]))
    assert parsed.usable
    assert set(parsed.unknown) == set(CYCLES)
    assert parsed.figures.known() == {}


@pytest.mark.parametrize("cells", [samples.NA, samples.PASSED[1][2]])
def test_a_run_that_failed_is_a_problem_whatever_it_measured(read: Read, cells: tuple[str, ...]) -> None:
    parsed = read(samples.cosim([samples.PASSED[0], ("Verilog", "Fail", cells)]))
    assert (parsed.complete, parsed.usable, parsed.state) == (True, False, "Fail")
    assert "did not pass" in parsed.problems[0].text


def test_nothing_simulated_is_a_problem(read: Read) -> None:
    parsed = read(samples.cosim([("VHDL", "NA", samples.NA), ("Verilog", "NA", samples.NA)]))
    assert (parsed.complete, parsed.usable, parsed.state) == (True, False, "NA")


def test_one_pass_and_one_fail_is_a_fail(read: Read) -> None:
    rows = [("VHDL", "Pass", samples.PASSED[1][2]), ("Verilog", "Fail", samples.NA)]
    parsed = read(samples.cosim(rows))
    assert parsed.state == "Fail"
    assert not parsed.usable


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("|   Verilog|      Pass|", "|   Verilog|      Past|"),
        ("|             20|", "|             2O|"),
        ("|             20|", "|             29|"),
        ("|             20|", "|            20|"),
        ("|      VHDL|", "|      VHDK|"),
        ("|      min      |", "|      mix      |"),
        ("   Latency   ", "   Latancy   "),
        ("+   RTL    +", "+   RTM    +"),
        ("|             31|\n", "|             31|\nTool crashed\n"),
    ],
)
def test_a_spoilt_cosim_is_not_taken_as_good(read: Read, old: str, new: str) -> None:
    text = samples.cosim(samples.PASSED)
    assert old in text
    parsed = read(text.replace(old, new, 1))
    assert not parsed.usable
    for name, value in parsed.figures.known().items():
        assert value == CYCLES[name]


@pytest.mark.parametrize(
    "text",
    [
        samples.cosim(samples.PASSED, vitis=True),
        samples.lat(total=90),
        samples.transactions([(20, "21"), (25, "31"), (30, "x")]),
        samples.transactions([(25, "0")]),
    ],
)
def test_cuts_and_lost_doubled_or_exchanged_lines_leave_true_figures(read: Read, text: str) -> None:
    whole = read(text).figures.known()
    for end in range(0, len(text.rstrip()), 3):
        parsed = read(text[:end])
        assert not parsed.usable or parsed.figures.known() == whole, end
    for at, line, spoilt in spoilt_lines(text):
        parsed = read(spoilt)
        assert not parsed.usable or parsed.figures.known() == whole, (at, line)


def test_lat(read: Read) -> None:
    parsed = read(samples.lat(total=90))
    assert parsed.kind == "hls_lat_rpt"
    assert parsed.figures.known() == CYCLES
    assert parsed.details["total_execution_cycles"] == 90
    assert parsed.usable


def test_a_throughput_of_zero_means_that_there_was_one_transaction(read: Read) -> None:
    parsed = read(samples.lat(25, 25, 25, (0, 0, 0)))
    assert parsed.unknown == {"ii_min": "0", "ii_max": "0"}
    assert parsed.figures.known() == {"latency_min": 25, "latency_max": 25}
    assert parsed.usable
    assert not read(samples.lat(25, 25, 26, (0, 0, 0))).usable


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"30"', '"10"'),
        ('"30"', '"30'),
        ('$AVER_LATENCY = "25"\n', ""),
        ('"25"', '"55"'),
        ('"31"', '"x1"'),
        ("$MAX_T", "$MAX_U"),
    ],
)
def test_a_spoilt_lat_is_not_taken_as_good(read: Read, old: str, new: str) -> None:
    parsed = read(samples.lat().replace(old, new, 1))
    assert not parsed.usable
    for name, value in parsed.figures.known().items():
        assert value == CYCLES[name]


def test_lat_without_any_throughput(read: Read) -> None:
    lines = samples.lat(25, 25, 25, total=25).splitlines()
    text = "\n".join(line for line in lines if "THROUGHPUT" not in line) + "\n"
    assert read(text).figures.known() == {"latency_min": 25, "latency_max": 25}
    assert read(text).usable
    assert not read(text.replace('$TOTAL_EXECUTE_TIME = "25"\n', "")).usable


def test_lat_says_nothing_twice_in_two_ways(read: Read) -> None:
    assert not read(samples.lat() + samples.lat(maximum=31)).usable


@pytest.mark.parametrize("colon", [":", " "])
def test_transactions(read: Read, colon: str) -> None:
    parsed = read(samples.transactions([(20, "21"), (25, "31"), (30, "x")], colon))
    assert parsed.kind == "hls_transaction_rpt"
    assert parsed.figures.known() == CYCLES | {"transactions": 3}
    assert parsed.details["latency_average"] == 25
    assert parsed.usable


@pytest.mark.parametrize("gap", ["x", "0", "-2147483648"])
def test_a_single_transaction_has_no_interval(read: Read, gap: str) -> None:
    parsed = read(samples.transactions([(25, gap)]))
    if gap == "x":
        assert not parsed.usable  # the test bench prints x for the last of several only
    else:
        assert parsed.unknown == {"ii_min": gap, "ii_max": gap}
        assert parsed.usable


@pytest.mark.parametrize("pairs", [[(20, "21"), (25, "31")], [(20, "x"), (25, "x")], [], [(20, "0"), (25, "x")]])
def test_transactions_that_do_not_end_as_they_should(read: Read, pairs: list[tuple[int, str]]) -> None:
    parsed = read(samples.transactions(pairs))
    assert not parsed.complete
    assert parsed.figures.known() == {}


NEW = "INFO: [HLS 200-10] "
C = "High-Level Synthesis from C, C++ and"


def test_one_transaction_with_an_interval_is_old_or_cut(read: Read) -> None:
    parsed = read(samples.transactions([(20, "21")]))
    assert parsed.figures.known() == {**dict.fromkeys(("latency_min", "latency_max"), 20), "ii_min": 21, "ii_max": 21,
                                      "transactions": 1}  # fmt: skip
    assert not parsed.complete


BANNERS = {
    "2014.1": (f"Vivado(TM) HLS - {C} SystemC\nVersion 2014.1\nBuild 1\n", "@I [HLS-10] "),
    "2019.2.1": (f"****** Vivado(TM) HLS - {C} SystemC v2019.2.1 (64-bit)\n", NEW),
    "2023.1": (f"****** Vitis HLS - {C} OpenCL v2023.1 (64-bit)\n", NEW),
    "2024.2": ("****** vitis-run v2024.2 (64-bit)\n  **** HLS Build v2024.2 5238294\n", NEW),
}
ENDS = {
    "2014.1": "@I [HLS-112] Total elapsed time: 3.3 seconds; peak memory usage: 82 MB.\n",
    "2019.2.1": "INFO: [Common 17-206] Exiting vivado_hls at Tue Aug  9 17:19:50 2022...\n",
    "2023.1": "INFO: [Common 17-206] Exiting vitis_hls at Tue Aug  9 17:19:50 2022...\n",
    "2024.2": "INFO: [vitis-run 60-791] Total elapsed time: 0h 0m 35s\n",
}


def log(version: str = "2023.1", more: str = "", end: bool = True) -> str:
    banner, mark = BANNERS[version]
    return (
        f"\n{banner}{mark}Running made\n{mark}Setting target device to 'xc7z020-clg400-1'\n"
        f"INFO: [SYN 201-201] Setting up clock 'default' with a period of 5ns.\n{more}"
        "INFO: [HLS 200-790] **** Loop Constraint Status: All loop constraints were satisfied.\n"
        "INFO: [HLS 200-789] **** Estimated Fmax: 243.90 MHz\n" + ENDS[version] * end
    )


@pytest.mark.parametrize("version", list(BANNERS))
def test_logs_of_all_tools(read: Read, version: str) -> None:
    parsed = read(log(version))
    assert parsed.kind == "hls_log"
    assert (parsed.version, parsed.device, parsed.state) == (version, samples.PART, "finished")
    assert parsed.tool == ("Vivado HLS" if version < "2020" else "Vitis HLS")
    assert parsed.figures.known() == {"clock_target_ns": 5, "fmax_mhz": 243.9}
    assert parsed.details["loop_constraints"] == "All loop constraints were satisfied."
    assert parsed.usable


@pytest.mark.parametrize(
    "error",
    ["ERROR: [SIM 211-100] CSim failed with errors.", "@E Simulation failed.", "ERROR: [A 1-1] \x1b[31m<b>"],
)
def test_an_error_is_a_problem_of_a_whole_log(read: Read, error: str) -> None:
    parsed = read(log(more=error + "\n"))
    assert (parsed.complete, parsed.usable, parsed.state) == (True, False, "failed")
    assert parsed.problems[0].line is not None
    assert "\x1b" not in parsed.problems[0].text


def test_many_errors_are_counted_and_not_all_kept(read: Read) -> None:
    parsed = read(log(more="ERROR: again\n" * 500))
    assert parsed.details["errors"] == 500
    assert len(parsed.problems) < 50


@pytest.mark.parametrize(
    "text",
    [
        log(end=False),
        log().replace("Estimated Fmax: 243.90 MHz", "Estimated Fmax: 243."),
        log(more="INFO: [HLS 200-789] **** Estimated Fmax: 100.00 MHz\n"),
        log(more="INFO: [HLS 200-10] Setting target device to 'xcku5p-ffvb676-2-e'\n"),
        log() + BANNERS["2023.1"][0],
        log().replace(BANNERS["2023.1"][0], ""),
    ],
)
def test_a_log_that_is_cut_or_contradicts_itself(read: Read, text: str) -> None:
    parsed = read(text)
    assert parsed.kind == "hls_log"
    assert not parsed.complete
    assert parsed.figures.known().get("fmax_mhz", 243.9) == 243.9


def test_the_vivado_inside_a_log_is_not_its_end(read: Read) -> None:
    inner = "****** Vivado v2019.2.1 (64-bit)\nINFO: [Common 17-206] Exiting Vivado at Tue Aug  9 17:19:46 2022...\n"
    assert read(log(more=inner)).version == "2023.1"
    assert not read(log(more=inner, end=False)).complete


@pytest.mark.parametrize(
    "path", ["/opt/Vivado_HLS/2016.2/bin/unwrapped/lnx64.o/vivado_hls", r"C:\\Xilinx\\2016.2\\bin\\vivado_hls.exe"]
)
def test_a_log_of_the_graphical_interface_has_no_banner(read: Read, path: str) -> None:
    parsed = read(log().replace(BANNERS["2023.1"][0], "").replace("Running made", f"Running '{path}'"))
    assert (parsed.tool, parsed.version) == ("Vivado HLS", "2016.2")
    assert parsed.usable


def test_generated_code_with_the_banner_is_no_log(read: Read) -> None:
    text = "// Vitis HLS - High-Level Synthesis from C, C++ and OpenCL v2023.1 (64-bit)\nmodule x; endmodule\n"
    assert read(text).kind == "unknown"
