# SPDX-License-Identifier: Apache-2.0
"""The generated Tcl under a real Tcl interpreter, vendor commands replaced by recorders."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from flow.emit.hls import hls_plan
from flow.emit.hls_templates import tcl_word
from tests.hls.designs import residual_case

COMMANDS = (
    "open_project set_top add_files open_solution set_part create_clock csim_design csynth_design cosim_design "
    "export_design close_project"
)
RECORDER = """
foreach command {%s} {
    proc $command args "puts \\[join \\[list $command {*}\\$args\\] |\\]"
}
"""
NASTY = 'a b"c $HOME [exit 9] {x} \\ ; # \n\t}'


def run_tcl(text: str, folder: Path, steps: str | None = None) -> list[str]:
    """Lines that a script prints under tclsh, or under the Tcl of tkinter where tclsh is missing."""
    script = folder / "run.tcl"
    script.write_text(text)
    environment = {} if steps is None else {"ERN_STEPS": steps}
    if shutil.which("tclsh"):
        command = [shutil.which("tclsh") or "tclsh", str(script)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()
    tkinter = pytest.importorskip("tkinter", reason="neither tclsh (Debian: tcl) nor tkinter")
    interpreter = tkinter.Tcl()
    printed: list[str] = []
    interpreter.createcommand("puts", printed.append)
    interpreter.createcommand("exit", lambda *_: None)
    for key, value in environment.items():
        interpreter.eval(f"set ::env({key}) {tcl_word(value)}")
    interpreter.eval(f"source {tcl_word(script)}")
    return "\n".join(printed).splitlines()


def project_lines(vendor: str, folder: Path, steps: str | None = None, part: str | None = None) -> list[str]:
    design = residual_case()
    if part is not None:
        design = replace(design, board=replace(design.board, part=part))
    script = hls_plan(design, vendor)["build_prj.tcl"]
    assert isinstance(script, str)
    return run_tcl(RECORDER % COMMANDS + script, folder, steps)


@pytest.mark.parametrize(("vendor", "flags", "solution"), [
    ("vitis", "-std=c++14 -DERN_VENDOR_VITIS", "open_solution|-reset|solution1|-flow_target|vivado"),
    ("vivado", "-std=c++11 -DERN_VENDOR_VIVADO", "open_solution|-reset|solution1"),
])  # fmt: skip
def test_the_script_says_what_a_project_needs(vendor: str, flags: str, solution: str, tmp_path: Path) -> None:
    assert project_lines(vendor, tmp_path) == [
        "open_project|-reset|ern_prj",
        "set_top|ern_top",
        f"add_files|firmware/ern_top.cpp|-cflags|{flags}",
        f"add_files|-tb|tb/ern_tb.cpp|-cflags|{flags} -Wno-unknown-pragmas",
        "add_files|-tb|tb_data",
        solution,
        f"set_part|{residual_case().board.part}",
        "create_clock|-period|5.000|-name|default",
        "csim_design",
        "csynth_design",
        "cosim_design|-rtl|verilog",
        "export_design|-format|ip_catalog|-description|ERN residual, 7x5x3, kv260",
        "close_project",
    ]


def test_steps_come_from_the_environment(tmp_path: Path) -> None:
    lines = project_lines("vitis", tmp_path, "csynth export")
    assert [line.split("|")[0] for line in lines[-4:]] == [
        "create_clock",
        "csynth_design",
        "export_design",
        "close_project",
    ]


def test_user_strings_are_data(tmp_path: Path) -> None:
    lines = "\n".join(project_lines("vitis", tmp_path, part=NASTY))
    assert f"set_part|{NASTY}\n" in lines


@pytest.mark.parametrize("text", [NASTY, "", "plain", "{", "}", "\\", "[exec false]", "é$x", "a\r\nb"])
def test_a_tcl_word_stands_for_its_text(text: str, tmp_path: Path) -> None:
    script = f"puts [string length {tcl_word(text)}]\n"
    assert run_tcl("encoding system utf-8\n" + script, tmp_path)[-1] in {str(len(text)), str(len(text.encode()))}
    assert "".join(run_tcl(f"puts -nonewline {tcl_word('<' + text + '>')}", tmp_path)) == "".join(
        ("<" + text + ">").splitlines()
    )
