# SPDX-License-Identifier: Apache-2.0
"""The same trained weights through plain hls4ml and through ERN flow: accuracy, exactness, multipliers, FIFOs.

hls4ml gets the network from stock QKeras layers (flow.experiments.hls4ml_twin) and the thermometer codes as its input,
which it has no layer for; it converts with its own recommended settings (granularity `name`, io_stream, Vitis backend).
Multipliers are those that the generated project holds in parallel: one a channel of every BatchNormalization. No
synthesis is run; DSP blocks are what the widths of a product need on UltraScale+ (27 x 18 bits a DSP48E2).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flow.design import Design
from flow.emit.plan import write_atomic
from flow.errors import DataError
from flow.experiments.base import Outcome, check_lines, table
from flow.ops import ThermometerEncode
from flow.ops.base import Array
from flow.types import Shape

CLAIM = (
    "of one trained network, ERN flow's C++ equals the integer graph on every stream with no multiplier, while hls4ml "
    "flips activations and multiplies"
)
NETWORK = "ern_tiny"
BOARD = "kv260"
ACTIVATION = "ufixed<2,2,RND_CONV,SAT>"
DSP_BITS = (27, 18)
BRAM18 = 18 * 1024


@dataclass(frozen=True)
class Setting:
    """How hls4ml is asked: its default precision, and whether the user mends the activations by hand."""

    precision: str
    by_hand: bool = False

    @property
    def label(self) -> str:
        """Row name."""
        return f"hls4ml 1.3, {self.precision}{', activations mended by hand' if self.by_hand else ''}"


SETTINGS = (
    Setting("fixed<16,6>"),
    Setting("fixed<24,12>"),
    Setting("fixed<32,16>"),
    Setting("fixed<32,16>", by_hand=True),
)


@dataclass(frozen=True)
class Row:
    """One flow on all test images.

    Attributes:
        flow: which.
        correct: images classified right.
        exact: images whose two-bit activations are all those of Keras.
        multipliers: products formed in parallel.
        dsps: DSP48E2 blocks that they need.
        fifo_bits: capacity of all FIFOs between layers.
        widest: bits of the widest stream word.
    """

    flow: str
    correct: int
    exact: int
    multipliers: int
    dsps: int
    fifo_bits: int
    widest: int


def run(output: Path, settings: Sequence[Setting] = SETTINGS, images: int | None = None) -> Outcome:
    """Measure; write hls4ml.md below `output`.

    Args:
        output: folder of the table and of both projects.
        settings: how to ask hls4ml.
        images: test images; None: all.

    Raises:
        DataError: TensorFlow or QKeras is not installed, or the network is not in the zoo.
        ToolError: g++ is missing or fails.
    """
    try:
        import qkeras  # noqa: F401
    except ImportError as error:
        raise DataError(f"experiment hls4ml: needs QKeras ({error}); install the extra [qkeras]") from error
    from flow.boards import load_board
    from flow.experiments.hls4ml_twin import twin
    from flow.fold import design
    from flow.lower import lower
    from flow.lower.keras_reader import read_model
    from qmodels.checkpoints import load_zoo
    from qmodels.datasets import load

    model, data = load_zoo(NETWORK), load("digits")
    pixels, labels = data.test_x[:images], data.test_y[:images]
    graph = lower(model)
    ours = design(graph, Shape(*(int(n) for n in pixels.shape[1:])), load_board(BOARD))
    expected = graph.run(pixels, taps=True)
    encoder = graph.nodes[0]
    assert isinstance(encoder, ThermometerEncode)
    codes = expected[encoder.name].astype(np.float32)
    stock = twin(read_model(model), (codes.shape[1], codes.shape[2], codes.shape[3]))
    reference = stock.predict(codes, verbose=0)
    with redirect_stdout(sys.stderr):  # hls4ml prints its progress
        rows = [_stock_row(setting, stock, codes, labels, output / f"hls4ml_{n}") for n, setting in enumerate(settings)]
    rows.append(_our_row(ours, pixels, labels, expected, output / "ern"))
    return _outcome(output, rows, len(pixels), int((reference.argmax(1) == labels).sum()))


def _our_row(design: Design, pixels: Array, labels: Array, expected: dict[str, Array], folder: Path) -> Row:
    from flow.emit.hls import model_graph
    from flow.hls4ml_backend.layers import ErnLayer
    from flow.simulate.csim import csim

    found = csim(design, pixels, folder)
    exact = np.ones(len(pixels), bool)
    for stream, values in found.streams.items():
        exact &= (values == expected[stream]).reshape(len(pixels), -1).all(axis=1)
    exact &= (found.classifier_sum == expected["classifier_sum"]).all(axis=1)
    alien = [layer.name for layer in model_graph(design).get_layers() if not isinstance(layer, ErnLayer)]
    output = design.graph.output
    logits = output.logits(found.classifier_sum, design.shape(output.inputs[0]).pixels)
    return Row(
        flow="ERN flow, integers",
        correct=int((logits.argmax(1) == labels).sum()),
        exact=int(exact.sum()),
        multipliers=len(alien),
        dsps=len(alien),
        fifo_bits=sum(edge.depth * design.beat_bits(edge.producer) for edge in design.edges),
        widest=max(design.beat_bits(edge.producer) for edge in design.edges),
    )


def _stock_row(setting: Setting, stock: Any, codes: Array, labels: Array, folder: Path) -> Row:
    import hls4ml

    config = hls4ml.utils.config_from_keras_model(
        stock, granularity="name", backend="Vitis", default_precision=setting.precision
    )
    activations = [layer.name for layer in stock.layers if type(layer).__name__ == "QActivation"]
    for name in activations:
        config["LayerName"][name]["Trace"] = True
        if setting.by_hand:
            config["LayerName"][name].setdefault("Precision", {})["result"] = ACTIVATION
    converted = hls4ml.converters.convert_from_keras_model(
        stock,
        hls_config=config,
        backend="Vitis",
        io_type="io_stream",
        output_dir=str(folder),
        part="xck26-sfvc784-2LV-c",
    )
    multipliers, dsps = _multipliers(converted)
    fifo_bits, widest = _streams(converted)
    logits, traced = converted.trace(np.ascontiguousarray(codes))
    exact = np.ones(len(codes), bool)
    for name, values in _activations(stock, activations, codes).items():
        exact &= (traced[name].reshape(values.shape) == values).reshape(len(codes), -1).all(axis=1)
    correct = int((logits.reshape(len(codes), -1).argmax(1) == labels).sum())
    return Row(setting.label, correct, int(exact.sum()), multipliers, dsps, fifo_bits, widest)


def _activations(stock: Any, names: Sequence[str], codes: Array) -> dict[str, Array]:
    from tensorflow import keras

    taps = keras.Model(stock.input, [stock.get_layer(name).output for name in names])
    return dict(zip(names, taps.predict(codes, verbose=0), strict=True))


def _multipliers(converted: Any) -> tuple[int, int]:
    """Parallel products of every BatchNormalization, and the DSP blocks that their widths need."""
    count = blocks = 0
    for layer in converted.get_layers():
        if layer.class_name != "BatchNormalization":
            continue
        channels = int(layer.get_output_variable().shape[-1])
        count += channels
        source = layer.get_input_variable().type.precision.width
        blocks += channels * dsp_blocks(source, layer.weights["scale"].type.precision.width)
    return count, blocks


def dsp_blocks(a: int, b: int) -> int:
    """DSP48E2 blocks of one signed a x b product; wider operands are cut, one sign bit a part.

    >>> dsp_blocks(16, 16), dsp_blocks(32, 32)
    (1, 4)
    """
    wide, narrow = DSP_BITS

    def parts(bits: int, size: int) -> int:
        return max(1, -(-(bits - 1) // (size - 1)))

    return min(parts(a, wide) * parts(b, narrow), parts(b, wide) * parts(a, narrow))


def _streams(converted: Any) -> tuple[int, int]:
    """Bits of all FIFOs, and of the widest word."""
    total = widest = 0
    for variable in converted.output_vars.values():
        width = int(variable.shape[-1]) * int(variable.type.precision.width)
        total += int(variable.pragma[1]) * width
        widest = max(widest, width)
    return total, widest


def _outcome(output: Path, rows: Sequence[Row], images: int, keras: int) -> Outcome:
    stock, ours = rows[:-1], rows[-1]
    header = ["flow", "correct", "images exact", "multipliers", "DSP48E2", "FIFO bits", "FIFO BRAM18", "widest word"]
    body = [
        [r.flow, r.correct, r.exact, r.multipliers, r.dsps, r.fifo_bits, -(-r.fifo_bits // BRAM18), r.widest]
        for r in rows
    ]
    checks = {
        f"ERN flow: every stream of all {images} images equals the graph": ours.exact == images,
        f"ERN flow: as many correct as the stock Keras twin ({keras} of {images})": ours.correct == keras,
        "ERN flow: no multiplier": ours.multipliers == 0,
        "hls4ml: multipliers in every setting": all(row.multipliers > 0 for row in stock),
        "hls4ml: some activation differs from Keras in its default setting": stock[0].exact < images,
    }
    text = (
        f"{NETWORK}, {images} test images, {keras} correct in Keras\n\n{table(header, body)}\n\n{check_lines(checks)}"
    )
    write_atomic(output / "hls4ml.md", text + "\n")
    result = {"images": images, "keras_correct": keras, "rows": [vars(row) for row in rows], "checks": checks}
    return Outcome(result, text, all(checks.values()))
