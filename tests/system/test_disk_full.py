# SPDX-License-Identifier: Apache-2.0
"""A full disk: one clear message, and what was there before stays whole. Needs root (a small tmpfs)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.system


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 128 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def ern(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flow.cli", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_a_build_on_a_full_disk(graph_folder: Path, small_disk: Path) -> None:
    run = ern("emit", graph_folder, "--image", "6x5", "--build-root", small_disk)
    assert run.returncode == 1
    assert "No space left on device" in run.stderr and "Traceback" not in run.stderr
    assert not list(small_disk.rglob(".*.tmp"))


def test_a_graph_that_does_not_fit_leaves_the_old_one_whole(graph_folder: Path, small_disk: Path) -> None:
    good = (graph_folder / "graph.json").read_bytes()
    for name in ("graph.json", "arrays.npz"):
        (small_disk / name).write_bytes((graph_folder / name).read_bytes())
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    run = ern("lower", graph_folder, "-o", small_disk / "copy")
    assert run.returncode == 1 and "Traceback" not in run.stderr
    assert (small_disk / "graph.json").read_bytes() == good
    assert ern("show", small_disk, "--image", "6x5").returncode == 0


def test_a_read_only_build_root(graph_folder: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    run = ern("fold", graph_folder, "--image", "6x5", "--build-root", small_disk)
    assert run.returncode == 1 and "cannot be written" in run.stderr and "Traceback" not in run.stderr
