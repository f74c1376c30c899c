# SPDX-License-Identifier: Apache-2.0
"""Official vectors through the Keras layers; collected only where their folder is (see conftest.py)."""

import json

import pytest
from qmodels_reference import golden_folder

from qmodels.vectors import RUNNERS, check_file

FOLDER = golden_folder()
assert FOLDER is not None
FILES = [entry["file"] for entry in json.loads((FOLDER / "MANIFEST.json").read_text())["files"]]


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith(".npz") and not n.endswith("_state.npz")])
def test_official_vectors(name: str) -> None:
    checks = list(check_file(FOLDER, name))
    assert checks, f"{name}: nothing in it was checked; known files: {[pattern for pattern, _ in RUNNERS]}"
    assert [c for c in checks if c.mismatches] == []
