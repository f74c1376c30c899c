# SPDX-License-Identifier: Apache-2.0
"""The last step: results of all others into report.json, summary.md, report.html and gates."""

from __future__ import annotations

from collections.abc import Iterator

from flow.design import Design
from flow.estimate import estimate, total
from flow.ops import BinaryConv
from flow.pipeline.source import zoo_cards
from flow.pipeline.state import State
from flow.pipeline.step import Result
from flow.synthesise import SynthResult, layer_instances
from reports import schema
from reports.budget import Amount, Budget, Share
from reports.cells import count
from reports.convert import to_json
from reports.gate import gated
from reports.page import write_page
from reports.parsed import Parsed
from reports.render import brief, write_summary
from reports.report import write_report

CYCLES_WITHIN = 0.02
RESOURCES_WITHIN = 0.15


def report(state: State) -> Result:
    """Write report.json, summary.md and report.html; gates decide the exit code."""
    found = make_report(state)
    write_report(state.workspace.path("report.json"), found)
    summary = state.workspace.path("summary.md")
    write_summary(summary, found)
    write_page(state.workspace.path("report.html"), [Parsed("report.json", "ern_report", report=found)])
    return {
        "report": to_json(found),
        "text": brief(found) + f"\nproof, layers and FIFOs: {summary}\n",
        "passed": found.passed,
    }


def make_report(state: State) -> schema.Report:
    """The report of a build from the results of its steps."""
    results, design = state.results, state.design
    synth = {family: SynthResult.from_json(data) for family, data in results["synth"].items()}
    board = state.board
    draft = schema.Report(
        model=state.source.name,
        board=board.name,
        digest=design.digest,
        clock_mhz=board.clock_mhz,
        exactness=tuple(_exactness(results)),
        accuracy=_accuracy(results["evaluate"]),
        weights=_weights(state),
        performance=_performance(results, board.clock_mhz),
        resources=(_estimate_row(design), *(found.resource() for found in synth.values()), *_vendor_rows(results)),
        layers=tuple(_layers(design, synth[board.family])),
        gates=(),
        not_run=tuple(schema.NotRun(**row) for row in _not_run(results)),
        device=schema.Device(board.part, board.family, board.lut, board.ff, board.bram18, board.uram, board.dsp),
        rewrites=tuple(results["fold"]["rewrites"]),
        fifos=tuple(schema.Fifo(n, e["depth"], e["peak"]) for n, e in results["rtlsim"]["fifo"].items()),
    )
    return gated(draft, budget(state))


def budget(state: State) -> Budget:
    """What a build must keep: no DSP anywhere, every stream exact, the device not passed, predictions that hold.

    Predicted resources are held to 15 % for the networks of the zoo, which the cost model is calibrated for.
    """
    zoo = state.source.kind == "zoo"
    pairs = {row.pair: 1 for row in _exactness(state.results)}
    device = Share(1.0)
    limits: dict[str, Amount] = {"dsp": 0, "lut": device, "ff": device, "bram18": device, "uram": device}
    limits |= state.request.limits
    if zoo:
        limits["accuracy"] = zoo_cards()[state.source.name]["test_accuracy"]
    if state.request.fps is not None:
        limits["fps"] = state.request.fps
    return Budget(
        limits, exactness=pairs, cycles_within=CYCLES_WITHIN, fifo=True,
        lut_within=RESOURCES_WITHIN if zoo else None, bram18_within=RESOURCES_WITHIN if zoo else None,
    )  # fmt: skip


def _exactness(results: dict[str, Result]) -> Iterator[schema.Exactness]:
    for step in ("evaluate", "csim", "rtlsim"):
        if "exactness" in results[step]:
            yield schema.Exactness(**results[step]["exactness"], differing=tuple(results[step]["differing"]))


def _accuracy(result: Result) -> schema.Accuracy | None:
    found = result.get("accuracy", {})
    return schema.Accuracy(**found) if "graph" in found else None


def _weights(state: State) -> schema.Weights:
    """The file and its sha256, or the digest of the graph where no single file holds the weights."""
    source = state.source
    single = source.path is not None and source.kind != "graph"
    return schema.Weights(source.weights, source.digest if single else state.results["lower"]["digest"])


def _performance(results: dict[str, Result], clock_mhz: float) -> schema.Performance:
    simulated = results["rtlsim"]["cycles_per_frame"]
    return schema.Performance(
        cycles_per_frame=schema.Cycles(model=results["fold"]["cycles_per_frame"], rtlsim=simulated),
        latency_cycles=results["rtlsim"]["latency_cycles"],
        fps=round(clock_mhz * 1e6 / simulated, 2),
        load_cycles=results["rtlsim"].get("load_cycles"),
    )


def _estimate_row(design: Design) -> schema.Resource:
    spent = total(estimate(design).values())
    return schema.Resource(
        stage="estimate", source="rtl", tool="ern", version="model", family=design.board.family,
        lut=round(spent.lut), ff=round(spent.ff), bram18=round(spent.bram18), uram=round(spent.uram), dsp=0,
    )  # fmt: skip


def _vendor_rows(results: dict[str, Result]) -> Iterator[schema.Resource]:
    for row in results["vendor"].get("resources", []):
        yield schema.Resource(**row)


def _layers(design: Design, found: SynthResult) -> Iterator[schema.Layer]:
    instances = layer_instances(found, design)
    by_path = {instance.path: instance.cells for instance in found.instances}
    for node in design.graph.nodes:
        folding = design.foldings[node.name]
        spent = [count(by_path[path], found.family, file=path) for path in instances[node.name]]
        yield schema.Layer(
            name=node.name, op=node.kind, cycles=design.cycles(node), pe=folding.pe,
            simd=node.simd(folding) if isinstance(node, BinaryConv) else folding.stream_channels,
            stream_channels=folding.stream_channels,
            memory=folding.memory if isinstance(node, BinaryConv) else None,
            lut=sum(c.lut for c in spent), ff=sum(c.ff for c in spent), bram18=sum(c.bram18 for c in spent),
            uram=sum(c.uram for c in spent), dsp=sum(c.dsp for c in spent),
            macs=node.macs(*(design.shape(s) for s in node.inputs)),
        )  # fmt: skip


def _not_run(results: dict[str, Result]) -> Iterator[dict[str, str]]:
    for stage, reason in results["evaluate"].get("not_run", {}).items():
        yield {"stage": stage, "reason": reason}
    yield from results["vendor"].get("not_run", [])
