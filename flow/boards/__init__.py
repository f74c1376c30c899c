# SPDX-License-Identifier: Apache-2.0
"""Boards: one yaml file each, read into a frozen dataclass."""

from flow.boards.board import Board, Limits, board_names, load_board

__all__ = ["Board", "Limits", "board_names", "load_board"]
