# SPDX-License-Identifier: Apache-2.0
"""How a memory of words x bits maps to block memories; from the data sheets of the families."""

from __future__ import annotations

from functools import cache

BLOCK_SHAPES = {
    # (bits, words) of one block: UltraScale+ and 7-series RAMB18 (simple dual port up to 36 bits), ECP5 DP16KD.
    "xcup": ((1, 16384), (2, 8192), (4, 4096), (9, 2048), (18, 1024), (36, 512)),
    "xc7": ((1, 16384), (2, 8192), (4, 4096), (9, 2048), (18, 1024), (36, 512)),
    "ecp5": ((1, 16384), (2, 8192), (4, 4096), (9, 2048), (18, 1024), (36, 512)),
}


@cache
def blocks(family: str, words: int, bits: int) -> int:
    """Block memories (18 Kb units) of a memory with one read and one write port.

    >>> blocks("xcup", 16, 720), blocks("xcup", 2048, 18)
    (20, 2)
    """
    return min(-(-bits // width) * -(-words // depth) for width, depth in BLOCK_SHAPES[family])


def rom_luts(family: str, words: int, bits: int) -> float:
    """LUTs of a constant memory in logic: a LUT6 (ECP5: LUT4) holds 64 (16) words of one bit; multiplexers join them.

    The F7 and F8 multiplexers of a Xilinx slice are no LUTs; past 256 words a LUT6 joins four such halves.
    """
    if words <= 2:
        return 0.0
    if family == "ecp5":
        return bits * max(1.0, 1.4 * words / 16)
    tables = -(-words // 64)
    return bits * (tables + (tables / 16 if tables > 4 else 0))
