# SPDX-License-Identifier: Apache-2.0
"""The vendor path with stand-ins on PATH that record their arguments and drop reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flow.errors import ToolError
from flow.synthesise.vendor import run_project, run_vendor
from flow.synthesise.vendor_reports import check_cosim, read_csynth
from tests.hls.designs import residual_case

CSYNTH = """<?xml version="1.0"?>
<profile>
<ReportVersion><Version>2023.2</Version></ReportVersion>
<UserAssignments><Part>{part}</Part><TopModelName>{top}</TopModelName></UserAssignments>
<AreaEstimates><Resources>
<BRAM_18K>6</BRAM_18K><{dsp}>{count}</{dsp}><FF>4102</FF><LUT>9011</LUT><URAM>0</URAM>
</Resources></AreaEstimates>
</profile>
"""
COSIM = """
+----------+----------+-----------------------------------------------+
|   RTL    +  Status  +     Latency(Clock Cycles)                     +
+----------+----------+-----------------------------------------------+
|      VHDL|        NA|             NA|             NA|             NA|
|   Verilog|      {status}|            510|            512|            515|
+----------+----------+-----------------------------------------------+
"""
PART = residual_case().board.part
FAKE = """#!/bin/sh
printf '%s\\n' "$0" "$@" "steps=$ERN_STEPS" "in=$(basename "$PWD")" > "{record}"
{body}
"""
LEAVE = """
mkdir -p ern_prj/solution1/syn/report ern_prj/solution1/sim/report ern_prj/solution1/impl
cp "{store}/csynth.xml" ern_prj/solution1/syn/report/ern_top_csynth.xml
cp "{store}/cosim.rpt" ern_prj/solution1/sim/report/ern_top_cosim.rpt
: > ern_prj/solution1/impl/export.zip
"""
Fake = Callable[..., Path]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a program on a PATH that has nothing of a vendor's; returns where it records its arguments."""
    programs, store = tmp_path / "bin", tmp_path / "store"
    programs.mkdir()
    store.mkdir()
    for tool in ("sh", "mkdir", "cp", "printf", "basename"):
        source = next(Path(folder) / tool for folder in ("/bin", "/usr/bin") if (Path(folder) / tool).exists())
        (programs / tool).symlink_to(source)
    monkeypatch.setenv("PATH", str(programs))
    (store / "csynth.xml").write_text(CSYNTH.format(part=PART, top="ern_top", dsp="DSP", count=0))
    (store / "cosim.rpt").write_text(COSIM.format(status="Pass"))

    def make(program: str, body: str = LEAVE) -> Path:
        record = store / f"{program}.argv"
        path = programs / program
        path.write_text(FAKE.format(record=record, body=body.format(store=store)))
        path.chmod(0o755)
        return record

    return make


def test_without_a_tool_every_step_says_not_run(fake: Fake, tmp_path: Path) -> None:
    found = run_vendor(residual_case(), tmp_path)
    assert found["resources"] == [] and found["reports"] == {}
    reason = "none of vitis-run, vitis_hls, vivado_hls found on PATH"
    assert found["not_run"] == [{"stage": f"hls {s}", "reason": reason} for s in ("csynth", "cosim", "export")]


def test_a_board_of_another_vendor_says_not_run(fake: Fake, tmp_path: Path) -> None:
    fake("vitis_hls")
    found = run_vendor(residual_case(board="ulx3s"), tmp_path)
    assert "is no AMD part" in found["not_run"][0]["reason"]


@pytest.mark.parametrize(("program", "arguments", "folder"), [
    ("vitis-run", ["--mode", "hls", "--tcl", "build_prj.tcl"], "hls"),
    ("vitis_hls", ["-f", "build_prj.tcl"], "hls"),
    ("vivado_hls", ["-f", "build_prj.tcl"], "hls_vivado"),
])  # fmt: skip
def test_a_tool_runs_in_its_project_and_its_reports_are_read(
    program: str, arguments: list[str], folder: str, fake: Fake, tmp_path: Path
) -> None:
    record = fake(program)
    found = run_vendor(residual_case(), tmp_path)
    assert record.read_text().splitlines()[1:] == [*arguments, "steps=csynth cosim export", f"in={folder}"]
    assert found["not_run"] == []
    assert found["resources"] == [{
        "stage": "csynth", "source": "hls", "tool": program, "version": "2023.2", "family": "xcup",
        "lut": 9011, "ff": 4102, "bram18": 6, "uram": 0, "dsp": 0,
    }]  # fmt: skip
    (reports,) = found["reports"].values()
    assert list(reports) == ["csynth", "cosim", "export"] and all(Path(path).is_file() for path in reports.values())


