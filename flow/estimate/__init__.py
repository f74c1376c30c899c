# SPDX-License-Identifier: Apache-2.0
"""Predicted resources, from a small model whose coefficients are fitted against synthesis."""

from flow.estimate.model import edge_cost, estimate, node_cost
from flow.estimate.parts import Site
from flow.estimate.resources import Resources, total

__all__ = ["Resources", "Site", "edge_cost", "estimate", "node_cost", "total"]
