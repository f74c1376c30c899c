# SPDX-License-Identifier: Apache-2.0
"""The whole path in one list. A shorter run is a prefix of it."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from flow.pipeline import exactness, hardware
from flow.pipeline.state import State
from flow.pipeline.step import Result, Step


def _lower(state: State) -> Result:
    from flow import store

    graph = state.source.graph()
    return {"digest": store.save(graph, state.workspace.path("graph")), "nodes": len(graph.nodes)}


def _fold(state: State) -> Result:
    import json

    from flow.emit.plan import write_atomic
    from flow.fold import explain, plan
    from flow.fold.rewrites import worthwhile
    from flow.rewrite import rewritten

    request = state.request
    rewrites = () if request.as_is else worthwhile(state.graph, state.image, state.board, request.fps)
    graph = rewritten(state.graph, rewrites)
    folded, found, schedule = plan(graph, state.image, state.board, request.fps)
    products = f"{graph.macs(state.image):,} products a frame in place of {state.graph.macs(state.image):,}"
    told = [f"rewrites: {', '.join(rewrites)}; {products}"] if rewrites else []
    write_atomic(state.workspace.path("design.json"), json.dumps(folded.to_json(), indent=1) + "\n")
    return {
        "design": folded.to_json(),
        "digest": folded.digest,
        "cycles_per_frame": schedule.cycles_per_frame,
        "latency_cycles": schedule.latency_cycles,
        "rewrites": list(rewrites),
        "explain": "\n".join([explain(folded, found, schedule), *told]),
    }


def _report(state: State) -> Result:
    from flow.pipeline.verdict import report

    return report(state)


def _report_key(state: State) -> list[Any]:
    return [state.results, state.source.name, state.source.weights, state.board.name]


def _graph_key(state: State) -> list[Any]:
    return [state.results["lower"]["digest"]]


def _evaluate_key(state: State) -> list[Any]:
    source = state.source
    few = [asdict(state.image), state.image_count] if source.dataset is None else []
    return [*_graph_key(state), source.kind, source.digest, source.weights, find_spec("tensorflow") is not None, *few]


def _design_key(state: State) -> list[Any]:
    return [state.results["fold"]["digest"]]


def _images_key(state: State) -> list[Any]:
    return [*_design_key(state), state.image_count, state.request.seed]


PROJECTS = ("hls", "hls_vivado", "rtl", "vectors")
STEPS: tuple[Step, ...] = (
    Step(
        "lower",
        "model to integer graph",
        lambda s: [s.source.digest, s.source.kind, s.source.name],
        _lower,
        leaves=("graph",),
    ),
    Step("evaluate", "Keras = graph on every activation of the test images", _evaluate_key, exactness.keras),
    Step(
        "fold",
        "pe, simd and FIFO depths for the asked rate",
        lambda s: [*_graph_key(s), asdict(s.board), asdict(s.image), s.request.fps, s.request.as_is],
        _fold,
        leaves=("design.json",),
    ),
    Step("emit", "HLS and SystemVerilog projects, weights, vectors", _images_key, hardware.emit, leaves=PROJECTS),
    Step("csim", "C simulation with g++", _images_key, hardware.csim, beside=True),
    Step(
        "rtlsim", "cycle-accurate simulation with Verilator, random stalls", _images_key, hardware.rtlsim, beside=True
    ),
    Step(
        "synth",
        "synthesis with Yosys, DSP inference on",
        lambda s: [*_design_key(s), *s.request.families],
        hardware.synth,
        beside=True,
    ),
    Step(
        "vendor",
        "csynth, cosim and export if a vendor tool is on PATH",
        hardware.vendor_key,
        hardware.vendor,
    ),
    Step(
        "report",
        "report.json, summary, gates",
        _report_key,
        _report,
        leaves=("report.json", "summary.md", "report.html"),
    ),
)


def _route(state: State) -> Result:
    from flow.pipeline.route import route

    return route(state)


ROUTE: tuple[Step, ...] = (
    STEPS[0],
    STEPS[2],
    Step("route", "place and route, bitstream, routed netlist = graph", _images_key, _route, leaves=("route",)),
)
"""A run of its own: minutes for thousands of LUTs."""
