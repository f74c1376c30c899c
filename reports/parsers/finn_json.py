# SPDX-License-Identifier: Apache-2.0
"""The json reports of a FINN build: estimates, simulation and synthesis.

The same number may be an int, a float or a string. `BRAM_18K` counts 18 Kb blocks, `BRAM_36K` and `BRAM` tiles of two.
"""

from __future__ import annotations

import math
import re
from typing import Any

from reports.errors import ReportError
from reports.parsed import CSYNTH, ESTIMATE, ROUTE, RTLSIM, Draft, Figures, Module
from reports.source import Source
from reports.text import read_json

CYCLES, RESOURCES = "finn_estimate_layer_cycles", "finn_estimate_layer_resources"
HLS, PERFORMANCE = "finn_estimate_layer_resources_hls", "finn_estimate_network_performance"
OOC, SYNTH, SIM = "finn_ooc_synth_and_timing", "finn_post_synth_resources_json", "finn_rtlsim_performance"
LARGEST = 8 * 2**20
_TOP, _TOTAL = "(top)", "total"
_LAYER = re.compile(r"[A-Za-z]\w{0,200}_[0-9]{1,6}")
_MARKS = (
    (OOC, '"vivado_proj_folder"'),
    (PERFORMANCE, '"critical_path_cycles"'),
    (SIM, '"throughput[images/s]"'),
    (SYNTH, '"(top)"'),
    (RESOURCES, '"BRAM_efficiency"'),
    (HLS, '"BRAM_18K"'),
)
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,17})?")
_STAGES = {CYCLES: ESTIMATE, RESOURCES: ESTIMATE, HLS: CSYNTH, PERFORMANCE: ESTIMATE, OOC: ROUTE, SIM: RTLSIM}


def recognise(source: Source) -> str | None:
    """Which of FINN's kinds, or None; the keys decide."""
    head = source.head.lstrip()
    if not head.startswith("{"):
        return None
    kind = next((kind for kind, mark in _MARKS if mark in head), None)
    if kind == HLS and not re.match(r'\{\s*"[^"]{1,200}"\s*:\s*\{', head):
        return None
    if kind is None and re.match(r'\{\s*"[A-Za-z]\w{0,200}_[0-9]{1,6}"\s*:\s*[0-9]+\s*[,}]', head):
        return CYCLES
    return kind


def read(source: Source, draft: Draft) -> None:
    """Figures of the whole network where the report has them, else of its layers only."""
    draft.tool, draft.stage = "FINN", _STAGES.get(draft.kind)
    if len(source.text) > LARGEST:
        raise ReportError(source.name, f"is larger than {LARGEST} characters; not a report of FINN")
    data = read_json(source.text, source.name)
    if not isinstance(data, dict) or not data:
        raise ReportError(source.name, "is no report of FINN")
    {CYCLES: _cycles, PERFORMANCE: _performance, OOC: _ooc, SIM: _simulation}.get(draft.kind, _resources)(data, draft)


def _count(data: dict[str, Any], key: str, draft: Draft, name: str, place: str = "") -> float | None:
    """A number of either spelling; absent keys and unreadable values are None."""
    value = data.get(key)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if value is None and key not in data:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e15:
        literal = value if isinstance(value, str) else repr(value)
        if not place and literal in ("?", "undef", "-", "NA", "None", "nan"):
            draft.unknown(name, literal)
        else:
            draft.problem(f"{place}{key} is {literal[:40]!r}, not a count", field=name)
        return None
    return float(value)


