# SPDX-License-Identifier: Apache-2.0
"""Seeded random weights of a network, calibrated so that every code is used everywhere; NumPy only.

The result is a state_dict with the official keys, so it goes the way of any checkpoint. Weights are uniform, as a fresh
network of the official code has them. Norms are set from the sums of a few images, layer by layer, so that the codes of
a channel come out nearly evenly. All statistics are integers until the last rounding, so every machine finds the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from flow.errors import ModelError
from flow.graph import IMAGE, Graph
from flow.importer import ern_from_state
from flow.importer.ern import embedding
from flow.lower import PASSES, lower_network, rule
from flow.lower.names import legal
from flow.lower.network import Activation, Item, Norm
from flow.ops import Op
from flow.ops.base import Array

if TYPE_CHECKING:
    from qmodels.config import ErnConfig

SEED = 0
IMAGES, SIZE = 8, 128
"""Images that the norms are calibrated on."""
LEAST_SHARE = 0.05
"""Every code takes at least this share of every activation of the network."""
NEGATIVE = 0.1
"""Share of channels whose gain is negative."""
SCALES = (1, 4, 16, 64)
"""Sizes in pixels of the squares that random images are made of."""

State = dict[str, Array]


def seeded_graph(config: ErnConfig, seed: int = SEED) -> Graph:
    """Integer graph of a network with seeded weights; the labels say how often each activation gives each code.

    Raises:
        ModelError: a code that takes less than 5 % of an activation.
    """
    state, shares = seeded_state(config, seed)
    graph = lower_network(ern_from_state(state, config.name, "seeded weights"))
    calibration = {"seed": seed, "images": IMAGES, "size": SIZE, "code_shares": shares}
    return dataclasses.replace(graph, labels={**graph.labels, "weights": "seeded random", "calibration": calibration})


def seeded_state(config: ErnConfig, seed: int = SEED) -> tuple[State, dict[str, list[float]]]:
    """State dictionary with official keys, and the shares of codes 0 to 3 by activation.

    Raises:
        ModelError: a code that takes less than 5 % of an activation.
    """
    rng = np.random.default_rng(seed)
    state = {key: _start(key, shape, rng) for key, shape in official_shapes(config).items()}
    state.update(embedding(config.expansion, config.in_shape[2]))
    images = random_images(IMAGES, (SIZE, SIZE, config.in_shape[2]), seed)
    shares = _calibrate(state, images, config.name)
    for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
        state[f"backbone.downsample.1.{part}"] = state[f"backbone.bn_downsample.{part}"]
    state["backbone.downsample.0.weight"] = state["backbone.conv_downsample.weight"]
    least = min(shares, key=lambda name: min(shares[name]))
    if min(shares[least]) < LEAST_SHARE:
        raise ModelError(f"{config.name}: {least} gives its codes to {shares[least]}, expected {LEAST_SHARE} and more")
    return state, shares


def official_shapes(config: ErnConfig) -> dict[str, tuple[int, ...]]:
    """Key and shape of every parameter but the embedding's and the duplicates, in the order of the data."""
    return dict(_shapes(config))


