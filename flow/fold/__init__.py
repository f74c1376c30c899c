# SPDX-License-Identifier: Apache-2.0
"""Folding: how every op is spread over time for a rate, a board and an image size."""

from flow.fold.build import design, explain, fold, plan
from flow.fold.folding import Fold

__all__ = ["Fold", "design", "explain", "fold", "plan"]
