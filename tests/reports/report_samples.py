# SPDX-License-Identifier: Apache-2.0
"""What tests of reports share: rows of a report.json, and where real reports are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from reports.cells import count, dsp_kinds

# Real reports, no part of this repository: tests of them are skipped where the folder is missing.
CORPUS = Path(os.environ.get("REPORT_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "report_corpus")
CELLS = {
    "xcup": {"LUT6": 900, "LUT2": 90, "INV": 10, "FDRE": 1200, "RAMB36E2": 3, "CARRY4": 40},
    "ecp5": {"LUT4": 2400, "TRELLIS_FF": 1250, "DP16KD": 7, "CCU2C": 100, "PFUMX": 12},
}


def resource(family: str, cells: dict[str, int]) -> dict[str, Any]:
    """A synth row of one module."""
    counts = count(cells, family)
    figures = {name: getattr(counts, name) for name in ("lut", "dsp", "bram18", "ff", "uram", "carry", "lutram")}
    deep = {"levels": 4, "sites": counts.lut - 1}
    return {
        "stage": "synth", "source": "rtl", "tool": "yosys", "version": "0.70", "family": family, **figures, **deep,
        "cells": cells, "modules": [{"name": "top", "instances": 1, "cells": cells, **deep}],
        "dsp_kinds": list(dsp_kinds(family)),
    }  # fmt: skip
