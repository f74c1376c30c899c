# SPDX-License-Identifier: Apache-2.0
"""How many LUT sites a mapped netlist may take when small LUTs share them: an estimate, no placement is known.

A site of 7 series and UltraScale holds one LUT of six inputs or two that have at most five inputs together (UG474,
UG574). Two that drive select inputs of carry chains never share one: a carry position belongs to a site. A CCU2C of
ECP5 and a CCU2 of Nexus take the two LUT4 of their slice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

_SMALL = re.compile(r"LUT[1-5]|INV")
_CARRY = re.compile(r"CARRY[48]")
INPUTS = 5
"""Inputs of a site whose two outputs are both used."""
CARRIES = {"ecp5": "CCU2C", "nexus": "CCU2"}


def shared(module: Mapping[str, Any], family: str) -> int:
    """LUTs of one module that find room in another one's site; on ECP5 and Nexus minus the LUT4 of its carry cells.

    Args:
        module: as Yosys' write_json has it.
        family: xcup, xc7, ecp5 or nexus.

    Returns:
        What to take off the count of LUTs (reports.cells) for the count of sites.
    """
    cells = module["cells"].values()
    if family in CARRIES:
        return -2 * [cell["type"] for cell in cells].count(CARRIES[family])
    selects = {net for c in cells if _CARRY.fullmatch(c["type"]) for net in c["connections"]["S"]}
    luts = []
    for cell in cells:
        if _SMALL.fullmatch(cell["type"]):
            nets = {p: net[0] for p, net in cell["connections"].items()}
            inputs = frozenset(net for p, net in nets.items() if p[0] == "I" and isinstance(net, int))
            luts.append((inputs, nets["O"] in selects))
    return _pairs(luts)


def _pairs(luts: list[tuple[frozenset[int], bool]]) -> int:
    """Pairs found greedily: partners that share inputs first, then any that fit."""
    users: dict[int, list[int]] = defaultdict(list)
    for i, (inputs, _) in enumerate(luts):
        for net in inputs:
            users[net].append(i)
    free = set(range(len(luts)))

    def fits(i: int, j: int) -> bool:
        return len(luts[i][0] | luts[j][0]) <= INPUTS and not (luts[i][1] and luts[j][1])

    pairs = 0
    for i in sorted(free, key=lambda i: (-len(luts[i][0]), i)):
        if i not in free:
            continue
        partners = {j for net in luts[i][0] for j in users[net][:64] if j != i and j in free and fits(i, j)}
        if partners:
            free -= {i, max(partners, key=lambda j: (len(luts[i][0] & luts[j][0]), -j))}
            pairs += 1
    # No two of the rest share an input and fit: sizes alone decide.
    counts: dict[tuple[int, bool], int] = defaultdict(int)
    for i in free:
        counts[len(luts[i][0]), luts[i][1]] += 1
    kinds = sorted(counts, key=lambda kind: (-kind[0], kind[1]))
    for kind in kinds:
        for other in kinds:
            if kind[0] + other[0] <= INPUTS and not (kind[1] and other[1]):
                number = counts[kind] // 2 if kind == other else min(counts[kind], counts[other])
                counts[kind] -= number
                counts[other] -= number
                pairs += number
    return pairs
