# SPDX-License-Identifier: Apache-2.0
"""Lowering of plain descriptions: exact codes, and every mismatch refused by layer name."""

import dataclasses

import numpy as np
import pytest
from lower_nets import SHARED, conv, norm, plain_network

from flow import store
from flow.errors import LowerError
from flow.lower import PASSES, lower_network, lower_nodes, rule
from flow.lower.names import legal, legal_names
from flow.lower.network import RAW, SCALED, Activation, Add, Convolution, Network, Norm, Pool, Stream, images
from flow.types import Range


def float_run(network: Network, image: np.ndarray) -> dict[str, np.ndarray]:
    """Codes of every activation by the float rule, layer by layer, and the integer sums it needs on the way."""
    graph = lower_network(network)
    taps = graph.run(image, taps=True)
    layers = {layer.name: layer for layer in network.layers}
    found = {}
    for layer in network.layers:
        if isinstance(layer, Activation):
            bn = layers[layer.inputs[0]]
            assert isinstance(bn, Norm)
            gain, offset = rule.affine(bn.gamma, bn.beta, bn.mean, bn.variance, bn.epsilon)
            source = layers[bn.inputs[0]]
            scale = source.scale if isinstance(source, Convolution) else np.full(len(gain), SHARED)
            found[layer.name] = rule.codes(rule.value(taps[source.name], scale, gain, offset))
    return found


def test_every_code_is_that_of_the_rule() -> None:
    network = plain_network()
    image = np.random.default_rng(0).integers(0, 256, (6, 9, 7, 1)).astype(np.uint8)
    taps = lower_network(network).run(image, taps=True)
    for name, codes in float_run(network, image).items():
        assert np.array_equal(taps[name], codes), name
    assert np.array_equal(taps["add"], taps["conv2"] + taps["down"])


def test_the_graph_has_an_op_a_layer_and_no_norms() -> None:
    graph = lower_network(plain_network())
    expected = "encode stem act0 conv1 act1 conv2 down add act2 classifier pool"
    assert " ".join(node.name for node in graph.nodes) == expected
    network = plain_network()
    alpha = next(layer.scale for layer in network.layers if layer.name == "classifier")
    assert np.array_equal(graph.output.alpha, alpha)


def test_passes_can_be_run_again() -> None:
    assert store.digest(lower_network(plain_network())) == store.digest(lower_network(legal_names(plain_network())))
    assert len({apply.__module__ for apply in PASSES}) == len(PASSES)


def test_an_activation_needs_no_norm() -> None:
    network = plain_network()
    direct = Activation("act0", ("stem",), RAW)
    layers = tuple(direct if layer.name == "act0" else layer for layer in network.layers if layer.name != "bn0")
    graph = lower_network(Network("direct", images(1), layers))
    taps = graph.run(np.random.default_rng(1).integers(0, 256, (2, 5, 8, 1)).astype(np.uint8), taps=True)
    scale = next(layer.scale for layer in layers if layer.name == "stem")
    assert np.array_equal(taps["act0"], rule.codes(taps["stem"].astype(np.float32) * scale))


def test_a_norm_may_feed_two_activations() -> None:
    network = plain_network()
    second = Activation("act0_scaled", ("bn0",), SCALED)
    down = dataclasses.replace(conv("down", "act0_scaled", (4, 1, 1, 6), SCALED, seed=3), scale=np.full(4, SHARED))
    layers: list = []
    for layer in network.layers:
        layers += [second, down] if layer.name == "down" else [layer]
    graph = lower_network(Network("two", images(1), tuple(layers)))
    by_name = graph.by_name
    assert np.array_equal(by_name["act0"].arrays()["thresholds"], by_name["act0_scaled"].arrays()["thresholds"])


def test_a_part_of_a_network_can_be_lowered() -> None:
    source = Stream("sums", 4, np.full(4, SHARED), Range(-50, 50))
    part = Network("part", {"x": source}, (norm("bn", "x", 4), Activation("act", ("bn",), RAW)))
    (node,) = lower_nodes(part)
    assert node.name == "act" and node.inputs == ("x",)
    assert node.arrays()["thresholds"].min() >= -50 and node.arrays()["thresholds"].max() <= 51


