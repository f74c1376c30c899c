# SPDX-License-Identifier: Apache-2.0
"""Version of the installed project."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """As installed; `0+unknown` where the folder is used without installation."""
    try:
        return metadata.version("ern-flow")
    except metadata.PackageNotFoundError:
        return "0+unknown"
