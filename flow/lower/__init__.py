# SPDX-License-Identifier: Apache-2.0
"""From a network with floats to the integer graph: one pass a file, in the order of `PASSES`.

A Keras model or an imported checkpoint is read into a `Network` (plain data, no framework); every pass takes a network
and returns a network, which is checked when made; the result of the last one is the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flow.graph import Graph
from flow.lower.absorb import integer_thresholds
from flow.lower.names import legal_names
from flow.lower.network import IMAGE, Network
from flow.lower.products import integer_products
from flow.lower.streams import trace_streams
from flow.lower.values import sound_values
from flow.ops import Op

PASSES: tuple[Callable[[Network], Network], ...] = (
    legal_names,
    sound_values,
    trace_streams,
    integer_products,
    integer_thresholds,
)

__all__ = ["PASSES", "Network", "lower", "lower_network", "lower_nodes"]


def lower(model: Any) -> Graph:
    """Integer graph of a Keras model made of the layers of qmodels (needs TensorFlow).

    Args:
        model: a functional or Sequential Keras model; layers may sit in nested models.

    Raises:
        LowerError: a foreign layer, scales that do not fit each other, NaN; the message names the layer and the remedy.
    """
    from flow.lower.keras_reader import read_model

    return lower_network(read_model(model))


def lower_network(network: Network) -> Graph:
    """Integer graph of a network that starts at images and ends in logits.

    Raises:
        LowerError: see `lower`.
        GraphError: a result that breaks a rule of docs/semantics.md.
    """
    nodes = lower_nodes(network)
    return Graph(network.name, network.streams[IMAGE].channels, nodes, network.labels)


def lower_nodes(network: Network) -> tuple[Op, ...]:
    """Ops of any network, also of a part of one that is fed with sums from outside.

    Raises:
        LowerError: see `lower`.
    """
    for apply in PASSES:
        network = apply(network)
    return tuple(network.ops())
