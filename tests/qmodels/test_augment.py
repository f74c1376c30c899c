# SPDX-License-Identifier: Apache-2.0
"""Order and augmentation follow from (seed, epoch) alone."""

import numpy as np

from qmodels.augment import Augmentation, epoch_batches, shifted


def test_shift_moves_zeros_in() -> None:
    image = np.arange(1, 7, dtype=np.uint8).reshape(1, 2, 3, 1)
    assert shifted(image, np.array([1]), np.array([-1]))[0, :, :, 0].tolist() == [[0, 0, 0], [2, 3, 0]]


def test_same_seed_and_epoch_same_batches() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (50, 4, 5, 1)).astype(np.uint8), np.arange(50)

    def run(seed: int, epoch: int) -> tuple[bytes, list[int]]:
        parts = list(epoch_batches(x, y, 16, seed, epoch, Augmentation(flip=True, shift=1)))
        assert [len(labels) for _, labels in parts] == [16, 16, 16]
        return b"".join(images.tobytes() for images, _ in parts), [int(n) for _, labels in parts for n in labels]

    kept = x.copy()
    assert run(1, 3) == run(1, 3)
    assert run(1, 3) != run(1, 4)
    assert run(1, 3) != run(2, 3)
    np.testing.assert_array_equal(x, kept)


def test_plain_batches_hold_every_image_once() -> None:
    x = np.arange(12, dtype=np.uint8).reshape(12, 1, 1, 1)
    parts = list(epoch_batches(x, np.arange(12), 4, 0, 0, Augmentation()))
    assert sorted(int(v) for images, _ in parts for v in images.ravel()) == list(range(12))
    assert all((images.ravel() == labels).all() for images, labels in parts)
