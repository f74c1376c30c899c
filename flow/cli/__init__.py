# SPDX-License-Identifier: Apache-2.0
"""The `ern` command. Heavy rooms are imported only by the command that needs them."""

from flow.cli.main import main

__all__ = ["main"]
