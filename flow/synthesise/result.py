# SPDX-License-Identifier: Apache-2.0
"""What synthesis found: cells of every module and instance, and every DSP block by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flow.errors import ToolError
from reports.cells import Counts, count, dsp_kinds
from reports.schema import DspLocation, ModuleProof, Resource


@dataclass(frozen=True)
class ModuleCells:
    """One distinct module of the mapped design.

    Attributes:
        name: module name without parameters.
        instances: how often the design holds it.
        cells: its own leaf cells by kind, without those of modules counted apart.
        levels: most LUTs on a path between registers (or its ports), with what is below it (flow/synthesise/levels.py).
        shared: LUTs that may share a site with another one (flow/synthesise/sites.py). Both are None in families of
            which only the cells are known (flow/synthesise/families.py).
    """

    name: str
    instances: int
    cells: Mapping[str, int]
    levels: int | None
    shared: int | None


@dataclass(frozen=True)
class InstanceCells:
    """One instance, with everything below it.

    Attributes:
        path: instance names from the top, joined by dots.
        module: its module's name without parameters.
        cells: leaf cells by kind.
    """

    path: str
    module: str
    cells: Mapping[str, int]


@dataclass(frozen=True)
class DspCell:
    """A DSP block: module, name in the netlist, kind, and the source line of the product if it is known, else ""."""

    module: str
    cell: str
    kind: str
    place: str = ""


@dataclass(frozen=True, eq=False)
class SynthResult:
    """A synthesised design, out of context.

    Attributes:
        top: name of the top module.
        family: a key of flow.synthesise.families.FLOWS.
        version: of Yosys.
        modules: every distinct module that is counted apart; their cells times instances are the whole design.
        instances: the instances that are counted apart, by path.
        dsp_cells: every DSP block (at most 1,000 a module); empty in a design without.
        seconds: wall time, 0 for a result out of the cache.
    """

    top: str
    family: str
    version: str
    modules: tuple[ModuleCells, ...]
    instances: tuple[InstanceCells, ...]
    dsp_cells: tuple[DspCell, ...]
    seconds: float

    @cached_property
    def cells(self) -> dict[str, int]:
        """Leaf cells of the whole design by kind."""
        total: dict[str, int] = {}
        for module in self.modules:
            for kind, number in module.cells.items():
                total[kind] = total.get(kind, 0) + number * module.instances
        return dict(sorted(total.items()))

    @property
    def levels(self) -> int:
        """Most LUTs on a path between registers, over the whole design; see `_known`."""
        return max(_known(module.levels, self.family) for module in self.modules)

    @property
    def sites(self) -> int:
        """Estimate of the LUT sites that the design takes; see `_known`."""
        shared = sum(_known(module.shared, self.family) * module.instances for module in self.modules)
        return self.counts.lut - shared

    @cached_property
    def counts(self) -> Counts:
        """What the whole design costs.

        Raises:
            reports.UnknownCellError: a cell kind without a known cost.
        """
        return count(self.cells, self.family, file=f"{self.top} ({self.family})")

    def instance(self, path: str) -> Counts | None:
        """What one instance costs with everything below it; None if it is not counted apart."""
        for found in self.instances:
            if found.path == path:
                return count(found.cells, self.family, file=path)
        return None

    def resource(self) -> Resource:
        """The row of report.json, with the proof: cells of every module, DSP kinds looked for."""
        counts = self.counts
        known = all(module.levels is not None and module.shared is not None for module in self.modules)
        return Resource(
            stage="synth",
            source="rtl",
            tool="yosys",
            version=self.version,
            family=self.family,
            lut=counts.lut,
            dsp=counts.dsp,
            bram18=counts.bram18,
            ff=counts.ff,
            uram=counts.uram,
            carry=counts.carry,
            lutram=counts.lutram,
            cells=self.cells,
            levels=self.levels if known else None,
            sites=self.sites if known else None,
            modules=tuple(self._proof(module) for module in self.modules if module.instances),
            dsp_kinds=dsp_kinds(self.family),
            dsp_cells=tuple(DspLocation(d.module, d.cell, d.kind, d.place or None) for d in self.dsp_cells),
        )

    def _proof(self, module: ModuleCells) -> ModuleProof:
        luts = count(module.cells, self.family, file=f"module {module.name}").lut
        sites = None if module.shared is None else luts - module.shared
        return ModuleProof(module.name, module.instances, module.cells, module.levels, sites)

    def to_json(self) -> dict[str, Any]:
        """A JSON-able form; `from_json` reads it."""
        return {
            "top": self.top,
            "family": self.family,
            "version": self.version,
            "modules": [
                {
                    "name": m.name,
                    "instances": m.instances,
                    "cells": dict(m.cells),
                    "levels": m.levels,
                    "shared": m.shared,
                }
                for m in self.modules
            ],
            "instances": [{"path": i.path, "module": i.module, "cells": dict(i.cells)} for i in self.instances],
            "dsp_cells": [
                {"module": d.module, "cell": d.cell, "kind": d.kind, "place": d.place} for d in self.dsp_cells
            ],
            "seconds": self.seconds,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> SynthResult:
        """The result that `to_json` wrote."""
        return SynthResult(
            top=data["top"],
            family=data["family"],
            version=data["version"],
            modules=tuple(ModuleCells(**entry) for entry in data["modules"]),
            instances=tuple(InstanceCells(**entry) for entry in data["instances"]),
            dsp_cells=tuple(DspCell(**entry) for entry in data["dsp_cells"]),
            seconds=data["seconds"],
        )


def _known(value: int | None, family: str) -> int:
    if value is None:
        raise ToolError(f"yosys: LUT levels and sites of {family} are not known; they are of xcup, xc7, ecp5 and nexus")
    return value
