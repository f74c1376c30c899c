# SPDX-License-Identifier: Apache-2.0
"""A report that keeps its schema and passes every gate, to be spoilt by tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_samples import CELLS, resource


@pytest.fixture
def data() -> dict[str, Any]:
    """report.json of a build that passes."""
    equal = {"values": 5_000, "mismatches": 0}
    report = {
        "schema": 1, "model": "ern_small", "board": "kv260", "digest": "0123456789abcdef", "clock_mhz": 200,
        "exactness": [
            {"pair": "keras=graph", "images": 10_000, **equal},
            {"pair": "graph=csim", "images": 50, "streams": 20, **equal},
            {"pair": "graph=rtlsim", "images": 50, "streams": 20, **equal},
        ],
        "accuracy": {"dataset": "fashion_mnist", "images": 10_000, "graph": 0.926, "keras": 0.926},
        "performance": {
            "cycles_per_frame": {"model": 6272, "rtlsim": 6272}, "latency_cycles": 9000, "fps": 31887.755,
            "clock_basis": "board file, not timed",
        },
        "resources": [
            {"stage": "estimate", "source": "rtl", "tool": "flow", "version": "1", "family": "xcup",
             "lut": 1050, "dsp": 0, "bram18": 6},
            resource("xcup", CELLS["xcup"]),
            resource("ecp5", CELLS["ecp5"]),
        ],
        "layers": [
            {"name": "conv1", "op": "binary_conv", "pe": 8, "simd": 36, "cycles": 6272, "lut": 700, "bram18": 6},
        ],
        "gates": [{"name": "dsp", "limit": 0, "value": 0, "status": "pass", "rule": "<="}],
        "not_run": [{"stage": "hls csynth", "reason": "vitis_hls not found on PATH"}],
        "device": {
            "part": "xck26", "family": "xcup", "lut": 117_120, "ff": 234_240, "bram18": 288, "uram": 64, "dsp": 1248,
        },
        "fifos": [{"name": "f0", "depth": 16, "peak": 9}, {"name": "f1", "depth": 4, "peak": 4}],
    }  # fmt: skip
    copy: dict[str, Any] = json.loads(json.dumps(report))
    return copy


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Any], Path]:
    """Write a value as report.json; return the path."""

    def write(value: Any, name: str = "report.json") -> Path:
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    return write
