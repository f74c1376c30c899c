# SPDX-License-Identifier: Apache-2.0
"""Accuracy on a folder of images in the layout of ImageNet: one folder a class, classes in the order of their names.

Images are prepared as the official code does it: RGB, resized to exactly S x S (bilinear; the aspect ratio is not
kept), 8 bits a colour as they are. With test-time augmentation the mean of the logits of ten crops of 288x288 counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flow.errors import DataError
from flow.graph import Graph
from flow.ops.base import Array

SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
SIZE = (256, 256)
CROP, CROP_FROM = 288, 308
BATCH = 8


@dataclass(frozen=True)
class Sample:
    """One image and its class."""

    path: Path
    label: int


def evaluate_folder(
    graph: Graph,
    folder: Path,
    size: tuple[int, int] = SIZE,
    images: int | None = None,
    crops_from: int | None = None,
) -> dict[str, Any]:
    """Share of images whose class is the first, or among the first five, of the graph's logits.

    Args:
        graph: integer graph for RGB images.
        folder: one folder a class.
        size: H, W that images are resized to.
        images: how many, spread evenly over the folder (default: all).
        crops_from: size that images are resized to before the ten crops, or None for no crops.

    Returns:
        `dataset`, `images`, `classes` (folders), `of_classes` (the network's), `size`, `crops`, `top1` and `top5` as
        fractions.

    Raises:
        DataError: no such folder, an empty class, more classes than the network has, an image that cannot be read.
    """
    if graph.in_channels != 3:
        raise DataError(f"{graph.name}: takes images of {graph.in_channels} colours, a folder of images gives 3")
    samples, classes = find_samples(folder, graph.output.channels)
    if images is not None and images < len(samples):
        samples = [samples[i * len(samples) // images] for i in range(images)]
    right = np.zeros(2, np.int64)
    ranks = min(5, graph.output.channels)
    for batch in _progress(samples, 1 if crops_from else BATCH):
        pictures = [_prepare(s.path, (crops_from, crops_from) if crops_from else size) for s in batch]
        logits = graph.run(ten_crops(pictures[0]) if crops_from else np.stack(pictures))["logits"]
        if crops_from:
            logits = logits.astype(np.float64).mean(axis=0, keepdims=True)
        order = np.argsort(-logits, axis=1, kind="stable")[:, :ranks]
        hits = order == np.array([sample.label for sample in batch])[:, None]
        right += hits[:, 0].sum(), hits.any(axis=1).sum()
    return {
        "dataset": folder.resolve().name, "images": len(samples), "classes": classes,
        "of_classes": graph.output.channels, "size": [CROP, CROP] if crops_from else list(size),
        "crops": 10 if crops_from else 1,
        "top1": float(right[0] / len(samples)), "top5": float(right[1] / len(samples)),
    }  # fmt: skip


def find_samples(folder: Path, most_classes: int) -> tuple[list[Sample], int]:
    """Images of a folder by class and name, and the number of classes.

    Raises:
        DataError: no such folder, no or too many classes, a class without images.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read ({error.strerror}); give a folder with one folder a class"
        ) from error
    if not names or len(names) > most_classes:
        raise DataError(
            f"{folder}: expected one folder a class, 1 to {most_classes} of them, found {len(names)}; the network has "
            f"{most_classes} classes"
        )
    samples = []
    for label, name in enumerate(names):
        files = sorted(path for path in (folder / name).rglob("*") if path.suffix.lower() in SUFFIXES)
        if not files:
            raise DataError(f"{folder / name}: expected images ({', '.join(SUFFIXES)}), found none")
        samples += [Sample(path, label) for path in files]
    return samples, len(names)


def ten_crops(picture: Array) -> Array:
    """The four corners and the middle, and the same of the mirrored picture: uint8, 10 x CROP x CROP x colours."""
    height, width = picture.shape[0] - CROP, picture.shape[1] - CROP
    corners = ((0, 0), (0, width), (height, 0), (height, width), (round(height / 2), round(width / 2)))
    pictures = (picture, picture[:, ::-1])
    return np.stack([p[top : top + CROP, left : left + CROP] for p in pictures for top, left in corners])


def _prepare(path: Path, size: tuple[int, int]) -> Array:
    """uint8, H x W x 3."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            resized = picture.convert("RGB").resize((size[1], size[0]), Image.Resampling.BILINEAR)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: cannot be read as an image ({error}); take it out or replace it") from error
    return np.asarray(resized, np.uint8)


def _progress(samples: Sequence[Sample], step: int) -> Iterator[Sequence[Sample]]:
    from tqdm import tqdm

    with tqdm(total=len(samples), unit="image", leave=False, disable=None) as bar:
        for first in range(0, len(samples), step):
            yield samples[first : first + step]
            bar.update(step)
