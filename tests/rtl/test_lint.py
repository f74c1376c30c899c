# SPDX-License-Identifier: Apache-2.0
"""Every module elaborates alone, lint clean with all warnings on; illegal parameters fail with a sentence."""

from pathlib import Path

import pytest

from tests.rtl.bench import COMMON, OPS, lint

MODULES = sorted([*COMMON.glob("*.sv"), *OPS.glob("*.sv"), *(OPS / "sim").glob("*.sv")])


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module_is_lint_clean_alone(module: Path) -> None:
    assert lint(module) == ""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_file_is_one_module_of_its_name_with_a_header(module: Path) -> None:
    lines = module.read_text().splitlines()
    assert lines[0] == "// SPDX-License-Identifier: Apache-2.0" and lines[2].startswith(f"// {module.stem}: ")
    assert sum(line.startswith("module ") for line in lines) == 1
    assert f"module {module.stem} " in module.read_text()


CHOICES = [
    ("common/stream_fifo.sv", {"depth": 1}),
    ("common/stream_fifo.sv", {"depth": 7, "memory": 1}),
    ("common/stream_resize.sv", {"channels_in": 4, "channels_out": 6}),
    ("common/stream_resize.sv", {"channels_in": 6, "channels_out": 2}),
    ("common/stream_resize.sv", {"channels_in": 1, "channels_out": 4}),
    ("common/weight_rom.sv", {"words": 5, "MEMORY_FILE": '"words.hex"'}),
    ("common/window.sv", {"kernel_h": 1, "kernel_w": 1, "padding_h": 0, "padding_w": 0, "stride_h": 2}),
    ("common/window.sv", {"kernel_h": 1, "kernel_w": 2, "padding_h": 0, "stride_h": 3, "height": 5}),
    ("common/window.sv", {"height": 1, "width": 1, "in_channels": 1, "depth": 1, "row_channels": 1}),
    ("common/window.sv", {"hold": 4, "by_column": 1, "row_memory": 1}),
    ("common/window.sv", {"in_channels": 12, "depth": 6, "row_channels": 2, "stride_w": 4, "hold": 2}),
    ("common/window_wide.sv", {"kernel_h": 1, "kernel_w": 1, "padding_h": 0, "padding_w": 0}),
    ("common/window_wide.sv", {"output_groups": 3, "stride_w": 1, "row_memory": 1}),
    ("common/window_wide.sv", {"pixels_in": 2, "kernel_w": 5, "padding_w": 2, "stride_w": 4}),
    ("common/window_wide.sv", {"width": 4, "height": 1}),
    ("common/conv_unit.sv", {"hold": 4, "steps": 3}),
    ("common/conv_unit.sv", {"hold": 2, "order_memory": 1}),
    ("common/pixel_order.sv", {"hold": 5, "groups": 3, "read_beats": 1, "pixel_beats": 3}),
    ("common/weight_feed.sv", {"width": 10, "words": 5, "parts": 3, "memory": 1}),
    ("common/weight_feed.sv", {"width": 10, "words": 5, "parts": 2}),
    ("common/lane_sum.sv", {"pairs": 1, "latency": 1}),
    ("common/lane_sum.sv", {"pairs": 2, "latency": 2}),
    ("common/lane_sum.sv", {"pairs": 13, "latency": 5}),
    ("common/lane_sum.sv", {"pairs": 72, "latency": 8}),
    ("common/agreement_sum.sv", {"pairs": 5, "latency": 4}),
    ("common/lane_sum.sv", {"pairs": 72, "latency": 8, "arithmetic": 2}),
    ("common/lane_sum.sv", {"pairs": 31, "latency": 6, "arithmetic": 3}),
    ("common/lane_sum.sv", {"pairs": 16, "latency": 5, "arithmetic": 3}),
    ("common/agreement_sum.sv", {"pairs": 7, "latency": 4, "arithmetic": 1}),
    ("common/agreement_sum.sv", {"pairs": 2, "latency": 2, "arithmetic": 2}),
    ("common/agreement_sum.sv", {"pairs": 27, "latency": 6, "arithmetic": 3}),
    ("common/pair_group.sv", {"pairs": 1, "arithmetic": 3}),
    ("common/pair_group.sv", {"pairs": 7, "arithmetic": 3}),
    ("common/pair_group.sv", {"pairs": 12, "arithmetic": 2}),
    ("common/six_counter.sv", {"sixes": 2, "arithmetic": 2}),
    ("common/carry_pair.sv", {"halves": 1}),
    ("common/carry_chain.sv", {"width": 9, "arithmetic": 2}),
    ("common/ternary_adder.sv", {"width": 1, "invert": 1}),
    ("common/conv_unit.sv", {"arithmetic": 3, "steps": 3}),
    ("binary_conv.sv", {"out_channels": 7, "pe": 3, "memory": 1, "row_memory": 1}),
    ("global_pool.sv", {"channels": 6, "stream_channels_in": 3, "stream_channels": 2, "acc_signed": 0}),
    ("binary_conv.sv", {"pixels_in": 4, "stream_channels_in": 2}),
    ("thermometer_encode.sv", {"pixels": 2, "stream_channels": 12}),
    ("global_pool.sv", {"shift": 2}),
    ("digit_pool.sv", {"channels": 12, "stream_channels": 4, "digits": 5}),
    ("digit_pool.sv", {"height": 1, "width": 1, "channels": 1, "digits": 1}),
    ("binary_conv.sv", {"memory": 2}),
    ("common/weight_memory.sv", {"memory": 2, "width": 300, "words": 9}),
    ("common/weight_ultra.sv", {"width": 5, "words": 1}),
    ("common/weight_loader.sv", {"beats": 1}),
    ("thermometer_encode.sv", {"in_channels": 1, "expansion": 21, "stream_channels": 7}),
    ("threshold.sv", {"channels": 12, "stream_channels_in": 4, "stream_channels": 6, "acc_signed": 0}),
]


