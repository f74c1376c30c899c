# SPDX-License-Identifier: Apache-2.0
"""Claims of the method as commands: `ern experiment NAME` measures one and fails when it does not hold."""

from flow.experiments import hls4ml_comparison, large, paper, pixels, portability, resources, shared_scale, unit
from flow.experiments.base import Experiment, Outcome

EXPERIMENTS: dict[str, Experiment] = {
    e.name: e
    for e in (
        Experiment("pixels", pixels.CLAIM, pixels.run),
        Experiment("shared-scale", shared_scale.CLAIM, shared_scale.run),
        Experiment("resources", resources.CLAIM, resources.run),
        Experiment("portability", portability.CLAIM, portability.run),
        Experiment("paper", paper.CLAIM, paper.run),
        Experiment("large", large.CLAIM, large.run),
        Experiment("hls4ml", hls4ml_comparison.CLAIM, hls4ml_comparison.run),
        Experiment("unit", unit.CLAIM, unit.run),
    )
}

__all__ = ["EXPERIMENTS", "Experiment", "Outcome"]
