# SPDX-License-Identifier: Apache-2.0
"""HLS emitter: a design through hls4ml (own layer classes, own templates) to a whole Vitis or Vivado HLS project."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np

from flow.design import Design
from flow.emit.hls_templates import FOLDER, render
from flow.emit.plan import Plan
from flow.errors import EmitError
from flow.graph import IMAGE
from flow.ops.base import Array

PROJECT = "ern_prj"
TEST_FRAMES = 3
VENDORS: dict[str, dict[str, str]] = {
    "vitis": {
        "tool": "Vitis HLS",
        "command": "vitis_hls -f build_prj.tcl    (or: vitis-run --mode hls --tcl build_prj.tcl)",
        "standard": "c++14",
        "macro": "ERN_VENDOR_VITIS",
    },
    "vivado": {
        "tool": "Vivado HLS",
        "command": "vivado_hls -f build_prj.tcl",
        "standard": "c++11",
        "macro": "ERN_VENDOR_VIVADO",
    },
}


def hls_plan(design: Design, vendor: str = "vitis", images: Array | None = None) -> Plan:
    """The project of a design: firmware, weights, testbench with vectors, Tcl script.

    Args:
        design: what to build.
        vendor: "vitis" or "vivado".
        images: uint8 test frames [N, H, W, C] of the testbench; None: three seeded random frames.

    Raises:
        EmitError: unknown vendor, or a node that the C++ templates cannot hold.
        DataError: images of a wrong type or shape.
    """
    return project_plan(model_graph(design, vendor), images)


def model_graph(design: Design, vendor: str = "vitis", output_dir: str = "build_hls") -> Any:
    """The design as an hls4ml ModelGraph of our layer classes, templates applied.

    Raises:
        EmitError: unknown vendor, or a node that the C++ templates cannot hold.
    """
    if vendor not in VENDORS:
        raise EmitError(f"vendor {vendor!r}: unknown; known vendors: {', '.join(VENDORS)}")
    from hls4ml.model.graph import ModelGraph

    from flow.hls4ml_backend import NAME, ensure_registered

    ensure_registered()
    from flow.hls4ml_backend.layers import layer_list

    config = {
        "Backend": NAME,
        "OutputDir": output_dir,
        "ProjectName": "ern_top",
        "IOType": "io_stream",
        "HLSConfig": {"Model": {"Precision": "ap_int<32>", "ReuseFactor": 1}},
        "WriterConfig": {"Namespace": None, "WriteWeightsTxt": False, "WriteTar": False},
        "ErnDesign": design,
        "ErnVendor": vendor,
    }
    return ModelGraph.from_layer_list(config, layer_list(design), [IMAGE], [design.graph.output.name])


def replace_by_design(model: Any) -> None:
    """Put the nodes of `ErnDesign` in place of what an hls4ml model holds."""
    from flow.hls4ml_backend.layers import layer_list

    design = model.config.get_config_value("ErnDesign")
    model.graph = OrderedDict()
    model.output_vars = {}
    model.inputs, model.outputs = [IMAGE], [design.graph.output.name]
    model._make_graph(layer_list(design))


def project_plan(model: Any, images: Array | None = None) -> Plan:
    """The project of an hls4ml model made by `model_graph` or by the backend plug-in; see `hls_plan`."""
    design: Design = model.config.get_config_value("ErnDesign")
    vendor = VENDORS[model.config.get_config_value("ErnVendor")]
    backend = model.config.backend
    firmware = firmware_plan(model)
    kernels = {f"firmware/{path}": source.read_text() for path, source in backend.get_custom_source().items()}
    board = design.board
    script = render(
        "project/build_prj.tcl.j2",
        vendor=model.config.get_config_value("ErnVendor"),
        project=PROJECT,
        part=board.part,
        period=f"{1000 / board.clock_mhz:.3f}",
        description=f"ERN {design.graph.name}, {design.image}, {board.name}",
        **vendor,
    )
    return Plan({**kernels, **firmware, **_testbench(design, images), "build_prj.tcl": script})


def firmware_plan(model: Any) -> Plan:
    """What is generated for one design below `firmware/`: top, parameters, weights."""
    design: Design = model.config.get_config_value("ErnDesign")
    nodes = [model.graph[node.name] for node in design.graph.nodes]
    files: dict[str, str] = {}
    for node in nodes:
        memories = node.get_attr("memories")
        if memories:
            files[f"firmware/weights/{node.name}.h"] = render(
                "project/memory.h.j2", node={"name": node.name}, memories=memories
            )
    facts = {"image": design.image, "classes": design.graph.output.channels, "pixels": design.pixels(IMAGE)}
    files["firmware/ern_parameters.h"] = render(
        "project/ern_parameters.h.j2",
        digest=design.digest,
        headers=sorted({header for node in nodes for header in node.get_attr("include_header")}),
        configs=[node.get_attr("config_cpp") for node in nodes],
        image_beats=design.beats(IMAGE),
        beat_bytes=design.values(IMAGE),
        memory_headers=[f"weights/{node.name}.h" for node in nodes if node.get_attr("memories")],
        **facts,
    )
    files["firmware/ern_top.h"] = render("project/ern_top.h.j2", **facts)
    files["firmware/ern_top.cpp"] = render(
        "project/ern_top.cpp.j2", fifos=_fifos(design), processes=_processes(design, nodes)
    )
    return Plan(files)


def _fork_name(stream: str, index: int) -> str:
    return f"s_{stream}__fork_{index}"


def _fifos(design: Design) -> list[dict[str, Any]]:
    """Every FIFO of the top: one an edge with its own depth, and the short ones around forks and ends."""
    from flow.hls4ml_backend.layers import fifo_name

    fifos = []
    for stream in (IMAGE, *(node.name for node in design.graph.nodes)):
        bits, edges = design.beat_bits(stream), design.consumers(stream)
        forks = [_fork_name(stream, i) for i in range(1, len(edges) - 1)]
        short = [] if len(edges) == 1 else [fifo_name(stream), *forks]
        fifos += [{"name": name, "bits": bits, "depth": 2} for name in short]
        fifos += [{"name": fifo_name(edge.name), "bits": bits, "depth": edge.depth} for edge in edges]
    return fifos


def _processes(design: Design, nodes: list[Any]) -> list[dict[str, Any]]:
    """Calls of the top in data order, each with the stream that it completes."""
    from flow.hls4ml_backend.layers import output_fifo

    first = output_fifo(design, IMAGE)
    processes = [
        _process(design, IMAGE, f"ern::axis_read<{design.values(IMAGE)}, {design.beats(IMAGE)}>(s_axis, {first});")
    ]
    processes += _forks(design, IMAGE)
    for node in nodes:
        processes.append(_process(design, node.name, node.get_attr("function_cpp").strip()))
        processes += _forks(design, node.name)
    last = design.graph.output
    found = design.range(last.name)
    signed = "true" if found.signed else "false"
    call = f"ern::axis_write<{last.channels}, {found.bits}, {signed}>({output_fifo(design, last.name)}, m_axis);"
    return [*processes, {"call": call, "tap": None}]


def _process(design: Design, stream: str, call: str) -> dict[str, Any]:
    from flow.hls4ml_backend.layers import output_fifo

    found = design.range(stream)
    tap = {
        "stream": stream,
        "bits": found.bits,
        "signed": found.signed,
        "size": design.values(stream),
        "fifo": output_fifo(design, stream),
    }
    return {"call": call, "tap": tap}


def _forks(design: Design, stream: str) -> list[dict[str, Any]]:
    """A chain of two-way forks from a stream to its readers."""
    from flow.hls4ml_backend.layers import fifo_name

    edges = design.consumers(stream)
    names = [fifo_name(edge.name) for edge in edges]
    calls = []
    for i in range(len(edges) - 1):
        source = fifo_name(stream) if i == 0 else _fork_name(stream, i)
        rest = names[i + 1] if i == len(edges) - 2 else _fork_name(stream, i + 1)
        sizes = f"{design.beat_bits(stream)}, {design.beats(stream)}"
        calls.append({"call": f"ern::stream_fork<{sizes}>({source}, {names[i]}, {rest});", "tap": None})
    return calls


def _testbench(design: Design, images: Array | None) -> dict[str, str | bytes]:
    if images is None:
        size = (TEST_FRAMES, design.image.height, design.image.width, design.image.channels)
        images = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)
    sums = design.graph.run(images)["classifier_sum"].astype("<i4")
    facts = {"image": design.image, "classes": design.graph.output.channels}
    return {
        "tb/ern_tb.cpp": render("project/ern_tb.cpp.j2", frames=len(images), **facts),
        "tb/ern_bridge.cpp": render("project/ern_bridge.cpp.j2", **facts),
        "tb_data/images.bin": np.ascontiguousarray(images).tobytes(),
        "tb_data/classifier_sum.bin": sums.tobytes(),
    }


__all__ = ["FOLDER", "PROJECT", "firmware_plan", "hls_plan", "model_graph", "project_plan", "replace_by_design"]
