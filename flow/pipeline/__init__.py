# SPDX-License-Identifier: Apache-2.0
"""From a request to a report: STEPS, run in order, each restartable."""

from flow.pipeline.state import Request, State
from flow.pipeline.step import Step, run_steps, up_to
from flow.pipeline.steps import ROUTE, STEPS

__all__ = ["ROUTE", "STEPS", "Request", "State", "Step", "run_steps", "up_to"]
