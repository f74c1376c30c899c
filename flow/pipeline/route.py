# SPDX-License-Identifier: Apache-2.0
"""The step `route`: bitstream of a board by nextpnr, its routed netlist simulated, Fmax and utilization gated."""

from __future__ import annotations

from flow.pipeline.equality import equality
from flow.pipeline.state import State
from flow.pipeline.step import Result
from flow.synthesise.place_route import REPORT, Routed, place_route
from reports.schema import PASS
from reports.verdict import Verdict

STALLS = 0.3
IMAGES = 10
"""Images through the netlist: it runs a thousand times slower than the design it was made of."""


def route(state: State) -> Result:
    """Place and route; graph = netlist on the classifier sums; gates on nextpnr's own report."""
    import numpy as np

    from flow.simulate.netlist import netlistsim
    from reports.budget import Amount, Budget, Share
    from reports.convert import to_json
    from reports.gate import judge
    from reports.parse import parse

    folder = state.workspace.path("route")
    routed = place_route(state.design, folder, state.request.seed)
    images = state.images[:IMAGES]
    sums = np.asarray(state.graph.run(images)["classifier_sum"]).reshape(len(images), -1)
    found = netlistsim(state.design, routed.netlist.read_text(), images, folder / "sim", STALLS, state.request.seed)
    equal = equality("graph=netlist", {"classifier_sum": sums}, {"classifier_sum": found}, len(images))
    device = Share(1.0)
    limits: dict[str, Amount] = {
        "dsp": 0,
        "lut": device,
        "ff": device,
        "bram18": device,
        "fmax_mhz": state.board.clock_mhz,
    }
    verdict = judge([parse(folder / REPORT)], Budget(limits))
    return {
        **equal,
        "fmax_mhz": routed.fmax_mhz,
        "clock_mhz": state.board.clock_mhz,
        **{name: getattr(routed, name) for name in ("lut", "ff", "bram18", "dsp", "available", "seconds")},
        "bitstream": str(routed.bitstream),
        "gates": [to_json(gate) for gate in verdict.gates],
        "passed": verdict.passed and not equal["differing"],
        "text": _text(routed, equal["exactness"], verdict),
    }


def _text(routed: Routed, exactness: Result, verdict: Verdict) -> str:
    shares = ", ".join(
        f"{getattr(routed, name):,}{f' of {of:,}' if (of := routed.available.get(name)) else ''} {name}"
        for name in ("lut", "ff", "bram18", "dsp")
    )
    lines = [
        f"placed and routed in {routed.seconds:.0f} s: {routed.fmax_mhz:g} MHz (asked: {routed.asked_mhz:g}); {shares}",
        f"graph = netlist: {exactness['mismatches']} mismatches in {exactness['values']:,} sums, with random stalls",
        f"bitstream: {routed.bitstream}",
    ]
    return "\n".join([*lines, *(f"{f.status.upper()}: {f.text}" for f in verdict.findings if f.status != PASS)])
