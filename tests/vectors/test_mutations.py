# SPDX-License-Identifier: Apache-2.0
"""The small vectors are sharp: each plausible mistake in lowering or in an op makes some of them fail."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flow.errors import LowerError
from flow.importer import ern, state
from flow.lower import rule
from flow.ops import BinaryConv, ResidualAdd, Threshold
from flow.vectors import check_folder, quantizers

SMALL = Path(__file__).resolve().parent / "small"
Patch = pytest.MonkeyPatch


def pixels_reach_instead_of_exceed(patch: Patch) -> None:
    def encoder(found: state.State) -> tuple[ern.Encode, int]:
        layer, colours = original(found)
        return ern.Encode(layer.name, layer.inputs, layer.thresholds - 1), colours

    original = ern.encoder
    patch.setattr(ern, "encoder", encoder)
    patch.setattr(quantizers, "encoder", encoder)


def zero_weight_is_minus(patch: Patch) -> None:
    def binary(weights: np.ndarray, shared: float | None = None) -> tuple[np.ndarray, np.ndarray]:
        return original(np.where(weights == 0, np.float32(-1e-30), weights), shared)

    original = state.binary
    patch.setattr(state, "binary", binary)


def other_epsilon(patch: Patch) -> None:
    patch.setattr(state, "EPSILON", 1e-3)


def code_thresholds_of_the_paper(patch: Patch) -> None:
    patch.setattr(rule, "CODE_THRESHOLDS", np.array([1, 2, 3], np.float32))


def strict_ties(patch: Patch) -> None:
    def run(self: Threshold, *inputs: np.ndarray) -> np.ndarray:
        return original(self, inputs[0] - 1)

    original = Threshold.run
    patch.setattr(Threshold, "run", run)


def thresholds_with(change: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple]) -> Callable[[Patch], None]:
    """Replace the thresholds found by change(thresholds, negative, gain)."""

    def apply(patch: Patch) -> None:
        original = rule.thresholds
        patch.setattr(rule, "thresholds", lambda s, gain, o, r: change(*original(s, gain, o, r), gain))

    return apply


def all_activations_raw(patch: Patch) -> None:
    patch.setattr(ern, "SCALED", ern.RAW)


def twice_the_shared_scale(patch: Patch) -> None:
    patch.setattr(ern, "SHARED", 1 / 16)


def no_skip(patch: Patch) -> None:
    patch.setattr(ResidualAdd, "run", lambda self, *inputs: inputs[0].astype(np.int32))


def padding_is_one(patch: Patch) -> None:
    def run(self: BinaryConv, *inputs: np.ndarray) -> np.ndarray:
        (ph, pw), codes = self.padding, inputs[0]
        padded = np.pad(codes, ((0, 0), (ph, ph), (pw, pw), (0, 0)), constant_values=1)
        return original(BinaryConv(self.name, self.inputs, self.weights, self.stride, (0, 0)), padded)

    original = BinaryConv.run
    patch.setattr(BinaryConv, "run", run)


def kernel_transposed(patch: Patch) -> None:
    def run(self: BinaryConv, *inputs: np.ndarray) -> np.ndarray:
        turned = BinaryConv(self.name, self.inputs, self.weights.transpose(0, 2, 1, 3), self.stride, self.padding)
        return original(turned, *inputs)

    original = BinaryConv.run
    patch.setattr(BinaryConv, "run", run)


MISTAKES: dict[str, Callable[[Patch], None]] = {
    function.__name__: function
    for function in (
        pixels_reach_instead_of_exceed, zero_weight_is_minus, other_epsilon, code_thresholds_of_the_paper, strict_ties,
        all_activations_raw, twice_the_shared_scale, no_skip, padding_is_one, kernel_transposed,
    )
} | {
    "negative_gain_not_reversed": thresholds_with(lambda t, n, g: (t, np.zeros_like(n))),
    "negative_threshold_off_by_one": thresholds_with(lambda t, n, g: (t + n[:, None], n)),
    "zero_gain_never_reaches": thresholds_with(lambda t, n, g: (np.where(g[:, None] == 0, 10**6, t), n)),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MISTAKES[mistake](monkeypatch)
    try:
        rows = check_folder(SMALL)
    except LowerError as error:  # scales that contradict each other do not even lower
        assert "worth" in str(error) or "shared constant scale" in str(error)
    else:
        assert sum(row.mismatches for row in rows) > 0
