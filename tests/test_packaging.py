# SPDX-License-Identifier: Apache-2.0
"""The wheel carries templates, boards and zoo, and a plain install needs neither NumPy nor TensorFlow nor hls4ml."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from what git tracks."""
    folder = tmp_path_factory.mktemp("wheel")
    files = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    )
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        ".",
    ]
    subprocess.run(command, cwd=folder / "src", check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.mark.parametrize(
    "folder",
    [
        "flow/boards/*.yaml",
        "hls_templates/**/*",
        "rtl_templates/**/*",
        "qmodels/zoo/*",
        "reports/*.json",
        "reports/*.yaml",
        "reports/page/*",
    ],
)
def test_data_files_travel_in_the_wheel(wheel: zipfile.ZipFile, folder: str) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert tracked
    missing = set(tracked) - set(wheel.namelist())
    assert not missing


def test_a_plain_install_needs_no_heavy_library(wheel: zipfile.ZipFile) -> None:
    (metadata,) = [name for name in wheel.namelist() if name.endswith("METADATA")]
    needs = [line for line in wheel.read(metadata).decode().splitlines() if line.startswith("Requires-Dist:")]
    plain = [line for line in needs if "extra ==" not in line]
    assert plain == ["Requires-Dist: pyyaml>=6.0", "Requires-Dist: defusedxml>=0.7"]


def test_the_lock_pins_with_hashes_and_names_no_registry() -> None:
    for name in ("requirements.lock", "requirements-flow.lock"):
        text = (ROOT / name).read_text()
        pinned = [line for line in text.splitlines() if line[:1].isalnum()]
        assert pinned and all("==" in line for line in pinned)
        assert text.count("--hash=sha256:") >= len(pinned)
        assert "://" not in text and "index" not in text.replace("index-url", "index")
