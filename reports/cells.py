# SPDX-License-Identifier: Apache-2.0
"""What each cell kind of a mapped netlist costs, by family.

Counting rule (docs/report.md): LUT1 to LUT6, LUT6_2, INV and SRL count 1 LUT each, distributed RAM the LUTs it
occupies, wide multiplexers 0. Block RAM is counted in 18 Kb units. Carry is counted in CARRY4 (a CARRY8 is two) or in
the family's own carry cells. Outside Xilinx' families distributed RAM is stated as `lutram` cells.
The tables and their sources are in reports/families. A kind that no table holds is an error, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reports.errors import UnknownCellError
from reports.families import gowin, lattice, others, xilinx
from reports.families.costs import FREE, Counts

__all__ = ["FAMILIES", "Counts", "count", "dsp_kinds", "infer_family"]

XILINX = "xilinx"
_TABLES: dict[str, Mapping[str, Counts]] = {
    XILINX: xilinx.CELLS,
    "ecp5": lattice.ECP5,
    "machxo2": lattice.MACHXO2,
    "ice40": lattice.ICE40,
    "nexus": lattice.NEXUS,
    "gowin": gowin.CELLS,
    "cyclonev": others.CYCLONE_V,
    "gatemate": others.GATEMATE,
    "quicklogic": others.QUICKLOGIC,
    "pp3": others.PP3,
    "efinix": others.EFINIX,
    "anlogic": others.ANLOGIC,
    "polarfire": others.POLARFIRE,
}
# Whose small netlists look like a more common family's: never inferred without a kind of its own.
_LOOKALIKES = frozenset(("machxo2", "pp3"))
_PREFIXES: dict[str, Mapping[str, Counts]] = {"quicklogic": others.QUICKLOGIC_PREFIXES}
_RULES = {"xcup": XILINX, "xcu": XILINX, "xc7": XILINX, **{name: name for name in _TABLES}}
FAMILIES = tuple(_RULES)
# Yosys keeps the names of flattened scopes as $scopeinfo: text, not hardware.
_ANY = {"$scopeinfo": FREE}


def dsp_kinds(family: str) -> tuple[str, ...]:
    """Every cell kind that counts as a DSP block in a family: what a proof of zero DSP has looked for."""
    return tuple(sorted(kind for kind, cost in _table(family, "netlist").items() if cost.dsp))


def infer_family(kinds: Iterable[str]) -> str | None:
    """The family of a netlist, or None where its cell kinds do not say it, or several could have them.

    Kinds that only one family has decide; without any of them, the one family that has all kinds.

    >>> infer_family(["LUT4", "FDRE"]), infer_family(["LUT4"]), infer_family(["SB_LUT4", "FDRE"])
    ('xilinx', None, None)
    """
    found = {kind for kind in kinds if not kind.startswith("$")}
    own = {rules for rules in _LOOKALIKES for kind in found if _holders(kind) == [rules]}
    if own:
        return own.pop() if len(own) == 1 and not any(_holders(kind) == [] for kind in found) else None
    holders = {kind: [rules for rules in _holders(kind) if rules not in _LOOKALIKES] for kind in found}
    marks = {names[0] for names in holders.values() if len(names) == 1}
    if marks:
        return marks.pop() if len(marks) == 1 else None
    whole = [rules for rules in _TABLES if found and all(rules in names for names in holders.values())]
    return whole[0] if len(whole) == 1 else None


def count(cells: Mapping[str, int], family: str, *, file: str = "netlist") -> Counts:
    """What the cells of a mapped netlist cost.

    >>> count({"LUT6": 3, "INV": 1, "RAMB36E2": 1}, "xcup").lut
    4

    Raises:
        UnknownCellError: a kind without a known cost, all of them named; or an unknown family.
    """
    _table(family, file)
    costs = {kind: _cost(kind, _RULES[family]) for kind in cells}
    unknown = sorted(kind for kind, cost in costs.items() if cost is None)
    if unknown:
        raise UnknownCellError(
            file,
            f"cost of {', '.join(unknown)} in family {family} is not known; an unmapped cell, a black box or another "
            "family? Nothing is counted",
        )
    total = Counts()
    for kind, cost in costs.items():
        assert cost is not None
        total += cost * cells[kind]
    return total


def _holders(kind: str) -> list[str]:
    return [rules for rules in _TABLES if _cost(kind, rules) is not None]


def _cost(kind: str, rules: str) -> Counts | None:
    found = _TABLES[rules].get(kind, _ANY.get(kind))
    if found is None:
        return next((cost for start, cost in _PREFIXES.get(rules, {}).items() if kind.startswith(start)), None)
    return found


def _table(family: str, file: str) -> Mapping[str, Counts]:
    if family not in _RULES:
        raise UnknownCellError(file, f"family {family!r} is unknown; known: {', '.join(_RULES)}")
    return _TABLES[_RULES[family]]
