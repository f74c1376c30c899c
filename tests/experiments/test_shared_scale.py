# SPDX-License-Identifier: Apache-2.0
"""The shared-scale experiment: its networks, its hardware, and that it fails when either half of the claim does."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from flow.errors import DataError
from flow.experiments import shared_scale
from flow.experiments.networks import load, save
from flow.experiments.scaled_net import FixedAdd, fixed_adds, logits
from flow.experiments.shared_scale import HARDWARE_BITS, MODULES, MULTIPLIED, SHARED, SHIFTED, parameters, sources
from flow.experiments.train_scales import DATA
from flow.lower import lower_network
from flow.simulate import verilator
from flow.types import Range

BEAT = 4


@pytest.fixture(scope="module")
def accuracy() -> dict[str, list[float]]:
    return shared_scale.accuracies(load(DATA)[0])


def small_add(channels: int = 8) -> FixedAdd:
    """A residual addition of small random scales."""
    rng = np.random.default_rng(5)
    scales = tuple(rng.integers(1, 2**HARDWARE_BITS, channels) for _ in range(2))
    return FixedAdd("add", (Range(-60, 60), Range(-9, 12)), scales, 8, Range(-(2**16), 2**16 - 1))


def test_the_claim_holds_on_one_family(
    tmp_path: Path, accuracy: dict[str, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_scale, "accuracies", lambda networks: accuracy)
    outcome = shared_scale.run(tmp_path, (BEAT,), ("ecp5",))
    assert outcome.holds, outcome.text
    assert {row["form"]: row["dsp"] > 0 for row in outcome.result["cost"]} == {
        SHARED: False,
        MULTIPLIED: True,
        SHIFTED: False,
    }
    assert "<svg" in (tmp_path / "shared_scale.svg").read_text()
    json.dumps(outcome.result)


def test_it_fails_when_the_shared_path_multiplies(
    tmp_path: Path, accuracy: dict[str, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_scale, "accuracies", lambda networks: accuracy)
    wrong = {**MODULES, SHARED: MODULES[MULTIPLIED]}
    outcome = shared_scale.run(tmp_path, (BEAT,), ("ecp5",), wrong)
    assert not outcome.holds and "FAILS: the shared scale takes 0 DSP" in outcome.text


def test_it_fails_when_the_shared_scale_loses_accuracy(accuracy: dict[str, list[float]]) -> None:
    worse = {**accuracy, "shared": [value - 0.02 for value in accuracy["channel"]]}
    checks = shared_scale._checks(worse, [])
    assert not next(good for what, good in checks.items() if what.startswith("accuracy"))


def test_committed_networks_reach_their_accuracy(accuracy: dict[str, list[float]]) -> None:
    assert len(accuracy["shared"]) == len(accuracy["channel"]) == 5
    assert np.mean(accuracy["shared"]) >= 0.97
    assert next(iter(shared_scale._checks(accuracy, []).values()))
    assert abs(np.mean(accuracy["channel, 12 bits"]) - np.mean(accuracy["channel"])) < 0.005


def test_numpy_rule_gives_the_logits_of_the_integer_graph() -> None:
    networks, _ = load(DATA)
    images = np.random.default_rng(2).integers(0, 256, (8, 8, 8, 1), np.uint8)
    expected = lower_network(networks["shared_2"]).run(images)["logits"]
    assert np.abs(logits(networks["shared_2"], images) - expected).max() < 1e-5
    # 1/32 is a power of two, so fixed point is exact there.
    assert np.array_equal(logits(networks["shared_2"], images), logits(networks["shared_2"], images, 8))


def test_fixed_point_sums_stay_in_their_range() -> None:
    networks, _ = load(DATA)
    for add in fixed_adds(networks["channel_3"], HARDWARE_BITS).values():
        for scales, found in zip(add.scales, add.inputs, strict=True):
            assert scales.min() >= 1 and scales.max() < 2**HARDWARE_BITS
            assert add.range.low <= int(scales.max()) * found.low
        assert max(scales.max() for scales in add.scales) >= 2 ** (HARDWARE_BITS - 1)


def test_networks_survive_a_file(tmp_path: Path) -> None:
    networks, facts = load(DATA)
    save(tmp_path / "n.npz", {"channel_1": networks["channel_1"]}, facts)
    again, same = load(tmp_path / "n.npz")
    images = np.random.default_rng(3).integers(0, 256, (4, 8, 8, 1), np.uint8)
    assert same == facts
    assert np.array_equal(logits(again["channel_1"], images), logits(networks["channel_1"], images))
    assert again["channel_1"].layers[-2].padding == networks["channel_1"].layers[-2].padding  # type: ignore[union-attr]


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "n.npz"
    if damage == "truncated":
        path.write_bytes(DATA.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"n\.npz"):
        load(path)


@pytest.mark.parametrize("multiply", [1, 0], ids=["multiply", "shift"])
def test_the_scaled_addition_computes_what_it_costs(tmp_path: Path, multiply: int) -> None:
    """Both forms, cycle by cycle with random pauses, against NumPy."""
    add, beat = small_add(), 2
    rng = np.random.default_rng(4)
    values = [rng.integers(found.low, found.high + 1, (10, 8)) for found in add.inputs]
    bits = [found.bits for found in add.inputs]
    for path, text in sources(add, beat).items():
        (tmp_path / path).write_text(text)
    (tmp_path / "bench.cpp").write_text((Path(__file__).parent / "scaled_bench.cpp").read_text())
    chosen = {**parameters(add, "scaled_residual_add", beat), "multiply": multiply}
    module = (tmp_path / "scaled_residual_add.sv").read_text()
    for name, value in chosen.items():
        lines = [line for line in module.splitlines() if line.lstrip().startswith(f"parameter int {name} =")]
        module = module.replace(lines[0], f"  parameter int {name} = {value},")
    (tmp_path / "scaled_residual_add.sv").write_text(module)
    used = ["weight_rom.sv", "scaled_residual_add.sv", "bench.cpp"]
    contents = {name: (tmp_path / name).read_text() for name in used}
    binary = verilator.build(tmp_path, used, "scaled_residual_add", contents, "-O0", 1)
    beats = [_words(v.reshape(-1, beat), b) for v, b in zip(values, bits, strict=True)]
    fed = "\n".join(f"{a} {b}" for a, b in zip(*beats, strict=True))
    ran = subprocess.run([binary], input=fed, cwd=tmp_path, capture_output=True, text=True, check=True)
    expected = values[0] * add.scales[0] + values[1] * add.scales[1]
    assert [int(line) for line in ran.stdout.split()] == _words(expected.reshape(-1, beat), add.range.bits)


def _words(rows: np.ndarray, bits: int) -> list[int]:
    return [sum((int(v) & (2**bits - 1)) << (j * bits) for j, v in enumerate(row)) for row in rows]
