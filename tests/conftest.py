# SPDX-License-Identifier: Apache-2.0
"""Fixtures that several folders share; tests of the Keras reader are left out, and said so, without TensorFlow."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from flow import store
from flow.graph import Graph
from flow.ops import BinaryConv, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold
from flow.ops.thermometer_encode import official_thresholds

NEEDS_TENSORFLOW = ["lower/test_keras_models.py", "lower/test_keras_rule.py"]
HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None
collect_ignore = [] if HAS_TENSORFLOW else NEEDS_TENSORFLOW


def pytest_report_header(config: pytest.Config) -> list[str]:
    if HAS_TENSORFLOW:
        return []
    return [f"TensorFlow is not installed (extra [qkeras]); left out: {', '.join(NEEDS_TENSORFLOW)}"]


def small_graph(seed: int = 0) -> Graph:
    """A residual net of all five ops: 1 colour, K = 4, 6 channels, 3 classes."""
    rng = np.random.default_rng(seed)

    def conv(name: str, source: str, out: int, channels: int, kernel: int) -> BinaryConv:
        bits = rng.integers(0, 2, (out, kernel, kernel, channels)).astype(np.uint8)
        return BinaryConv(name, (source,), bits, (1, 1), (kernel // 2, kernel // 2))

    def threshold(name: str, source: str) -> Threshold:
        steps = np.sort(rng.integers(-12, 12, (6, 3)), axis=1)
        return Threshold(name, (source,), steps, rng.integers(0, 2, 6).astype(np.uint8))

    nodes: tuple[Op, ...] = (
        ThermometerEncode("encode", ("image",), 1, official_thresholds(4)),
        conv("conv1", "encode", 6, 4, 3),
        threshold("act1", "conv1"),
        conv("conv2", "act1", 6, 6, 3),
        conv("skip", "act1", 6, 6, 1),
        ResidualAdd("add", ("conv2", "skip"), 6),
        threshold("act2", "add"),
        conv("classifier", "act2", 3, 6, 1),
        GlobalPool("pool", ("classifier",), np.array([0.5, 0.25, 1.0], np.float32)),
    )
    return Graph("small", 1, nodes)


@pytest.fixture
def graph() -> Graph:
    return small_graph()


@pytest.fixture
def graph_folder(tmp_path: Path, graph: Graph) -> Iterator[Path]:
    """The small graph saved."""
    store.save(graph, tmp_path / "small")
    yield tmp_path / "small"
