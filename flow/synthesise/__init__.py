# SPDX-License-Identifier: Apache-2.0
"""Synthesis, one file a tool."""

from flow.synthesise.design import layer_instances, synthesise_design
from flow.synthesise.result import SynthResult

__all__ = ["SynthResult", "layer_instances", "synthesise_design"]
