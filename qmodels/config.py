# SPDX-License-Identifier: Apache-2.0
"""The networks as frozen data: what a network is, apart from how Keras builds it. No TensorFlow here."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from flow.errors import UsageError

SHARED_SCALE = 1.0 / 32.0


@dataclass(frozen=True)
class StemConv:
    """One stem convolution; `norm` says whether BatchNormalization and activation follow it."""

    name: str
    filters: int
    kernel: int
    stride: int
    norm: bool = True

    @property
    def suffix(self) -> str:
        """What the names of its norm and activation end in: conv1 -> 1, conv_downsample -> _downsample."""
        return self.name.removeprefix("conv")


@dataclass(frozen=True)
class Stage:
    """One residual stage: `blocks` blocks of `width`; the first has the stride and a downsample convolution."""

    blocks: int
    width: int
    stride: int


@dataclass(frozen=True)
class ErnConfig:
    """An Efficiera Residual Network (arXiv 2410.11553, section 3.4).

    `in_shape` is H, W, colours of its usual images (any H and W >= 1 work). `block` is "preact" or "bottleneck"
    (which puts out 4*width channels). `convention` says whose pixel thresholds hold, "official" or "paper".
    `ewgs_delta` acts where the official code applies it: stem, downsample, last activation and classifier; in the
    blocks too if `ewgs_in_blocks` (as the paper reads). `dataset` names the data the net is trained on.
    """

    name: str
    in_shape: tuple[int, int, int]
    expansion: int
    stem: tuple[StemConv, ...]
    stages: tuple[Stage, ...]
    classes: int
    block: str = "preact"
    convention: str = "official"
    shared_scale: float = SHARED_SCALE
    ewgs_delta: float = 0.0
    ewgs_in_blocks: bool = False
    bn_momentum: float = 0.9
    dataset: str | None = None

    def __post_init__(self) -> None:
        if self.block not in ("preact", "bottleneck"):
            raise UsageError(f"network {self.name}: block must be 'preact' or 'bottleneck', found {self.block!r}")
        if not self.stem or not self.stages:
            raise UsageError(f"network {self.name}: expected at least one stem convolution and one stage")
        if self.expansion < 1 or self.classes < 1 or len(self.in_shape) != 3:
            raise UsageError(f"network {self.name}: expansion and classes must be positive, in_shape H, W, colours")

    @property
    def block_expansion(self) -> int:
        """Output channels of a block as a multiple of its width."""
        return 4 if self.block == "bottleneck" else 1

    @property
    def last_stage(self) -> str:
        """Name of the last stage, e.g. layer4; the tail norm and activation are named after it."""
        return f"layer{len(self.stages)}"

    def with_options(self, **changes: object) -> ErnConfig:
        """A copy with some fields replaced."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


def official_stem(last_kernel: int = 1, width: int = 64) -> tuple[StemConv, ...]:
    """Stem of the official code (a 1x1 convolution last) or, with last_kernel 3, of the paper's text."""
    return (
        StemConv("conv1", width, 3, 2),
        StemConv("conv2", width, 3, 1),
        StemConv("conv_downsample", width, 3, 2),
        StemConv("conv1_2", width, last_kernel, 1, norm=False),
    )


def official(
    name: str,
    block: str,
    blocks: tuple[int, ...],
    last_width: int = 512,
    classes: int = 1000,
    expansion: int = 10,
    ewgs_delta: float = 0.01,
    size: int = 256,
) -> ErnConfig:
    """A network of the official family: widths 64, 128, 256 and `last_width`, stride 2 from the second stage on."""
    widths = [64 << i for i in range(len(blocks))]
    widths[-1] = last_width
    stages = tuple(Stage(n, w, 1 if i == 0 else 2) for i, (n, w) in enumerate(zip(blocks, widths, strict=True)))
    return ErnConfig(
        name, (size, size, 3), expansion, official_stem(), stages, classes, block=block, ewgs_delta=ewgs_delta
    )


_ALL = (
    official("erns18_075x", "preact", (2, 2, 2, 2), last_width=384),
    official("erns18", "preact", (2, 2, 2, 2), ewgs_delta=0.0),
    official("erns34", "preact", (3, 4, 6, 3), expansion=10),
    official("erns50", "bottleneck", (3, 4, 6, 3)),
    official("erns101", "bottleneck", (3, 4, 23, 3)),
    ErnConfig(
        "ern_tiny",
        (8, 8, 1),
        10,
        (StemConv("conv1", 16, 3, 1), StemConv("conv1_2", 16, 1, 1, norm=False)),
        (Stage(1, 16, 1), Stage(1, 32, 2)),
        10,
        bn_momentum=0.95,
        dataset="digits",
    ),
    # A first convolution of stride 1 is worth 0.9 points of accuracy on these small images.
    ErnConfig(
        "ern_small",
        (28, 28, 1),
        10,
        (StemConv("conv1", 32, 3, 1), StemConv("conv2", 64, 3, 2), StemConv("conv1_2", 64, 1, 1, norm=False)),
        (Stage(1, 64, 1), Stage(1, 128, 2)),
        10,
        bn_momentum=0.99,
        dataset="fashion_mnist",
    ),
)
NETWORKS: dict[str, ErnConfig] = {c.name: c for c in _ALL}


def network(name: str) -> ErnConfig:
    """The configuration called `name`; UsageError lists the known ones."""
    if name not in NETWORKS:
        raise UsageError(f"unknown model {name!r}; known models: {', '.join(NETWORKS)}")
    return NETWORKS[name]
