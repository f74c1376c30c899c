# SPDX-License-Identifier: Apache-2.0
"""The rule and its thresholds, in NumPy: every sum of a range gives the code of the rule."""

from fractions import Fraction

import numpy as np
import pytest
from lower_nets import nasty_norm

from flow.errors import LowerError
from flow.lower import rule
from flow.ops import Threshold
from flow.types import Range


def channels_of(seed: int, count: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scale, gain and offset with every corner among them."""
    rng = np.random.default_rng(seed)
    values = nasty_norm(rng, count, spread=float(rng.choice([0.1, 1.0, 30.0])))
    gain, offset = rule.affine(**values, epsilon=1e-5)
    scale = rng.choice([0.0, 1 / 32, 1e-38, 0.01, 0.1, 1.0, 3.0], count) * rng.choice([1.0, rng.random()], count)
    return scale.astype(np.float32), gain, offset


@pytest.mark.parametrize("seed", range(8))
def test_thresholds_give_the_code_of_the_rule_for_every_sum(seed: int) -> None:
    bounds = [Range(-40, 33), Range(0, 1), Range(-3, 0), Range(-900, 2000), Range(5, 5), Range(-13824, 13824)][seed % 6]
    scale, gain, offset = channels_of(seed, 40 if bounds.high > 9999 else 400)
    thresholds, negative = rule.thresholds(scale, gain, offset, bounds)
    acc = np.arange(bounds.low, bounds.high + 1)[:, None]
    expected = rule.codes(rule.value(acc, scale, gain, offset))
    found = Threshold("t", ("x",), thresholds, negative).run(np.broadcast_to(acc, expected.shape))
    assert np.array_equal(found, expected), f"seed {seed}"
    assert thresholds.min() >= bounds.low and thresholds.max() <= bounds.high + 1
    assert (np.diff(thresholds, axis=1) >= 0).all()


def test_constant_channels_are_always_or_never() -> None:
    gain = np.zeros(5, np.float32)
    offset = np.array([0.0, 0.4, 1.0, 1.9, -7.0], np.float32)
    thresholds, negative = rule.thresholds(np.ones(5, np.float32), gain, offset, Range(-9, 9))
    assert thresholds.tolist() == [[10, 10, 10], [-9, 10, 10], [-9, -9, 10], [-9, -9, -9], [10, 10, 10]]
    assert not negative.any()


def test_a_falling_channel_gives_three_minus_the_count() -> None:
    one = np.ones(1, np.float32)
    thresholds, negative = rule.thresholds(one / 4, -one, one, Range(-20, 20))
    acc = np.arange(-20, 21)
    assert negative.tolist() == [1]
    found = 3 - (acc[:, None] >= thresholds[0]).sum(axis=1)
    expected = np.array([sum(1 - a / 4 >= t for t in (1 / 3, 1.0, 5 / 3)) for a in acc])
    assert np.array_equal(found, expected) and found[0] == 3 and found[-1] == 0


def test_code_thresholds_are_the_official_constants() -> None:
    one = np.float32(1)
    for x, code in ((1 / 3, 1), (1.0, 2), (5 / 3, 3)):
        start = np.float32(x)
        near = [start]
        for _ in range(4):
            near = [np.nextafter(near[0], -one), *near, np.nextafter(near[-1], np.float32(9))]
        values = np.array(near, np.float32)
        official = np.floor(np.clip(values, 0, 2) * np.float32(1.5) + np.float32(0.5)).astype(np.uint8)
        assert np.array_equal(rule.codes(values), official) and code in official
    assert rule.codes(np.array([-0.0, np.inf, -np.inf, np.nan], np.float32)).tolist() == [0, 3, 0, 0]


def test_value_is_the_exact_result_rounded_once() -> None:
    rng = np.random.default_rng(1)
    scale, gain, offset = channels_of(3, 300)
    acc = rng.integers(-5000, 5000, 300)
    found = rule.value(acc, scale, gain, offset)
    x = acc.astype(np.float32) * scale
    for i in range(300):
        product = Fraction(float(x[i])) * Fraction(float(gain[i]))
        assert Fraction(float(x[i]) * float(gain[i])) == product or abs(product) < Fraction(1, 2**900)
        assert found[i] == np.float32(float(product) + float(offset[i]))


@pytest.mark.parametrize("which", ["scale", "gain", "offset"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_is_refused_by_channel(which: str, value: float) -> None:
    arrays = {key: np.ones(3, np.float32) for key in ("scale", "gain", "offset")}
    arrays[which][1] = value
    with pytest.raises(LowerError, match=f"{which} of channel 1"):
        rule.thresholds(**arrays, range=Range(-3, 3))


def test_what_float32_cannot_hold_is_refused() -> None:
    one = np.ones(1, np.float32)
    with pytest.raises(LowerError, match=r"2\^24"):
        rule.thresholds(one, one, one, Range(-(2**24), 0))
    with pytest.raises(LowerError, match="negative"):
        rule.thresholds(-one, one, one, Range(-3, 3))
    with pytest.raises(LowerError, match="out of float32"):
        rule.thresholds(one * np.float32(1e38), one, one, Range(-9, 9))
    with pytest.raises(LowerError, match="gain of channel 0"):
        rule.affine(one * np.float32(3e38), one, one, one * 0, 1e-5)
    thresholds, _ = rule.thresholds(one, one * np.float32(3e38), one, Range(-(2**23), 2**23))
    assert thresholds.tolist() == [[0, 0, 1]]
