# SPDX-License-Identifier: Apache-2.0
"""Where what is made once stays: netlists of units, the schedule simulator, data sets."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """$ERN_CACHE, else `~/.cache/ern-flow`; may not be there yet."""
    return Path(os.environ.get("ERN_CACHE") or Path.home() / ".cache" / "ern-flow")
