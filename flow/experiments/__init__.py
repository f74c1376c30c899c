# SPDX-License-Identifier: Apache-2.0
"""Claims of the method as commands: `ern experiment NAME` measures one and fails when it does not hold."""

from flow.experiments import pixels
from flow.experiments.base import Experiment, Outcome

EXPERIMENTS: dict[str, Experiment] = {e.name: e for e in (Experiment("pixels", pixels.CLAIM, pixels.run),)}

__all__ = ["EXPERIMENTS", "Experiment", "Outcome"]
