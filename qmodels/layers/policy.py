# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""The one precision in which integers are exact."""

from __future__ import annotations

import tensorflow as tf

from flow.errors import ModelError


def require_float32(layer: tf.keras.layers.Layer) -> None:
    """ModelError unless the layer computes in float32."""
    if layer.compute_dtype != "float32":
        raise ModelError(
            f"layer {layer.name}: expected the float32 policy, found {layer.compute_dtype}; "
            "integers are exact only there, so remove the mixed-precision policy"
        )
