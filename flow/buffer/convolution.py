# SPDX-License-Identifier: Apache-2.0
"""When a convolution takes and gives beats: row store, window memory, lanes (rtl_templates/common/window*.sv)."""

from __future__ import annotations

from dataclasses import dataclass

from flow.buffer.engine import Process, Steps, Track
from flow.buffer.place import Place
from flow.ops import BinaryConv

STORE_TO_FETCH = 1
"""Cycles from the last word of a stored column to its first fetch."""
FETCH_TO_USE = 3
"""Cycles from the fetch of a column's last word to the first step that may read it."""
PIXEL_TO_USE = 1
"""Cycles from a pixel's last word to its first step: a 1x1 kernel has no row store."""
SUM_LATENCY = 8
"""Cycles from a group's last step to its first output beat, the adder tree aside; hold = 1."""
STEP_TO_READ = 4
"""Cycles from a group's last step to the read-out of its first pixel, the adder tree aside; hold > 1."""
READ_TO_LEAVE = 5
"""Cycles from the read-out of a beat to the output; hold > 1."""
QUEUE = 12
"""Beats of the output queue, beyond those of one group and of the adder tree if hold = 1."""


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
        """Columns fetched for an output row, padding included."""
        return self.place.shape.width if self.node.kernel == (1, 1) else self.node.read_columns(self.place.shape)

    @property
    def ring_columns(self) -> int:
        """Columns that the ring holds."""
        return self.node.window_words(self.place.folding) // self.node.slices(self.place.folding)

    def batches(self) -> list[tuple[int, int]]:
        """For each batch of `hold` pixels of a row: columns of the row it waits for, columns freed when it ends."""
        hold = self.place.folding.hold
        advance = hold * (1 if self.node.kernel == (1, 1) else self.node.stride[1])
        last = self.read_columns
        count = self.place.shape.width // hold
        span = last - (count - 1) * advance
        return [(i * advance + max(span, advance), (i + 1) * advance) for i in range(count - 1)] + [(last, last)]


def binary_conv(place: Place) -> list[Process]:
    """Row store, ring of columns, lanes and read-out, each at its own pace."""
    node = place.node
    assert isinstance(node, BinaryConv)
    source, window = place.inputs[0], Window(node, place)
    fetched, freed = Track(f"{node.name} columns fetched"), Track(f"{node.name} columns freed")
    summed, left = Track(f"{node.name} groups summed"), Track(f"{node.name} beats left")
    writes = tuple(channel.written for channel in place.outputs)
    if place.folding.hold == 1:
        lanes = [
            place.process(_sum(window, fetched, freed, summed, left), freed, summed),
            place.process(_leave(window, summed, left), left, *writes),
        ]
    else:
        ended = Track(f"{node.name} batches left")
        lanes = [
            place.process(_sum_batches(window, fetched, freed, summed, ended), freed, summed),
            place.process(_leave_pixels(window, summed, left, ended), left, ended, *writes),
        ]
    if node.kernel == (1, 1):
        return [place.process(_pixels(window, fetched, freed), source.read, fetched), *lanes]
    stored, passed = Track(f"{node.name} columns stored"), Track(f"{node.name} columns passed")
    return [
        place.process(_store(window, stored, passed), source.read, stored),
        place.process(_fetch(window, stored, passed, fetched, freed), fetched, passed),
        *lanes,
    ]


def _store(window: Window, stored: Track, passed: Track) -> Steps:
    """Input beats into kernel + stride - 1 row banks; a new row may follow the reader through the oldest one."""
    node, place = window.node, window.place
    source, shape, out = place.inputs[0], place.shapes[0], place.shape
    written, read = source.written.times, source.read.times
    beats, each = shape.channels // place.beats[0], window.beat_cycles()
    delay = source.delay + each - 1
    whole = [window.completes_word(beat) for beat in range(beats)]
    rows = window.kept_rows()
    index = {row: i for i, row in enumerate(rows)}
    freed = [window.freed_by(row) for row in rows]
    banks = node.kernel[0] + node.stride[0] - 1
    columns, all_columns = window.last_column + 1, window.read_columns
    now = -1
    for frame in range(place.frames):
        for row in range(shape.height):
            kept = frame * len(rows) + index[row] if row in index else -1
            old_row, follow = -1, False
            if kept >= banks:
                old_frame, i = divmod(kept - banks, len(rows))
                old_row = old_frame * out.height + freed[i]
                follow = i == 0 or freed[i - 1] != freed[i]
            for column in range(shape.width):
                inside, free = kept >= 0 and column < columns, 0
                if inside and old_row >= 0:
                    last = column + node.padding[1] if follow else all_columns - 1
                    event = old_row * all_columns + last
                    if len(passed.times) <= event:
                        yield passed, event
                    free = passed.times[event] + each - 1
                for part in range(beats):
                    beat = len(read)
                    if len(written) <= beat:
                        yield source.written, beat
                    now = max(now + each, written[beat] + delay, free if whole[part] else 0)
                    read.append(now)
                if inside:
                    stored.times.append(now)


