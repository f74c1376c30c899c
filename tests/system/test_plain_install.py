# SPDX-License-Identifier: Apache-2.0
"""A plain install in a fresh environment, the install step of the action, and pre-commit itself. Needs a registry."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "reports" / "fixtures"
CLEAN, MULTIPLIED = FIXTURES / "yosys_070_xcup.json", FIXTURES / "yosys_070_ecp5_multiply.txt"


def run(*command: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    held = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GITHUB"))} | environment
    return subprocess.run([str(c) for c in command], cwd=folder, env=held, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git tracks, as a repository of its own."""
    folder = tmp_path_factory.mktemp("checkout") / "project"
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git = ["git", "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The temporary folder of a runner after the install step of the action."""
    step = yaml.safe_load((ROOT / "examples" / "ci" / "action.yml").read_text())["runs"]["steps"][0]
    temp = tmp_path_factory.mktemp("runner")
    assert step["env"]["SOURCE"] == "${{ github.action_path }}/../.."
    source = f"{checkout}/examples/ci/../.."
    done = run("bash", "-eo", "pipefail", "-c", step["run"], folder=temp, RUNNER_TEMP=str(temp), SOURCE=source,
               PYTHON=sys.executable)  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield temp / "reports"


def test_a_plain_install_works_alone(installed: Path, tmp_path: Path) -> None:
    listed = run(installed / "bin" / "pip", "list", "--format", "freeze", folder=tmp_path).stdout.lower()
    assert not any(name in listed for name in ("numpy", "tensorflow", "hls4ml", "keras", "jinja2"))
    for command in ([installed / "bin" / "reports"], [installed / "bin" / "python", "-m", "reports"]):
        assert run(*command, "--version", folder=tmp_path).stdout.startswith("reports 0.")
        assert run(*command, "gate", "--dsp", "0", CLEAN, folder=tmp_path).returncode == 0
        assert run(*command, "gate", "--dsp", "0", MULTIPLIED, folder=tmp_path).returncode == 1
        assert run(*command, "parse", "absent", folder=tmp_path).returncode == 2
        assert run(*command, "show", CLEAN, "--html", "page.html", folder=tmp_path).returncode == 0


def test_pre_commit_runs_the_hooks(checkout: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    tool = tmp_path / "venv" / "bin"
    done = run(tool / "pip", "install", "--quiet", "--disable-pip-version-check", "pre-commit", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    work = tmp_path / "work"
    work.mkdir()
    (work / "clean.rpt").write_bytes(CLEAN.read_bytes())
    subprocess.run(["git", "init", "-q"], cwd=work, check=True)
    subprocess.run(["git", "add", "-A"], cwd=work, check=True)
    home = {"PRE_COMMIT_HOME": str(tmp_path / "cache")}

    def hook(name: str) -> subprocess.CompletedProcess[str]:
        return run(tool / "pre-commit", "try-repo", checkout, name, "--files", "clean.rpt", folder=work, **home)

    passed = hook("fpga-reports")
    assert passed.returncode == 0 and "Passed" in passed.stdout, passed.stdout + passed.stderr
    (work / "clean.rpt").write_bytes(CLEAN.read_bytes()[:-50])
    subprocess.run(["git", "add", "-A"], cwd=work, check=True)
    assert hook("fpga-reports").returncode == 1
