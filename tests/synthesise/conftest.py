# SPDX-License-Identifier: Apache-2.0
"""A small design, and results of it that several tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flow.synthesise.result import SynthResult
from flow.synthesise.yosys import synthesise

FIXTURES = Path(__file__).parent / "fixtures"
FILES = ("rom.sv", "lane.sv", "top.sv")

Run = Callable[..., SynthResult]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests that do not look at it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def run(cache: Path) -> Run:
    """Synthesise the small design, or another folder."""

    def synthesise_small(family: str, folder: Path = FIXTURES / "small", **more: object) -> SynthResult:
        return synthesise(folder, FILES, "top", family, **{"cache": cache, "jobs": 2, **more})  # type: ignore[arg-type]

    return synthesise_small


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the small design that a test may change."""
    return Path(shutil.copytree(FIXTURES / "small", tmp_path / "design"))


@pytest.fixture(scope="session")
def multiplied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small design with products by `*`."""
    folder = Path(shutil.copytree(FIXTURES / "small", tmp_path_factory.mktemp("multiplied") / "design"))
    shutil.copy(FIXTURES / "multiply" / "lane.sv", folder / "lane.sv")
    return folder
