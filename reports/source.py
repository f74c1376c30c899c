# SPDX-License-Identifier: Apache-2.0
"""A report file, read line by line: a file of any size takes bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, NamedTuple

from reports.errors import ReportError

HEAD = 64 * 2**10
LONGEST_LINE = 2**20
MOST_LINES = 5_000_000
BLOCK = 2**18
LARGEST_TEXT = 64 * 2**20
_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


class Line(NamedTuple):
    """A line without its end; the first of a file is number 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Source:
    """A report file.

    Attributes:
        path: where it is.
    """

    path: Path

    @property
    def name(self) -> str:
        """The path as text, for messages."""
        return str(self.path)

    @cached_property
    def head(self) -> str:
        """The first 64 KiB: enough to tell what most reports are.

        Raises:
            ReportError: the file cannot be read.
        """
        with self.open() as file:
            return self._guarded(file.read, HEAD)

    def lines(self) -> Iterator[Line]:
        """Each line, LF or CR LF, decoded; bytes that are no text become U+FFFD; of a long run of empty ones, some.

        Raises:
            ReportError: the file cannot be read, holds NUL bytes, a line beyond 1 MiB, or too many lines.
        """
        number, rest = 0, ""
        with self.open() as file:
            while block := self._guarded(file.read, BLOCK):
                if "\0" in block:
                    line = number + 1 + block[: block.index("\0")].count("\n")
                    raise ReportError(self.name, "holds NUL bytes; not a text report", line=line)
                if not rest and not block.strip("\n"):  # millions of empty lines say no more than one
                    number += len(block)
                    yield Line(number, "")
                    continue
                *whole, rest = (rest + block).split("\n")
                if max(len(rest), len(whole[0]) if whole else 0) > LONGEST_LINE:
                    raise ReportError(
                        self.name, f"a line is longer than {LONGEST_LINE} characters", line=number + 1 + len(whole)
                    )
                for text in whole:
                    number += 1
                    yield Line(number, text)
                if number > MOST_LINES:
                    raise ReportError(self.name, f"has more than {MOST_LINES} lines; not a report", line=number)
        if rest:
            yield Line(number + 1, rest)

    @cached_property
    def text(self) -> str:
        """The whole text, for formats that cannot be read by lines (json, xml).

        Raises:
            ReportError: the file cannot be read, is larger than 64 MiB, empty, or holds NUL bytes.
        """
        with self.open() as file:
            text = self._guarded(file.read, LARGEST_TEXT + 1)
        if len(text) > LARGEST_TEXT:
            raise ReportError(self.name, f"is larger than {LARGEST_TEXT} characters; not a report of this kind")
        if "\0" in text:
            raise ReportError(self.name, "holds NUL bytes; not a text report")
        if not text.strip():
            raise ReportError(self.name, "is empty")
        return text

    def open(self) -> IO[str]:
        """The file as text, whatever its byte order mark says; close it.

        Raises:
            ReportError: it cannot be opened.
        """
        try:
            with self.path.open("rb") as raw:
                start = raw.read(3)
            encoding = next((name for bom, name in _ENCODINGS.items() if start.startswith(bom)), "utf-8")
            return self.path.open(encoding=encoding, errors="replace")
        except OSError as error:
            raise ReportError(self.name, f"cannot be read ({error.strerror})") from error

    def _guarded(self, read, size: int) -> str:  # type: ignore[no-untyped-def]
        try:
            text: str = read(size)
        except OSError as error:
            raise ReportError(self.name, f"cannot be read ({error.strerror})") from error
        except UnicodeError as error:
            raise ReportError(self.name, f"is not text ({error})") from error
        return text
