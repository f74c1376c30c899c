# SPDX-License-Identifier: Apache-2.0
"""Vectors of the encoder and the two quantizers (forward; gradients belong to the Keras layers)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from flow.importer.ern import SHARED, encoder
from flow.importer.state import State, binary
from flow.lower import rule
from flow.lower.network import IMAGE, SCALED
from flow.ops import ThermometerEncode
from flow.ops.base import Array
from flow.vectors.folder import Row, close, exact, nhwc

MEAN_TOLERANCE = 1e-6
"""Relative: the order of a float32 sum is nobody's to fix."""


def encoding(file: str, arrays: Mapping[str, Array]) -> Iterator[Row]:
    """Codes of all pixel values and of an image, for every K whose constants the file holds."""
    for key in arrays:
        match = re.fullmatch(r"k(\d+)_codes", key)
        if not match:
            continue
        prefix = f"k{match[1]}_"
        parts = {f"pixel_embedding.{p}": arrays[prefix + p] for p in ("w_const", "b_const", "w", "b")}
        layer, colours = encoder(State(parts, file))
        values = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
        one = ThermometerEncode("encode", (IMAGE,), 1, layer.thresholds)
        yield exact(file, key, arrays[key], one.run(values)[0, 0])
        if f"{prefix}image_codes" in arrays:
            full = ThermometerEncode("encode", (IMAGE,), colours, layer.thresholds)
            found = full.run(nhwc(arrays["image"]))
            yield exact(file, f"{prefix}image_codes", nhwc(arrays[f"{prefix}image_codes"]), found)


def weights(file: str, arrays: Mapping[str, Array]) -> Iterator[Row]:
    """Signs exact, the mean scale within the rounding of a sum."""
    for key, latent in arrays.items():
        match = re.fullmatch(r"(\w+)_w", key)
        if not match:
            continue
        for name, shared, relative in (("cwmean", None, MEAN_TOLERANCE), ("pow2", SHARED, 0.0)):
            array = f"{match[1]}_{name}_out"
            if array in arrays:
                bits, scale = binary(latent, shared)
                signs = 2.0 * bits.transpose(0, 3, 1, 2) - 1.0
                found = (signs * scale[:, None, None, None]).astype(np.float32)
                yield close(file, array, arrays[array], found, relative=relative)


def activations(file: str, arrays: Mapping[str, Array]) -> Iterator[Row]:
    """Codes and both kinds of output, exact."""
    codes = rule.codes(arrays["x"].astype(np.float32))
    for array, found in (
        ("scaled_code", codes),
        ("raw_out", codes.astype(np.float32)),
        ("scaled_out", codes.astype(np.float32) * SCALED),
    ):
        if array in arrays:
            yield exact(file, array, arrays[array], found)
