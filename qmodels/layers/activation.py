# SPDX-License-Identifier: Apache-2.0
# mypy: disable-error-code="misc,untyped-decorator,no-any-return"
"""Two-bit activation."""

from __future__ import annotations

from typing import Any

from qkeras import QActivation

from qmodels.layers.policy import require_float32
from qmodels.quantizers import Quantized2Bit


class Activation2Bit(QActivation):
    """Two-bit activation: float32 in, codes 0..3 out, times 2/3 if `post_scale` (float32, shape of the input)."""

    def __init__(self, post_scale: bool = True, ewgs_delta: float = 0.0, **kwargs: Any) -> None:
        kwargs.pop("activation", None)
        super().__init__(activation=Quantized2Bit(post_scale, ewgs_delta), **kwargs)
        self.post_scale = bool(post_scale)
        self.ewgs_delta = float(ewgs_delta)

    @property
    def output_scale(self) -> float:
        """What one code is worth in the output: 2/3 (as float32) or 1."""
        return self.quantizer.output_scale

    def build(self, input_shape: Any) -> None:
        require_float32(self)
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("activation", None)
        return {**config, "post_scale": self.post_scale, "ewgs_delta": self.ewgs_delta}