def test_one_tool_a_vendor_the_newest_first(fake: Fake, tmp_path: Path) -> None:
    records = {program: fake(program) for program in ("vitis-run", "vitis_hls", "vivado_hls")}
    found = run_vendor(residual_case(), tmp_path, ["csynth"])
    assert [row["tool"] for row in found["resources"]] == ["vitis-run", "vivado_hls"]
    assert not records["vitis_hls"].exists()


@pytest.mark.parametrize(("body", "message"), [
    ("echo no licence >&2; exit 7", r"vitis_hls: exit code 7; log .*vendor.log:\nno licence"),
    ("exit 0", "vitis_hls: csynth left no report"),
    (LEAVE + "\n: > ern_prj/solution1/syn/report/ern_top_csynth.xml", "not a csynth report"),
    (LEAVE + "\n: > ern_prj/solution1/sim/report/ern_top_cosim.rpt", "no row for Verilog"),
])  # fmt: skip
def test_a_tool_that_fails_is_no_pass(body: str, message: str, fake: Fake, tmp_path: Path) -> None:
    fake("vitis_hls", body)
    with pytest.raises(ToolError, match=message):
        run_vendor(residual_case(), tmp_path)


def test_reports_of_an_earlier_run_do_not_count(fake: Fake, tmp_path: Path) -> None:
    fake("vitis_hls")
    run_vendor(residual_case(), tmp_path)
    fake("vitis_hls", "exit 0")
    with pytest.raises(ToolError, match="csynth left no report"):
        run_vendor(residual_case(), tmp_path)


def test_steps_and_vendors_are_checked(fake: Fake, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="unknown steps place; known: csim, csynth, cosim, export"):
        run_project(tmp_path, "vitis", ["place"])
    with pytest.raises(ToolError, match="vivado_hls not found on PATH"):
        run_project(tmp_path, "vivado")


@pytest.mark.parametrize(("change", "message"), [
    ({"part": "xc7z020clg400-1"}, "report of ern_top on xc7z020clg400-1, expected ern_top on"),
    ({"top": "myproject"}, "report of myproject"),
    ({"count": "-"}, "DSP must be a whole number, found '-'"),
    ({"dsp": "DSPS"}, "expected one of DSP, DSP48E"),
])  # fmt: skip
def test_a_strange_csynth_report_is_refused(change: dict[str, str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "csynth.xml"
    path.write_text(CSYNTH.format(**{"part": PART, "top": "ern_top", "dsp": "DSP", "count": 0, **change}))
    with pytest.raises(ToolError, match=message):
        read_csynth(path, PART)
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    with pytest.raises(ToolError, match="not a csynth report"):
        read_csynth(path, PART)
    with pytest.raises(ToolError, match="not a csynth report"):
        read_csynth(tmp_path / "none.xml", PART)


def test_dsp_blocks_are_counted_in_either_spelling(tmp_path: Path) -> None:
    path = tmp_path / "csynth.xml"
    for spelling in ("DSP", "DSP48E"):
        path.write_text(CSYNTH.format(part=PART, top="ern_top", dsp=spelling, count=3))
        assert read_csynth(path, PART)["dsp"] == 3


@pytest.mark.parametrize("status", ["Fail", "NA"])
def test_a_cosimulation_that_did_not_pass_is_an_error(status: str, tmp_path: Path) -> None:
    path = tmp_path / "cosim.rpt"
    path.write_text(COSIM.format(status=status))
    with pytest.raises(ToolError, match=f"Verilog: {status}, expected Pass"):
        check_cosim(path)
