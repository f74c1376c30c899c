# SPDX-License-Identifier: Apache-2.0
"""When a convolution takes and gives beats: row store, window memory, lanes (rtl_templates/common/window*.sv)."""

from __future__ import annotations

from dataclasses import dataclass

from flow.buffer.engine import Process, Steps, Track
from flow.buffer.place import Place
from flow.ops import BinaryConv

WINDOW_WORDS = 12
"""Words that the window memory has at least."""
STORE_TO_FETCH = 1
"""Cycles from a stored column to its first fetch."""
FETCH_TO_USE = 3
"""Cycles from the fetch of a window's last column to its first step."""
USE_TO_FETCH = 2
"""Cycles from the first step of a window's last pass to the fetch that takes its words."""
PIXEL_TO_USE = 1
"""Cycles from a word of a 1x1 kernel to its step."""
SUM_LATENCY = 7
"""Cycles from a group's last step to its first output beat, the adder tree aside."""
QUEUE = 12
"""Beats of the output queue beyond those of one group and of the adder tree."""


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

    def beat_cycles(self) -> int:
        """Cycles that one input beat takes: a beat wider than a word is written in several."""
        return max(1, self.place.beats[0] // self.place.folding.depth)


def binary_conv(place: Place) -> list[Process]:
    """Row store, window memory, lanes and read-out, each at its own pace."""
    node = place.node
    assert isinstance(node, BinaryConv)
    steps, source, window = node.steps(place.folding), place.inputs[0], Window(node, place)
    held = max(2, -(-WINDOW_WORDS // steps))
    fetched, used = Track(f"{node.name} windows fetched"), Track(f"{node.name} windows used")
    summed, left = Track(f"{node.name} groups summed"), Track(f"{node.name} beats left")
    writes = tuple(channel.written for channel in place.outputs)
    lanes = [
        place.process(_sum(window, fetched, used, summed, left), used, summed),
        place.process(_leave(window, summed, left), left, *writes),
    ]
    if node.kernel == (1, 1):
        return [place.process(_pixels(window, held, fetched, used), source.read, fetched), *lanes]
    stored, passed = Track(f"{node.name} pixels stored"), Track(f"{node.name} windows passed")
    return [
        place.process(_store(window, stored, passed), source.read, stored),
        place.process(_fetch(window, held, stored, passed, fetched, used), fetched, passed),
        *lanes,
    ]


def _store(window: Window, stored: Track, passed: Track) -> Steps:
    """Input beats into kernel + stride - 1 row banks; a new row may follow the reader through the oldest one."""
    node, place = window.node, window.place
    source, shape, out = place.inputs[0], place.shapes[0], place.shape
    written, read = source.written.times, source.read.times
    beats, each = shape.channels // place.beats[0], window.beat_cycles()
    delay = source.delay + each - 1
    rows = window.kept_rows()
    index = {row: i for i, row in enumerate(rows)}
    freed = [window.freed_by(row) for row in rows]
    banks = node.kernel[0] + node.stride[0] - 1
    columns = window.last_column + 1
    now, place_after = -1, 0
    for frame in range(place.frames):
        for row in range(shape.height):
            kept = frame * len(rows) + index[row] if row in index else -1
            old = kept - banks
            place_after = now
            first_window, follow = -1, False
            if kept >= banks:
                old_frame, i = divmod(old, len(rows))
                first_window = (old_frame * out.height + freed[i]) * out.width
                follow = i == 0 or freed[i - 1] != freed[i]
            for column in range(shape.width):
                inside = kept >= 0 and column < columns
                if inside and first_window >= 0:
                    x = (column + node.padding[1]) // node.stride[1] if follow else out.width - 1
                    event = first_window + min(x, out.width - 1)
                    if len(passed.times) <= event:
                        yield passed, event
                    place_after = max(place_after, passed.times[event])
                for _ in range(beats):
                    beat = len(read)
                    if len(written) <= beat:
                        yield source.written, beat
                    now = max(now + each, written[beat] + delay, place_after + each if inside else 0)
                    read.append(now)
                if inside:
                    stored.times.append(now)


def _fetch(window: Window, held: int, stored: Track, passed: Track, fetched: Track, used: Track) -> Steps:
    """Windows out of the row store column by column, a word a cycle, as long as the window memory has room."""
    node, place = window.node, window.place
    out, columns = place.shape, window.last_column + 1
    rows = window.kept_rows()
    index = {row: i for i, row in enumerate(rows)}
    steps, kw = node.steps(place.folding), node.kernel[1]
    places = [
        [min(x * node.stride[1] - node.padding[1] + j, columns - 1) for j in range(kw)] for x in range(out.width)
    ]
    now = start = 0
    for frame in range(place.frames):
        for y in range(out.height):
            first = (frame * len(rows) + index[window.last_needed(y)]) * columns
            for wanted in places:
                count = len(fetched.times)
                if count >= held:
                    if len(used.times) <= count - held:
                        yield used, count - held
                    now = max(now, used.times[count - held] + USE_TO_FETCH)
                for column in wanted:
                    event = first + max(column, -1)
                    if event >= 0:
                        if len(stored.times) <= event:
                            yield stored, event
                        now = max(now, stored.times[event] + STORE_TO_FETCH)
                    start = now
                    now += steps
                fetched.times.append(start + FETCH_TO_USE)
                passed.times.append(now)


def _pixels(window: Window, held: int, fetched: Track, used: Track) -> Steps:
    """A 1x1 kernel has no row store: the words of kept pixels go straight into the window memory."""
    node, place = window.node, window.place
    source, shape = place.inputs[0], place.shapes[0]
    written, read = source.written.times, source.read.times
    beats, each, steps = shape.channels // place.beats[0], window.beat_cycles(), node.steps(place.folding)
    delay = source.delay + each - 1
    now = -1
    for _ in range(place.frames):
        for row in range(shape.height):
            for column in range(shape.width):
                kept = row % node.stride[0] == 0 and column % node.stride[1] == 0
                count = len(fetched.times)
                if kept and count >= held:
                    if len(used.times) <= count - held:
                        yield used, count - held
                    now = max(now, used.times[count - held] + USE_TO_FETCH - each)
                for _ in range(beats):
                    beat = len(read)
                    if len(written) <= beat:
                        yield source.written, beat
                    now = max(now + each, written[beat] + delay)
                    read.append(now)
                if kept:
                    fetched.times.append(now - steps + 1 + PIXEL_TO_USE)


def _sum(window: Window, fetched: Track, used: Track, summed: Track, left: Track) -> Steps:
    """Output groups one after another, a step a cycle, while the output queue has room for the group's beats."""
    node, place = window.node, window.place
    folding = place.folding
    groups, steps = node.output_groups(folding), node.steps(folding)
    lanes = folding.pe // folding.stream_channels
    queue = lanes + window.tree_latency + QUEUE
    now = last = group = 0
    for pixel in range(place.frames * place.shape.pixels):
        if len(fetched.times) <= pixel:
            yield fetched, pixel
        now = max(now, fetched.times[pixel])
        for i in range(groups):
            now = max(now + steps, last + lanes)
            event = (group + 1) * lanes - queue - 1
            if event >= 0:
                if len(left.times) <= event:
                    yield left, event
                now = max(now, left.times[event] + 2)
            if i == groups - 1:
                used.times.append(now - steps)
            summed.times.append(now)
            last = now
            group += 1


def _leave(window: Window, summed: Track, left: Track) -> Steps:
    """A group's sums leave `stream_channels` a cycle; lanes past the last output channel are dropped."""
    node, place = window.node, window.place
    folding = place.folding
    groups, latency = node.output_groups(folding), SUM_LATENCY + window.tree_latency
    lanes = folding.pe // folding.stream_channels
    real = place.shape.channels // folding.stream_channels
    outputs = [(c, c.depth, c.read, c.read.times, c.written.times) for c in place.outputs]
    gone, beat = -1, 0
    for group in range(place.frames * place.shape.pixels * groups):
        if len(summed.times) <= group:
            yield summed, group
        time = summed.times[group] + latency
        first = group % groups * lanes
        for position in range(first, first + lanes):
            if position >= real:
                left.times.append(time + position - first - 3)
                continue
            offered = gone = max(time + position - first, gone + 1)
            for _, depth, track, read, written in outputs:
                moved = offered
                if beat >= depth:
                    if len(read) <= beat - depth:
                        yield track, beat - depth
                    moved = max(moved, read[beat - depth] + 1)
                written.append(moved)
                gone = max(gone, moved)
            left.times.append(gone)
            beat += 1
