# SPDX-License-Identifier: Apache-2.0
"""Ways to spoil a report. Each gives (what was done, the mutant), as many as asked for, from a seeded generator."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from judge import Rule

Case = tuple[str, bytes]
Spoil = Callable[[bytes, random.Random, int], Iterator[Case]]
NUMBER = re.compile(rb"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
HOSTILE = (
    b"\x1b[2J\x1b]0;title\x07", b"<script>alert(1)</script>", b"<img src=x onerror=alert(1)>", b"]]>", b"<!--",
    b"&lt;b&gt;", b"::error::x", b"a|b", b"\xe2\x80\xae", b"\xf0\x9f\x92\xa9", b"\xff\xfe", b"\x85",
    b"\x0b\x0c", b"%s%n{0}",
)  # fmt: skip
SPOILT = (
    b"x", b"", b"1 2", b"0x1F", b"12x4", b"1e", b"--", b"1,5", b"\xef\xbc\x91\xef\xbc\x92", b"\xd9\xa3", b"NaN", b"inf",
    b"1_000", b"+", b"1.2.3", b"0b1",
)  # fmt: skip
"""What is no number of a report; full-width and Arabic digits are none either."""
HUGE = (b"9" * 19, b"1" + b"0" * 30, b"9" * 400, b"9" * 5000, b"1e400", b"184467440737095516150")


@dataclass(frozen=True)
class Mutation:
    """A way to spoil.

    Attributes:
        name: in tables and messages.
        rule: what is asked of the mutants.
        spoil: makes them.
        weight: share of the cases, against the others.
    """

    name: str
    rule: Rule
    spoil: Spoil
    weight: int = 1


def _sample(rng: random.Random, size: int, count: int) -> list[int]:
    """All of `range(size)`, or as many as asked for, in order."""
    return sorted(rng.sample(range(size), count)) if size > count else list(range(size))


def _cut(data: bytes, rng: random.Random, count: int) -> Iterator[Case]:
    for at in _sample(rng, len(data), count):
        yield f"cut at byte {at}", data[:at]


def _on_lines(change: Callable[[list[bytes], int, random.Random], list[bytes] | None]) -> Spoil:
    """A mutation of one line at a time; None where it does not apply."""

    def spoil(data: bytes, rng: random.Random, count: int) -> Iterator[Case]:
        lines = data.splitlines(keepends=True)
        for at in _sample(rng, len(lines), count):
            changed = change(lines, at, rng)
            if changed is not None:
                yield f"line {at + 1}", b"".join(changed)

    return spoil


def _drop(lines: list[bytes], at: int, rng: random.Random) -> list[bytes]:
    return lines[:at] + lines[at + 1 :]


def _drop_some(lines: list[bytes], at: int, rng: random.Random) -> list[bytes]:
    return lines[:at] + lines[at + rng.randint(2, 12) :]


def _double(lines: list[bytes], at: int, rng: random.Random) -> list[bytes]:
    return lines[: at + 1] + lines[at:]


def _double_some(lines: list[bytes], at: int, rng: random.Random) -> list[bytes]:
    end = at + rng.randint(2, 12)
    return lines[:end] + lines[at:]


def _swap(lines: list[bytes], at: int, rng: random.Random) -> list[bytes] | None:
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]] if at + 1 < len(lines) else None


def _shorten(lines: list[bytes], at: int, rng: random.Random) -> list[bytes] | None:
    text = lines[at].rstrip(b"\n")
    if not text.strip():
        return None
    # The cut falls outside a number: half of one may look like a whole one, which `digit` stands for.
    places = [i for i in range(len(text)) if not (text[i - 1 : i].isdigit() or text[i - 1 : i] == b".")]
    return [*lines[:at], text[: rng.choice(places)] + b"\n", *lines[at + 1 :]]


def _join(lines: list[bytes], at: int, rng: random.Random) -> list[bytes] | None:
    text = lines[at].rstrip(b"\n")
    following = lines[at + 1] if at + 1 < len(lines) else b""
    if text[-1:].isdigit() and following[:1].isdigit():
        return None
    return [*lines[:at], text, *lines[at + 1 :]] if following else None


def _blank(lines: list[bytes], at: int, rng: random.Random) -> list[bytes]:
    return [*lines[:at], b" " * len(lines[at].rstrip(b"\n")) + b"\n", *lines[at + 1 :]]


def _garble(lines: list[bytes], at: int, rng: random.Random) -> list[bytes]:
    junk = bytes(rng.choice(b"#@!;~^%$qzJ") for _ in lines[at].rstrip(b"\n"))
    return [*lines[:at], junk + b"\n", *lines[at + 1 :]]


def _on_numbers(change: Callable[[bytes, random.Random], bytes]) -> Spoil:
    """A mutation of one number at a time; the width of the line is kept where blanks allow it."""

    def spoil(data: bytes, rng: random.Random, count: int) -> Iterator[Case]:
        found = list(NUMBER.finditer(data))
        for at in _sample(rng, len(found), count):
            start, end = found[at].span()
            new = change(found[at].group(), rng)
            room = len(data[:start]) - len(data[:start].rstrip(b" "))
            more = len(new) - (end - start)
            start -= max(0, min(more, room - 1))
            if new != found[at].group():
                mutant = data[:start] + b" " * -more + new + data[end:]
                yield f"byte {start}: {found[at].group()!r} became {new[:30]!r}", mutant

    return spoil


def _spoil_number(old: bytes, rng: random.Random) -> bytes:
    return rng.choice(SPOILT)


def _huge(old: bytes, rng: random.Random) -> bytes:
    return rng.choice(HUGE)


def _negative(old: bytes, rng: random.Random) -> bytes:
    return b"-" + old


def _digit(old: bytes, rng: random.Random) -> bytes:
    at = rng.choice([i for i, letter in enumerate(old) if letter != 0x2E])
    return old[:at] + b"%d" % ((old[at] - 0x30 + rng.randint(1, 9)) % 10) + old[at + 1 :]


def _insert(pieces: tuple[bytes, ...]) -> Spoil:
    def spoil(data: bytes, rng: random.Random, count: int) -> Iterator[Case]:
        # Beside a digit an insertion makes another number; `spoilt number` stands for that.
        for at in _sample(rng, len(data) + 1, count):
            if not (data[at - 1 : at + 1].strip(b" \n|").isdigit() or data[max(0, at - 1) : at].isdigit()):
                piece = rng.choice(pieces)
                yield f"{piece!r} at byte {at}", data[:at] + piece + data[at:]

    return spoil


def _spelled(*ways: tuple[str, Callable[[bytes], bytes]]) -> Spoil:
    def spoil(data: bytes, rng: random.Random, count: int) -> Iterator[Case]:
        for name, way in ways[:count]:
            yield name, way(data)

    return spoil


def _utf16(data: bytes, order: str, mark: bytes) -> bytes:
    return mark + data.decode("utf-8", errors="replace").encode(order)


SAME = _spelled(
    ("CR LF", lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
    ("byte order mark", lambda data: b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf")),
    ("UTF-16, little end first", lambda data: _utf16(data, "utf-16-le", b"\xff\xfe")),
    ("UTF-16, big end first", lambda data: _utf16(data, "utf-16-be", b"\xfe\xff")),
    ("empty lines at the end", lambda data: data.rstrip(b"\n") + b"\n" * 300),
    ("no line end at the end", lambda data: data.rstrip(b"\n")),
)
UNMARKED = _spelled(
    ("UTF-16 without a mark", lambda data: _utf16(data, "utf-16-le", b"")),
    ("UTF-32", lambda data: data.decode("utf-8", errors="replace").encode("utf-32")),
)
OPEN = _spelled(
    ("empty lines before", lambda data: b"\n" * 500 + data),
    ("blanks at line ends", lambda data: data.replace(b"\n", b"   \n")),
    ("tabs for blanks", lambda data: data.replace(b"    ", b"\t")),
    ("a blank before each line", lambda data: b" " + data.replace(b"\n", b"\n ")),
    ("lower case", lambda data: data.lower()),
    ("upper case", lambda data: data.upper()),
    ("lines reversed", lambda data: b"\n".join(reversed(data.split(b"\n")))),
    ("no line ends", lambda data: data.replace(b"\n", b" ")),
)

MUTATIONS = (
    Mutation("cut", Rule.TRUE, _cut, 8),
    Mutation("line dropped", Rule.TRUE, _on_lines(_drop), 4),
    Mutation("lines dropped", Rule.TRUE, _on_lines(_drop_some), 2),
    Mutation("line doubled", Rule.TRUE, _on_lines(_double), 3),
    Mutation("lines doubled", Rule.TRUE, _on_lines(_double_some), 2),
    Mutation("lines swapped", Rule.FIGURES, _on_lines(_swap), 3),
    Mutation("line shortened", Rule.FIGURES, _on_lines(_shorten), 3),
    Mutation("lines joined", Rule.FIGURES, _on_lines(_join), 2),
    Mutation("line blanked", Rule.TRUE, _on_lines(_blank), 2),
    Mutation("line garbled", Rule.TRUE, _on_lines(_garble), 2),
    Mutation("spoilt number", Rule.FIGURES, _on_numbers(_spoil_number), 4),
    Mutation("huge number", Rule.SOUND, _on_numbers(_huge), 2),
    Mutation("negative number", Rule.SOUND, _on_numbers(_negative), 2),
    Mutation("digit", Rule.SOUND, _on_numbers(_digit), 4),
    Mutation("hostile text", Rule.FIGURES, _insert(HOSTILE), 3),
    Mutation("latin-1", Rule.FIGURES, _insert((b"\xe9", b"\xfc\xdf", b"\xa0")), 2),
    Mutation("NUL", Rule.REFUSED, _insert((b"\0",)), 2),
    Mutation("other spelling", Rule.SAME, SAME),
    Mutation("wide characters", Rule.REFUSED, UNMARKED),
    Mutation("other layout", Rule.FIGURES, OPEN),
)
