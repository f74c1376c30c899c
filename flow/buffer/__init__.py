# SPDX-License-Identifier: Apache-2.0
"""Buffering: the schedule of a design and the depths of its FIFOs."""

from flow.buffer.depths import depths
from flow.buffer.model import Schedule, alone, schedule

__all__ = ["Schedule", "alone", "depths", "schedule"]
