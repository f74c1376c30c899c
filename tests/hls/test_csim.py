# SPDX-License-Identifier: Apache-2.0
"""graph = csim on every stream.

State space: weights, thresholds and pixels are random and seeded, extreme frames are among them. Parameter space: one
hand-made case for each way a template can be instantiated (single row, single column, remainders of 64 bits, lanes that
are dropped, unequal stream widths, narrow line memory), then a few random graphs with random foldings (tests/fuzz has
more). All in one binary.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flow.boards import load_board
from flow.design import Design
from flow.errors import DataError, EmitError, SimulationError, ToolError
from flow.ops import Folding
from flow.random_graph import random_folding, random_graph
from flow.simulate import csim as room
from flow.simulate.compare import compare
from flow.simulate.csim import CsimResult, csim, csim_many
from flow.types import Shape
from tests.hls.designs import Case, frames, residual_case
from tests.rtl.designs import conv_design, pooled

RANDOM = 8


def chain(
    name: str,
    image: tuple[int, int, int],
    levels: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    out: int,
    folding: Folding,
    streams: tuple[int, int] = (1, 1),
) -> Design:
    """encode, one convolution, threshold, 1x1 classifier, pool; `streams` are those of encode and threshold."""
    case = Case(name, Shape(*image), len(name))
    codes = image[2] * levels
    sums = case.conv("conv", case.encode(levels, streams[0]), (codes, out), kernel, stride, padding, folding)
    last = case.threshold("act", sums, out, streams[1])
    return case.design(case.conv("classify", last, (out, 3), folding=Folding(2, 1, 1)), 3)


CASES = {
    "one_pixel": chain("one_pixel", (1, 1, 1), 1, (1, 1), (1, 1), (0, 0), 1, Folding()),
    "one_row": chain("one_row", (1, 9, 2), 3, (1, 4), (1, 2), (0, 3), 5, Folding(2, 3, 1), (2, 5)),
    "one_column": chain("one_column", (9, 1, 2), 2, (4, 1), (3, 1), (2, 0), 6, Folding(6, 2, 3), (4, 2)),
    "kh_ne_kw": chain("kh_ne_kw", (6, 11, 3), 2, (2, 3), (1, 2), (1, 1), 7, Folding(3, 6, 1), (3, 7)),
    "strides": chain("strides", (12, 8, 1), 5, (3, 4), (3, 2), (0, 2), 8, Folding(8, 5, 4), (5, 1)),
    "rows_left": chain("rows_left", (10, 10, 1), 2, (2, 2), (4, 3), (0, 0), 4, Folding(4, 1, 2), (1, 4)),
    "lanes_dropped": chain("lanes_dropped", (4, 5, 1), 3, (3, 3), (1, 1), (1, 1), 7, Folding(5, 1, 1)),
    "pe_beyond_out": chain("pe_beyond_out", (4, 5, 1), 3, (3, 3), (1, 1), (1, 1), 3, Folding(4, 1, 1)),
    "simd_64": chain("simd_64", (5, 4, 2), 8, (2, 2), (1, 1), (0, 0), 3, Folding(3, 16, 3), (16, 3)),
    "simd_65": chain("simd_65", (7, 14, 1), 1, (5, 13), (1, 1), (2, 6), 3, Folding(3, 1, 1)),
    "simd_150": chain("simd_150", (5, 6, 1), 10, (5, 3), (2, 1), (4, 2), 4, Folding(2, 10, 2), (10, 4)),
    "coprime_streams": chain("coprime_streams", (5, 3, 3), 4, (3, 1), (1, 1), (1, 0), 12, Folding(12, 4, 4), (6, 3)),
    "wide_pixel": chain("wide_pixel", (3, 4, 7), 2, (1, 1), (1, 1), (0, 0), 6, Folding(6, 14, 6), (7, 6)),
    "residual": residual_case(),
    "ultra": chain("ultra", (5, 6, 1), 10, (5, 3), (2, 1), (4, 2), 4, Folding(2, 10, 2, "ultra"), (10, 4)),
    "pooled": pooled(residual_case()),
    "by_column": chain(
        "by_column", (6, 8, 2), 4, (3, 5), (2, 1), (1, 2), 7, Folding(3, 4, 1, "block", 4, True), (4, 7)
    ),
    **{
        f"wide_{number}": conv_design(image, channels, kernel, stride, padding, folding, channels[0])
        for number, (image, channels, kernel, stride, padding, folding) in enumerate(
            (
                (Shape(12, 16, 3), (6, 7), (3, 3), (2, 2), (1, 1), Folding(4, 6, 1, pixels_in=4)),
                (Shape(5, 10, 1), (3, 4), (5, 7), (1, 1), (2, 3), Folding(2, 3, 2, pixels_in=2)),
                (Shape(9, 24, 1), (2, 4), (1, 1), (2, 3), (0, 0), Folding(4, 2, 4, "block", pixels_in=8)),
                (Shape(8, 16, 1), (2, 5), (2, 2), (3, 5), (0, 0), Folding(5, 2, 5, pixels_in=2)),
            )
        )
    },
    "pooled_pixel": pooled(chain("pooled_pixel", (1, 1, 1), 1, (1, 1), (1, 1), (0, 0), 1, Folding())),
    "pooled_wide": pooled(chain("pooled_wide", (6, 31, 1), 3, (3, 3), (1, 1), (1, 1), 6, Folding(3, 1, 3), (1, 3))),
}


def drawn(seed: int) -> Design:
    """A random graph with a random folding."""
    graph, image = random_graph(seed)
    return Design(graph, image, load_board("kv260"), random_folding(graph, image, seed), {})


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Design, np.ndarray, CsimResult]]:
    """Every design of this file through one binary."""
    designs = {**CASES, **{f"random_{seed}": drawn(seed) for seed in range(RANDOM)}}
    images = [frames(design, seed=number) for number, design in enumerate(designs.values())]
    results = csim_many(list(designs.values()), images, tmp_path_factory.mktemp("csim"))
    return dict(zip(designs, zip(designs.values(), images, results, strict=True), strict=True))


@pytest.mark.parametrize("name", [*CASES, *(f"random_{seed}" for seed in range(RANDOM))])
def test_every_stream_equals_the_graph(name: str, simulated: dict[str, tuple[Design, np.ndarray, CsimResult]]) -> None:
    design, images, result = simulated[name]
    expected = design.graph.run(images, taps=True)
    found = compare(expected, {**result.streams, "classifier_sum": result.classifier_sum})
    assert len(found) == len(design.graph.nodes) + 2
    assert not [str(stream) for stream in found if stream.mismatches]


def test_taps_can_be_left_out_and_a_second_run_compiles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = CASES["one_row"]
    images = frames(design, 5)
    first = csim(design, images, tmp_path, taps=False)
    assert not first.streams
    assert np.array_equal(first.classifier_sum, design.graph.run(images)["classifier_sum"])
    assert not list(tmp_path.glob("csim_*/"))

    def refuse(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(room, "_compile", refuse)
    again = csim(design, images[:2], tmp_path)
    assert set(again.streams) == {"image", *(node.name for node in design.graph.nodes)}


def test_images_of_another_size_or_type_are_refused(tmp_path: Path) -> None:
    design = CASES["one_row"]
    with pytest.raises(DataError, match=r"built for images of 1x9x2, found \[3, 2, 9, 2\]"):
        csim(design, np.zeros((3, 2, 9, 2), np.uint8), tmp_path)
    with pytest.raises(DataError, match="uint8"):
        csim(design, np.zeros((3, 1, 9, 2), np.float32), tmp_path)


def test_missing_and_failing_compilers_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = CASES["one_pixel"]
    empty = tmp_path / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    room.gxx_version.cache_clear()
    with pytest.raises(ToolError, match=r"g\+\+: not found on PATH"):
        csim(design, frames(design), tmp_path / "a")
    for body, message in (("exit 3", "exit code 3"), ("exit 0", "printed no version")):
        (empty / "g++").write_text(f"#!/bin/sh\n{body}\n")
        (empty / "g++").chmod(0o755)
        with pytest.raises(ToolError, match=message):
            csim(design, frames(design), tmp_path / "b")
    room.gxx_version.cache_clear()


def test_a_binary_that_crashes_or_prints_or_loses_data_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = CASES["one_pixel"]
    fake = tmp_path / "csim"
    monkeypatch.setattr(room, "build", lambda *_: fake)
    for body, message in (
        ("kill -SEGV $$", "exit code -11"),
        ("echo 'WARNING: Hls::stream is read while empty'", "ran empty or kept data"),
        ("exit 0", "expected 36 bytes, found 0"),
    ):
        fake.write_text(f"#!/bin/sh\n{body}\n")
        fake.chmod(0o755)
        with pytest.raises(SimulationError, match=message):
            csim(design, frames(design), tmp_path)


def test_foldings_that_the_templates_cannot_hold_are_refused(tmp_path: Path) -> None:
    def with_folding(folding: Folding) -> Design:
        return chain("bad", (4, 4, 1), 3, (3, 3), (1, 1), (1, 1), 4, folding)

    with pytest.raises(EmitError, match="conv: stream_channels 2 must divide pe 3"):
        csim(with_folding(Folding(3, 1, 2)), frames(CASES["one_pixel"]).repeat(4, 1).repeat(4, 2), tmp_path)
    with pytest.raises(EmitError, match="conv: depth 2 must divide in_channels 3"):
        csim(with_folding(Folding(2, 2, 1)), frames(CASES["one_pixel"]).repeat(4, 1).repeat(4, 2), tmp_path)
