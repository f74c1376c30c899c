# SPDX-License-Identifier: Apache-2.0
"""40 random graphs through graph, C++ and SystemVerilog; and a wrong room is found and named by its seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flow import fuzz
from flow.errors import SimulationError
from flow.fuzz import Case, Verdict, main, random_case
from flow.ops import BinaryConv

GRAPHS = 40


def test_random_graphs_are_equal_in_every_room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--graphs", str(GRAPHS), "--batch", "20", "--folder", str(tmp_path)])
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert printed.startswith(f"{GRAPHS} random graphs") and " 0 graphs with mismatches" in printed


def test_rows_that_a_stride_leaves_out_are_counted_to_the_last(tmp_path: Path) -> None:
    """Seed 93: beats of the last frame are still on their way when its sums are out."""
    assert main(["--graphs", "1", "--seed", "93", "--folder", str(tmp_path)]) == 0


def test_equal_seeds_give_equal_cases() -> None:
    first, second = random_case(7), random_case(7)
    assert first.design.digest == second.design.digest and np.array_equal(first.images, second.images)


def test_cases_cover_odd_shapes_strides_blocks_and_folds() -> None:
    designs = [random_case(seed).design for seed in range(1, GRAPHS + 1)]
    nodes = [(node, design.foldings[node.name]) for design in designs for node in design.graph.nodes]
    convs = [(node, folding) for node, folding in nodes if isinstance(node, BinaryConv)]
    assert any(conv.stride[0] != conv.stride[1] for conv, _ in convs)
    assert any(conv.kernel[0] != conv.kernel[1] for conv, _ in convs)
    assert any(conv.out_channels % folding.pe for conv, folding in convs), "a fold that is not a divisor"
    assert any(folding.depth > 1 for _, folding in convs)
    assert any(design.image.height != design.image.width for design in designs)
    assert any("block1_conv3" in design.graph.by_name for design in designs), "a bottleneck"
    assert any(design.graph.by_name.keys() & {"block1_downsample"} for design in designs)


def simulated(cases: list[Case], wrong: int | None) -> list[Verdict]:
    """What `check` would give if one seed had a single wrong value in one stream of one room."""
    verdicts = []
    for case in cases:
        expected = case.design.graph.run(case.images, taps=True)
        found = {name: value.copy() for name, value in expected.items() if name != "logits"}
        if case.seed == wrong:
            found["encode"].flat[3] ^= 1
        verdicts.append(fuzz._verdict(case.seed, expected, {"csim": found, "rtlsim": found}))
    return verdicts


def test_one_wrong_value_fails_and_names_its_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "check", lambda cases, folder: simulated(cases, 6))
    assert main(["--graphs", "9", "--batch", "4", "--folder", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "9 random graphs" in printed and "1 graphs with mismatches" in printed
    assert "--graphs 1 --seed 6" in printed and "csim: encode: 1 of" in printed
    assert "seed 5" not in printed


def test_a_hang_is_traced_to_its_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hangs(cases: list[Case], folder: Path) -> list[Verdict]:
        if any(case.seed == 5 for case in cases):
            raise SimulationError("the simulation hangs in cycle 99")
        return simulated(cases, None)

    monkeypatch.setattr(fuzz, "check", hangs)
    assert main(["--graphs", "8", "--batch", "8", "--folder", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "--graphs 1 --seed 5" in printed and "cycle 99" in printed


def test_a_stream_that_is_not_recorded_is_a_problem() -> None:
    case = random_case(3)
    expected = case.design.graph.run(case.images, taps=True)
    found = {name: value for name, value in expected.items() if name not in ("logits", "conv1")}
    assert "conv1" in fuzz._verdict(3, expected, {"csim": found}).problems[0]


def test_a_wrong_threshold_in_one_room_is_found(tmp_path: Path) -> None:
    """The graph compared with is not the graph built: one threshold is one higher."""
    case = random_case(11)
    nodes = list(case.design.graph.nodes)
    index = next(i for i, node in enumerate(nodes) if node.kind == "thermometer_encode")
    nodes[index] = replace(nodes[index], thresholds=nodes[index].thresholds + 1)  # type: ignore[call-arg]
    other = case.design.graph.replace(nodes)
    expected = other.run(case.images, taps=True)
    found = case.design.graph.run(case.images, taps=True)
    found.pop("logits")
    assert fuzz._verdict(11, expected, {"rtlsim": found}).problems