@pytest.mark.parametrize(
    ("name", "expected"),
    [("layer1.0.conv1", "layer1_0_conv1"), ("Block/A-Add", "block_a_add"), ("1st", "layer_1st"), ("__", "layer"),
     ("é", "layer"), ("conv", "conv")],
)  # fmt: skip
def test_names_become_legal(name: str, expected: str) -> None:
    assert legal(name) == expected


def test_names_that_become_equal_get_numbers() -> None:
    layers = plain_network().layers
    renames = {"stem": "Conv.A", "conv1": "conv_a", "pool": "logits", "classifier": "image_"}
    renamed = tuple(
        dataclasses.replace(
            layer, name=renames.get(layer.name, layer.name), inputs=tuple(renames.get(s, s) for s in layer.inputs)
        )
        for layer in layers
    )
    graph = lower_network(Network("renamed", images(1), renamed))
    assert {"conv_a", "conv_a_2", "logits_2", "image_2"} <= {node.name for node in graph.nodes}


NAN = np.array([1, np.nan, 1, 1, 1], np.float32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bn1": dataclasses.replace(norm("bn1", "conv1", 5), gamma=NAN)}, "'bn1': gamma holds nan at .1."),
        (
            {"bn1": dataclasses.replace(norm("bn1", "conv1", 5), variance=-abs(norm("x", "y", 5).beta))},
            "'bn1': variance",
        ),
        ({"bn1": dataclasses.replace(norm("bn1", "conv1", 5), epsilon=-1.0)}, "'bn1': variance . epsilon"),
        ({"bn1": norm("bn1", "conv1", 4)}, "'bn1': expected 4 channels, but 'conv1' gives 5"),
        ({"bn1": norm("bn1", "act0", 6)}, "'bn1': expected sums of a convolution.*'act0' gives codes"),
        ({"conv1": conv("conv1", "act0", (5, 3, 3, 4), RAW)}, "'conv1': expected 4 channels, but 'act0' gives 6"),
        (
            {"conv1": conv("conv1", "act0", (5, 3, 3, 6), SCALED)},
            "'conv1': expected codes worth 0.66666669.*'act0'.*worth 1",
        ),
        (
            {"conv1": conv("conv1", "bn0", (5, 3, 3, 6), RAW)},
            "'conv1': expected codes, but 'bn0' gives normalised values",
        ),
        ({"conv1": conv("conv1", "image", (5, 3, 3, 1), RAW)}, "'conv1': expected codes, but 'image' gives pixels"),
        ({"conv2": conv("conv2", "act1", (4, 3, 3, 5), RAW)}, "'add': 'conv2' and 'down' must carry one shared"),
        ({"conv2": conv("conv2", "act1", (3, 3, 3, 5), RAW, shared=True)}, "'add': 'conv2' and 'down' have 3 and 4"),
        ({"add": Add("add", ("conv2", "act0"))}, "'add': expected sums, but 'act0' gives codes"),
        ({"add": Add("add", ("conv2",))}, "'add': reads 2 streams, found 1"),
        ({"act2": Activation("act2", ("act0",), SCALED)}, "'act2': expected sums or normalised sums"),
        ({"pool": Pool("pool", ("act2",))}, "'pool': expected sums of the classifier"),
        ({"conv1": conv("conv1", "later", (5, 3, 3, 6), RAW)}, "'conv1': reads 'later', which no earlier layer writes"),
        ({"conv1": conv("stem", "act0", (5, 3, 3, 6), RAW)}, "two layers are called 'stem'"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict, message: str) -> None:
    with pytest.raises(LowerError, match=message):
        lower_network(plain_network(**changes))


def test_weights_that_are_not_binary_are_refused() -> None:
    layer = conv("conv1", "act0", (5, 3, 3, 6), RAW)
    with pytest.raises(LowerError, match="'conv1': weights are not binary"):
        lower_network(plain_network(conv1=dataclasses.replace(layer, weights=layer.weights * 2)))
    with pytest.raises(LowerError, match="'conv1': scale holds nan"):
        lower_network(plain_network(conv1=dataclasses.replace(layer, scale=NAN)))


def test_only_powers_of_two_may_be_added() -> None:
    changes = {}
    for name, source, shape in (("conv2", "act1", (4, 3, 3, 5)), ("down", "act0", (4, 1, 1, 6))):
        changes[name] = dataclasses.replace(conv(name, source, shape, RAW), scale=np.full(4, 0.03, np.float32))
    with pytest.raises(LowerError, match="powers of two"):
        lower_network(plain_network(**changes))
