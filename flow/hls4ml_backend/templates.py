# SPDX-License-Identifier: Apache-2.0
"""hls4ml templates: the CONFIG struct and the C++ call of a node, both from Jinja2 files."""

from __future__ import annotations

from hls4ml.backends.template import FunctionCallTemplate, LayerConfigTemplate

from flow.emit.hls_templates import render
from flow.hls4ml_backend.layers import OP_LAYERS, ErnLayer


class ErnConfigTemplate(LayerConfigTemplate):  # type: ignore[misc]
    """`config_cpp`: the constants of a node."""

    def __init__(self) -> None:
        super().__init__(OP_LAYERS)
        self.name = "ern_config_template"

    def format(self, node: ErnLayer) -> str:
        """C++ text of the struct."""
        return render(
            "project/config.h.j2",
            node={"name": node.name, "kind": node.kind, "parameters": node.get_attr("parameters")},
        )


class ErnFunctionTemplate(FunctionCallTemplate):  # type: ignore[misc]
    """`function_cpp`: the call of a node in the top function."""

    def __init__(self) -> None:
        super().__init__(OP_LAYERS)
        self.name = "ern_function_template"

    def transform(self, model: object, node: ErnLayer) -> bool:
        """Name the header of the op, then format."""
        self.include_header = [f"ern/{node.kind}.h"]
        return bool(super().transform(model, node))

    def format(self, node: ErnLayer) -> str:
        """C++ text of the call."""
        return render(
            "project/call.cpp.j2",
            node={"name": node.name, "function": node.get_attr("function"), "arguments": node.get_attr("arguments")},
        )


TEMPLATES = (ErnConfigTemplate, ErnFunctionTemplate)