def _counts(data: dict[str, Any], draft: Draft, place: str) -> dict[str, float]:
    """Resources of a layer or of the network."""
    found: dict[str, float] = {}
    for name, key in (("lut", "LUT"), ("ff", "FF"), ("uram", "URAM"), ("lutram", "LUTRAM")):
        value = _count(data, key, draft, name, place)
        if value is not None:
            found[name] = value
    dsps = [v for key in ("DSP", "DSP48E") if (v := _count(data, key, draft, "dsp", place)) is not None]
    if "DSP" not in data and type(data.get("DSP48E")) is int and isinstance(data.get("LUT"), str):
        draft.problem(f"{place}DSP is missing; the DSP48E beside it is a placeholder", field="dsp")
    elif dsps:
        if len(dsps) > 1 and dsps[0] != dsps[1] and dsps[1] != 0:
            draft.problem(f"{place}DSP is {dsps[0]:g}, DSP48E {dsps[1]:g}", field="dsp")
        else:
            found["dsp"] = dsps[0]
    halves, tiles = (_count(data, key, draft, "bram18", place) for key in ("BRAM_18K", "BRAM_36K"))
    whole = _count(data, "BRAM", draft, "bram18", place)
    if halves is not None:
        found["bram18"] = halves + 2 * (tiles or 0)
        if tiles is None and draft.kind in (OOC, SYNTH):
            draft.problem(f"{place}BRAM_18K is there, BRAM_36K is not", field="bram18")
            del found["bram18"]
        elif whole is not None and 2 * whole != found["bram18"]:
            draft.problem(f"{place}BRAM is {whole:g} tiles, but {tiles:g} and {halves:g} halves", field="bram18")
            del found["bram18"]
    elif tiles is not None:
        draft.problem(f"{place}BRAM_36K is there, BRAM_18K is not", field="bram18")
    elif whole is not None:
        found["bram18"] = 2 * whole
    return found


def _resources(data: dict[str, Any], draft: Draft) -> None:
    whole = _TOP if draft.kind == SYNTH else _TOTAL
    layers: list[dict[str, float]] = []
    for name, entry in data.items():
        if not isinstance(entry, dict):
            draft.problem(f"{name} is no object of counts")
            continue
        counts = _counts(entry, draft, f"{name}: ")
        if not {"lut"} <= set(counts):
            draft.problem(f"{name} has no LUT count", field="lut")
        if name != whole:
            layers.append(counts)
            draft.module(Module(name, Figures(**counts)))  # type: ignore[arg-type]
            continue
        for figure, value in counts.items():
            draft.figure(figure, value)
    needed = {RESOURCES: ("lut", "bram18", "uram", "dsp"), SYNTH: ("lut", "ff", "bram18", "dsp")}.get(draft.kind, ())
    for figure in needed:
        if not draft.has(figure):
            draft.problem(f"{whole} does not give it", field=figure)
    _compare_total(layers, draft)


def _compare_total(layers: list[dict[str, float]], draft: Draft) -> None:
    """Estimates add up; after synthesis the top has more than the layers."""
    if not layers:
        draft.problem("holds no layer")
    for figure in ("lut", "ff", "bram18", "uram", "dsp"):
        values = [layer[figure] for layer in layers if figure in layer]
        if values and len(values) < len(layers):
            draft.problem(f"{len(layers) - len(values)} layers do not give it", field=figure)
        total, stated = sum(values), draft.value(figure)
        if stated is None or not values:
            continue
        exact = draft.kind == RESOURCES and not math.isclose(total, stated, rel_tol=1e-9, abs_tol=1e-6)
        if exact or (draft.kind == SYNTH and figure != "lut" and total > stated):
            draft.problem(f"is {stated:g}, its layers have {total:g}", field=figure)
            draft.withdraw(figure)


def _cycles(data: dict[str, Any], draft: Draft) -> None:
    """Cycles that each layer is busy with a frame: its initiation interval."""
    for name, value in data.items():
        if not _LAYER.fullmatch(name) or type(value) is not int or not 0 <= value < 10**18:
            draft.problem(f"{name} is {str(value)[:40]!r}, not cycles of a layer", field="ii_max")
            continue
        draft.module(Module(name, Figures(ii_min=value, ii_max=value)))


