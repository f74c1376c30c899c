# SPDX-License-Identifier: Apache-2.0
"""One epoch of training images, in an order and with changes that depend on (seed, epoch) alone; NumPy only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Uint8Array = npt.NDArray[np.uint8]
LabelArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Augmentation:
    """Random horizontal flips (half of the images) and shifts of up to `shift` pixels each way, black moving in."""

    flip: bool = False
    shift: int = 0


# Chosen on held-out training images. Digits are not symmetric and fill their 8x8 frame.
AUGMENTATIONS = {"fashion_mnist": Augmentation(flip=True, shift=1), "digits": Augmentation(shift=1)}


def shifted(images: Uint8Array, dy: npt.NDArray[np.int64], dx: npt.NDArray[np.int64]) -> Uint8Array:
    """Images N x H x W x C, each moved by its own dy rows and dx columns; zeros move in."""
    result = np.zeros_like(images)
    height, width = images.shape[1:3]
    for y, x in {(int(a), int(b)) for a, b in zip(dy, dx, strict=True)}:
        chosen = np.flatnonzero((dy == y) & (dx == x))
        rows, cols = slice(max(y, 0), height + min(y, 0)), slice(max(x, 0), width + min(x, 0))
        from_rows, from_cols = slice(max(-y, 0), height + min(-y, 0)), slice(max(-x, 0), width + min(-x, 0))
        result[chosen, rows, cols] = images[chosen, from_rows, from_cols]
    return result


def epoch_batches(
    x: Uint8Array, y: LabelArray, batch: int, seed: int, epoch: int, augmentation: Augmentation
) -> Iterator[tuple[Uint8Array, LabelArray]]:
    """Shuffled, augmented batches of one epoch; a last incomplete batch is dropped unless it is the only one."""
    rng = np.random.default_rng([seed, epoch])
    order = rng.permutation(len(x))
    x, y = x[order], y[order]
    if augmentation.flip:
        flip = rng.random(len(x)) < 0.5
        x[flip] = x[flip][:, :, ::-1]
    if augmentation.shift:
        reach = augmentation.shift
        x = shifted(x, rng.integers(-reach, reach + 1, len(x)), rng.integers(-reach, reach + 1, len(x)))
    for start in range(0, max(len(x) // batch, 1) * batch, batch):
        yield x[start : start + batch], y[start : start + batch]
