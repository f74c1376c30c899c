# SPDX-License-Identifier: Apache-2.0
"""How each op becomes an instance of its SystemVerilog module: parameters, inputs and memory files, one entry an op."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flow.design import Design
from flow.emit.weights import (
    constant_range,
    constant_words,
    hex_lines,
    load_bytes,
    threshold_range,
    threshold_words,
    weight_parts,
)
from flow.estimate.memories import row_memory
from flow.ops import BinaryConv, DigitPool, Folding, GlobalPool, Op, ResidualAdd, ThermometerEncode, Threshold

MEMORY = {"lut": 0, "block": 1, "ultra": 2}
"""Values of the parameters `memory` and `row_memory` in SystemVerilog."""
ARITHMETIC = {"portable": 0, "plain": 1, "carry4": 2, "carry8": 3}
"""Values of the parameter `arithmetic`, the form of the lanes (rtl_templates/common/lane_sum.sv)."""
PIXEL_THRESHOLD_BITS = 9
PIXEL_THRESHOLD_LIMIT = 256


@dataclass(frozen=True)
class Instance:
    """One op module in the generated top.

    Attributes:
        module: name of the SystemVerilog module, which is the op's.
        parameters: integers by parameter name.
        files: memory file texts by the parameter that names the file.
        ports: prefixes of the input ports, in input order.
        load: what the module takes over the load port, empty if nothing; None if it has no load port.
    """

    module: str
    parameters: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ("s_axis",)
    load: bytes | None = None


def instance(design: Design, node: Op) -> Instance:
    """The instance of a node."""
    return MODULES[node.kind](design, node, design.foldings[node.name])


def _thermometer_encode(design: Design, node: Any, folding: Folding) -> Instance:
    assert isinstance(node, ThermometerEncode)
    lanes, bits = folding.stream_channels, max(1, (node.in_channels - 1).bit_length())
    limits = np.clip(node.thresholds, 0, PIXEL_THRESHOLD_LIMIT)
    words = []
    for first in range(0, node.out_channels, lanes):
        word = 0
        for lane in range(lanes):
            colour, code = divmod(first + lane, node.expansion)
            for m in range(3):
                word |= int(limits[code, m]) << (3 * PIXEL_THRESHOLD_BITS * lane + PIXEL_THRESHOLD_BITS * m)
            word |= colour << (3 * PIXEL_THRESHOLD_BITS * lanes + bits * lane)
        words.append(word)
    width = lanes * (3 * PIXEL_THRESHOLD_BITS + bits)
    parameters = {"in_channels": node.in_channels, "expansion": node.expansion, "stream_channels": lanes}
    if folding.pixels > 1:
        parameters["pixels"] = folding.pixels
    return Instance(node.kind, parameters, {"MEMORY_FILE": hex_lines(words, width)})


def _binary_conv(design: Design, node: Any, folding: Folding) -> Instance:
    assert isinstance(node, BinaryConv)
    source = design.shape(node.inputs[0])
    row_channels, row_words = node.in_channels, source.width // folding.pixels_in
    if folding.pixels_in == 1:
        row_channels = node.row_channels(folding, design.stream_channels(node.inputs[0]), source)
        row_words = source.width * node.in_channels // row_channels
    constant_bits = constant_range(node, folding).bits
    # The template sign-extends: an unsigned range needs one bit more.
    constant_bits += 0 if constant_range(node, folding).signed else 1
    parameters = {
        "height": source.height,
        "width": source.width,
        "in_channels": node.in_channels,
        "out_channels": node.out_channels,
        "kernel_h": node.kernel[0],
        "kernel_w": node.kernel[1],
        "stride_h": node.stride[0],
        "stride_w": node.stride[1],
        "padding_h": node.padding[0],
        "padding_w": node.padding[1],
        "pe": folding.pe,
        "depth": folding.depth,
        "row_channels": row_channels,
        "hold": folding.hold,
        "by_column": int(folding.by_column),
        "stream_channels_in": design.stream_channels(node.inputs[0]),
        "stream_channels": folding.stream_channels,
        "acc_bits": design.bits(node.name),
        "constant_bits": constant_bits,
        "memory": MEMORY[folding.memory],
        "row_memory": MEMORY[row_memory(row_words)],
        "window_memory": MEMORY[row_memory(node.window_words(folding))],
        "order_memory": MEMORY[row_memory(2 * folding.hold * node.output_groups(folding))],
        "arithmetic": ARITHMETIC[design.board.form],
    }
    if folding.pixels_in > 1:
        parameters["pixels_in"] = folding.pixels_in
    words, bits = weight_parts(node, folding)
    constants = constant_words(node, folding, constant_bits)
    files = {"CONSTANT_FILE": hex_lines(constants, folding.stream_channels * constant_bits)}
    if folding.memory == "ultra":
        return Instance(node.kind, parameters, files, load=load_bytes(words, bits))
    return Instance(node.kind, parameters, {**files, "WEIGHT_FILE": hex_lines(words, bits)}, load=b"")


def _threshold(design: Design, node: Any, folding: Folding) -> Instance:
    assert isinstance(node, Threshold)
    sums = design.range(node.inputs[0])
    bits = threshold_range(sums).bits
    lanes = folding.stream_channels
    parameters = {
        "channels": node.channels,
        "stream_channels_in": design.stream_channels(node.inputs[0]),
        "stream_channels": lanes,
        "acc_bits": sums.bits,
        "acc_signed": int(sums.signed),
        "threshold_bits": bits,
    }
    return Instance(
        node.kind, parameters, {"MEMORY_FILE": hex_lines(threshold_words(node, lanes, sums), lanes * (3 * bits + 1))}
    )


def _residual_add(design: Design, node: Any, folding: Folding) -> Instance:
    assert isinstance(node, ResidualAdd)
    parameters = {"channels": node.channels, "stream_channels": folding.stream_channels}
    for i, stream in enumerate(node.inputs):
        parameters[f"stream_channels_in_{i}"] = design.stream_channels(stream)
        parameters[f"bits_{i}"] = design.bits(stream)
        parameters[f"signed_{i}"] = int(design.range(stream).signed)
    parameters["sum_bits"] = design.bits(node.name)
    return Instance(node.kind, parameters, ports=("s_axis_0", "s_axis_1"))


def _global_pool(design: Design, node: Any, folding: Folding) -> Instance:
    assert isinstance(node, GlobalPool)
    source, sums = design.shape(node.inputs[0]), design.range(node.inputs[0])
    parameters = {
        "height": source.height,
        "width": source.width,
        "channels": node.channels,
        "stream_channels_in": design.stream_channels(node.inputs[0]),
        "stream_channels": folding.stream_channels,
        "acc_bits": sums.bits,
        "acc_signed": int(sums.signed),
        "sum_bits": design.bits(node.name),
        "shift": node.shift,
    }
    return Instance(node.kind, parameters)


def _digit_pool(design: Design, node: Any, folding: Folding) -> Instance:
    assert isinstance(node, DigitPool)
    source = design.shape(node.inputs[0])
    parameters = {
        "height": source.height,
        "width": source.width,
        "channels": node.channels,
        "stream_channels": folding.stream_channels,
        "digits": design.shape(node.name).width,
    }
    return Instance(node.kind, parameters)


MODULES: dict[str, Callable[[Design, Any, Folding], Instance]] = {
    "thermometer_encode": _thermometer_encode,
    "binary_conv": _binary_conv,
    "threshold": _threshold,
    "residual_add": _residual_add,
    "global_pool": _global_pool,
    "digit_pool": _digit_pool,
}