def _performance(data: dict[str, Any], draft: Draft) -> None:
    names = ("critical_path_cycles", "max_cycles", "estimated_throughput_fps", "estimated_latency_ns")
    path, longest, fps, latency = (_count(data, key, draft, "fps") for key in names)
    draft.details.update({key: data[key] for key in (*names, "max_cycles_node_name") if key in data})
    if path is None or longest is None or fps is None or latency is None:
        draft.problem("a key of the report is missing", field="fps")
        return
    if path and longest and not math.isclose(fps * longest * latency / path, 1e9, rel_tol=1e-12):
        text = f"{fps:g} frames a second, {longest:g} cycles each, and {latency:g} ns for {path:g} cycles contradict"
        draft.problem(text, field="fps")
        return
    draft.figure("fps", fps)


def _ooc(data: dict[str, Any], draft: Draft) -> None:
    """Out-of-context implementation by Vivado."""
    version = data.get("vivado_version")
    if isinstance(version, (int, float)) and not isinstance(version, bool):
        draft.tool, draft.version = "FINN+Vivado", str(version)
    counts = _counts(data, draft, "")
    for name in ("lut", "ff", "bram18", "dsp"):
        if name not in counts:
            draft.problem("is missing", field=name)
    fmax = _count(data, "fmax_mhz", draft, "fmax_mhz")
    fps = _count(data, "estimated_throughput_fps", draft, "fps")
    for name, value in {**counts, "fmax_mhz": fmax, "fps": fps}.items():
        if value is not None:
            draft.figure(name, value)
    slack: Any = data.get("WNS")
    if isinstance(slack, (int, float)) and not isinstance(slack, bool) and abs(slack) < 1e9:
        draft.figure("wns_ns", float(slack))
    else:
        draft.problem(f"is {str(slack)[:40]!r}, not a time", field="wns_ns")
    if fmax is None or fmax == 0:
        draft.problem("is missing or zero", field="fmax_mhz")
    elif fps and not math.isclose(fmax * 1e6 / fps, round(fmax * 1e6 / fps), rel_tol=1e-11):
        text = f"{fps:g} frames a second are no whole number of cycles each at {fmax:g} MHz"
        draft.problem(text, field="fmax_mhz")
        draft.withdraw("fmax_mhz", "fps")
    elif draft.has("wns_ns"):
        draft.details["clock_period_ns"] = round(1000 / fmax + float(slack), 6)  # as FINN works fmax out


def _simulation(data: dict[str, Any], draft: Draft) -> None:
    keys = ("cycles", "N", "latency_cycles", "fclk[mhz]", "throughput[images/s]", "runtime[ms]")
    cycles, frames, latency, clock, fps, runtime = (_count(data, key, draft, "latency_max") for key in keys)
    if cycles is None or frames is None or latency is None or clock is None or fps is None or runtime is None:
        missing = [key for key in keys if key not in data]
        draft.problem(f"keys are missing or no numbers: {', '.join(missing)}", field="latency_max")
        return
    interval = _count(data, "interval_cycles", draft, "ii_max")
    agree = (
        clock > 0
        and math.isclose(runtime, cycles / clock / 1000, rel_tol=1e-12)
        and math.isclose(fps * runtime, 1000 * frames, rel_tol=1e-12)
        and latency <= cycles
    )
    if not agree:
        draft.problem("cycles, runtime, clock and throughput contradict each other", field="latency_max")
        return
    draft.figure("transactions", int(frames))
    draft.figure("clock_target_ns", round(1000 / clock, 6))
    draft.figure("fps", fps)
    for name in ("latency_min", "latency_max"):
        draft.figure(name, int(latency))
    if interval is not None:
        for name in ("ii_min", "ii_max"):
            draft.figure(name, int(interval))
    elif "stable_throughput[images/s]" in data:
        draft.problem("interval_cycles is missing", field="ii_max")
    draft.details["cycles"] = int(cycles)
    for key in ("TIMEOUT", "UNFINISHED_INS", "UNFINISHED_OUTS"):
        if data.get(key):
            draft.problem(f"{key} is {data[key]!r}: the simulation did not come to its end", incomplete=False)