@pytest.mark.parametrize(("file", "parameters"), CHOICES)
def test_other_parameters_are_lint_clean(file: str, parameters: dict[str, int | str]) -> None:
    assert lint(OPS / file, parameters) == ""


ILLEGAL = [
    ("common/stream_fifo.sv", {"memory": 2}, "memory must be 0 (lut) or 1 (block)"),
    ("common/stream_fork.sv", {"outputs": 0}, "width and outputs must be at least 1"),
    ("common/weight_rom.sv", {"memory": 3}, "memory must be"),
    ("common/window_rows.sv", {"padding_h": 3}, "padding must be below the kernel"),
    ("common/window_rows.sv", {"in_channels": 3}, "row_channels must divide in_channels"),
    ("common/window_pixels.sv", {"in_channels": 3}, "row_channels must divide in_channels"),
    ("common/window.sv", {"in_channels": 6, "depth": 3}, "row_channels must divide depth"),
    ("common/window.sv", {"hold": 3}, "hold must divide the width of the output"),
    ("common/window_wide.sv", {"width": 6}, "pixels_in must divide width"),
    ("common/window_wide.sv", {"padding_w": 3}, "padding must be below the kernel"),
    ("common/window_wide.sv", {"output_groups": 0}, "output_groups must be at least 1"),
    ("binary_conv.sv", {"pixels_in": 2}, "beats of several pixels have all channels, and so has depth"),
    ("thermometer_encode.sv", {"pixels": 2}, "must be in_channels times expansion where a beat has several pixels"),
    ("common/pixel_order.sv", {"hold": 1}, "hold must be at least 2"),
    ("common/weight_feed.sv", {"parts": 0}, "parts must be at least 1"),
    ("common/window_rows.sv", {"height": 1, "kernel_h": 7, "padding_h": 0}, "padded image must hold the kernel"),
    ("common/lane_sum.sv", {"latency": 5}, "latency clog2(pairs) + 1"),
    ("common/agreement_sum.sv", {"latency": 5}, "latency clog2(pairs) + 1"),
    ("common/lane_sum.sv", {"arithmetic": 4}, "arithmetic in 0 to 3"),
    ("common/bit_heap.sv", {"height_2": 40, "latency": 2}, "latency enough"),
    ("common/every_nth.sv", {"width": 3, "stride": 2}, "stride at least width"),
    ("common/pair_group.sv", {"pairs": 16}, "pairs must lie in 1 to 15"),
    ("common/six_counter.sv", {"sixes": 3}, "sixes must be 1 or 2"),
    ("common/carry_pair.sv", {"arithmetic": 0}, "arithmetic 2 (CARRY4) or 3 (CARRY8)"),
    ("common/carry_chain.sv", {"width": 0}, "width must be at least 1"),
    ("common/ternary_adder.sv", {"width": 0}, "width must be at least 1"),
    ("common/conv_unit.sv", {"stream_channels": 3}, "stream_channels must divide pe and out_channels"),
    ("common/stream_output.sv", {"bits": 33}, "bits must lie in 1 to 32"),
    ("threshold.sv", {"stream_channels": 3}, "must divide channels"),
    ("threshold.sv", {"acc_bits": 10}, "threshold_bits must be at least acc_bits"),
    ("residual_add.sv", {"sum_bits": 7}, "sum_bits must be at least"),
    ("residual_add.sv", {"stream_channels": 3}, "must divide channels"),
    ("global_pool.sv", {"stream_channels_in": 3}, "must divide channels"),
    ("global_pool.sv", {"shift": 12}, "shift must lie in 0 to sum_bits - 1"),
    ("digit_pool.sv", {"stream_channels": 3}, "stream_channels must divide channels"),
    ("digit_pool.sv", {"digits": 2}, "digits must hold 3*height*width"),
    ("common/weight_memory.sv", {"memory": 3}, "memory must be 0 (lut), 1 (block) or 2 (ultra)"),
    ("thermometer_encode.sv", {"stream_channels": 5}, "must divide in_channels times expansion"),
]


@pytest.mark.parametrize(("file", "parameters", "message"), ILLEGAL)
def test_illegal_parameters_fail_with_a_sentence(file: str, parameters: dict[str, int | str], message: str) -> None:
    assert message in lint(OPS / file, parameters)
