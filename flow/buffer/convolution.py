# SPDX-License-Identifier: Apache-2.0
"""When a convolution takes and gives beats: row store, ring of columns, lanes (rtl_templates/common/window*.sv)."""

from __future__ import annotations

from dataclasses import dataclass

from flow.buffer.place import Place
from flow.ops import BinaryConv
from flow.ops.wide_row import WIDE_WORDS


@dataclass(frozen=True)
class Window:
    """Which pixels of a frame a convolution keeps, needs and frees.

    Attributes:
        node: the convolution.
        place: where it runs.
    """

    node: BinaryConv
    place: Place

    @property
    def last_row(self) -> int:
        """Last input row that any window reads."""
        top = (self.place.shape.height - 1) * self.node.stride[0] - self.node.padding[0]
        return min(top + self.node.kernel[0], self.place.shapes[0].height) - 1

    @property
    def last_column(self) -> int:
        """Last input column that any window reads."""
        left = (self.place.shape.width - 1) * self.node.stride[1] - self.node.padding[1]
        return min(left + self.node.kernel[1], self.place.shapes[0].width) - 1

    def kept_rows(self) -> list[int]:
        """Input rows that some window reads, ascending."""
        (kh, _), (sh, _), (ph, _) = self.node.kernel, self.node.stride, self.node.padding
        return [r for r in range(self.last_row + 1) if (r + ph) % sh < kh]

    def freed_by(self, row: int) -> int:
        """Output row after which an input row is needed no more."""
        return min((row + self.node.padding[0]) // self.node.stride[0], self.place.shape.height - 1)

    def last_needed(self, out_row: int) -> int:
        """Last input row of the windows of an output row."""
        return min(out_row * self.node.stride[0] - self.node.padding[0] + self.node.kernel[0], self.last_row + 1) - 1

    @property
    def tree_latency(self) -> int:
        """Cycles of the adder tree of one step."""
        simd = self.node.simd(self.place.folding)
        return ((simd + 1) // 2 - 1).bit_length() + 1

    @property
    def row_channels(self) -> int:
        """Channels of a word of the row store."""
        return self.node.row_channels(self.place.folding, self.place.beats[0], self.place.shapes[0])

    def beat_cycles(self) -> int:
        """Cycles that one input beat takes: a beat wider than a word is written in several."""
        return max(1, self.place.beats[0] // self.row_channels)

    def completes_word(self, beat: int) -> bool:
        """Whether a word of the row store is complete with a beat of a pixel."""
        return (beat + 1) * self.place.beats[0] % self.row_channels == 0

    @property
    def row_words(self) -> int:
        """Words of the row store a pixel."""
        return self.node.in_channels // self.row_channels

    @property
    def read_columns(self) -> int:
        """Columns fetched for an output row, padding included; windows of it where several pixels come a beat."""
        if self.place.folding.pixels_in > 1:
            return self.place.shape.width
        return self.place.shape.width if self.node.kernel == (1, 1) else self.node.read_columns(self.place.shape)

    @property
    def ring_columns(self) -> int:
        """Columns that the ring holds."""
        return self.node.window_words(self.place.folding) // self.node.slices(self.place.folding)

    def batches(self) -> list[tuple[int, int]]:
        """For each batch of `hold` pixels of a row: columns of the row it waits for, columns freed when it ends."""
        if self.place.folding.pixels_in > 1:
            return [(i, i) for i in range(1, self.place.shape.width + 1)]
        hold = self.place.folding.hold
        advance = hold * (1 if self.node.kernel == (1, 1) else self.node.stride[1])
        last = self.read_columns
        count = self.place.shape.width // hold
        span = last - (count - 1) * advance
        return [(i * advance + max(span, advance), (i + 1) * advance) for i in range(count - 1)] + [(last, last)]


def binary_conv(place: Place) -> None:
    """Row store, ring of columns, lanes and read-out, each at its own pace (convolution.h)."""
    assert isinstance(place.node, BinaryConv)
    window, track = Window(place.node, place), place.network.track
    fetched, freed, summed, left = track(), track(), track(), track()
    if place.folding.pixels_in > 1:
        _wide(window, fetched, freed)
    elif window.node.kernel == (1, 1):
        _pixels(window, fetched, freed)
    else:
        _rows(window, fetched, freed)
    _lanes(window, fetched, freed, summed, left)


def _rows(window: Window, fetched: int, freed: int) -> None:
    """kernel + stride - 1 row banks, and their reader."""
    node, place = window.node, window.place
    stored, passed = place.network.track(), place.network.track()
    rows, columns = window.kept_rows(), window.last_column + 1
    index = {row: i for i, row in enumerate(rows)}
    beats = range(place.shapes[0].channels // place.beats[0])
    place.network.process(
        "store", place.inputs[0], stored, passed, place.frames, place.shapes[0].width,
        node.kernel[0] + node.stride[0] - 1, columns, window.read_columns, node.padding[1], window.beat_cycles(),
        place.shape.height, [index.get(row, -1) for row in range(place.shapes[0].height)],
        [window.freed_by(row) for row in rows], [int(window.completes_word(beat)) for beat in beats],
    )  # fmt: skip
    place.network.process(
        "fetch", stored, passed, fetched, freed, place.frames, len(rows), columns, window.ring_columns,
        window.row_words, [index[window.last_needed(y)] for y in range(place.shape.height)],
        [min(c - node.padding[1], columns - 1) for c in range(window.read_columns)],
    )  # fmt: skip


def _wide(window: Window, ready: int, read: int) -> None:
    """Row banks of words of several pixels; a register, shifted word by word, that windows are read from."""
    node, place = window.node, window.place
    stored, passed, fetched, freed = (place.network.track() for _ in range(4))
    rows, row = window.kept_rows(), node.wide_row(place.folding, place.shapes[0])
    index = {kept: i for i, kept in enumerate(rows)}
    place.network.process(
        "store", place.inputs[0], stored, passed, place.frames, row.groups, node.kernel[0] + node.stride[0] - 1,
        row.groups, row.groups, 0, 1, place.shape.height, [index.get(r, -1) for r in range(place.shapes[0].height)],
        [window.freed_by(kept) for kept in rows], [1],
    )  # fmt: skip
    place.network.process(
        "fetch", stored, passed, fetched, freed, place.frames, len(rows), row.groups, WIDE_WORDS, 1,
        [index[window.last_needed(y)] for y in range(place.shape.height)], range(row.groups),
    )  # fmt: skip
    place.network.process(
        "shift", fetched, freed, ready, read, place.frames * place.shape.height, row.groups, row.unread, row.shifts()
    )


def _pixels(window: Window, fetched: int, freed: int) -> None:
    """A 1x1 kernel has no row store."""
    node, place = window.node, window.place
    source = place.shapes[0]
    beats = source.channels // place.beats[0]
    first_word = next(beat for beat in range(beats) if window.completes_word(beat))
    place.network.process(
        "pixels", place.inputs[0], fetched, freed, place.frames, source.height, source.width, *node.stride, beats,
        window.beat_cycles(), window.ring_columns, first_word,
    )  # fmt: skip


def _lanes(window: Window, fetched: int, freed: int, summed: int, left: int) -> None:
    """Lanes, and the read-out of their sums: group by group, or pixel by pixel where weights are held."""
    node, place, folding = window.node, window.place, window.place.folding
    groups, steps, tree = node.output_groups(folding), node.steps(folding), window.tree_latency
    lanes, real = folding.pe // folding.stream_channels, node.out_channels // folding.stream_channels
    needed, free = zip(*window.batches(), strict=True)
    rows, pixels, columns = place.frames * place.shape.height, place.frames * place.shape.pixels, window.read_columns
    process = place.network.process
    if folding.hold == 1:
        process("sum", fetched, freed, summed, left, rows, columns, groups, steps, lanes, tree, needed, free)
        process("leave", summed, left, pixels * groups, groups, lanes, real, tree, place.outputs)
    else:
        ended = place.network.track()
        process("sum_batches", fetched, freed, summed, ended, rows, columns, groups, steps, folding.hold, needed, free)
        process("leave_pixels", summed, left, ended, pixels, folding.hold, groups, lanes, real, tree, place.outputs)
