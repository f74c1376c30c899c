# SPDX-License-Identifier: Apache-2.0
"""residual_add: integer sum of two streams that carry one shared constant scale (paper section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from flow.errors import GraphError
from flow.ops.base import LARGEST_FRAME, Array, ChannelwiseOp
from flow.types import Range, Shape


@dataclass(frozen=True, eq=False)
class ResidualAdd(ChannelwiseOp):
    """Sum of two integer streams of one shape."""

    kind: ClassVar[str] = "residual_add"
    arity: ClassVar[int] = 2

    def shape(self, *inputs: Shape) -> Shape:
        if inputs[0] != inputs[1]:
            raise GraphError(
                f"{self.name}: adds {self.inputs[0]} of {inputs[0]} and {self.inputs[1]} of {inputs[1]}; "
                "both must have one shape"
            )
        return inputs[0]

    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        return inputs[0] + inputs[1]

    def run(self, *inputs: Array) -> Array:
        return np.add(inputs[0], inputs[1], dtype=np.int32)
