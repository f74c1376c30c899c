# SPDX-License-Identifier: Apache-2.0
"""Reports as texts, read as files whose name says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import Read

from reports.parse import parse
from reports.parsed import Parsed


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def parse_text(text: str) -> Parsed:
        path = tmp_path / "some.file"
        path.write_text(text)
        return parse(path)

    return parse_text
