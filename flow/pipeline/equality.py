# SPDX-License-Identifier: Apache-2.0
"""What a step tells about two rooms that must hold the same integers."""

from __future__ import annotations

from collections.abc import Mapping

from flow.ops.base import Array
from flow.pipeline.step import Result
from flow.simulate.compare import compare


def equality(pair: str, expected: Mapping[str, Array], found: Mapping[str, Array], images: int) -> Result:
    """`exactness` as report.json has it, and `differing`: a sentence for each stream with a mismatch.

    Args:
        pair: both rooms, "graph=csim".
        expected: integer arrays by stream.
        found: the streams that the other room wrote.
        images: how many frames the arrays hold.

    Raises:
        SimulationError: see `compare`.
    """
    results = compare(expected, found)
    return {
        "exactness": {
            "pair": pair,
            "images": images,
            "streams": len(results),
            "values": sum(r.values for r in results),
            "mismatches": sum(r.mismatches for r in results),
        },
        "differing": [str(r) for r in results if r.mismatches],
    }
