# SPDX-License-Identifier: Apache-2.0
"""What the steps of one build share: the request, the workspace, and the results so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flow.pipeline.source import Source, build_source
from flow.pipeline.workspace import Workspace
from flow.types import Shape

if TYPE_CHECKING:
    from flow.boards import Board
    from flow.design import Design
    from flow.graph import Graph
    from flow.ops.base import Array

DEFAULT_BOARD = "kv260"


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes:
        model: zoo name, official network or graph folder.
        board: board name.
        fps: frames a second, or None for the board's default.
        image: image size for a graph folder or an official network.
        root: where build folders go.
        images: images through csim and rtlsim, at least 1, or None for what suits the size of a frame.
        seed: of stalls and noise.
        weights: checkpoint of an official network, or None for seeded random weights.
        as_is: build the graph itself; by default exact rewrites that save hardware come first (flow/rewrite.py).
        arithmetic: form of the convolution lanes (flow.boards.board.CHOICES).
        limits: most that the design may take, by kind ("lut", "bram18", "uram"); gates hold the synthesised one to it.
        families: to synthesise for besides the board's and ecp5.
    """

    model: str
    board: str = DEFAULT_BOARD
    fps: float | None = None
    image: Shape | None = None
    root: Path = Path("build")
    images: int | None = None
    seed: int = 1
    weights: Path | None = None
    as_is: bool = False
    arithmetic: str = "auto"
    limits: Mapping[str, int] = field(default_factory=dict)
    families: tuple[str, ...] = ()


@dataclass
class State:
    """One build in progress."""

    request: Request
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    reused: set[str] = field(default_factory=set)

    @cached_property
    def source(self) -> Source:
        """Source of the graph."""
        return build_source(self.request.model, self.request.image, self.request.weights)

    @cached_property
    def board(self) -> Board:
        """Board of the build."""
        from flow.boards import Limits, load_board

        request = self.request
        return replace(load_board(request.board), arithmetic=request.arithmetic, limits=Limits(**request.limits))

    @cached_property
    def workspace(self) -> Workspace:
        """Folder of the build; the default board has no suffix."""
        suffix = "" if self.board.name == DEFAULT_BOARD else f"-{self.board.name}"
        return Workspace(self.request.root, self.source.name + suffix)

    @cached_property
    def graph(self) -> Graph:
        """The lowered graph, from the build folder."""
        from flow import store

        return store.load(self.workspace.path("graph"))

    @cached_property
    def image(self) -> Shape:
        """Size of one frame."""
        assert self.source.image is not None
        return Shape(self.source.image.height, self.source.image.width, self.graph.in_channels)

    @cached_property
    def built(self) -> Graph:
        """The graph after the rewrites of this build."""
        from flow.rewrite import rewritten

        return rewritten(self.graph, self.results["fold"]["rewrites"])

    @cached_property
    def design(self) -> Design:
        """The folded design, from the result of step `fold`."""
        from flow.design import Design
        from flow.ops import Folding

        folded = self.results["fold"]["design"]
        foldings = {name: Folding(**entry) for name, entry in folded["foldings"].items()}
        return Design(self.built, self.image, self.board, foldings, folded["depths"])

    @cached_property
    def test_set(self) -> tuple[Array, Array | None]:
        """Test images and labels."""
        return self.source.test_images(self.graph.in_channels, self.image_count)

    @property
    def images(self) -> Array:
        """The images that go through csim and rtlsim."""
        return self.test_set[0][: self.image_count]

    @cached_property
    def expected(self) -> dict[str, Array]:
        """Every stream of the simulated images by the graph, as the built design has it."""
        from flow.rewrite import expected_streams

        return expected_streams(self.graph, self.built, self.images)

    @property
    def image_count(self) -> int:
        """How many those are."""
        return self.request.images or self.source.default_images
