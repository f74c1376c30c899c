# SPDX-License-Identifier: Apache-2.0
"""Tests of the Keras side; those that need TensorFlow are left out, with a line that says so, where it is missing."""

import contextlib
import importlib.util
import os
from pathlib import Path

import pytest
from qmodels_reference import golden_folder

HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None and importlib.util.find_spec("qkeras") is not None
WITHOUT_TENSORFLOW = {"test_datasets.py", "test_config.py", "test_augment.py"}


collect_ignore = (
    []
    if HAS_TENSORFLOW
    else [p.name for p in Path(__file__).parent.glob("test_*.py") if p.name not in WITHOUT_TENSORFLOW]
)
if golden_folder() is None and "test_golden.py" not in collect_ignore:
    collect_ignore.append("test_golden.py")

if HAS_TENSORFLOW:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    # One thread: sums of gradients depend on it, and a resumed run is compared with one in another process.
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def pytest_report_header(config: pytest.Config) -> list[str]:
    lines = []
    if not HAS_TENSORFLOW:
        lines.append("tests/qmodels: TensorFlow or QKeras is not installed (extra [qkeras]); their tests are left out")
    if golden_folder() is None:
        lines.append(
            "tests/qmodels: the folder of official vectors (shared/golden) is missing; test_golden is left out"
        )
    return lines
