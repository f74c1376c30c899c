# SPDX-License-Identifier: Apache-2.0
"""How a memory of words x bits maps to block RAM, to LUTRAM and to logic; which of them a FIFO or a row bank takes.

Block shapes: AMD UG573 and UG473 (RAMB18, simple dual port), Lattice FPGA-TN-02204 (DP16KD) and
FPGA-TN-02094 (EBR). LUTRAM: UG574 and UG474 (RAM32M16 and RAM64M8 in eight LUTs, RAM32M and RAM64M in four, one LUT of
each is the write port).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

BLOCK_SHAPES = ((1, 16384), (2, 8192), (4, 4096), (9, 2048), (18, 1024), (36, 512))
"""(bits, words) of one 18 Kb block of every family."""
LUTRAMS = {"xcup": ((32, 14, 8), (64, 7, 8)), "xc7": ((32, 6, 4), (64, 3, 4))}
"""(words, bits, LUTs) of the LUTRAMs with one write and one read port."""
LUT4 = ("ecp5", "nexus")
"""Families whose memories in logic are tables and LUTRAMs of 16 words."""
ULTRA_ROW, ULTRA_WORDS = 72, 4096
"""Bits and words of an UltraRAM (AMD UG573)."""
DEEPEST_LUT_FIFO = 64
DEEPEST_LUT_ROW = 64


def fifo_memory(depth: int) -> str:
    """Where a FIFO of `depth` beats sits: "lut" or "block"."""
    return "lut" if depth <= DEEPEST_LUT_FIFO else "block"


def row_memory(words: int) -> str:
    """Where a bank of a row store, of a window or of an output order of `words` words sits: "lut" or "block"."""
    return "lut" if words <= DEEPEST_LUT_ROW else "block"


@cache
def blocks(words: int, bits: int) -> int:
    """Block memories (18 Kb units) of a memory with one read and one write port.

    >>> blocks(16, 720), blocks(2048, 18)
    (20, 2)
    """
    return min(-(-bits // width) * -(-words // depth) for width, depth in BLOCK_SHAPES)


@cache
def block_luts(words: int, bits: int) -> int:
    """LUTs of the multiplexers of a block memory deeper than its blocks; two blocks make one of twice the depth.

    >>> block_luts(4096, 36), block_luts(3072, 72), block_luts(6144, 108)
    (0, 72, 108)
    """
    shapes = (*((1, *shape) for shape in BLOCK_SHAPES), *((2, width, 2 * deep) for width, deep in BLOCK_SHAPES))
    costs = [(cost * -(-bits // width) * -(-words // deep), -(-words // deep)) for cost, width, deep in shapes]
    banks = min(costs)[1]
    return bits * -(-(banks - 1) // 3)


@cache
def ultras(words: int, bits: int) -> int:
    """UltraRAMs of weights: two rows of 72 bits share one through both ports (2048 deep), a last odd row has 4096.

    >>> ultras(1152, 1152), ultras(4096, 72), ultras(5334, 216)
    (8, 1, 5)
    """
    rows = -(-bits // ULTRA_ROW)
    return rows // 2 * -(-words // (ULTRA_WORDS // 2)) + rows % 2 * -(-words // ULTRA_WORDS)


@cache
def ultra_luts(words: int, bits: int) -> int:
    """LUTs around weights in UltraRAM: counters and row selects of the load, multiplexers of deep memories."""
    rows = -(-bits // ULTRA_ROW)
    paired, single = min(bits, rows // 2 * 2 * ULTRA_ROW), max(0, bits - rows // 2 * 2 * ULTRA_ROW)
    banks = (-(-words // (ULTRA_WORDS // 2)), -(-words // ULTRA_WORDS))
    deep = paired * -(-(banks[0] - 1) // 3) + single * -(-(banks[1] - 1) // 3)
    return 6 + (words - 1).bit_length() + round(2.2 * rows) + deep


@cache
def lutrams(family: str, words: int, bits: int) -> int:
    """LUTs of a memory with one write and one read port in LUTRAM.

    The LUTRAM cells of ECP5 and Nexus are no LUTs of a report; its read multiplexers are.

    >>> lutrams("xcup", 24, 28), lutrams("xc7", 48, 16), lutrams("ecp5", 16, 14)
    (16, 24, 0)
    """
    if words == 1:
        return 0
    if family in LUT4:
        banks = -(-words // 16)
        return bits * (banks if banks > 3 else banks - 1)
    small, large = LUTRAMS[family]
    deep, wide, luts = small if words <= small[0] else large
    banks = -(-words // deep)
    return banks * -(-bits // wide) * luts + bits * -(-(banks - 1) // 3)


@cache
def rom_luts(family: str, words: int, bits: int) -> int:
    """LUTs of a constant memory in logic: a LUT6 (ECP5, Nexus: LUT4) a bit and 64 (16) words.

    There are no more different columns than functions of the address.
    """
    inputs = max(0, words - 1).bit_length()
    columns = min(bits, (1 << min(words, 20)) - inputs - 2)
    tables = -(-words // (16 if family in LUT4 else 64))
    return max(0, columns) * (tables + _selecting(family, tables))


def _selecting(family: str, tables: int) -> int:
    """LUTs that choose between the tables of a column.

    The F7 and F8 multiplexers of a slice (ECP5: PFUMX, L6MUX21) are no LUTs; beyond four tables some are needed. On
    Nexus only WIDEFN9 is none, which holds two tables.
    """
    if family == "nexus":
        return tables - 1 if tables > 2 else 0
    return tables // 5


def table_luts(family: str, words: Sequence[int]) -> int:
    """LUTs of a constant memory in logic by its contents: equal tables are there once, constant ones not at all.

    >>> table_luts("ecp5", [0, 3, 3, 5]), table_luts("xcup", [7] * 9)
    (3, 0)
    """
    size = 16 if family in LUT4 else 64
    whole = (1 << len(words)) - 1
    columns = {
        sum((word >> bit & 1) << address for address, word in enumerate(words))
        for bit in range(max(words).bit_length())
    } - {0, whole}
    starts = range(0, len(words), size)
    tables = {
        (column >> start & (1 << size) - 1, min(size, len(words) - start)) for column in columns for start in starts
    }
    wires = {sum(1 << a for a in range(n) if a >> bit & 1) for n in {n for _, n in tables} for bit in range(6)}
    logic = {table for table, n in tables} - {0, *((1 << n) - 1 for _, n in tables)} - wires
    return len(logic) + len(columns) * _selecting(family, len(starts))
