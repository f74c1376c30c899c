# SPDX-License-Identifier: Apache-2.0
"""The comparison with plain hls4ml: the stock twin says what our network says, and the counting counts."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flow.experiments import hls4ml_comparison as room
from flow.experiments.hls4ml_comparison import Row, Setting, dsp_blocks


@pytest.mark.tensorflow
def test_the_twin_of_a_trained_net_agrees_with_the_graph() -> None:
    pytest.importorskip("qkeras", reason="needs the [qkeras] extra")
    from flow.experiments.hls4ml_twin import twin
    from flow.lower import lower
    from flow.lower.keras_reader import read_model
    from qmodels.checkpoints import load_zoo
    from qmodels.datasets import load

    model, pixels = load_zoo(room.NETWORK), load("digits").test_x[:64]
    found: dict[str, Any] = lower(model).run(pixels, taps=True)
    codes = found["pixel_embedding"].astype(np.float32)
    stock = twin(read_model(model), (codes.shape[1], codes.shape[2], codes.shape[3]))
    assert {type(layer).__module__.split(".")[0] for layer in stock.layers} <= {"keras", "qkeras"}
    assert np.allclose(stock.predict(codes, verbose=0), found["logits"], atol=1e-4)


def test_dsp_blocks_of_a_product() -> None:
    assert doctest.testmod(room).failed == 0
    assert dsp_blocks(27, 18) == dsp_blocks(18, 27) == 1
    assert dsp_blocks(28, 18) == 2
    assert dsp_blocks(18, 36) == 2


def outcome(tmp_path: Path, stock: Row, ours: Row) -> bool:
    found = room._outcome(tmp_path, [stock, ours], 10, 9)
    assert (tmp_path / "hls4ml.md").read_text().strip() == found.text
    return found.holds


def test_the_claim_fails_when_a_figure_does(tmp_path: Path) -> None:
    stock = Row(Setting("fixed<16,6>").label, 1, 0, 170, 170, 100, 10)
    ours = Row("ERN flow, integers", 9, 10, 0, 0, 50, 5)
    assert outcome(tmp_path, stock, ours)
    for change in ({"exact": 9}, {"correct": 8}, {"multipliers": 1}):
        assert not outcome(tmp_path, stock, Row(**{**vars(ours), **change}))
    for change in ({"exact": 10}, {"multipliers": 0}):
        assert not outcome(tmp_path, Row(**{**vars(stock), **change}), ours)
