# SPDX-License-Identifier: Apache-2.0
"""QKeras layers, ERN networks, data sets and training.

The only room of the project with TensorFlow in it. Importing the package imports nothing heavy:
`qmodels.datasets` and `qmodels.zoo` work without TensorFlow; the names below load it when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_LAZY = {
    "ThermometerEncode": "layers",
    "BinaryConv2D": "layers",
    "Activation2Bit": "layers",
    "ExactBatchNormalization": "layers",
    "ResidualAdd": "layers",
    "MeanLogits": "layers",
    "CUSTOM_OBJECTS": "layers",
    "ErnConfig": "config",
    "NETWORKS": "config",
    "build": "ern",
    "build_float_twin": "ern",
    "load_zoo": "checkpoints",
    "load_run": "checkpoints",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that a plain import stays free of TensorFlow."""
    if name not in _LAZY:
        raise AttributeError(f"module 'qmodels' has no attribute {name!r}")
    return getattr(importlib.import_module(f"qmodels.{_LAZY[name]}"), name)
