# SPDX-License-Identifier: Apache-2.0
"""Simulation of a placed and routed netlist: the sums that leave it, and nothing else, as a netlist has no streams."""

from __future__ import annotations

from pathlib import Path

from flow.design import Design
from flow.emit.plan import Plan
from flow.emit.rtl import TOP, render, template_texts
from flow.errors import SimulationError
from flow.graph import IMAGE
from flow.ops.base import Array
from flow.simulate import verilator
from flow.simulate.job import BENCH, run_job, stimulus
from flow.simulate.routed import routed_verilog

_PORTS = ("aclk", "aresetn", *(f"{s}_axis_{n}" for s in "sm" for n in ("tdata", "tvalid", "tready", "tlast")))


def netlistsim(
    design: Design, netlist: str, images: Array, folder: Path, stalls: float | None = None, seed: int = 0
) -> Array:
    """Simulate the routed netlist of a design on images, frames back to back.

    Args:
        design: what was placed and routed; without a load port.
        netlist: JSON that nextpnr wrote.
        images: uint8, N x H x W x in_channels.
        folder: where sources, binary and job files go.
        stalls: share of cycles in which source and sink pause at random, or None.
        seed: of the pauses.

    Returns:
        classifier_sum, int64 [N, classes].

    Raises:
        SimulationError: the netlist holds what is not modelled, hangs, or ends early.
        ToolError: Verilator or g++ is missing or failed.
    """
    fed = stimulus(design, images)
    if fed.loads:
        raise SimulationError(
            f"{design.graph.name}: a netlist with a load port is not simulated; fold it without UltraRAM"
        )
    folder = Path(folder).resolve()
    entry = {"top": TOP, "image_bits": design.beat_bits(IMAGE), "stream_base": 0, "fifo_base": 0, "load": False}
    plan = Plan(
        {
            **{
                f"sim/{name}": text
                for suffix in (".sv", ".cpp")
                for name, text in template_texts("sim", suffix).items()
            },
            **{f"netlist/{name}": text for name, text in template_texts("netlist").items()},
            f"sim/{BENCH}.sv": render("sim/ern_bench.sv.j2", designs=[entry]),
            "netlist/routed.sv": routed_verilog(netlist),
            f"netlist/{TOP}.sv": _wrapper(design.beat_bits(IMAGE)),
        }
    )
    plan.write(folder)
    sources = sorted(path for path in plan if path.endswith((".sv", ".cpp")))
    binary = verilator.build(folder, sources, BENCH, {path: plan[path] for path in sources})
    with run_job(binary, folder, [fed], stalls, seed, taps=False) as done:
        if done.hung:
            cycles = done.report["cycles", 0][0]
            raise SimulationError(f"{design.graph.name}: the netlist hangs in cycle {cycles}; compare it with rtlsim")
        return done.sums(0, len(images), design.graph.output.channels)


def _wrapper(image_bits: int) -> str:
    """`ern_top` with the parameters that the testbench sets, around the netlist."""
    widths = {"s_axis_tdata": image_bits, "m_axis_tdata": 32}
    outputs = ("s_axis_tready", "m_axis_tdata", "m_axis_tvalid", "m_axis_tlast")
    ports = ", ".join(
        f"{'output' if port in outputs else 'input'} wire [{widths.get(port, 1) - 1}:0] {port}" for port in _PORTS
    )
    pins = ", ".join(f".{port}({port})" for port in _PORTS)
    parameters = "parameter int stream_base = 0, parameter int fifo_base = 0"
    return (
        f"/* verilator lint_off UNUSEDPARAM */\nmodule {TOP} #({parameters}) ({ports});\n"
        f"  routed u_routed ({pins});\nendmodule\n"
    )
