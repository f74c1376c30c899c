# SPDX-License-Identifier: Apache-2.0
"""Integer thresholds of the thermometer encoding of pixels; NumPy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

CONVENTIONS = ("official", "paper")


def pixel_thresholds(expansion: int, convention: str = "official") -> npt.NDArray[np.int64]:
    """Thresholds int [expansion, 3]: the code of channel i is how many of its three the pixel reaches (>=).

    The paper (arXiv 2410.11553, section 3.3) puts the threshold of code m at s*(K*(m-1)+i+1) with bin width
    s = floor(255/(3K)), at least 1. The official code lowers the value by 1e-4 before flooring, so a pixel must exceed
    that number: its integer thresholds are one higher.
    """
    step = max(1, 255 // (3 * expansion))
    m, i = np.arange(3)[None, :], np.arange(expansion)[:, None]
    base = step * (expansion * m + i + 1)
    return (base + (1 if convention == "official" else 0)).astype(np.int64)