def _fetch(window: Window, stored: Track, passed: Track, fetched: Track, freed: Track) -> Steps:
    """Columns out of the row store, a word a cycle, as long as the ring has room."""
    node, place = window.node, window.place
    columns, held, words = window.last_column + 1, window.ring_columns, window.row_words
    rows = window.kept_rows()
    index = {row: i for i, row in enumerate(rows)}
    reach = [min(c - node.padding[1], columns - 1) for c in range(window.read_columns)]
    now = 0
    for frame in range(place.frames):
        for y in range(place.shape.height):
            first = (frame * len(rows) + index[window.last_needed(y)]) * columns
            for column in reach:
                count = len(fetched.times)
                if count >= held:
                    if len(freed.times) <= count - held:
                        yield freed, count - held
                    now = max(now, freed.times[count - held] + 1)
                event = first + max(column, -1)
                if event >= 0:
                    if len(stored.times) <= event:
                        yield stored, event
                    now = max(now, stored.times[event] + STORE_TO_FETCH)
                now += words
                fetched.times.append(now - 1 + FETCH_TO_USE)
                passed.times.append(now)


def _pixels(window: Window, fetched: Track, freed: Track) -> Steps:
    """A 1x1 kernel has no row store: the words of kept pixels go straight into the ring."""
    node, place = window.node, window.place
    source, shape = place.inputs[0], place.shapes[0]
    written, read = source.written.times, source.read.times
    beats, each, held = shape.channels // place.beats[0], window.beat_cycles(), window.ring_columns
    delay = source.delay + each - 1
    first_word = next(part for part in range(beats) if window.completes_word(part))
    now = -1
    for _ in range(place.frames):
        for row in range(shape.height):
            for column in range(shape.width):
                kept = row % node.stride[0] == 0 and column % node.stride[1] == 0
                count, free = len(fetched.times), 0
                if kept and count >= held:
                    if len(freed.times) <= count - held:
                        yield freed, count - held
                    free = freed.times[count - held] + each
                for part in range(beats):
                    beat = len(read)
                    if len(written) <= beat:
                        yield source.written, beat
                    now = max(now + each, written[beat] + delay, free if part == first_word else 0)
                    read.append(now)
                if kept:
                    fetched.times.append(now + PIXEL_TO_USE)


def _sum(window: Window, fetched: Track, freed: Track, summed: Track, left: Track) -> Steps:
    """Output groups one after another, a step a cycle, while the output queue has room for the group's beats."""
    node, place = window.node, window.place
    folding = place.folding
    groups, steps = node.output_groups(folding), node.steps(folding)
    lanes = folding.pe // folding.stream_channels
    queue = lanes + window.tree_latency + QUEUE
    batches, columns = window.batches(), window.read_columns
    now, last, group = 0, -lanes, 0
    for row in range(place.frames * place.shape.height):
        for needed, free in batches:
            event = row * columns + needed - 1
            if len(fetched.times) <= event:
                yield fetched, event
            now = max(now, fetched.times[event])
            for _ in range(groups):
                claim = max(now + steps - 1, last + lanes)
                event = (group + 1) * lanes - queue - 1
                if event >= 0:
                    if len(left.times) <= event:
                        yield left, event
                    claim = max(claim, left.times[event] + 1)
                summed.times.append(claim)
                last, now = claim, claim + 1
                group += 1
            freed.times.extend([last] * (row * columns + free - len(freed.times)))


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


def _sum_batches(window: Window, fetched: Track, freed: Track, summed: Track, ended: Track) -> Steps:
    """Batches of `hold` pixels: a batch waits at the end of its first group until one of the two halves is free."""
    node, place = window.node, window.place
    folding = place.folding
    groups, hold = node.output_groups(folding), folding.hold
    group = node.steps(folding) * hold
    batches, columns = window.batches(), window.read_columns
    now = batch = 0
    for row in range(place.frames * place.shape.height):
        for needed, free in batches:
            event = row * columns + needed - 1
            if len(fetched.times) <= event:
                yield fetched, event
            claim = max(now, fetched.times[event]) + group - hold
            if batch >= 2:
                if len(ended.times) <= batch - 2:
                    yield ended, batch - 2
                claim = max(claim, ended.times[batch - 2] + 1)
            now = claim + hold + (groups - 1) * group
            summed.times.extend(range(claim + hold - 1, now, group))
            freed.times.extend([now - 1] * (row * columns + free - len(freed.times)))
            batch += 1


def _leave_pixels(window: Window, summed: Track, left: Track, ended: Track) -> Steps:
    """Pixel by pixel, `stream_channels` a cycle; the first pixel of a batch as its groups are complete."""
    node, place = window.node, window.place
    folding = place.folding
    groups, latency = node.output_groups(folding), STEP_TO_READ + window.tree_latency
    lanes = folding.pe // folding.stream_channels
    real = place.shape.channels // folding.stream_channels
    outputs = [(c, c.depth, c.read, c.read.times, c.written.times) for c in place.outputs]
    now, gone, beat = 0, -1, 0
    for pixel in range(place.frames * place.shape.pixels):
        batch, turn = divmod(pixel, folding.hold)
        for position in range(real):
            if turn == 0 and position % lanes == 0:
                group = batch * groups + position // lanes
                if len(summed.times) <= group:
                    yield summed, group
                now = max(now, summed.times[group] + latency)
            if beat >= QUEUE:
                now = max(now, left.times[beat - QUEUE] + 1)
            gone = offered = max(now + READ_TO_LEAVE, gone + 1)
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
            now += 1
        if turn == folding.hold - 1:
            ended.times.append(now - 1)
