# SPDX-License-Identifier: Apache-2.0
"""Networks as data; no TensorFlow."""

import dataclasses

import pytest

from flow.errors import DataError, UsageError
from qmodels.checkpoints import config_from_dict
from qmodels.config import NETWORKS, ErnConfig, Stage, StemConv, network, official_stem


def test_known_networks() -> None:
    assert list(NETWORKS) == ["erns18_075x", "erns18", "erns34", "erns50", "erns101", "ern_tiny", "ern_small"]


def test_unknown_network_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"'resnet'.*erns18_075x.*ern_small"):
        network("resnet")


def test_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        NETWORKS["ern_tiny"].classes = 3  # type: ignore[misc]


@pytest.mark.parametrize("config", NETWORKS.values(), ids=lambda c: c.name)
def test_survives_json(config: ErnConfig) -> None:
    assert config_from_dict(dataclasses.asdict(config)) == config


def test_description_with_foreign_fields() -> None:
    with pytest.raises(DataError, match="ErnConfig"):
        config_from_dict({**dataclasses.asdict(NETWORKS["ern_tiny"]), "depth": 3})


@pytest.mark.parametrize(
    "change, message",
    [({"block": "basic"}, "block"), ({"expansion": 0}, "expansion"), ({"stages": ()}, "stage"), ({"stem": ()}, "stem")],
)
def test_impossible_networks(change: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        NETWORKS["ern_tiny"].with_options(**change)


def test_stem_conventions() -> None:
    assert [c.kernel for c in official_stem()] == [3, 3, 3, 1]
    assert [c.kernel for c in official_stem(last_kernel=3)] == [3, 3, 3, 3]
    assert [c.suffix for c in official_stem()[:3]] == ["1", "2", "_downsample"]
    assert Stage(1, 8, 1) == Stage(blocks=1, width=8, stride=1)
    assert StemConv("conv1", 8, 3, 1).norm
