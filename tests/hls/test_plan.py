# SPDX-License-Identifier: Apache-2.0
"""The project is a function of the design: same design, same bytes; depths, weights and vectors are the design's."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flow.emit.hls import hls_plan
from flow.emit.hls_layout import layout
from flow.errors import DataError, EmitError
from flow.ops import BinaryConv, Folding, ThermometerEncode, Threshold
from tests.hls.designs import frames, residual_case


def text(plan: object, path: str) -> str:
    found = plan[path]  # type: ignore[index]
    assert isinstance(found, str)
    return found


def test_the_same_design_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = hls_plan(residual_case()), hls_plan(residual_case())
    assert first.digest == second.digest
    assert first.write(tmp_path)
    assert not second.write(tmp_path)
    assert hls_plan(residual_case(seed=8)).digest != first.digest


def test_vendors_differ_in_the_script_alone() -> None:
    vitis, vivado = hls_plan(residual_case(), "vitis"), hls_plan(residual_case(), "vivado")
    assert set(vitis) == set(vivado)
    assert [path for path in vitis if vitis[path] != vivado[path]] == ["build_prj.tcl"]


def test_an_unknown_vendor_is_refused() -> None:
    with pytest.raises(EmitError, match=r"vendor 'intel': unknown; known vendors: vitis, vivado"):
        hls_plan(residual_case(), "intel")


def test_fifos_have_the_depths_and_widths_of_the_design() -> None:
    design = residual_case()
    top = text(hls_plan(design), "firmware/ern_top.cpp")
    declared = dict(re.findall(r"stream<ap_uint<(\d+)> > \w+\(\"(\w+)\"\)", top))
    widths = {name: int(bits) for bits, name in re.findall(r"stream<ap_uint<(\d+)> > (\w+)\(", top)}
    depths = {name: int(depth) for name, depth in re.findall(r"variable=(\w+) depth=(\d+)", top)}
    assert declared and set(widths) == set(depths)
    for edge in design.edges:
        assert depths[f"s_{edge.name}"] == edge.depth
        assert widths[f"s_{edge.name}"] == design.beat_bits(edge.producer)
    assert depths["s_act1__down_0"] == 40
    assert top.count("stream_fork<") == 2


def test_vectors_are_those_of_the_graph() -> None:
    design = residual_case()
    images = frames(design, 2)
    plan = hls_plan(design, images=images)
    assert plan["tb_data/images.bin"] == images.tobytes()
    sums = np.frombuffer(plan["tb_data/classifier_sum.bin"], "<i4").reshape(2, -1)  # type: ignore[call-overload]
    assert np.array_equal(sums, design.graph.run(images)["classifier_sum"])
    with pytest.raises(DataError, match="uint8"):
        hls_plan(design, images=images.astype(np.float32))


def test_weight_words_hold_each_weight_where_semantics_says() -> None:
    design = residual_case()
    node = design.graph.by_name["conv2"]
    assert isinstance(node, BinaryConv)
    folding, memory = design.foldings["conv2"], layout(design, node).memories[0]
    (kh, kw), steps, simd = node.kernel, node.steps(folding), node.simd(folding)
    assert memory.bits == folding.pe * simd
    for o, i, j, c in np.ndindex(node.out_channels, kh, kw, node.in_channels):
        word = memory.words[(o // folding.pe) * steps + c // folding.depth]
        bit = (o % folding.pe) * simd + (i * kw + j) * folding.depth + c % folding.depth
        assert word >> bit & 1 == node.weights[o, i, j, c]


def test_thresholds_beyond_the_range_keep_their_meaning() -> None:
    design = residual_case()
    node = design.graph.by_name["act1"]
    assert isinstance(node, Threshold)
    far = np.array(node.thresholds)
    far[0], far[1] = [-(10**9)] * 3, [10**9] * 3
    low, high = design.range("conv1").low, design.range("conv1").high + 1
    near = np.clip(far, low, high)
    words = [layout(design, replace(node, thresholds=levels)).memories[0].words for levels in (far, near)]
    assert words[0] == words[1]


def test_encoder_levels_beyond_a_pixel_keep_their_meaning() -> None:
    design = residual_case()
    node = design.graph.by_name["encode"]
    assert isinstance(node, ThermometerEncode)
    far = np.array([[-5, 0, 300], [1, 256, 4000], [255, 256, 257]])
    words = [layout(design, replace(node, thresholds=t)).memories[0].words for t in (far, np.clip(far, 0, 256))]
    assert words[0] == words[1]


def test_words_too_wide_for_an_hls_compiler_are_refused() -> None:
    design = residual_case()
    wide = replace(design, foldings={**design.foldings, "conv2": Folding(1000, 6, 2)})
    with pytest.raises(EmitError, match="conv2: a word of group sums has 6000 bits, HLS takes at most 4096"):
        hls_plan(wide)
