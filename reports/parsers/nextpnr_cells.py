# SPDX-License-Identifier: Apache-2.0
"""What nextpnr calls the cells of each family, and how they count.

iCE40's `lut` is its logic cell (a LUT and a flip-flop together), so it has no `ff`. Block RAM counts one each: DP16KD,
ICESTORM_RAM, BSRAM, M10K and half of a GateMate RAM; Xilinx' RAMB36E1 is two. Source: the logs and reports that
nextpnr-ice40, -ecp5, -nexus, -xilinx, -himbaechel (gowin, gatemate) and -mistral write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reports.parsed import Draft


@dataclass(frozen=True)
class Family:
    """How a family counts.

    Attributes:
        tool: nextpnr's name for it.
        mark: a kind that only this family has.
        figures: weight of each kind, by figure.
        needed: figures whose kinds the tool always lists, used or not.
        dsp: kinds that are multipliers or parts of one.
        dsp_where: kinds of devices that have DSPs: there a line without them is lost.
        dsp_together: kinds that stand together: where one is listed, all are.
        beside: kinds that every device has, and that stand behind a counted one in the order of the alphabet.
        bare: available LUTs of the one device that has neither block RAM nor what stands beside it.
    """

    tool: str
    mark: str
    figures: Mapping[str, Mapping[str, int]]
    needed: tuple[str, ...]
    dsp: re.Pattern[str] | None = None
    dsp_where: frozenset[str] = frozenset()
    dsp_together: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    bare: int | None = None


_UP5K = frozenset(("ICESTORM_SPRAM", "SB_LEDDA_IP", "SB_RGBA_DRV", "ICESTORM_HFOSC", "ICESTORM_LFOSC", "IO_I3C"))
FAMILIES: dict[str, Family] = {
    "ice40": Family(
        "nextpnr-ice40", "ICESTORM_LC", {"lut": {"ICESTORM_LC": 1}, "bram18": {"ICESTORM_RAM": 1}}, ("lut", "bram18"),
        re.compile(r"ICESTORM_DSP"), _UP5K,
        beside=frozenset(("ICESTORM_PLL", "SB_GB", "SB_IO", "SB_WARMBOOT")), bare=384,
    ),
    "ecp5": Family(
        "nextpnr-ecp5", "DP16KD",
        {"lut": {"TRELLIS_COMB": 1}, "ff": {"TRELLIS_FF": 1}, "bram18": {"DP16KD": 1}, "lutram": {"TRELLIS_RAMW": 1}},
        ("lut", "ff", "bram18"), re.compile(r"MULT18X18D|ALU54B"), frozenset(("DP16KD",)),
        frozenset(("MULT18X18D", "ALU54B")),
        frozenset(("CLKDIVF", "DQSBUFM", "OSCG", "TRELLIS_ECLKBUF", "TRELLIS_IO", "USRMCLK")),
    ),
    "machxo2": Family(
        "nextpnr-machxo2", "DP8KC", {"lut": {"TRELLIS_COMB": 1}, "ff": {"TRELLIS_FF": 1}, "bram18": {"DP8KC": 1}},
        ("lut", "ff", "bram18"),
    ),
    "nexus": Family(
        "nextpnr-nexus", "OXIDE_COMB",
        {"lut": {"OXIDE_COMB": 1}, "ff": {"OXIDE_FF": 1}, "bram18": {"OXIDE_EBR": 1}}, ("lut", "ff", "bram18"),
        re.compile(r"(MULT9|MULT18|MULT18X36|MULT36|PREADD9|ACC54|REG18)_CORE"), frozenset(("OXIDE_EBR",)),
    ),
    "gowin": Family(
        "nextpnr-himbaechel", "BSRAM", {"lut": {"LUT4": 1}, "ff": {"DFF": 1}, "bram18": {"BSRAM": 1}},
        ("lut", "ff", "bram18"), re.compile(r"MULT\w*[0-9]+X[0-9]+|ALU54D|PADD[0-9]+|MULTALU\w+"),
        frozenset(),
        frozenset(("MULT9X9", "MULT18X18", "MULT36X36", "MULTALU18X18", "MULTALU36X18", "MULTADDALU18X18")),
    ),
    "gatemate": Family(
        "nextpnr-himbaechel", "CPE_FF", {"lut": {"CPE_LT": 1}, "ff": {"CPE_FF": 1}, "bram18": {"RAM_HALF": 1}},
        ("lut", "ff", "bram18"),
    ),
    "xilinx": Family(
        "nextpnr-xilinx", "SLICE_LUTX",
        {"lut": {"SLICE_LUTX": 1}, "ff": {"SLICE_FFX": 1},
         "bram18": {kind: weight for name, weight in (("RAMB18", 1), ("FIFO18", 1), ("RAMB36", 2), ("FIFO36", 2))
                    for kind in (f"{name}E1", f"{name}E2", f"{name}E1_{name}E1", f"{name}E2_{name}E2")}},
        ("lut", "ff"), re.compile(r"DSP48E[12](_DSP48E[12])?"),
    ),
    "cyclonev": Family(
        "nextpnr-mistral", "MISTRAL_COMB",
        {"lut": {"MISTRAL_COMB": 1}, "ff": {"MISTRAL_FF": 1}, "bram18": {"MISTRAL_M10K": 1}}, ("lut", "ff", "bram18"),
        re.compile(r"MISTRAL_MUL\w+"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Use:
    """A kind of cell: how many are used, of how many, and where it says so."""

    used: int
    available: int
    line: int | None = None


def fill(uses: Mapping[str, Use], draft: Draft) -> None:
    """Figures of the cells; an unknown family, or one that is not told clearly, gives none."""
    found = [name for name, family in FAMILIES.items() if family.mark in uses]
    if len(found) != 1:
        text = "cells of no known family" if not found else f"cells of several families ({', '.join(found)})"
        draft.problem(f"{text}; nothing is counted", field="lut")
        return
    draft.family = found[0]
    family = FAMILIES[found[0]]
    draft.tool = family.tool
    for kind, use in uses.items():
        if use.used:
            draft.cells[kind] = use.used
    for name, weights in family.figures.items():
        listed = {kind: weight for kind, weight in weights.items() if kind in uses}
        if listed:
            draft.figure(name, sum(weight * uses[kind].used for kind, weight in listed.items()))
            draft.available[name] = max(weight * uses[kind].available for kind, weight in listed.items())
        elif name == "lut" and "TRELLIS_SLICE" in uses:
            continue  # nextpnr before 2022 counted slices of two LUTs; its log has LUTs elsewhere
        elif name == "bram18" and family.bare is not None and draft.available.get("lut") == family.bare:
            draft.figure(name, 0)
        elif name in family.needed and not (name == "ff" and "TRELLIS_SLICE" in uses):
            draft.problem(f"{' and '.join(weights)} are not listed (line lost?)", field=name)
        elif name == "bram18":
            draft.figure(name, 0)
    draft.figure("uram", 0)
    _dsp(uses, family, draft)


def lost_beside(uses: Mapping[str, Use], draft: Draft) -> list[str]:
    """Kinds that every device of the family has and the report does not list.

    In JSON a lost stretch of lines joins the beginning of one entry with the end of another: a count of the second
    then stands under the name of the first, and only the kinds between them tell.
    """
    family = FAMILIES.get(draft.family or "")
    if family is None or draft.available.get("lut") in (None, family.bare):
        return []  # slices instead of LUTs: a report of 2021, whose kinds are not all known here
    return sorted(family.beside - set(uses))


def _dsp(uses: Mapping[str, Use], family: Family, draft: Draft) -> None:
    listed = {kind: use for kind, use in uses.items() if family.dsp and family.dsp.fullmatch(kind)}
    lost = family.dsp_together - set(listed)
    apart = family.dsp_together & set(listed)
    if (lost and apart) or (not listed and family.dsp_where & set(uses)):
        draft.problem("its cells are not listed (line lost?)", field="dsp")
    elif family.tool == "nextpnr-nexus" and any(use.used for use in listed.values()):
        draft.details["dsp_parts"] = {kind: use.used for kind, use in listed.items()}  # several to a block
    else:
        draft.figure("dsp", sum(use.used for use in listed.values()))
        if listed:
            draft.available["dsp"] = sum(use.available for use in listed.values())
