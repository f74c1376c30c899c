# SPDX-License-Identifier: Apache-2.0
"""The drop-in reader against hls4ml's own: the same where that one is right, right or loud where it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hls_samples as samples
import pytest
from hls4ml_samples import APP, utilization, write_project
from report_samples import CORPUS

from reports.errors import ReportError
from reports.hls4ml import parse_vivado_report, read_vivado_report


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with every report that hls4ml's Vivado backend makes."""
    return write_project(tmp_path)


def own(path: Path) -> Any:
    """What hls4ml itself reads."""
    return pytest.importorskip("hls4ml.report.vivado_report").parse_vivado_report(str(path))


def without(report: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key not in keys}


def test_equal_to_hls4ml_where_that_is_right(project: Path) -> None:
    ours, theirs = parse_vivado_report(project), own(project)
    assert list(ours) == list(theirs)
    for key in ("CSimResults", "CosimResults", "CSynthesisReport", "CosimReport"):
        assert ours[key] == theirs[key]
        assert isinstance(ours[key], type(theirs[key]))
    assert list(ours["CSynthesisReport"]) == list(theirs["CSynthesisReport"])
    assert without(ours["VivadoSynthReport"], "DSP") == theirs["VivadoSynthReport"]


def test_printing_by_hls4ml_takes_the_result(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printer = pytest.importorskip("hls4ml.report.vivado_report")
    printer._print_str_report(parse_vivado_report(project))
    assert "400 / 53200" in capsys.readouterr().out


@pytest.mark.parametrize(("tiles", "bram18"), [("140", "280"), ("0.5", "1"), ("29.5", "59")])
def test_block_ram_is_counted_in_the_unit_of_its_key(project: Path, tiles: str, bram18: str) -> None:
    (project / "vivado_synth.rpt").write_text(utilization(bram=tiles, dsp="0"))
    assert parse_vivado_report(project)["VivadoSynthReport"]["BRAM_18K"] == bram18
    assert own(project)["VivadoSynthReport"]["BRAM_18K"] == tiles  # a tile is two of them


def test_dsp_has_the_key_that_c_synthesis_has(project: Path) -> None:
    (project / "vivado_synth.rpt").write_text(utilization(bram="0", dsp="7"))
    assert parse_vivado_report(project)["VivadoSynthReport"]["DSP"] == "7"
    assert own(project)["VivadoSynthReport"].get("DSP", 0) == 0  # what a naive gate asks for


def test_section_numbers_do_not_matter(project: Path) -> None:
    (project / "vivado_synth.rpt").write_text(utilization(bram="12", dsp="7", placed=True))
    ours = parse_vivado_report(project)["VivadoSynthReport"]
    assert (ours["BRAM_18K"], ours["DSP"], ours["DSP48E"]) == ("24", "7", "7")
    assert {"BRAM_18K", "DSP48E"}.isdisjoint(own(project)["VivadoSynthReport"])


def test_vivado_hls_counts_dsp48e_and_the_key_is_dsp(project: Path) -> None:
    path = project / "net_prj/solution1/syn/report/net_csynth.xml"
    path.write_text(samples.csynth_xml("2019.1", "DSP48E").replace(">top<", ">net<"))
    assert parse_vivado_report(project)["CSynthesisReport"] == own(project)["CSynthesisReport"]
    assert parse_vivado_report(project)["CSynthesisReport"]["AvailableDSP"] == "220"


def trace(project: Path, pairs: list[tuple[int, str]]) -> None:
    path = project / "net_prj/solution1/sim/verilog/net.performance.result.transaction.xml"
    path.parent.mkdir(parents=True)
    path.write_text(samples.transactions(pairs))


def test_a_trace_gives_averages(project: Path) -> None:
    trace(project, [(20, "21"), (25, "31"), (30, "x")])
    ours, theirs = parse_vivado_report(project)["CosimReport"], own(project)["CosimReport"]
    assert list(ours) == list(theirs)
    for key, value in theirs.items():
        assert ours[key] == (pytest.approx(value) if isinstance(value, float) else value)


def test_an_interval_that_was_not_measured_is_no_number(project: Path) -> None:
    trace(project, [(25, "0")])
    report = project / "net_prj/solution1/sim/report/net_cosim.rpt"
    one = [samples.PASSED[0], ("Verilog", "Pass", ("25", "25", "25", "NA", "NA", "NA"))]
    report.write_text(samples.cosim(one))
    ours = parse_vivado_report(project)["CosimReport"]
    assert (ours["LatencyMin"], ours["IntervalMin"], ours["IntervalAvg"]) == (25, "NA", "NA")
    assert own(project)["CosimReport"]["IntervalMin"] == 0


def test_a_failed_cosim_says_so_and_takes_no_old_trace(project: Path) -> None:
    trace(project, [(20, "21"), (25, "31"), (30, "x")])
    report = project / "net_prj/solution1/sim/report/net_cosim.rpt"
    report.write_text(samples.cosim([samples.PASSED[0], ("Verilog", "Fail", samples.NA)]))
    ours = parse_vivado_report(project)["CosimReport"]
    assert ours == {
        "RTL": "Verilog",
        "Status": "Fail",
        **dict.fromkeys(("LatencyMin", "LatencyMax", "IntervalMin", "IntervalMax"), "NA"),
    }
    assert own(project)["CosimReport"]["LatencyMin"] == 20


def spoil_nothing(project: Path) -> None:
    for name in ("vivado_synth.rpt", "tb_data/csim_results.log", "tb_data/rtl_cosim_results.log"):
        (project / name).unlink()
    for path in (project / "net_prj/solution1").rglob("*.*"):
        if path.is_file():
            path.unlink()


def cut(name: str) -> Callable[[Path], None]:
    def spoil(project: Path) -> None:
        path = project / name
        path.write_text(path.read_text()[: len(path.read_text()) // 2])

    return spoil


def replaced(name: str, text: str) -> Callable[[Path], None]:
    return lambda project: (project / name).write_text(text) and None


COSIM = "net_prj/solution1/sim/report/net_cosim.rpt"
DIED = samples.cosim([("VHDL", "NA", samples.NA), ("Verilog", "NA", samples.NA)])
REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "no report at all": (spoil_nothing, "holds no report at all"),
    "synthesis cut": (cut("vivado_synth.rpt"), "vivado_synth.rpt"),
    "csynth cut": (cut("net_prj/solution1/syn/report/net_csynth.xml"), "net_csynth.xml"),
    "cosim cut": (cut(COSIM), "net_cosim.rpt"),
    "cosim died": (replaced(COSIM, DIED), "no language was simulated"),
    "no solution": (replaced("net_prj/hls.app", APP.format("")), "lists no solution"),
    "app cut": (cut("net_prj/hls.app"), "no whole XML"),
    "no backend": (replaced("project.tcl", 'set project_name "net"\n'), "set backend"),
    "no project": (replaced("project.tcl", 'set project_name "other"\nset backend "vivado"\n'), "other_prj"),
    "other report": (replaced("vivado_synth.rpt", samples.csynth()), "not a utilization report"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REFUSED))
def test_refusals_name_file_and_remedy(project: Path, case: str) -> None:
    spoil, text = REFUSED[case]
    spoil(project)
    with pytest.raises(ReportError, match=text) as error:
        parse_vivado_report(project)
    assert str(project) in str(error.value)
    assert any(word in str(error.value) for word in ("again", "run", "write"))


@pytest.mark.parametrize("case", ["no report at all", "synthesis cut", "cosim died", "no solution"])
def test_hls4ml_returns_nothing_or_crashes_there(project: Path, case: str) -> None:
    REFUSED[case][0](project)
    try:
        report = own(project)
    except (KeyError, IndexError):
        return
    assert report in ({}, None) or "DSP48E" not in report.get("VivadoSynthReport", {})


def test_a_missing_folder_or_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="is no folder"):
        parse_vivado_report(tmp_path / "none")
    with pytest.raises(ReportError, match=r"project\.tcl"):
        read_vivado_report(tmp_path)
    assert own(tmp_path) is None


def test_several_solutions_are_warned_of(project: Path) -> None:
    (project / "net_prj/solution2").mkdir()
    (project / "net_prj/hls.app").write_text(APP.format('<solution name="solution1"/><solution name="solution2"/>'))
    with pytest.warns(UserWarning, match="2 solutions"):
        assert parse_vivado_report(project)["CosimReport"]["Status"] == "Pass"


def test_reports_of_an_accelerator_and_of_its_implementation(project: Path) -> None:
    (project / "project.tcl").write_text('set project_name "net"\nset backend "vivadoaccelerator"\n')
    folder = project / "net_prj/solution1/syn/report"
    (folder / "net_csynth.xml").rename(folder / "net_axi_csynth.xml")
    report = parse_vivado_report(project)
    assert report["CSynthesisReport"]["LUT"] == "400"
    assert "CosimReport" not in report


def test_reading_prints_the_reports(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_vivado_report(project)
    short = capsys.readouterr().out
    assert "CSim done with 0 errors" in short
    assert "Synthesis" not in short.split("SYNTHESIS REPORT:")[0]
    assert "== Vitis HLS Report" in short
    assert "Verilog|      Pass" in short
    (project / "net_prj/solution1/csim/report/net_csim.log").unlink()
    read_vivado_report(str(project), full_report=True)
    full = capsys.readouterr().out
    assert "C simulation report not found." in full
    assert "== Interface" in full


def test_reading_refuses_a_report_that_is_cut(project: Path) -> None:
    cut("net_prj/solution1/syn/report/net_csynth.rpt")(project)
    with pytest.raises(ReportError, match=r"net_csynth\.rpt"):
        read_vivado_report(project)


def test_reading_refuses_a_project_without_reports(project: Path) -> None:
    spoil_nothing(project)
    with pytest.raises(ReportError, match="none of the reports"):
        read_vivado_report(project)


def corpus(pattern: str) -> Path:
    found = sorted(CORPUS.glob(pattern))
    if not found:
        pytest.skip(f"no report {pattern} in {CORPUS}")
    return found[0]


def test_implementation_and_timing_as_hls4ml_reads_them(project: Path) -> None:
    (project / "util.rpt").write_bytes(corpus("vivado_util_hier__2019.2.1__*").read_bytes())
    folder = project / "net_vivado_accelerator/project_1.runs/impl_1"
    folder.mkdir(parents=True)
    timing = corpus("vivado_timing__*").read_bytes()
    (folder / "design_1_wrapper_timing_summary_routed.rpt").write_bytes(timing)
    ours, theirs = parse_vivado_report(project), own(project)
    assert ours["ImplementationReport"] == theirs["ImplementationReport"]
    assert ours["TimingReport"] == theirs["TimingReport"]
    (project / COSIM).unlink()
    assert "ImplementationReport" not in own(project)  # only looked for beside a co-simulation
    assert parse_vivado_report(project)["ImplementationReport"] == ours["ImplementationReport"]
