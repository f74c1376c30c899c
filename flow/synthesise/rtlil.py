# SPDX-License-Identifier: Apache-2.0
"""The text form of an elaborated Yosys design (RTLIL), as far as a partition needs it: modules, what they instantiate,
how large they are. Texts are made canonical, so that equal hardware has equal text and one digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flow.errors import ToolError

# Automatic names hold a counter that runs over the whole design: `$add$conv.sv:8$48`, `$procmux$12_Y`, and what stands
# in a function that was unrolled, `\after$func$conv.sv:9$52.$result`.
_AUTOMATIC = re.compile(r"(?<!\S)(?:\$(?!paramod)|\\\S+\$func\$)\S+")
_COUNTER = re.compile(r"(?<=\S\$)\d+")
_PRIORITY = re.compile(r"(?<=^    parameter \\PRIORITY )\d+$", re.MULTILINE)
_CELL = re.compile(r"^  cell (\S+) (\S+)$", re.MULTILINE)
_PORT = re.compile(r"^  wire .*\b(?:input|output|inout) \d+ .*$", re.MULTILINE)
_MEMORY = re.compile(r"^  memory(?: width (\d+))?(?: size (\d+))?.* (\S+)$", re.MULTILINE)
_ITEM = re.compile(r"^  (?:cell|process) ", re.MULTILINE)
# Source places, but for those of multiplications: a DSP block should lead to its line.
_SOURCE = re.compile(r"^ *attribute \\src .*\n(?!  cell \$mul )", re.MULTILINE)


@dataclass(frozen=True)
class RtlilModule:
    """One elaborated module.

    Attributes:
        name: as in RTLIL: `\\top` or `$paramod...`.
        text: from its first attribute to its `end`, canonical.
        cells: (type, name) of each cell whose type may be a module or a primitive of a library.
        size: number of cells and processes: how much there is to synthesise.
        memory_bits: bits of the memories it declares.
    """

    name: str
    text: str
    cells: tuple[tuple[str, str], ...]
    size: int
    memory_bits: int

    @property
    def title(self) -> str:
        """Name for people: without parameters."""
        return title(self.name)

    @property
    def stub(self) -> str:
        """The module as a black box: its ports alone."""
        ports = "\n".join(_PORT.findall(self.text))
        return f"attribute \\blackbox 1\nmodule {self.name}\n{ports}\nend\n"


def is_kept(text: str) -> bool:
    """Whether the attributes of a module ask to keep it apart."""
    return "attribute \\keep_hierarchy 1\n" in text[: text.index("module ")]


def title(name: str) -> str:
    """Readable name of an RTLIL module.

    >>> title("$paramod$88e16ee8251c60fa0bfa3be1aae6b19cbc2abf50\\\\rom"), title("\\\\top")
    ('rom', 'top')
    """
    return name.split("\\")[1] if "\\" in name else name


def parse(text: str) -> dict[str, RtlilModule]:
    """Modules of an RTLIL text, by name.

    Raises:
        ToolError: the text is truncated.
    """
    found = {}
    for name, body in _modules(_SOURCE.sub("", text)):
        canonical = _canonical(body)
        cells = tuple(
            (kind, cell) for kind, cell in _CELL.findall(canonical) if kind[0] == "\\" or kind.startswith("$paramod")
        )
        bits = sum(int(width or 1) * int(size or 1) for width, size, _ in _MEMORY.findall(canonical))
        found[name] = RtlilModule(name, canonical, cells, len(_ITEM.findall(canonical)), bits)
    if not found:
        raise ToolError("yosys: elaboration wrote no module; the output is truncated or the design is empty")
    return found


def _modules(text: str) -> Iterator[tuple[str, str]]:
    lines: list[str] = []
    name = ""
    for line in text.splitlines():
        if line.startswith(("#", "autoidx")) or (not name and not line):
            continue
        lines.append(line)
        if line.startswith("module "):
            name = line[len("module ") :]
        elif line == "end" and name:
            yield name, "\n".join(lines) + "\n"
            lines, name = [], ""
    if name:
        raise ToolError(f"yosys: elaboration output ends inside module {title(name)}; is the disk full?")


def _canonical(text: str) -> str:
    """Number automatic names by their first appearance in this module, and priorities of memory cells by their rank."""
    numbers: dict[str, str] = {}

    def renumber(match: re.Match[str]) -> str:
        return numbers.setdefault(match.group(), str(len(numbers) + 1))

    named = _AUTOMATIC.sub(lambda token: _COUNTER.sub(renumber, token.group()), text)
    ranks = {value: str(rank) for rank, value in enumerate(sorted(set(_PRIORITY.findall(named)), key=int), 1)}
    return _PRIORITY.sub(lambda value: ranks[value.group()], named)
