# SPDX-License-Identifier: Apache-2.0
"""Networks as plain data for the tests of lowering, with norms as nasty as they come."""

import numpy as np

from flow.lower.network import (
    RAW,
    SCALED,
    Activation,
    Add,
    Convolution,
    Encode,
    Layer,
    Network,
    Norm,
    Pool,
    images,
)
from flow.ops.thermometer_encode import official_thresholds

SHARED = np.float32(1 / 32)


def nasty_norm(rng: np.random.Generator, channels: int, spread: float = 1.0) -> dict[str, np.ndarray]:
    """gamma, beta, mean, variance float32 [C]: negative, zero, minus zero and tiny gains; zero and huge variances."""
    gamma = rng.normal(0, 1, channels)
    kind = rng.random(channels)
    gamma[kind < 0.1] = 0.0
    gamma[(kind >= 0.1) & (kind < 0.15)] = -0.0
    gamma[(kind >= 0.15) & (kind < 0.25)] *= 1e-30
    gamma[(kind >= 0.25) & (kind < 0.3)] *= 1e4
    return {
        "gamma": gamma.astype(np.float32),
        "beta": rng.normal(0.8, 0.6, channels).astype(np.float32),
        "mean": rng.normal(0, spread, channels).astype(np.float32),
        "variance": (rng.choice([0.0, 0.01, 1.0, 100.0], channels) * rng.random(channels) * spread).astype(np.float32),
    }


def norm(name: str, source: str, channels: int, seed: int = 0) -> Norm:
    values = nasty_norm(np.random.default_rng(seed), channels)
    return Norm(name, (source,), **values, epsilon=1e-5)


def conv(name: str, source: str, shape: tuple[int, int, int, int], input_scale: np.float32, shared: bool = False,
         seed: int = 0) -> Convolution:  # fmt: skip
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, shape).astype(np.uint8)
    scale = np.full(shape[0], SHARED) if shared else rng.uniform(0.01, 0.1, shape[0]).astype(np.float32)
    return Convolution(name, (source,), bits, (scale * input_scale).astype(np.float32), input_scale, (1, 1),
                       (shape[1] // 2, shape[2] // 2))  # fmt: skip


def plain_network(**changes: Layer) -> Network:
    """Encoder, stem, one residual block with a downsample, classifier; layers can be replaced by name."""
    layers: list[Layer] = [
        Encode("encode", ("image",), official_thresholds(2)),
        conv("stem", "encode", (6, 3, 3, 2), RAW),
        norm("bn0", "stem", 6),
        Activation("act0", ("bn0",), RAW),
        conv("conv1", "act0", (5, 3, 3, 6), RAW, seed=1),
        norm("bn1", "conv1", 5, 1),
        Activation("act1", ("bn1",), RAW),
        conv("conv2", "act1", (4, 3, 3, 5), RAW, shared=True, seed=2),
        conv("down", "act0", (4, 1, 1, 6), RAW, shared=True, seed=3),
        Add("add", ("conv2", "down")),
        norm("bn2", "add", 4, 2),
        Activation("act2", ("bn2",), SCALED),
        conv("classifier", "act2", (3, 1, 1, 4), SCALED, seed=4),
        Pool("pool", ("classifier",)),
    ]
    return Network("plain", images(1), tuple(changes.get(layer.name, layer) for layer in layers))
