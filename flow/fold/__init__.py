# SPDX-License-Identifier: Apache-2.0
"""Folding: how every op is spread over time for a rate, a board and an image size."""

from flow.fold.folding import Fold, best_fold, fold

__all__ = ["Fold", "best_fold", "fold"]
