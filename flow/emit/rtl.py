# SPDX-License-Identifier: Apache-2.0
"""The RTL emitter: hand-written SystemVerilog modules, a generated top that wires them, and memory files."""

from __future__ import annotations

from importlib import resources
from typing import Any

import jinja2

from flow.design import Design
from flow.emit.plan import Plan
from flow.emit.rtl_modules import MEMORY, instance
from flow.estimate.memories import fifo_memory
from flow.graph import IMAGE

TOP = "ern_top"
FILE_LIST = "files.f"
LOAD_FILE = "load.bin"
TEMPLATES = "rtl_templates"


def rtl_plan(design: Design, top: str = TOP, weights: str = "weights") -> Plan:
    """The SystemVerilog project of a design.

    Args:
        design: what to build.
        top: name of the generated module.
        weights: folder of the memory files, relative to the project; tools run in the project's folder.

    Returns:
        `rtl/*.sv`, `weights/*.hex`, `files.f` (the sources in compile order, relative to the project), and
        `weights/load.bin` if weights sit in UltraRAM (the words of the load port).
    """
    return Plan({**template_files(design), **top_files(design, top, weights)}) | _file_list(design, top)


def template_files(design: Design) -> dict[str, str]:
    """Hand-written modules that a design needs, by path."""
    common = {f"rtl/{name}": text for name, text in template_texts("common").items()}
    ops = template_texts("")
    return {**common, **{f"rtl/{node.kind}.sv": ops[f"{node.kind}.sv"] for node in design.graph.nodes}}


def template_texts(folder: str, suffix: str = ".sv") -> dict[str, str]:
    """Texts of one template folder by file name."""
    place = resources.files(TEMPLATES)
    place = place / folder if folder else place
    found = sorted((entry for entry in place.iterdir() if entry.name.endswith(suffix)), key=lambda entry: entry.name)
    return {entry.name: entry.read_text() for entry in found}


def render(template: str, **values: Any) -> str:
    """A Jinja2 template of rtl_templates (path with /) with values filled in."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    place = resources.files(TEMPLATES)
    for part in template.split("/"):
        place = place / part
    return environment.from_string(place.read_text()).render(**values) + "\n"


def top_files(design: Design, top: str = TOP, weights: str = "weights") -> dict[str, str | bytes]:
    """The generated top and its memory files, by path."""
    files: dict[str, str | bytes] = {}
    nodes = []
    load, loaded = load_words(design), "1'b1"
    for node in design.graph.nodes:
        made = instance(design, node)
        parameters: list[tuple[str, int | str]] = list(made.parameters.items())
        for parameter, text in made.files.items():
            path = f"{weights}/{node.name}.{parameter.lower().removesuffix('_file')}.hex"
            files[path] = text
            parameters.append((parameter, f'"{path}"'))
        inputs = [(port, edge.name) for port, edge in zip(made.ports, design.inputs(node), strict=True)]
        entry: dict[str, Any] = {"name": node.name, "module": made.module, "parameters": parameters, "inputs": inputs}
        entry["load"] = None if made.load is None else {"words": len(made.load), "turn": loaded}
        nodes.append(entry)
        if made.load:
            loaded = f"l_{node.name}_done"
    if load:
        files[f"{weights}/{LOAD_FILE}"] = load
    output = design.graph.output
    files[f"rtl/{top}.sv"] = render(
        "ern_top.sv.j2",
        top=top,
        name=design.graph.name,
        image=design.image,
        image_bits=design.beat_bits(IMAGE),
        streams=_streams(design),
        nodes=nodes,
        load={"done": loaded, "beats": design.beats(IMAGE)} if load else None,
        output={
            "name": output.name,
            "channels": output.channels,
            "bits": design.bits(output.name),
            "signed": int(design.range(output.name).signed),
        },
    )
    return files


def load_words(design: Design) -> bytes:
    """The words of the load port in order, nine bytes each; empty for a design without one (docs/semantics.md)."""
    return b"".join(instance(design, node).load or b"" for node in design.graph.nodes)


def stream_names(design: Design) -> list[str]:
    """Streams in the order of their probes."""
    return [IMAGE, *(node.name for node in design.graph.nodes)]


def _streams(design: Design) -> list[dict[str, Any]]:
    numbers = {edge.name: number for number, edge in enumerate(design.edges)}
    return [
        {
            "name": stream,
            "number": number,
            "shape": design.shape(stream),
            "channels": design.stream_channels(stream),
            "pixels": design.pixels(stream),
            "bits": design.bits(stream),
            "width": design.beat_bits(stream),
            "edges": [
                {
                    "name": edge.name,
                    "number": numbers[edge.name],
                    "depth": edge.depth,
                    "count_bits": edge.depth.bit_length(),
                    "memory": MEMORY[fifo_memory(edge.depth)],
                }
                for edge in design.consumers(stream)
            ],
        }
        for number, stream in enumerate(stream_names(design))
    ]


def _file_list(design: Design, top: str) -> dict[str, str]:
    sources = [*sorted(template_files(design)), f"rtl/{top}.sv"]
    return {FILE_LIST: "".join(f"{source}\n" for source in sources)}
