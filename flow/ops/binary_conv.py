# SPDX-License-Identifier: Apache-2.0
"""binary_conv: one-bit weights times two-bit codes, integer sums (docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from flow.errors import GraphError
from flow.ops.base import LARGEST_FRAME, Array, Folding, Op, divisors, integers
from flow.ops.wide_row import WideRow
from flow.types import CODE, Range, Shape

FLOAT32_EXACT = 2**24
BYTES_A_CHUNK = 256 * 2**20
HOLDS = (1, 2, 4, 8)
"""Pixels that a weight word may be kept for."""
ORDER_LATENCY = 6
"""Cycles from a last step to the read-out of its first sum, the adder tree aside, and back to the next `go`."""
ROW_SHARE = 0.9
"""Share of the lanes' cycles that a row store may be busy with words narrower than `depth`."""
LEAST_WINDOW_WORDS = 16


@dataclass(frozen=True, eq=False)
class BinaryConv(Op):
    """acc = sum w*x, w = +1 where the weight bit is 1, else -1; zero padding is code 0.

    Attributes:
        weights: uint8 [out, kh, kw, in] of 0 and 1.
        stride: (sh, sw).
        padding: (ph, pw), symmetric.
    """

    weights: Array
    stride: tuple[int, int]
    padding: tuple[int, int]

    kind: ClassVar[str] = "binary_conv"
    array_names: ClassVar[tuple[str, ...]] = ("weights",)

    @property
    def in_channels(self) -> int:
        """Channels of the input stream."""
        return int(self.weights.shape[3])

    @property
    def out_channels(self) -> int:
        return int(self.weights.shape[0])

    @property
    def kernel(self) -> tuple[int, int]:
        """(kh, kw)."""
        return int(self.weights.shape[1]), int(self.weights.shape[2])

    def problems(self) -> Iterator[str]:
        if self.weights.ndim != 4 or not self.weights.size:
            yield f"weights must be [out,kh,kw,in], found {list(self.weights.shape)}"
            return
        if self.weights.max() > 1:
            yield f"weights must be bits 0 and 1, found {int(self.weights.max())}"
        if min(self.stride) < 1:
            yield f"stride must be at least 1, found {self.stride}"
        if min(self.padding) < 0 or self.padding[0] >= self.kernel[0] or self.padding[1] >= self.kernel[1]:
            yield f"padding must be at least 0 and below the kernel {self.kernel}, found {self.padding}"

    def shape(self, *inputs: Shape) -> Shape:
        sizes = [
            (size + 2 * p - k) // s + 1
            for size, p, k, s in zip(
                (inputs[0].height, inputs[0].width), self.padding, self.kernel, self.stride, strict=True
            )
        ]
        if min(sizes) < 1:
            raise GraphError(
                f"{self.name}: an image of {inputs[0]} is smaller than the kernel {self.kernel} with padding "
                f"{self.padding}; feed larger images"
            )
        return Shape(sizes[0], sizes[1], self.out_channels)

    def range(self, *inputs: Range, pixels: int = LARGEST_FRAME) -> Range:
        plus = self.weights.reshape(self.out_channels, -1).sum(axis=1, dtype=np.int64)
        minus = self.weights[0].size - plus
        return Range(-CODE.high * int(minus.max()), CODE.high * int(plus.max()))

    def run(self, *inputs: Array) -> Array:
        codes = inputs[0]
        signs = (2.0 * self.weights.reshape(self.out_channels, -1).T - 1.0).astype(np.float32)
        if CODE.high * signs.shape[0] >= FLOAT32_EXACT:
            raise GraphError(
                f"{self.name}: sums of {signs.shape[0]} products may pass 2^24, where float32 is not exact"
            )
        out = self.shape(Shape(codes.shape[1], codes.shape[2], codes.shape[3]))
        sums = np.empty((codes.shape[0], out.height, out.width, out.channels), np.int32)
        step = max(1, BYTES_A_CHUNK // (4 * out.pixels * max(signs.shape)))
        for first in range(0, codes.shape[0], step):
            columns = self._columns(codes[first : first + step], out)
            sums[first : first + step] = (columns @ signs).astype(np.int32).reshape(-1, *sums.shape[1:])
        return sums

    def _columns(self, codes: Array, out: Shape) -> Array:
        """Windows as rows [N*H_out*W_out, kh*kw*in] in float32: exact, and BLAS multiplies them."""
        (kh, kw), (sh, sw), (ph, pw) = self.kernel, self.stride, self.padding
        padded = np.pad(codes.astype(np.float32), ((0, 0), (ph, ph), (pw, pw), (0, 0)))
        columns = np.empty((codes.shape[0], out.height, out.width, kh * kw, self.in_channels), np.float32)
        for i in range(kh):
            for j in range(kw):
                columns[:, :, :, i * kw + j] = padded[
                    :, i : i + sh * (out.height - 1) + 1 : sh, j : j + sw * (out.width - 1) + 1 : sw
                ]
        return columns.reshape(-1, kh * kw * self.in_channels)

    def attributes(self) -> dict[str, Any]:
        return {
            "in_channels": self.in_channels,
            "out_channels": self.out_channels,
            "kernel": list(self.kernel),
            "stride": list(self.stride),
            "padding": list(self.padding),
        }

    @classmethod
    def load(
        cls, name: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> BinaryConv:
        stride, padding = (tuple(int(v) for v in attributes[key]) for key in ("stride", "padding"))
        return cls(
            name, inputs, integers(arrays["weights"], np.uint8), (stride[0], stride[1]), (padding[0], padding[1])
        )

    def macs(self, *inputs: Shape) -> int:
        return self.shape(*inputs).pixels * int(self.weights.size)

    def columns(self, folding: Folding) -> int:
        """Kernel columns taken at once."""
        return 1 if folding.by_column else self.kernel[1]

    def simd(self, folding: Folding) -> int:
        """Products of one output channel in a cycle."""
        return self.kernel[0] * self.columns(folding) * folding.depth

    def output_groups(self, folding: Folding) -> int:
        """OG: groups of pe output channels, the last one perhaps partly empty."""
        return -(-self.out_channels // folding.pe)

    def slices(self, folding: Folding) -> int:
        """Groups of `depth` input channels."""
        return self.in_channels // folding.depth

    def steps(self, folding: Folding) -> int:
        """SF: cycles that one output group takes."""
        return self.slices(folding) * self.kernel[1] // self.columns(folding)

    def foldings(self) -> Iterator[Folding]:
        """pe up to out_channels, depth any divisor; the narrow read-out must divide pe and out_channels."""
        groups = sorted({-(-self.out_channels // pe) for pe in range(1, self.out_channels + 1)})
        for og in groups:
            pe = -(-self.out_channels // og)
            for channels in divisors(self.out_channels):
                if pe % channels == 0:
                    for depth in divisors(self.in_channels):
                        yield Folding(pe, depth, channels)
                        if self.kernel[1] > 1:
                            yield Folding(pe, depth, channels, by_column=True)

    def forms(self, folding: Folding, *inputs: Shape) -> Iterator[Folding]:
        width = self.shape(*inputs).width
        for hold in HOLDS if folding.pixels_in == 1 else (1,):
            held = replace(folding, hold=hold)
            if width % hold == 0 and self._read_in_time(held):
                for memory in ("lut", "block", "ultra"):
                    yield replace(held, memory=memory)

    def _read_in_time(self, folding: Folding) -> bool:
        """Whether a batch of held pixels has left before its half of the reorder memory is asked for again."""
        groups, steps, hold = self.output_groups(folding), self.steps(folding), folding.hold
        tree = ((self.simd(folding) + 1) // 2 - 1).bit_length()
        taken = ORDER_LATENCY + tree + (hold - 1) * self.out_channels // folding.stream_channels
        return hold == 1 or (groups * steps > 1 and hold * (groups * steps + steps - 1) >= taken)

    def cycles(self, folding: Folding, *inputs: Shape) -> int:
        out = self.shape(*inputs)
        if folding.pixels_in > 1:
            beats = folding.pe // folding.stream_channels
            rows = out.height * self.wide_row(folding, inputs[0]).cycles(self.output_groups(folding), beats)
            return max(rows, inputs[0].pixels // folding.pixels_in)
        return max(self._window_cycles(folding, out), self._row_pixels(inputs[0], out) * self.slices(folding))

    def _window_cycles(self, folding: Folding, out: Shape) -> int:
        """Cycles a frame of the lanes and of their read-out."""
        groups, steps = self.output_groups(folding), self.steps(folding)
        if folding.hold > 1:
            return out.pixels * max(groups * steps, self.out_channels // folding.stream_channels)
        return out.pixels * groups * max(steps, folding.pe // folding.stream_channels)

    def _row_pixels(self, source: Shape, out: Shape) -> int:
        """Pixels a frame that a row store takes or gives, whichever is more."""
        return max(source.pixels, 0 if self.kernel == (1, 1) else out.height * self.read_columns(out))

    def read_columns(self, out: Shape) -> int:
        """Columns, those of the padding included, that are read for an output row."""
        return (out.width - 1) * self.stride[1] + self.kernel[1]

    def row_channels(self, folding: Folding, stream_channels: int, *inputs: Shape) -> int:
        """Channels of a word of the row store: as few as keep ahead of the lanes, as many as `depth` at most.

        Args:
            folding: of this op.
            stream_channels: channels a beat of the input; one of the two divides the other.
            inputs: shape of the input.
        """
        out = self.shape(*inputs)
        values = self._row_pixels(inputs[0], out) * self.in_channels
        most = ROW_SHARE * self._window_cycles(folding, out)
        for channels in divisors(folding.depth):
            if values <= most * channels and (channels % stream_channels == 0 or stream_channels % channels == 0):
                return channels
        return folding.depth

    def window_words(self, folding: Folding) -> int:
        """Words of the ring of columns that windows are read from (rtl_templates/common/window.sv)."""
        stride = 1 if self.kernel == (1, 1) else self.stride[1]
        span, advance = (folding.hold - 1) * stride + self.kernel[1], folding.hold * stride
        return max(LEAST_WINDOW_WORDS, 1 << ((span + max(span, advance)) * self.slices(folding) - 1).bit_length())

    def wide(self, folding: Folding, pixels: int) -> Folding | None:
        """Whole pixels go into the window as they come: all input channels at once, one word of weights a group."""
        whole = folding.depth == self.in_channels and not folding.by_column and folding.hold == 1
        return replace(folding, pixels_in=pixels) if whole else None

    def wide_row(self, folding: Folding, source: Shape) -> WideRow:
        """How windows are made of several pixels a beat."""
        out = self.shape(source)
        return WideRow(source.width, out.width, self.kernel[1], self.stride[1], self.padding[1], folding.pixels_in)

    def accepts(self, folding: Folding, *values: int) -> bool:
        """The row store converts widths by whole factors: a beat divides `depth`, or `depth` divides a beat."""
        if folding.pixels_in > 1:
            whole = self.wide(folding, folding.pixels_in) is not None
            return whole and all(number == folding.pixels_in * self.in_channels for number in values)
        narrow = all(number <= self.in_channels for number in values)
        return narrow and all(folding.depth % number == 0 or number % folding.depth == 0 for number in values)