def _shapes(config: ErnConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    channels = config.in_shape[2] * config.expansion
    for conv in config.stem:
        yield f"backbone.{conv.name}.weight", (conv.filters, channels, conv.kernel, conv.kernel)
        channels = conv.filters
        if conv.norm:
            yield from _norm(f"backbone.bn{conv.suffix}", channels)
    for number, stage in enumerate(config.stages, 1):
        for block in range(stage.blocks):
            yield from _block(f"backbone.layer{number}.{block}.", channels, stage.width, config.block, block == 0)
            channels = stage.width * config.block_expansion
        if number >= len(config.stages) - 2:
            yield from _norm(f"backbone.last_bn_layer{number}", channels)
    yield "conv.weight", (config.classes, channels, 1, 1)


def _block(prefix: str, channels: int, width: int, block: str, down: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    out = 4 * width if block == "bottleneck" else width
    kernels = {"bottleneck": (1, 3, 1), "preact": (3, 3)}[block]
    widths = [channels, *[width] * (len(kernels) - 1), out]
    if down:
        yield f"{prefix}downsample.weight", (out, channels, 1, 1)
    for i, kernel in enumerate(kernels):
        yield from _norm(f"{prefix}bn{i + (block == 'bottleneck')}", widths[i])
        yield f"{prefix}conv{i + 1}.weight", (widths[i + 1], widths[i], kernel, kernel)


def _norm(key: str, channels: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield f"{key}.{part}", (channels,)
    yield f"{key}.num_batches_tracked", ()


def _start(key: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Uniform weights; gains about 1, some negative, and offsets about 1, the middle of the codes."""
    if not shape:
        return np.zeros((), np.int64)
    if len(shape) == 4:
        bound = np.float32(1 / np.sqrt(np.prod(shape[1:])))
        return (2 * rng.random(shape, np.float32) - 1) * bound
    if key.endswith(".weight"):
        gains = 0.8 + 0.4 * rng.random(shape, np.float32)
        return np.where(rng.random(shape, np.float32) < NEGATIVE, -gains, gains)
    if key.endswith(".bias"):
        return 0.9 + 0.2 * rng.random(shape, np.float32)
    return np.full(shape, key.endswith(".running_var"), np.float32)


def _calibrate(state: State, images: Array, name: str) -> dict[str, list[float]]:
    """Set mean and variance of every norm to those of the sums it reads; return the shares of the codes."""
    network = ern_from_state(state, name, "seeded weights")
    for apply in PASSES[:-1]:  # all but the thresholds, which need the norms
        network = apply(network)
    keys = {legal(key.removeprefix("backbone.").rpartition(".")[0]): key.rpartition(".")[0] for key in state}
    last_use = {stream: layer.name for layer in network.layers for stream in layer.inputs}
    streams: dict[str, Any] = {IMAGE: images}
    shares = {}
    for layer in network.layers:
        sources = [streams[stream] for stream in layer.inputs]
        if isinstance(layer, Norm):
            scale = network.streams[layer.inputs[0]].scale
            assert scale is not None  # sums
            mean, variance = _statistics(sources[0], scale)
            state[f"{keys[layer.name]}.running_mean"], state[f"{keys[layer.name]}.running_var"] = mean, variance
            affine = rule.affine(layer.gamma, layer.beta, mean, variance, layer.epsilon)
            streams[layer.name] = rule.value(sources[0], scale, *affine)
        else:
            streams[layer.name] = _run(layer, sources)
        if isinstance(layer, Activation):
            counts = np.bincount(streams[layer.name].reshape(-1), minlength=4)
            shares[layer.name] = [round(float(count / counts.sum()), 4) for count in counts]
        for stream in {s for s in layer.inputs if last_use[s] == layer.name}:
            del streams[stream]
    return shares


def _run(layer: Item, sources: list[Array]) -> Array:
    if isinstance(layer, Activation):
        return rule.codes(sources[0])
    assert isinstance(layer, Op)  # the passes
    return layer.run(*sources)


def _statistics(sums: Array, scale: Array) -> tuple[Array, Array]:
    """Mean and variance of the values of each channel; those of a channel that never changes count as one step."""
    flat = sums.reshape(-1, sums.shape[-1]).astype(np.int64)
    total, squares, count = flat.sum(axis=0), (flat * flat).sum(axis=0), len(flat)
    spread = np.maximum((squares * count - total * total) / (count * count), 1.0)
    step = scale.astype(np.float64)
    return (total / count * step).astype(np.float32), (spread * step * step).astype(np.float32)


def random_images(count: int, shape: tuple[int, int, int], seed: int) -> Array:
    """uint8 images count x H x W x colours with large and small structure, as photographs have.

    Args:
        count: how many.
        shape: H, W, colours.
        seed: of the generator.
    """
    rng = np.random.default_rng(seed)
    height, width, colours = shape
    total = np.zeros((count, *shape))
    for size in SCALES:
        coarse = rng.random((count, -(-height // size), -(-width // size), colours))
        total += coarse.repeat(size, axis=1).repeat(size, axis=2)[:, :height, :width]
    contrast = 0.5 + 1.5 * (total / len(SCALES) - 0.5)
    return (256 * contrast.clip(0, 1 - 2**-53)).astype(np.uint8)
