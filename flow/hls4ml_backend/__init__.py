# SPDX-License-Identifier: Apache-2.0
"""The hls4ml backend 'ERN' (entry-point group `hls4ml.backends`): our layers, templates and sources inside hls4ml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NAME = "ERN"


def register(register_backend: Callable[[str, Any], None], register_writer: Callable[[str, Any], None]) -> None:
    """Register the backend; hls4ml calls this when it is imported.

    A second call (entry point and direct use) does nothing. The writer comes first: making the backend looks it up.
    """
    from hls4ml.backends.backend import get_available_backends

    if NAME.lower() in get_available_backends():
        return
    from flow.hls4ml_backend.backend import ERNBackend
    from flow.hls4ml_backend.layers import register_layers
    from flow.hls4ml_backend.writer import ERNWriter

    register_layers()
    register_writer(NAME, ERNWriter)
    register_backend(NAME, ERNBackend)


def ensure_registered() -> None:
    """Register the backend where the package is used without being installed (no entry point)."""
    from hls4ml.backends.backend import register_backend
    from hls4ml.writer.writers import register_writer

    register(register_backend, register_writer)
