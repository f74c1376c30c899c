# SPDX-License-Identifier: Apache-2.0
"""The very shell steps of examples/ci, run under bash with the environment that their servers would give."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from reports.__main__ import main
from reports.budget import read_budget
from reports.text import read_json

ROOT = Path(__file__).resolve().parents[2]
CI = ROOT / "examples" / "ci"
FIXTURES = Path(__file__).parent / "fixtures"
CLEAN, MULTIPLIED = FIXTURES / "yosys_070_xcup.json", FIXTURES / "yosys_070_ecp5_multiply.txt"
ACTION = yaml.safe_load((CI / "action.yml").read_text())


def install(folder: Path) -> None:
    """What the install steps leave behind: a console script."""
    script = folder / "bin" / "reports"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -m reports "$@"\n')
    script.chmod(0o755)


def bash(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does."""
    held = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB")} | environment
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text]
    return subprocess.run(command, cwd=folder, env=held, capture_output=True, text=True, check=False)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A workspace with two reports, and the folder for temporary files of a runner."""
    install(tmp_path / "temp" / "reports")
    work = tmp_path / "a workspace"
    (work / "build" / "deep").mkdir(parents=True)
    (work / "build" / "clean.json").write_bytes(CLEAN.read_bytes())
    (work / "build" / "deep" / "multiplied.txt").write_bytes(MULTIPLIED.read_bytes())
    (work / "budget.yaml").write_text("dsp: 0\nlut: 400\n")
    return work


def gate_step(work: Path, **inputs: str) -> tuple[int, str, dict[str, str], str]:
    """Exit code, log, outputs and page of the gate step."""
    step = ACTION["runs"]["steps"][1]
    given = {name: held.get("default", "") for name, held in ACTION["inputs"].items()} | inputs
    environment = {key: expand(value, given) for key, value in step["env"].items()}
    output, page = work.parent / "output", work.parent / "page"
    output.write_text("")
    page.write_text("")
    run = bash(step["run"], work, RUNNER_TEMP=str(work.parent / "temp"), GITHUB_OUTPUT=str(output),
               GITHUB_STEP_SUMMARY=str(page), **environment)  # fmt: skip
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    return run.returncode, run.stdout + run.stderr, outputs, page.read_text()


def expand(text: str, inputs: dict[str, str]) -> str:
    """A value with the expressions of its inputs replaced, as the server does."""
    return re.sub(r"\$\{\{ inputs\.([a-z]+) \}\}", lambda match: inputs[match[1]], text)


def test_the_action_passes(runner: Path) -> None:
    code, log, outputs, page = gate_step(runner, files="build/clean.json\n", budget="budget.yaml")
    assert code == 0, log
    assert outputs["exit-code"] == "0" and "2 of 2 gates pass" in page and "::error" not in log
    assert ElementTree.parse(outputs["junit"]).getroot().get("tests") == "2"
    assert read_json(Path(outputs["sarif"]).read_text(), "sarif")["version"] == "2.1.0"


def test_the_action_fails(runner: Path) -> None:
    code, log, outputs, page = gate_step(runner, files="build/**/*.txt", arguments="--dsp=0\n--lut=5\n")
    assert code == 1 and outputs["exit-code"] == "1" and page.startswith("# FAIL")
    assert "::error file=build/deep/multiplied.txt,title=reports dsp::dsp of" in log


@pytest.mark.parametrize("files", ["build/absent*.rpt", "build/clean.json\nbuild/none.rpt", "", "budget.yaml"])
def test_the_action_refuses(files: str, runner: Path) -> None:
    code, log, outputs, _ = gate_step(runner, files=files, arguments="--dsp=0")
    assert code == 2 and outputs["exit-code"] == "2", log


@pytest.mark.parametrize("name", ["files", "budget", "baseline", "arguments"])
def test_inputs_are_no_shell_code(name: str, runner: Path) -> None:
    hostile = ("$(touch pwned)", "`touch pwned`", "; touch pwned", '"; touch pwned; "', "--lut=5 && touch pwned")
    gate_step(runner, **{"files": "build/clean.json", name: "\n".join(hostile)})
    assert not list(runner.parent.rglob("pwned"))


def test_no_step_holds_an_expression() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"] and step["shell"] == "bash"
        used = set(re.findall(r"inputs\.(\w+)", str(step["env"])))
        assert used <= set(ACTION["inputs"])


def test_the_workflow_uses_inputs_that_there_are() -> None:
    workflow = yaml.safe_load((CI / "github-workflow.yml").read_text())
    (step,) = [s for s in workflow["jobs"]["gate"]["steps"] if s.get("id") == "reports"]
    assert step["uses"].split("@")[0].endswith("/examples/ci") and set(step["with"]) <= set(ACTION["inputs"])
    for option in step["with"]["arguments"].split("\n"):
        if option:
            with pytest.raises(SystemExit) as end:
                main(["gate", option, "--help"])
            assert end.value.code == 0


def hooks() -> dict[str, dict[str, Any]]:
    """The hooks of this repository by name."""
    return {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def run_hook(hook: dict[str, Any], folder: Path, *arguments: str) -> int:
    """Run the entry of a hook as pre-commit does, with the installed command."""
    assert hook["language"] == "python"
    words = shlex.split(hook["entry"])
    assert words[0] == "reports"
    command = [str(folder.parent / "temp" / "reports" / "bin" / "reports"), *words[1:], *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def test_the_hooks_of_pre_commit(runner: Path) -> None:
    known = hooks()
    assert run_hook(known["fpga-reports"], runner, "build/clean.json", "build/deep/multiplied.txt") == 0
    (runner / "cut.rpt").write_bytes(CLEAN.read_bytes()[:-50])
    assert run_hook(known["fpga-reports"], runner, "build/clean.json", "cut.rpt") == 2
    assert run_hook(known["fpga-gate"], runner, "--budget", "budget.yaml", "build/clean.json") == 0
    assert run_hook(known["fpga-gate"], runner, "--dsp", "0", "build/deep/multiplied.txt") == 1
    assert known["fpga-gate"]["pass_filenames"] is False, "a gate sees all reports of a build, not those of a commit"


def test_the_example_of_pre_commit_names_hooks_that_there_are() -> None:
    (repository,) = yaml.safe_load((CI / "pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]:
        assert hook["id"] in hooks()
    for hook in hooks().values():
        re.compile(hook["files"])


def gitlab_job() -> tuple[list[str], dict[str, str]]:
    """The script of the job of the template, and its variables."""
    template = yaml.safe_load((CI / "gitlab-ci.yml").read_text())
    base, job = template[".reports-gate"], template["reports"]
    assert job["extends"] == ".reports-gate" and base["artifacts"]["reports"]["junit"] == "reports-gate.xml"
    return base["script"], {**base["variables"], **job["variables"]}


@pytest.mark.parametrize(("files", "code"), [("build/clean.json", 0), ("build/deep/*.txt", 1), ("build/absent.rpt", 2)])
def test_the_gitlab_template(files: str, code: int, runner: Path) -> None:
    install(runner / ".reports-venv")
    (_, gate), variables = gitlab_job()
    run = bash(gate, runner, **{**variables, "REPORTS_FILES": files, "REPORTS_OPTIONS": "--lut=90000"})
    assert run.returncode == code, run.stderr
    root = ElementTree.parse(runner / "reports-gate.xml").getroot()
    assert (root.get("failures"), root.get("errors")) == {0: ("0", "0"), 1: ("1", "0"), 2: ("0", "1")}[code]


def test_the_gitlab_template_refuses_to_check_nothing(runner: Path) -> None:
    (install_step, _), variables = gitlab_job()
    assert bash(install_step, runner, **{**variables, "REPORTS_SOURCE": ""}).returncode == 2
    assert bash(install_step, runner, **{**variables, "REPORTS_SOURCE": "x", "REPORTS_FILES": ""}).returncode == 2


def test_the_example_budget_is_one() -> None:
    budget = read_budget(CI / "budget.yaml")
    assert budget.limits["dsp"] == 0 and budget.stage == "route" and budget.baseline is not None
