# SPDX-License-Identifier: Apache-2.0
"""The steps between a design and its figures: emit, csim, rtlsim, synth, vendor."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flow.pipeline.equality import equality
from flow.pipeline.state import State
from flow.pipeline.step import Result

STALLS = 0.3
"""Share of cycles in which either end of the design pauses in the exactness run."""
TIMED_FRAMES = 4
VENDOR_TOOLS = ("vitis-run", "vitis_hls", "vivado_hls")


def emit(state: State) -> Result:
    """Write both projects, the weights and the test vectors."""
    from flow.emit.hls import hls_plan
    from flow.emit.rtl import rtl_plan
    from flow.emit.vectors import vector_plan

    plans = {
        "hls": hls_plan(state.design, "vitis"),
        "hls_vivado": hls_plan(state.design, "vivado"),
        "rtl": rtl_plan(state.design),
        "vectors": vector_plan(state.built, state.images),
    }
    for folder, plan in plans.items():
        plan.write(state.workspace.path(folder))
    return {folder: {"files": len(plan), "digest": plan.digest} for folder, plan in plans.items()}


def csim(state: State) -> Result:
    """graph = csim on every stream."""
    from flow.simulate.csim import csim as simulate

    found = simulate(state.design, state.images, state.workspace.path("csim"), taps=True)
    return equality("graph=csim", state.expected, _all(found), len(state.images))


def rtlsim(state: State) -> Result:
    """graph = rtlsim on every stream with random stalls; cycles and FIFO peaks from a run without stalls beside it."""
    from flow.simulate.rtlsim import compile_simulator
    from flow.simulate.rtlsim import rtlsim as simulate

    folder, images, seed = state.workspace.path("rtlsim"), state.images, state.request.seed
    compile_simulator(state.design, folder)
    with ThreadPoolExecutor(max_workers=2) as pool:
        timed = pool.submit(simulate, state.design, images[:TIMED_FRAMES], folder, stalls=None, seed=seed, taps=False)
        stalled = simulate(state.design, images, folder, stalls=STALLS, seed=seed, taps=True)
        free = timed.result()
    depths = {edge.name: edge.depth for edge in state.design.edges}
    peaks = {name: max(stalled.fifo_peaks[name], free.fifo_peaks[name]) for name in depths}
    return {
        **equality("graph=rtlsim", state.expected, _all(stalled), len(state.images)),
        "cycles_per_frame": free.cycles_per_frame,
        "latency_cycles": free.latency_cycles,
        "load_cycles": free.load_cycles,
        "fifo": {name: {"depth": depths[name], "peak": peaks[name]} for name in depths},
    }


def synth(state: State) -> Result:
    """Yosys for the family of the board, for ECP5, and for families that the user adds."""
    from flow.synthesise import synthesise_design

    families = dict.fromkeys((state.board.family, "ecp5", *state.request.families))
    return {
        family: synthesise_design(state.design, family, state.workspace.cache, progress=_bar(family))
        for family in families
    }


def _bar(family: str) -> Callable[[int, int, str], None]:
    """A progress bar of the units of one family; silent where nobody watches."""
    from tqdm import tqdm

    bar = tqdm(desc=family, unit="module", leave=False, disable=None)

    def show(done: int, units: int, module: str) -> None:
        bar.total, bar.n = units, done
        bar.set_postfix_str(module)
        if done == units:
            bar.close()

    return show


def vendor_key(state: State) -> list[Any]:
    """Depends on the design and on which vendor tool is there."""
    return [state.results["fold"]["digest"], *(shutil.which(tool) for tool in VENDOR_TOOLS)]


def vendor(state: State) -> Result:
    """The vendor path; says why where it did not run."""
    from flow.synthesise.vendor import run_vendor

    return run_vendor(state.design, state.workspace.folder)


def _all(found: Any) -> dict[str, Any]:
    """Streams of a simulation, the sums among them."""
    return {**found.streams, "classifier_sum": found.classifier_sum}
